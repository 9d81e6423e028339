/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift_where.h"

#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/sriov.h"
#include "src/plan/planner.h"

/* ---- by what was remembered ---- */

static struct pg_where nowhere(enum pg_place place, struct pg_bdf addr, bool slot)
{
	return (struct pg_where){ .known = true, .place = place, .to = { .addr = addr, .slot = slot } };
}

/* Does what is looked at name the address? */
static bool is_named(const struct pg_where_from *f, struct pg_bdf addr)
{
	const struct pg_mapping *m = f->mapping;
	struct pg_hostpci as = { 0 };

	if (m)
		as = (struct pg_hostpci){ .addr = m->addr, .slot = m->slot, .n_addr = m->n_addr };
	return pg_hostpci_names(f->hp ? f->hp : &as, addr);
}

/* A line from before a repair that was carried out: the device is named where it is now. */
static bool is_over(const struct pg_where_from *f, const char *user, const struct pg_found *found)
{
	const struct pg_memory *m = &f->memory;

	for (size_t i = 0; found->place == PG_PLACE_MOVED && i < m->n; i++)
		if (m->found[i].place == PG_PLACE_SAME && m->found[i].dev == found->dev &&
		    pg_known_has_user(&m->known[i], user) && is_named(f, found->dev->addr))
			return true;
	return false;
}

/* Where a function is that is not made will be, as far as the card tells. */
static struct pg_bdf will_be_at(const struct pg_known *k, const struct pg_found *found)
{
	struct pg_bdf addr;

	return pg_vf_addr(found->card, k->vf, &addr) ? addr : k->addr;
}

static struct pg_where where_of(const struct pg_known *k, const struct pg_found *found)
{
	struct pg_bdf to = found->dev			     ? found->dev->addr :
			   found->place == PG_PLACE_UNMADE ? will_be_at(k, found) :
							     k->addr;
	struct pg_where w = nowhere(found->place, to, false);

	w.by = found->by;
	w.card = k->is_vf ? found->card : NULL;
	w.vf = k->vf;
	return w;
}

/* Of the lines for one function: one that is true wins over those from before a repair. */
static struct pg_where function_is(const struct pg_where_from *f, const char *user,
				   struct pg_bdf addr)
{
	struct pg_where w = { .place = PG_PLACE_SAME, .to = { .addr = addr } };

	for (size_t i = 0; i < f->memory.n; i++) {
		const struct pg_known *k = &f->memory.known[i];
		const struct pg_found *found = &f->memory.found[i];

		if (!pg_known_has_user(k, user) || !pg_bdf_equal(k->addr, addr) ||
		    (w.known && found->place != PG_PLACE_SAME) || is_over(f, user, found))
			continue;
		w = where_of(k, found);
	}
	return w;
}

/* One more function of a slot. All must have gone the same way; one that is not made is told of. */
static void join(struct pg_where *w, const struct pg_where *one)
{
	bool same_way = !w->known || pg_bdf_equal(w->to.addr, one->to.addr);
	bool unmade = w->place == PG_PLACE_UNMADE || one->place == PG_PLACE_UNMADE;

	if (w->known && same_way && unmade && w->place != one->place) {
		if (one->place == PG_PLACE_UNMADE)
			*w = *one;
		return;
	}
	if (w->known && (w->place != one->place || !same_way)) {
		*w = *one;
		w->place = PG_PLACE_UNSURE;
		return;
	}
	*w = *one;
}

struct pg_where pg_where_is(const struct pg_where_from *f, const char *user, struct pg_bdf addr,
			    bool slot)
{
	struct pg_where w = { .place = PG_PLACE_SAME, .to = { .addr = addr, .slot = slot } };

	if (!slot)
		return function_is(f, user, addr);
	for (uint8_t fn = 0; fn < 8; fn++) {
		struct pg_where one;

		addr.fn = fn;
		one = function_is(f, user, addr);
		if (!one.known)
			continue;
		if (one.to.addr.fn != fn)
			one.place = PG_PLACE_UNSURE;
		one.to = (struct pg_pick){ .addr = one.to.addr, .slot = true };
		one.to.addr.fn = 0;
		join(&w, &one);
	}
	return w;
}

/* ---- without a memory: by the ids that the entry itself gives ---- */

bool pg_where_has_ids(const struct pg_dev *dev, const struct pg_where_ids *ids)
{
	struct pg_dev sub = { .vendor = dev->subvendor, .device = dev->subdevice };

	return pg_ids_item_match(ids->ids, dev) &&
	       (!ids->subsystem || !dev->has_subsystem || pg_ids_item_match(ids->subsystem, &sub));
}

/* By the mapping that is looked at alone: its command is still to be run. */
static bool is_own(const struct pg_where_from *f, const struct pg_known *k)
{
	return f->mapping && k->user.n == 1 && pg_text_starts(k->user.v[0], "mapping/") &&
	       strcmp(k->user.v[0] + strlen("mapping/"), f->mapping->id) == 0;
}

static bool is_remembered(const struct pg_where_from *f, const struct pg_dev *dev)
{
	for (size_t i = 0; i < f->memory.n; i++)
		if (f->memory.found[i].dev == dev && f->memory.known[i].user.n &&
		    !is_own(f, &f->memory.known[i]))
			return true;
	return false;
}

/* Nobody else's: such a device may be what the entry means. */
static bool is_loose(const struct pg_where_from *f, const struct pg_dev *dev)
{
	return !dev->is_bridge && !dev->is_vf && dev->n_vmid == 0 &&
	       pg_card_is_free(f->facts, dev) && !pg_bind_conf_has(f->facts, dev) &&
	       !is_remembered(f, dev);
}

struct pg_where pg_where_by_ids(const struct pg_where_from *f, const struct pg_where_ids *ids,
				struct pg_bdf addr, bool slot)
{
	const struct pg_dev *at = pg_facts_dev(f->facts, addr), *loose = NULL;
	size_t n = 0, n_loose = 0;
	struct pg_where w;

	if (at && pg_where_has_ids(at, ids))
		return nowhere(PG_PLACE_SAME, addr, slot);
	for (size_t i = 0; i < f->facts->n_dev; i++) {
		const struct pg_dev *dev = &f->facts->dev[i];

		if (!pg_where_has_ids(dev, ids) || dev->addr.fn != addr.fn)
			continue;
		n++;
		if (is_loose(f, dev)) {
			n_loose++;
			loose = dev;
		}
	}
	if (n_loose != 1)
		return nowhere(n ? PG_PLACE_UNSURE : PG_PLACE_GONE, addr, slot);
	w = nowhere(PG_PLACE_MOVED, loose->addr, slot);
	w.by = _("its ids, which no other device has that it could be");
	return w;
}
