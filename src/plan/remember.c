/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/sriov.h"
#include "src/plan/drift.h"
#include "src/plan/memory.h"

static void forget(struct pg_memory *m, size_t i)
{
	struct pg_known *k = &m->known[i];
	size_t n = m->n;

	free(k->path);
	free(k->serial);
	pg_strv_done(&k->user);
	pg_vec_remove(m->known, &m->n, sizeof(*m->known), i);
	pg_vec_remove(m->found, &n, sizeof(*m->found), i);
}

int pg_known_refresh(const struct pg_facts *facts, struct pg_known *k, const struct pg_dev *dev)
{
	k->vendor = dev->vendor;
	k->device = dev->device;
	k->has_subsystem = dev->has_subsystem;
	k->subvendor = dev->subvendor;
	k->subdevice = dev->subdevice;
	k->card = dev->addr;
	free(k->path);
	k->path = pg_dev_path(facts, dev);
	if (!k->path)
		return -ENOMEM;
	if (!dev->serial)
		return 0;
	free(k->serial);
	k->serial = strdup(dev->serial);
	return k->serial ? 0 : -ENOMEM;
}

/* What tells the device: a virtual function's card, which may not be known. */
static const struct pg_dev *card_of(const struct pg_facts *facts, const struct pg_dev *dev)
{
	return dev->is_vf ? pg_facts_dev(facts, dev->physfn) : dev;
}

static struct pg_known *grow(const struct pg_facts *facts, struct pg_memory *m,
			     const struct pg_dev *dev)
{
	struct pg_found *found = calloc(m->n + 2, sizeof(*found));
	struct pg_known *k = found ? pg_vec_add(&m->known, &m->n, sizeof(*k)) : NULL;

	if (!k) {
		free(found);
		return NULL;
	}
	for (size_t i = 0; i + 1 < m->n; i++)
		found[i] = m->found[i];
	k->addr = dev->addr;
	k->is_vf = dev->is_vf;
	k->vf = dev->is_vf ? (unsigned)pg_vf_index(facts, dev) : 0;
	found[m->n - 1] = (struct pg_found){ PG_PLACE_SAME, dev, card_of(facts, dev), NULL };
	free(m->found);
	m->found = found;
	return k;
}

/* The line of the device, at the address that it has now. */
static struct pg_known *line_of(const struct pg_memory *m, const struct pg_dev *dev)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->found[i].place == PG_PLACE_SAME && m->found[i].dev == dev)
			return &m->known[i];
	return NULL;
}

/* A serial that was known of it, or its card, at its old address. */
static int inherit(const struct pg_memory *m, struct pg_known *k, const struct pg_dev *card)
{
	for (size_t i = 0; !k->serial && i < m->n; i++) {
		if (m->found[i].card != card || !m->known[i].serial)
			continue;
		k->serial = strdup(m->known[i].serial);
		return k->serial ? 0 : -ENOMEM;
	}
	return 0;
}

int pg_memory_add(const struct pg_facts *facts, struct pg_memory *m, const struct pg_dev *dev,
		  const char *user)
{
	const struct pg_dev *card = card_of(facts, dev);
	struct pg_known *k = line_of(m, dev);
	int r;

	if (!card || (dev->is_vf && pg_vf_index(facts, dev) < 0))
		return 0; /* nothing would tell it */
	if (!k)
		k = grow(facts, m, dev);
	r = k ? pg_known_refresh(facts, k, card) : -ENOMEM;
	if (r == 0)
		r = inherit(m, k, card);
	if (r < 0 || !user || pg_known_has_user(k, user))
		return r;
	r = pg_strv_add(&k->user, user);
	if (r == 0)
		pg_strv_sort(&k->user);
	return r;
}

static bool is_found(const struct pg_memory *m, const struct pg_dev *dev)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->found[i].card == dev)
			return true;
	return false;
}

static bool has_ids_of_used(const struct pg_memory *m, const struct pg_dev *dev)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->known[i].user.n && m->known[i].vendor == dev->vendor &&
		    m->known[i].device == dev->device)
			return true;
	return false;
}

int pg_memory_add_twins(const struct pg_facts *facts, struct pg_memory *m)
{
	int r = 0;

	for (size_t i = m->n; i-- > 0;)
		if (m->known[i].user.n == 0)
			forget(m, i);
	for (size_t d = 0; r == 0 && d < facts->n_dev; d++) {
		const struct pg_dev *dev = &facts->dev[d];

		if (!dev->is_bridge && !dev->is_vf && has_ids_of_used(m, dev) && !is_found(m, dev))
			r = pg_memory_add(facts, m, dev, NULL);
	}
	return r;
}

int pg_memory_put(struct pg_planner *p, const struct pg_memory *m)
{
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_DEVICES), after = { 0 };
	int r = pg_memory_text(m, &now, &after);

	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_DEVICES, &after, 0644,
			      "Remembers which devices these are, so that it is noticed when one "
			      "has moved to another address.");
}

/* ---- users that are none any more ---- */

static bool entry_names(const struct pg_guest *g, unsigned index, struct pg_bdf addr)
{
	for (size_t i = 0; i < g->n_hostpci; i++)
		if (g->hostpci[i].index == index && pg_hostpci_counts(g, &g->hostpci[i]) &&
		    pg_hostpci_names(&g->hostpci[i], addr))
			return true;
	return false;
}

static bool mapping_names(const struct pg_facts *facts, const char *id, struct pg_bdf addr)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];
		const struct pg_hostpci as = { .addr = m->addr, .slot = m->slot,
					       .n_addr = m->n_addr };

		if (strcmp(m->id, id) == 0 && pg_hostpci_names(&as, addr))
			return true;
	}
	return false;
}

static bool table_names(const struct pg_planner *p, struct pg_bdf addr)
{
	struct pg_bytes table = pg_planner_bytes(p, PG_PATH_BIND_CONF);
	struct pg_bdf_str s = pg_bdf_str(addr);
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(table.p, table.n, &pos, &line, &len, &full))
		if (len > strlen(s.s) && strncmp(line, s.s, strlen(s.s)) == 0)
			return true;
	return false;
}

/* Is the device where it was, or a function that will be? */
static bool is_same_place(const struct pg_known *k, const struct pg_found *found)
{
	struct pg_bdf addr;

	return found->place == PG_PLACE_SAME ||
	       (found->place == PG_PLACE_UNMADE && pg_vf_addr(found->card, k->vf, &addr) &&
		pg_bdf_equal(addr, k->addr));
}

/* A user whose command is still to be run is one, as long as the device is where it was. */
static bool is_user(const struct pg_planner *p, const struct pg_known *k,
		    const struct pg_found *found, const char *user)
{
	bool same = is_same_place(k, found);
	unsigned vmid, index;

	if (sscanf(user, "vm/%u/%u", &vmid, &index) == 2) {
		const struct pg_guest *g = pg_facts_guest(p->facts, vmid);

		return g && g->local && (same || entry_names(g, index, k->addr));
	}
	if (pg_text_starts(user, "mapping/"))
		return same || mapping_names(p->facts, user + strlen("mapping/"), k->addr);
	return table_names(p, k->addr);
}

int pg_memory_prune(const struct pg_planner *p, struct pg_memory *m)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		struct pg_strv *user = &m->known[i].user;

		for (size_t k = user->n; k-- > 0;) {
			if (is_user(p, &m->known[i], &m->found[i], user->v[k]))
				continue;
			free(user->v[k]);
			pg_vec_remove(user->v, &user->n, sizeof(*user->v), k);
			user->v[user->n] = NULL;
		}
		if (m->found[i].card && user->n)
			r = pg_known_refresh(p->facts, &m->known[i], m->found[i].card);
	}
	return r;
}

/* ---- what a plan with devices remembers ---- */

struct remember {
	struct pg_planner *p;
	struct pg_memory memory;
	struct pg_drifts drifts;
};

static void remember_done(struct remember *m)
{
	pg_memory_done(&m->memory);
	pg_drifts_done(&m->drifts);
}

static int add(struct remember *m, const struct pg_dev *dev, const char *user)
{
	if (!user)
		return -ENOMEM;
	return dev->is_bridge ? 0 : pg_memory_add(m->p->facts, &m->memory, dev, user);
}

static int add_all(struct remember *m, const struct pg_hostpci *hp, const char *user)
{
	const struct pg_facts *facts = m->p->facts;
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		if (pg_hostpci_names(hp, facts->dev[i].addr))
			r = add(m, &facts->dev[i], user);
	return r;
}

static bool is_off(const struct remember *m, const void *what)
{
	for (size_t i = 0; i < m->drifts.n; i++)
		if (m->drifts.v[i].hp == what || m->drifts.v[i].map == what)
			return true;
	return false;
}

/* What VMs and mappings name now, unless that is known to be wrong. */
static int add_guest(struct remember *m, const struct pg_guest *g)
{
	int r = 0;

	for (size_t k = 0; r == 0 && g->local && !g->template && k < g->n_hostpci; k++) {
		const struct pg_hostpci *hp = &g->hostpci[k];
		char *user pg_autofree = pg_hostpci_user(g->vmid, hp->index);

		if (pg_hostpci_counts(g, hp) && !is_off(m, hp))
			r = add_all(m, hp, user);
	}
	return r;
}

static int add_mapping(struct remember *m, const struct pg_mapping *mapping)
{
	char *user pg_autofree = pg_strf("mapping/%s", mapping->id);
	int r = 0;

	for (size_t k = 0; r == 0 && k < mapping->n_map; k++) {
		const struct pg_map *map = &mapping->map[k];
		const struct pg_hostpci as = { .addr = map->addr, .slot = map->slot,
					       .n_addr = map->n_addr };

		if (map->here && !is_off(m, map))
			r = add_all(m, &as, user);
	}
	return r;
}

static int add_named(struct remember *m)
{
	const struct pg_facts *facts = m->p->facts;
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++)
		r = add_guest(m, &facts->guest[i]);
	for (size_t i = 0; r == 0 && i < facts->n_mapping; i++)
		r = add_mapping(m, &facts->mapping[i]);
	return r;
}

/* ---- the entries that the plan makes ---- */

/* Does a value of hostpciN name the device: "0000:01:00,pcie=1", "0000:01:00.0;0000:01:00.1"? */
static bool value_names(const char *value, struct pg_bdf addr)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	char *host pg_autofree = strndup(value, strcspn(value, ","));
	bool slot, any = false;

	if (!host || pg_strv_split(host, ";", &part) < 0)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		const char *s = pg_text_starts(part.v[i], "host=") ? part.v[i] + 5 : part.v[i];
		struct pg_bdf a;

		if (pg_bdf_parse_loose(s, &a, &slot) == 0)
			any |= slot ? pg_bdf_same_slot(a, addr) : pg_bdf_equal(a, addr);
	}
	return any;
}

/* `qm set 100 --hostpci0 VALUE` */
static int add_made(struct remember *m, const struct pg_strv *argv)
{
	const struct pg_planner *p = m->p;
	char *user pg_autofree = NULL;
	unsigned index;
	int r = 0;

	if (argv->n < 5 || sscanf(argv->v[3], "--hostpci%u", &index) != 1)
		return 0;
	user = pg_hostpci_user(p->choices->vmid, index);
	for (size_t i = 0; r == 0 && i < p->n_dev; i++)
		if (value_names(argv->v[4], p->dev[i]->addr))
			r = add(m, p->dev[i], user);
	return r;
}

static int add_chosen(struct remember *m)
{
	const struct pg_planner *p = m->p;
	const char *mapping = p->choices->vmid || p->choices->map_task ? p->choices->mapping : NULL;
	char *user pg_autofree = mapping ? pg_strf("mapping/%s", mapping) : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->plan->n_vm_cmd; i++)
		r = add_made(m, &p->plan->vm_cmd[i].argv);
	for (size_t i = 0; r == 0 && i < p->n_dev; i++) {
		if (mapping)
			r = add(m, p->dev[i], user);
		if (r == 0 && p->how[i] == PG_BIND_ADDRESS)
			r = add(m, p->dev[i], "bind");
	}
	return r;
}

static bool names_any(const struct pg_planner *p)
{
	bool any = p->choices->vmid != 0 || p->choices->map_task;

	for (size_t i = 0; i < p->n_dev; i++)
		any |= p->how[i] == PG_BIND_ADDRESS;
	return any && p->n_dev;
}

int pg_plan_remember(struct pg_planner *p)
{
	struct remember m PG_CLEANUP(remember_done) = { .p = p };
	int r;

	if (!names_any(p))
		return 0;
	r = pg_memory_read(p->facts, &m.memory);
	if (r == 0)
		r = pg_drifts_find(p->facts, &m.drifts);
	if (r == 0)
		r = pg_memory_prune(p, &m.memory);
	if (r == 0)
		r = add_named(&m);
	if (r == 0)
		r = add_chosen(&m);
	if (r == 0)
		r = pg_memory_add_twins(p->facts, &m.memory);
	return r < 0 ? r : pg_memory_put(p, &m.memory);
}
