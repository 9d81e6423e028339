/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a mapping stands on one node. */
#include "src/plan/map_cell.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/mapping.h"
#include "src/plan/usb.h"

/* Keeps the first, or what is worse. Takes why over. */
static int become(struct pg_map_cell *c, enum pg_map_state state, char *why)
{
	if (!why && state > PG_MAP_LISTED)
		return -ENOMEM;
	if (state <= c->state && c->why) {
		free(why);
		return 0;
	}
	free(c->why);
	c->state = state;
	c->why = why;
	return 0;
}

static int keep(char **to, const char *s)
{
	if (*to || !s)
		return 0;
	*to = strdup(s);
	return *to ? 0 : -ENOMEM;
}

/* ---- an entry of another node ---- */

static int differs(struct pg_map_cell *c, const char *ids, const char *usual)
{
	if (!usual || strcasecmp(ids, usual) == 0)
		return 0;
	return become(c, PG_MAP_DIFFERS,
		      pg_strf(_("It is another kind of device (%s; elsewhere %s): a guest that is "
			      "moved finds other hardware."), ids, usual));
}

int pg_map_cell_pci(struct pg_map_cell *c, const struct pg_map *map, const char *usual)
{
	c->state = c->state == PG_MAP_MISSING ? PG_MAP_LISTED : c->state;
	if (!pg_map_fits(map))
		return become(c, PG_MAP_INCOMPLETE,
			      strdup(_("Proxmox does not take this entry: no VM starts there with it.")));
	if (!map->group)
		return become(c, PG_MAP_INCOMPLETE,
			      strdup(_("It lacks iommugroup, which the start of a VM demands.")));
	return differs(c, map->ids, usual);
}

int pg_map_cell_usb(struct pg_map_cell *c, const struct pg_usb_map *map, const char *usual)
{
	c->state = c->state == PG_MAP_MISSING ? PG_MAP_LISTED : c->state;
	if (!pg_usb_map_fits(map))
		return become(c, PG_MAP_INCOMPLETE,
			      strdup(_("Proxmox does not take this entry: no VM starts there with it.")));
	return differs(c, map->ids, usual);
}

/* ---- one of this node ---- */

static const struct pg_drift *drift_of(const struct pg_drifts *drifts, const struct pg_map *map)
{
	for (size_t i = 0; i < drifts->n; i++)
		if (drifts->v[i].map == map)
			return &drifts->v[i];
	return NULL;
}

static bool all_there(const struct pg_facts *facts, const struct pg_map *map)
{
	for (size_t i = 0; i < map->n_addr; i++)
		if (!pg_facts_dev(facts, map->addr[i])) /* of a slot: function 0 */
			return false;
	return true;
}

/* Where no plan mends it: what to do instead. */
static char *drift_words(const struct pg_drift *d)
{
	pg_autofree char *text = pg_drift_text(d), *advice = pg_drift_advice(d);

	return text && advice ? pg_strf("%s%s%s", text, d->value ? "" : " ", d->value ? "" : advice) :
				NULL;
}

int pg_map_cell_pci_here(const struct pg_facts *facts, const struct pg_drifts *drifts,
			 struct pg_map_cell *c, const struct pg_map *map)
{
	static const enum pg_map_state states[] = {
		[PG_DRIFT_MOVED] = PG_MAP_MOVED,
		[PG_DRIFT_CHANGED] = PG_MAP_WRONG,
		[PG_DRIFT_UNMADE] = PG_MAP_ABSENT,
		[PG_DRIFT_GONE] = PG_MAP_ABSENT,
		[PG_DRIFT_UNSURE] = PG_MAP_ABSENT,
	};
	const struct pg_drift *d = drift_of(drifts, map);

	c->state = c->state == PG_MAP_MISSING ? PG_MAP_OK : c->state;
	if (d && keep(&c->fix, d->value ? "pve-gpu " PG_DRIFT_FIX : NULL) < 0)
		return -ENOMEM;
	if (d)
		return become(c, states[d->how], drift_words(d));
	if (!pg_map_fits(map))
		return become(c, PG_MAP_WRONG, strdup(_("Proxmox does not take this entry: no VM starts "
						      "with it.")));
	if (!all_there(facts, map))
		return become(c, PG_MAP_ABSENT, strdup(_("The device is not on this node: Proxmox "
						       "starts no VM with it.")));
	return 0;
}

/* The only other port with a device of these ids, or NULL. */
static const struct pg_usb_dev *usb_elsewhere(const struct pg_facts *facts,
					      const struct pg_usb_mapping *m)
{
	const struct pg_usb_spec spec = { .by = PG_USB_BY_ID, .vendor = m->vendor,
					  .product = m->product };
	size_t n = 0;
	const struct pg_usb_dev *dev = m->has_ids ? pg_usb_first(facts, &spec, &n) : NULL;

	return n == 1 ? dev : NULL;
}

int pg_map_cell_usb_here(const struct pg_facts *facts, struct pg_map_cell *c,
			 const struct pg_usb_mapping *usb)
{
	const char *wrong = pg_usb_mapping_wrong(facts, usb->id);
	const struct pg_usb_dev *dev = usb_elsewhere(facts, usb);
	bool away = usb->n_here == 1 && usb->has_ids && !(usb->port && pg_usb_at(facts, usb->port));

	c->state = c->state == PG_MAP_MISSING ? PG_MAP_OK : c->state;
	if (!wrong || c->why)
		return 0;
	if (dev && usb->n_here == 1) {
		free(c->fix);
		c->fix = pg_strf("pve-gpu mapping %s %s", usb->id, dev->name);
		free(c->give);
		c->give = strdup(dev->name);
		return c->fix && c->give ? become(c, PG_MAP_MOVED, pg_strf(_("The device of the mapping %s is at "
								"port %s now: the VM does not start."),
								usb->id, dev->name)) : -ENOMEM;
	}
	return become(c, away ? PG_MAP_ABSENT : PG_MAP_WRONG, strdup(wrong));
}

/* ---- no entry ---- */

static bool is_mapped(const struct pg_facts *facts, const struct pg_dev *dev)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];
		const struct pg_hostpci as = { .addr = m->addr, .slot = m->slot,
					       .n_addr = m->n_addr };

		if (pg_hostpci_names(&as, dev->addr))
			return true;
	}
	return false;
}

static size_t functions(const struct pg_facts *facts, const struct pg_dev *dev)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_dev; i++)
		n += pg_bdf_same_slot(facts->dev[i].addr, dev->addr);
	return n;
}

/* A device of this node that the mapping could stand for: of its kind, and in no other mapping. */
static char *candidate_pci(const struct pg_facts *facts, const char *ids)
{
	for (size_t i = 0; ids && pg_ids_item_valid(ids) && i < facts->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[i];
		bool slot = dev->addr.fn == 0 && !dev->is_vf && functions(facts, dev) > 1;

		if (dev->is_bridge || !pg_ids_item_match(ids, dev) || is_mapped(facts, dev))
			continue;
		return strdup(slot ? pg_bdf_slot_str(dev->addr).s : pg_bdf_str(dev->addr).s);
	}
	return NULL;
}

static char *candidate_usb(const struct pg_facts *facts, const char *ids)
{
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	const struct pg_usb_dev *dev;

	if (!ids || pg_usb_spec_parse(ids, &spec) < 0 || spec.by != PG_USB_BY_ID)
		return NULL;
	dev = pg_usb_first(facts, &spec, NULL);
	return dev ? strdup(dev->name) : NULL;
}

int pg_map_cell_none(const struct pg_facts *facts, const struct pg_map_row *row,
		     struct pg_map_cell *c, const char *usual)
{
	pg_autofree char *dev = NULL;

	if (!c->here) {
		c->why = strdup(_("The node has no entry: no VM starts there with it."));
		return c->why ? 0 : -ENOMEM;
	}
	dev = row->usb ? candidate_usb(facts, usual) : candidate_pci(facts, usual);
	c->why = dev ? pg_strf(_("This node has no entry: no VM starts here with it. %s is such a device."),
			       dev) :
		       strdup(_("This node has no entry: no VM starts here with it."));
	c->fix = dev ? pg_strf("pve-gpu mapping %s %s", row->id, dev) : NULL;
	if (!c->why || (dev && !c->fix))
		return -ENOMEM;
	c->give = PG_STEAL(dev);
	return 0;
}
