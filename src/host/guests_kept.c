/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What else of Proxmox starts, moves or holds VMs: HA, backup jobs, reservations of devices.
 */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static int replace(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

/* A switch without a value is on (PVE::SectionConfig). */
static bool is_true(const struct pg_section *s, const char *key)
{
	const char *value = pg_section_get(s, key);

	return value && (!*value || pg_pve_boolean(value) == PG_YES);
}

/* ---- HA ---- */

/* PVE::HA::Resources: state is started where nothing is said, and "enabled" means that too; what
 * is ignored or disabled HA does not start. */
static const char *ha_state(const struct pg_section *s)
{
	const char *state = pg_section_get(s, "state");

	if (!state || strcmp(state, "enabled") == 0)
		return "started";
	return strcmp(state, "ignored") == 0 || strcmp(state, "disabled") == 0 ? NULL : state;
}

static int add_ha(struct pg_guest *g, const char *state, const char *group)
{
	int r = replace(&g->ha, state);

	return r < 0 || !group ? r : replace(&g->ha_group, group);
}

int pg_ha_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, true, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		const char *state = ha_state(&all.v[i]);
		uint64_t vmid = 0;

		if (!state || strcmp(all.v[i].type, "vm") != 0 ||
		    pg_text_number(all.v[i].id, 10, UINT32_MAX, &vmid) < 0)
			continue;
		for (size_t k = 0; r == 0 && k < facts->n_guest; k++)
			if (facts->guest[k].vmid == vmid)
				r = add_ha(&facts->guest[k], state, pg_section_get(&all.v[i], "group"));
	}
	return r;
}

/* "pve1:2,pve2": is it this node alone? */
static int are_only(const struct pg_section *s, const char *node, bool *ret)
{
	struct pg_strv nodes PG_CLEANUP(pg_strv_done) = { 0 };
	const char *value = pg_section_get(s, "nodes");
	int r = value ? pg_strv_split(value, ",; \t", &nodes) : 0;

	*ret = nodes.n > 0;
	for (size_t i = 0; i < nodes.n; i++)
		*ret &= strlen(node) == strcspn(nodes.v[i], ":") &&
			strncmp(node, nodes.v[i], strlen(node)) == 0;
	return r;
}

static int keep_here(struct pg_guest *g, const struct pg_section *s)
{
	bool only = false;
	int r = are_only(s, g->node, &only);

	g->ha_here |= only;
	return r;
}

int pg_ha_groups_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, true, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		for (size_t k = 0; r == 0 && is_true(&all.v[i], "restricted") && k < facts->n_guest; k++)
			if (facts->guest[k].ha_group &&
			    strcmp(facts->guest[k].ha_group, all.v[i].id) == 0)
				r = keep_here(&facts->guest[k], &all.v[i]);
	return r;
}

/* "vm:100,ct:101": is the VM among them? */
static int concerns(const struct pg_section *s, uint32_t vmid, bool *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	const char *value = pg_section_get(s, "resources");
	int r = value ? pg_strv_split(value, ",; \t", &names) : 0;

	*ret = false;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		uint64_t id = 0;

		*ret |= pg_text_starts(names.v[i], "vm:") &&
			pg_text_number(names.v[i] + 3, 10, UINT32_MAX, &id) == 0 && id == vmid;
	}
	return r;
}

int pg_ha_rules_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, true, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		const struct pg_section *s = &all.v[i];

		if (strcmp(s->type, "node-affinity") != 0 || !is_true(s, "strict") || is_true(s, "disable"))
			continue;
		for (size_t k = 0; r == 0 && k < facts->n_guest; k++) {
			bool named = false;

			r = concerns(s, facts->guest[k].vmid, &named);
			if (r == 0 && named)
				r = keep_here(&facts->guest[k], s);
		}
	}
	return r;
}

/* ---- backup jobs ---- */

static int lists(const struct pg_section *s, const char *key, uint32_t vmid, bool *ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	const char *value = pg_section_get(s, key);
	int r = value ? pg_strv_split(value, ",; \t", &ids) : 0;

	*ret = false;
	for (size_t i = 0; r == 0 && i < ids.n; i++) {
		uint64_t id = 0;

		*ret |= pg_text_number(ids.v[i], 10, UINT32_MAX, &id) == 0 && id == vmid;
	}
	return r;
}

/* The members of a pool stand elsewhere: a job for one is passed over. */
static int saves(const struct pg_section *s, const struct pg_guest *g, bool *ret)
{
	const char *enabled = pg_section_get(s, "enabled");
	const char *node = pg_section_get(s, "node");
	bool named, excluded;
	int r = lists(s, "vmid", g->vmid, &named);

	if (r == 0)
		r = lists(s, "exclude", g->vmid, &excluded);
	if (r < 0)
		return r;
	*ret = strcmp(s->type, "vzdump") == 0 &&
	       (!enabled || pg_pve_boolean(enabled) != PG_NO) &&
	       (!node || strcmp(node, g->node) == 0) &&
	       (named || (is_true(s, "all") && !excluded));
	return 0;
}

int pg_jobs_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, true, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		for (size_t k = 0; r == 0 && k < facts->n_guest; k++) {
			bool covers = false;

			r = saves(&all.v[i], &facts->guest[k], &covers);
			if (r == 0 && covers)
				r = replace(&facts->guest[k].backup_job, all.v[i].id);
		}
	return r;
}

/* ---- reservations ---- */

/* "0000:01:00.0 100 pid:1234", "0000:01:00.0 100 time:1700000000"; others are passed over. */
static int add_reserved(const char *line, size_t n, struct pg_facts *facts)
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *copy = strndup(line, n);
	struct pg_reserved one = { 0 };
	struct pg_reserved *slot;
	uint64_t vmid = 0;
	int r = copy ? pg_strv_split(copy, " \t", &word) : -ENOMEM;

	if (r < 0)
		return r;
	if (word.n < 3 || pg_bdf_parse(word.v[0], &one.addr) < 0 ||
	    pg_text_number(word.v[1], 10, UINT32_MAX, &vmid) < 0)
		return 0;
	one.vmid = (uint32_t)vmid;
	one.starting = pg_text_starts(word.v[2], "time:");
	slot = pg_vec_add(&facts->reserved, &facts->n_reserved, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = one;
	return 0;
}

int pg_reserved_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full))
		if (!memchr(line, '\0', len))
			r = add_reserved(line, len, facts);
	return r;
}
