/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pvesh on a mapping, and the way back. */
#include "src/plan/mapping.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"

void pg_map_change_done(struct pg_map_change *c)
{
	pg_strv_done(&c->before);
	pg_strv_done(&c->after);
}

static int add_line(struct pg_map_change *c, const char *value)
{
	int r = pg_strv_add(&c->before, value);

	return r < 0 ? r : pg_strv_add(&c->after, value);
}

int pg_map_change_begin(const struct pg_facts *facts, struct pg_map_change *c)
{
	const struct pg_mapping *pci = c->usb ? NULL : pg_mapping_find(facts, c->id);
	const struct pg_usb_mapping *usb = c->usb ? pg_usb_mapping_find(facts, c->id) : NULL;
	int r = 0;

	c->there = pci || usb;
	c->mdev = PG_UNKNOWN;
	for (size_t i = 0; r == 0 && pci && i < pci->n_map; i++)
		r = add_line(c, pci->map[i].value);
	for (size_t i = 0; r == 0 && usb && i < usb->n_map; i++)
		r = add_line(c, usb->map[i].value);
	return r;
}

/* ---- what Proxmox takes ---- */

static bool is_hex4(const char *s)
{
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* "10de:2684" */
static bool is_ids(const char *s)
{
	return s && is_hex4(s) && s[4] == ':' && is_hex4(s + 5) && !s[9];
}

/* PVE::JSONSchema, pve-node */
static bool is_node(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (!n || !isalnum((unsigned char)*s) || !isalnum((unsigned char)s[n - 1]))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

/* Only these keys, each once, each with a value. */
static bool has_keys(const char *value, const char *const *keys, size_t n)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	unsigned seen = 0;

	if (pg_strv_split(value, ",", &part) < 0)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		size_t k = 0, len = strcspn(part.v[i], "=");

		while (k < n && (strlen(keys[k]) != len || strncmp(keys[k], part.v[i], len) != 0))
			k++;
		if (k == n || !part.v[i][len] || !part.v[i][len + 1] || seen >> k & 1)
			return false;
		seen |= 1U << k;
	}
	return true;
}

static size_t n_paths(const char *path)
{
	size_t n = 1;

	for (; *path; path++)
		n += *path == ';';
	return n;
}

bool pg_map_fits(const struct pg_map *map)
{
	static const char *const keys[] = { "node", "path", "id", "subsystem-id", "iommugroup",
					    "description" };
	uint64_t group;

	return is_node(map->node) && map->path && n_paths(map->path) == map->n_addr && is_ids(map->ids) &&
	       (!map->subsystem || is_ids(map->subsystem)) &&
	       (!map->group || pg_text_number(map->group, 10, INT32_MAX, &group) == 0) &&
	       has_keys(map->value, keys, PG_ARRAY_SIZE(keys));
}

bool pg_usb_map_fits(const struct pg_usb_map *map)
{
	static const char *const keys[] = { "node", "id", "path", "description" };

	return is_node(map->node) && is_ids(map->ids) && (!map->port || pg_usb_is_port(map->port)) &&
	       has_keys(map->value, keys, PG_ARRAY_SIZE(keys));
}

/* The first line that is to stay and that Proxmox refuses; NULL: none. */
static const char *foreign(const struct pg_facts *facts, const struct pg_map_change *c)
{
	const struct pg_mapping *pci = c->usb ? NULL : pg_mapping_find(facts, c->id);
	const struct pg_usb_mapping *usb = c->usb ? pg_usb_mapping_find(facts, c->id) : NULL;

	for (size_t i = 0; pci && i < pci->n_map; i++)
		if (pg_strv_has(&c->after, pci->map[i].value) && !pg_map_fits(&pci->map[i]))
			return pci->map[i].value;
	for (size_t i = 0; usb && i < usb->n_map; i++)
		if (pg_strv_has(&c->after, usb->map[i].value) && !pg_usb_map_fits(&usb->map[i]))
			return usb->map[i].value;
	return NULL;
}

static int refuse_foreign(struct pg_vm_plan *vm, const struct pg_map_change *c, const char *line)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "mapping-line", PG_LEVEL_BLOCK,
		"An entry of the mapping is not one that Proxmox takes, and a mapping is written "
		"as a whole: nothing of it can be changed as long as that entry is there.");

	if (pg_finding_evidence(f, "/etc/pve/mapping/%s.cfg: %s: map %s", c->usb ? "usb" : "pci",
				c->id, line) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Mend or remove that entry under Datacenter, Resource Mappings.");
}

/* ---- the commands ---- */

static int add_maps(struct pg_strv *argv, const struct pg_strv *lines)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < lines->n; i++) {
		r = pg_strv_add(argv, "--map");
		if (r == 0)
			r = pg_strv_add(argv, lines->v[i]);
	}
	return r;
}

static int add_words(struct pg_strv *argv, const char *const *words)
{
	int r = 0;

	while (r == 0 && *words)
		r = pg_strv_add(argv, *words++);
	return r;
}

static const char *folder(const struct pg_map_change *c)
{
	return c->usb ? "/cluster/mapping/usb" : "/cluster/mapping/pci";
}

static int add_create(struct pg_strv *argv, const struct pg_map_change *c,
		      const struct pg_strv *lines)
{
	const char *const words[] = { "pvesh", "create", folder(c), "--id", c->id, NULL };
	int r = add_words(argv, words);

	return r < 0 ? r : add_maps(argv, lines);
}

static int add_mdev(struct pg_strv *argv, enum pg_tri mdev)
{
	static const char *const yes[] = { "--mdev", "1", NULL };
	static const char *const no[] = { "--delete", "mdev", NULL };

	return mdev == PG_UNKNOWN ? 0 : add_words(argv, mdev == PG_YES ? yes : no);
}

static int add_delete(struct pg_strv *argv, const char *place)
{
	const char *const words[] = { "pvesh", "delete", place, NULL };

	return add_words(argv, words);
}

static int add_set(struct pg_strv *argv, const char *place, const struct pg_strv *lines,
		   enum pg_tri mdev)
{
	const char *const words[] = { "pvesh", "set", place, NULL };
	int r = add_words(argv, words);

	if (r == 0)
		r = add_maps(argv, lines);
	return r < 0 ? r : add_mdev(argv, mdev);
}

/* All that it said beside its lines. */
static int add_rest(struct pg_strv *argv, const struct pg_facts *facts,
		    const struct pg_map_change *c)
{
	const struct pg_mapping *pci = c->usb ? NULL : pg_mapping_find(facts, c->id);
	const struct pg_usb_mapping *usb = c->usb ? pg_usb_mapping_find(facts, c->id) : NULL;
	const char *words = pci ? pci->description : usb ? usb->description : NULL;
	const char *const about[] = { "--description", words, NULL };
	static const char *const live[] = { "--live-migration-capable", "1", NULL };
	int r = words ? add_words(argv, about) : 0;

	if (r == 0 && pci && pci->mdev)
		r = add_mdev(argv, PG_YES);
	return r == 0 && pci && pci->live_migration ? add_words(argv, live) : r;
}

static int fill(struct pg_vm_plan *vm, const struct pg_map_change *c, const char *place,
		struct pg_plan_cmd *cmd)
{
	enum pg_tri back = c->mdev == PG_UNKNOWN ? PG_UNKNOWN : c->mdev == PG_YES ? PG_NO : PG_YES;
	int r;

	if (c->there && c->after.n) {
		r = add_set(&cmd->argv, place, &c->after, c->mdev);
		return r < 0 ? r : add_set(&cmd->undo, place, &c->before, back);
	}
	if (c->there) {
		r = add_delete(&cmd->argv, place);
		if (r == 0)
			r = add_create(&cmd->undo, c, &c->before);
		return r < 0 ? r : add_rest(&cmd->undo, vm->p->facts, c);
	}
	r = add_create(&cmd->argv, c, &c->after);
	if (r == 0 && c->mdev == PG_YES)
		r = add_mdev(&cmd->argv, PG_YES);
	return r < 0 ? r : add_delete(&cmd->undo, place);
}

static bool is_same(const struct pg_map_change *c)
{
	if (c->mdev != PG_UNKNOWN || c->before.n != c->after.n)
		return false;
	for (size_t i = 0; i < c->before.n; i++)
		if (strcmp(c->before.v[i], c->after.v[i]) != 0)
			return false;
	return true;
}

int pg_map_command(struct pg_vm_plan *vm, const struct pg_map_change *c)
{
	static const char *const none[] = { NULL };
	struct pg_plan *plan = vm->p->plan;
	pg_autofree char *place = pg_strf("%s/%s", folder(c), c->id);
	const char *line = foreign(vm->p->facts, c);

	if (!place)
		return -ENOMEM;
	if (is_same(c) || !pg_is_config_id(c->id))
		return 0;
	if (line)
		return refuse_foreign(vm, c, line);
	if (pg_vm_command(vm, none, none, c->why) < 0)
		return -ENOMEM;
	return fill(vm, c, place, &plan->vm_cmd[plan->n_vm_cmd - 1]);
}
