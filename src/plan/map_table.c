/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/map_table.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/map_cell.h"
#include "src/plan/mapping.h"

struct maker {
	const struct pg_facts *facts;
	struct pg_drifts drifts;
	struct pg_map_table table;
};

static void cell_done(struct pg_map_cell *c)
{
	free(c->device);
	free(c->ids);
	free(c->why);
	free(c->fix);
	free(c->give);
}

void pg_map_table_done(struct pg_map_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		for (size_t k = 0; k < table->v[i].n_cell; k++)
			cell_done(&table->v[i].cell[k]);
		free(table->v[i].cell);
		free(table->v[i].vmid);
	}
	free(table->v);
	*table = (struct pg_map_table){ 0 };
}

static void maker_done(struct maker *m)
{
	pg_drifts_done(&m->drifts);
	pg_map_table_done(&m->table);
}

const char *pg_map_state_name(enum pg_map_state state)
{
	static const char *const names[] = {
		[PG_MAP_OK] = N_("ok"),		  [PG_MAP_LISTED] = N_("listed"),
		[PG_MAP_DIFFERS] = N_("differs"),	  [PG_MAP_MISSING] = N_("missing"),
		[PG_MAP_INCOMPLETE] = N_("incomplete"), [PG_MAP_WRONG] = N_("wrong"),
		[PG_MAP_MOVED] = N_("moved"),	  [PG_MAP_ABSENT] = N_("absent"),
	};

	return names[state];
}

bool pg_map_state_starts(enum pg_map_state state)
{
	return state == PG_MAP_OK || state == PG_MAP_LISTED || state == PG_MAP_DIFFERS;
}

const struct pg_map_cell *pg_map_row_at(const struct pg_map_row *row, const char *node)
{
	for (size_t i = 0; i < row->n_cell; i++)
		if (strcmp(row->cell[i].node, node) == 0)
			return &row->cell[i];
	return NULL;
}

static int add_text(char **to, const char *sep, const char *s)
{
	char *new = !s ? NULL : *to ? pg_strf("%s%s%s", *to, sep, s) : strdup(s);

	if (s && !new)
		return -ENOMEM;
	if (!s)
		return 0;
	free(*to);
	*to = new;
	return 0;
}

static int keep(char **to, const char *s)
{
	if (*to || !s)
		return 0;
	*to = strdup(s);
	return *to ? 0 : -ENOMEM;
}

/* ---- a mapping ---- */

static struct pg_map_cell *add_cell(struct pg_map_row *row, const char *node)
{
	struct pg_map_cell *c = pg_vec_add(&row->cell, &row->n_cell, sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct pg_map_cell){ .node = node, .online = PG_UNKNOWN, .state = PG_MAP_MISSING };
	return c;
}

static int add_nodes(const struct pg_facts *facts, struct pg_map_row *row)
{
	for (size_t i = 0; i < facts->n_node; i++) {
		struct pg_map_cell *c;

		if (!facts->node[i].member)
			continue;
		c = add_cell(row, facts->node[i].name);
		if (!c)
			return -ENOMEM;
		c->here = facts->node[i].here;
		c->member = true;
		c->online = facts->node[i].online;
	}
	return 0;
}

/* The cell of an entry's node: one that the cluster does not have gets one of its own. */
static struct pg_map_cell *cell_of(struct pg_map_row *row, const char *node)
{
	enum { STRANGERS = 128 };
	struct pg_map_cell *c = (struct pg_map_cell *)(uintptr_t)pg_map_row_at(row, node);

	return c || row->n_cell > 2 * STRANGERS ? c : add_cell(row, node);
}

static int pci_entry(struct maker *m, struct pg_map_row *row, const struct pg_map *map,
		     const char *usual)
{
	struct pg_map_cell *c = map->node ? cell_of(row, map->node) : NULL;
	int r;

	if (!c)
		return 0; /* of no node: nobody has it */
	r = add_text(&c->device, _(" or "), map->path);
	if (r == 0)
		r = keep(&c->ids, map->ids);
	if (r < 0)
		return r;
	return map->here ? pg_map_cell_pci_here(m->facts, &m->drifts, c, map) :
			   pg_map_cell_pci(c, map, usual);
}

static int usb_entry(struct maker *m, struct pg_map_row *row, const struct pg_usb_mapping *usb,
		     const struct pg_usb_map *map, const char *usual)
{
	struct pg_map_cell *c = map->node ? cell_of(row, map->node) : NULL;
	int r;

	if (!c)
		return 0;
	r = add_text(&c->device, _(" or "), map->port ? map->port : _("any port"));
	if (r == 0)
		r = keep(&c->ids, map->ids);
	if (r < 0)
		return r;
	return map->here ? pg_map_cell_usb_here(m->facts, c, usb) : pg_map_cell_usb(c, map, usual);
}

static int add_users(const struct pg_facts *facts, struct pg_map_row *row)
{
	for (size_t i = 0; i < facts->n_guest; i++) {
		uint32_t *to;

		if (!pg_guest_has_mapping(&facts->guest[i], row->usb, row->id))
			continue;
		to = pg_vec_add(&row->vmid, &row->n_vmid, sizeof(*to));
		if (!to)
			return -ENOMEM;
		*to = facts->guest[i].vmid;
	}
	return 0;
}

static int end_row(const struct maker *m, struct pg_map_row *row, const char *usual)
{
	int r = add_users(m->facts, row);

	for (size_t i = 0; r == 0 && i < row->n_cell; i++) {
		struct pg_map_cell *c = &row->cell[i];

		if (c->state == PG_MAP_MISSING && !c->why)
			r = pg_map_cell_none(m->facts, row, c, usual);
		if (r == 0 && !c->member && !c->why) {
			c->why = strdup(_("The cluster has no such node."));
			r = c->why ? 0 : -ENOMEM;
		}
	}
	return r;
}

static struct pg_map_row *add_row(struct maker *m, const char *id, bool usb)
{
	struct pg_map_row *row = pg_vec_add(&m->table.v, &m->table.n, sizeof(*row));

	if (!row)
		return NULL;
	row->id = id;
	row->usb = usb;
	return add_nodes(m->facts, row) < 0 ? NULL : row;
}

/* What entries are for: as this node's first one says, else the first. */
static int pci_row(struct maker *m, const struct pg_mapping *mapping)
{
	struct pg_map_row *row = add_row(m, mapping->id, false);
	const char *usual = NULL, *ours = NULL;
	int r = row ? 0 : -ENOMEM;

	for (size_t i = 0; i < mapping->n_map; i++) {
		usual = usual ? usual : mapping->map[i].ids;
		ours = ours || !mapping->map[i].here ? ours : mapping->map[i].ids;
	}
	usual = ours ? ours : usual;
	for (size_t i = 0; r == 0 && i < mapping->n_map; i++)
		r = pci_entry(m, row, &mapping->map[i], usual);
	if (r < 0)
		return r;
	row->live = mapping->live_migration;
	return end_row(m, row, usual);
}

static int usb_row(struct maker *m, const struct pg_usb_mapping *usb)
{
	struct pg_map_row *row = add_row(m, usb->id, true);
	const char *usual = NULL, *ours = NULL;
	int r = row ? 0 : -ENOMEM;

	for (size_t i = 0; i < usb->n_map; i++) {
		usual = usual ? usual : usb->map[i].ids;
		ours = ours || !usb->map[i].here ? ours : usb->map[i].ids;
	}
	usual = ours ? ours : usual;
	for (size_t i = 0; r == 0 && i < usb->n_map; i++)
		r = usb_entry(m, row, usb, &usb->map[i], usual);
	return r < 0 ? r : end_row(m, row, usual);
}

int pg_map_table_make(const struct pg_facts *facts, struct pg_map_table *ret)
{
	struct maker m PG_CLEANUP(maker_done) = { .facts = facts };
	int r = pg_drifts_find(facts, &m.drifts);

	for (size_t i = 0; r == 0 && i < facts->n_mapping; i++)
		r = pci_row(&m, &facts->mapping[i]);
	for (size_t i = 0; r == 0 && i < facts->n_usb_mapping; i++)
		r = usb_row(&m, &facts->usb_mapping[i]);
	if (r < 0)
		return r;
	*ret = m.table;
	m.table = (struct pg_map_table){ 0 };
	return 0;
}
