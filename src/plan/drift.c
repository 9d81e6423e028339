/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift_where.h"

struct finder {
	const struct pg_facts *facts;
	struct pg_where_from from;
	struct pg_drifts drifts;
};

void pg_drifts_done(struct pg_drifts *drifts)
{
	for (size_t i = 0; i < drifts->n; i++) {
		free(drifts->v[i].to);
		free(drifts->v[i].value);
	}
	free(drifts->v);
	*drifts = (struct pg_drifts){ 0 };
}

static void finder_done(struct finder *f)
{
	pg_memory_done(&f->from.memory);
	pg_drifts_done(&f->drifts);
}

bool pg_drift_is_elsewhere(const struct pg_drift *d)
{
	return d->how != PG_DRIFT_CHANGED && !(d->how == PG_DRIFT_UNMADE && d->will_be_there);
}

/* ---- an entry: all of its addresses ---- */

struct entry {
	const char *user;
	const struct pg_bdf *addr;
	const bool *slot;
	size_t n;
	const struct pg_where_ids *ids;	/* of the first address, or NULL */
};

static const struct pg_dev *first_of(const struct pg_facts *facts, struct pg_bdf addr, bool slot)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (slot ? pg_bdf_same_slot(facts->dev[i].addr, addr) :
			   pg_bdf_equal(facts->dev[i].addr, addr))
			return &facts->dev[i];
	return NULL;
}

static enum pg_drift_how how_of(enum pg_place place)
{
	return place == PG_PLACE_MOVED	? PG_DRIFT_MOVED :
	       place == PG_PLACE_UNMADE ? PG_DRIFT_UNMADE :
	       place == PG_PLACE_GONE	? PG_DRIFT_GONE :
					  PG_DRIFT_UNSURE;
}

static void take(const struct finder *f, const struct pg_where *w, struct pg_drift *d)
{
	d->how = how_of(w->place);
	d->by = w->by;
	d->card = w->card;
	d->vf = w->vf;
	d->will_be_there = w->place == PG_PLACE_UNMADE && w->to.slot == d->slot &&
			   pg_bdf_equal(w->to.addr, d->from);
	d->there = first_of(f->facts, d->from, d->slot);
}

/* Of several addresses the worst counts. Returns 1 where something is off. */
static int look(const struct finder *f, const struct entry *e, struct pg_drift *d)
{
	int off = 0;

	for (size_t i = 0; i < e->n; i++) {
		struct pg_where w = pg_where_is(&f->from, e->user, e->addr[i], e->slot[i]);
		struct pg_pick *to = pg_vec_add(&d->to, &d->n_to, sizeof(*to));

		if (!to)
			return -ENOMEM;
		if (i == 0 && !w.known && e->ids)
			w = pg_where_by_ids(&f->from, e->ids, e->addr[i], e->slot[i]);
		*to = w.to;
		if (w.place == PG_PLACE_SAME || (off && how_of(w.place) <= d->how))
			continue;
		off = 1;
		d->from = e->addr[i];
		d->slot = e->slot[i];
		take(f, &w, d);
	}
	if (off && d->how != PG_DRIFT_MOVED)
		d->n_to = 0;
	return off;
}

/* Takes over what d owns, also on failure. */
static int add(struct finder *f, struct pg_drift *d)
{
	struct pg_drift *to = pg_vec_add(&f->drifts.v, &f->drifts.n, sizeof(*to));

	if (to) {
		*to = *d;
		return 0;
	}
	free(d->to);
	free(d->value);
	return -ENOMEM;
}

static int drop(struct pg_drift *d, int r)
{
	free(d->to);
	free(d->value);
	return r < 0 ? r : 0;
}

/* ---- VMs ---- */

bool pg_hostpci_counts(const struct pg_guest *guest, const struct pg_hostpci *hp)
{
	return !hp->leaving && !hp->dropped && !pg_hostpci_is_hidden(guest, hp);
}

char *pg_hostpci_user(uint32_t vmid, unsigned index)
{
	return pg_strf("vm/%u/%u", vmid, index);
}

static int hostpci(struct finder *f, const struct pg_guest *g, const struct pg_hostpci *hp)
{
	char *user pg_autofree = pg_hostpci_user(g->vmid, hp->index);
	const struct entry e = { user, hp->addr, hp->slot, hp->n_addr, NULL };
	struct pg_drift d = { .what = PG_DRIFT_HOSTPCI, .guest = g, .hp = hp };
	int r;

	if (!user)
		return -ENOMEM;
	f->from.hp = hp;
	r = look(f, &e, &d);
	f->from.hp = NULL;
	if (r == 1 && d.how == PG_DRIFT_MOVED && pg_drift_hostpci(hp, d.to, d.n_to, &d.value) < 0)
		r = -ENOMEM;
	return r == 1 ? add(f, &d) : drop(&d, r);
}

static int guests(struct finder *f)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->facts->n_guest; i++) {
		const struct pg_guest *g = &f->facts->guest[i];

		for (size_t k = 0; r == 0 && g->local && !g->template && k < g->n_hostpci; k++)
			if (pg_hostpci_counts(g, &g->hostpci[k]))
				r = hostpci(f, g, &g->hostpci[k]);
	}
	return r;
}

/* ---- bind.conf ---- */

/* The same line with another address. */
static char *bind_value(const char *line, struct pg_bdf addr)
{
	size_t skip = strspn(line, " \t");
	size_t end = skip + strcspn(line + skip, " \t");

	return pg_strf("%.*s%s%s", (int)skip, line, pg_bdf_str(addr).s, line + end);
}

static int bind_line(struct finder *f, const char *line, unsigned number)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_drift d = { .what = PG_DRIFT_BIND, .line = number };
	static const bool function = false;
	struct pg_bdf addr;
	struct pg_where_ids ids;
	struct entry e = { "bind", &addr, &function, 1, &ids };
	int r = pg_strv_split(line, " \t", &part);

	if (r < 0 || part.n < 2 || part.v[0][0] == '#' || pg_bdf_parse(part.v[0], &addr) < 0 ||
	    !pg_ids_item_valid(part.v[1]))
		return r;
	ids = (struct pg_where_ids){ part.v[1], NULL };
	r = look(f, &e, &d);
	if (r == 1 && d.how == PG_DRIFT_MOVED)
		d.value = bind_value(line, d.to->addr);
	/* another of its make has come to the address: it would be taken from the host */
	else if (r == 1 && d.how == PG_DRIFT_GONE && d.there && pg_where_has_ids(d.there, &ids))
		d.value = strdup("");
	else
		return r == 1 ? add(f, &d) : drop(&d, r);
	return d.value ? add(f, &d) : drop(&d, -ENOMEM);
}

static int binds(struct finder *f)
{
	const struct pg_file *file = pg_facts_file(f->facts, PG_PATH_BIND_CONF);
	size_t pos = 0, len, full;
	unsigned number = 0;
	const char *line;
	int r = 0;

	while (r == 0 && file && !file->error && file->bytes.p &&
	       pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		char *copy pg_autofree = strndup(line, len);

		r = copy ? bind_line(f, copy, ++number) : -ENOMEM;
	}
	return r;
}

/* ---- mappings ---- */

/* At its place, but what the line says of it is not so. */
static bool has_changed(const struct finder *f, const struct pg_map *map)
{
	const struct pg_dev *dev = pg_facts_dev(f->facts, map->addr[0]);

	if (!dev || dev->group < 0)
		return false;
	if (!pg_map_is_right(map, dev))
		return true;
	for (size_t i = 1; i < map->n_addr; i++) {
		dev = pg_facts_dev(f->facts, map->addr[i]);
		if (dev && !pg_map_has_ids(map, dev))
			return true;
	}
	return false;
}

/* mdev must be as the device is, or no VM starts. */
static bool has_other_mdev(const struct finder *f, const struct pg_mapping *m,
			   const struct pg_map *map)
{
	const struct pg_dev *dev = pg_facts_dev(f->facts, map->addr[0]);

	return dev && dev->group >= 0 && dev->has_mdev != m->mdev;
}

/* It is said once for all entries; and a driver that is not loaded hides what the card can do. */
static bool can_set_mdev(const struct pg_mapping *m)
{
	return !m->mdev && m->n_map == 1;
}

static int mapping(struct finder *f, const struct pg_mapping *m, const struct pg_map *map)
{
	char *user pg_autofree = pg_strf("mapping/%s", m->id);
	const struct pg_where_ids ids = { map->ids, map->subsystem };
	const struct entry e = { user, map->addr, map->slot, map->n_addr,
				 map->ids && pg_ids_item_valid(map->ids) ? &ids : NULL };
	struct pg_drift d = { .what = PG_DRIFT_MAPPING, .mapping = m, .map = map };
	int r = user ? look(f, &e, &d) : -ENOMEM;

	if (r == 0)
		d.mdev = has_other_mdev(f, m, map);
	if (r == 0 && (d.mdev || has_changed(f, map))) {
		d.how = PG_DRIFT_CHANGED;
		d.from = map->addr[0];
		d.slot = map->slot[0];
		d.there = pg_facts_dev(f->facts, map->addr[0]);
		r = 1;
	}
	if (r == 1 && d.n_to && (!d.mdev || can_set_mdev(m)) &&
	    pg_drift_map(f->facts, map, d.to, d.n_to, &d.value) < 0)
		r = -ENOMEM;
	return r == 1 ? add(f, &d) : drop(&d, r);
}

static int mappings(struct finder *f)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->facts->n_mapping; i++) {
		const struct pg_mapping *m = &f->facts->mapping[i];

		f->from.mapping = m;
		for (size_t k = 0; r == 0 && k < m->n_map; k++)
			if (m->map[k].here && m->map[k].n_addr)
				r = mapping(f, m, &m->map[k]);
	}
	return r;
}

int pg_drifts_find(const struct pg_facts *facts, struct pg_drifts *ret)
{
	struct finder f PG_CLEANUP(finder_done) = { .facts = facts, .from.facts = facts };
	int r = pg_memory_read(facts, &f.from.memory);

	if (r == 0)
		r = guests(&f);
	if (r == 0)
		r = binds(&f);
	if (r == 0)
		r = mappings(&f);
	if (r < 0)
		return r;
	*ret = f.drifts;
	f.drifts = (struct pg_drifts){ 0 };
	return 0;
}
