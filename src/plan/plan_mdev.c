/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of a card for a VM: which function it is of, and what of the node it needs. */
#include "src/plan/mdev.h"

#include <errno.h>
#include <string.h>

#include "src/plan/drift.h"
#include "src/plan/vgpu.h"

/* ---- which function ---- */

bool pg_mdev_is_had(const struct pg_facts *facts, const struct pg_guest *guest,
		    struct pg_bdf addr, const char *type)
{
	for (size_t i = 0; guest && i < guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &guest->hostpci[i];

		if (hp->mdev && strcmp(hp->mdev, type) == 0 && pg_hostpci_counts(guest, hp) &&
		    pg_hostpci_may_take(facts, hp, addr))
			return true;
	}
	return false;
}

enum pg_mdev_state pg_mdev_state(const struct pg_mdev_parent *parent, const char *id)
{
	const struct pg_mdev_type *type = pg_mdev_type_of(parent, id);

	if (parent->way == PG_MDEV_VENDOR && parent->current)
		return PG_MDEV_EXHAUSTED; /* the list is empty then */
	if (!type)
		return PG_MDEV_NO_TYPE;
	return type->available == 0 ? PG_MDEV_EXHAUSTED : PG_MDEV_CAN;
}

/* By a mapping with alternatives another of them may be taken: that takes none for sure. */
bool pg_mdev_is_taken(const struct pg_facts *facts, const struct pg_mdev_parent *parent,
		      uint32_t but_vmid)
{
	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		for (size_t k = 0; g->local && !g->template && g->vmid != but_vmid && k < g->n_hostpci; k++)
			if (pg_hostpci_counts(g, &g->hostpci[k]) &&
			    pg_hostpci_names(&g->hostpci[k], parent->addr))
				return true;
	}
	return false;
}

/* The one that the VM has, else the first that is free; NULL: none is. */
static const struct pg_mdev_parent *free_part(const struct pg_facts *facts,
					      const struct pg_choices *c, const struct pg_dev *dev)
{
	const struct pg_guest *guest = c->vmid ? pg_facts_guest(facts, c->vmid) : NULL;
	const struct pg_mdev_parent *first = NULL;

	for (size_t i = 0; i < dev->n_vf; i++) {
		const struct pg_mdev_parent *part = pg_mdev_at(facts, dev->vf[i]);

		if (part && pg_mdev_is_had(facts, guest, part->addr, c->mdev))
			return part;
		if (part && !first && pg_mdev_state(part, c->mdev) == PG_MDEV_CAN &&
		    !pg_mdev_is_taken(facts, part, c->vmid))
			first = part;
	}
	return first;
}

int pg_mdev_choices(const struct pg_facts *facts, const struct pg_choices *choices,
		    struct pg_choices **ret)
{
	const struct pg_pick *pick = choices->n_pick == 1 ? choices->pick : NULL;
	const struct pg_dev *dev = pick && !pick->slot ? pg_facts_dev(facts, pick->addr) : NULL;
	const struct pg_mdev_parent *part = NULL;
	int r = pg_choices_copy(choices, ret);

	if (dev && !pg_mdev_at(facts, dev->addr))
		part = free_part(facts, choices, dev);
	if (r == 0 && part)
		(*ret)->pick[0].addr = part->addr;
	return r;
}

unsigned pg_mdev_leaving(const struct pg_facts *facts, const struct pg_choices *choices)
{
	const struct pg_guest *guest = choices->mdev && choices->vmid && choices->n_pick == 1 ?
		pg_facts_guest(facts, choices->vmid) : NULL;
	unsigned bits = 0;

	for (size_t i = 0; guest && i < guest->n_hostpci; i++)
		if (pg_hostpci_may_take(facts, &guest->hostpci[i], choices->pick->addr))
			bits |= 1U << guest->hostpci[i].index;
	return bits;
}

/* ---- what of the node it needs ---- */

static const struct pg_dev *only(const struct pg_planner *p)
{
	return p->choices->mdev && p->n_dev == 1 ? p->dev[0] : NULL;
}

bool pg_mdev_is_known(const struct pg_planner *p)
{
	const struct pg_dev *dev = only(p);

	return dev && pg_mdev_at(p->facts, dev->addr);
}

/* Also where it is on by hand: the next boot would be without. */
bool pg_mdev_wants_gvt(const struct pg_planner *p)
{
	const struct pg_dev *dev = only(p);

	return dev && pg_gvt_generation(dev) && !pg_gvt_is_configured(p->facts);
}

int pg_plan_kvmgt(struct pg_planner *p)
{
	const struct pg_dev *dev = only(p);
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes now, after = { 0 };
	int r;

	if (!dev || !pg_gvt_generation(dev) || pg_is_loaded_at_boot(p->facts, "kvmgt"))
		return 0;
	now = pg_planner_bytes(p, PG_PATH_MODULES);
	r = pg_strv_add(&lines, "kvmgt");
	if (r == 0)
		r = pg_conf_add_lines(&now, &lines, &after);
	return r < 0 ? r : pg_planner_put(p, PG_PATH_MODULES, &after, 0644,
					  "The module of GVT-g is loaded when the node starts.");
}

/* ---- the VM's entry ---- */

/* One with the same type; else one that has the device, whole or another part of it. */
const struct pg_hostpci *pg_mdev_entry(const struct pg_vm_plan *vm, const struct pg_entry *e)
{
	const struct pg_hostpci *first = NULL;

	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++) {
		const struct pg_hostpci *hp = pg_vm_hostpci_at(vm->guest, i);

		if (!hp || vm->leaving >> i & 1 || !pg_vm_covered(vm, hp, e))
			continue;
		if (hp->mdev && strcmp(hp->mdev, vm->p->choices->mdev) == 0)
			return hp;
		if (!first)
			first = hp;
	}
	return first;
}
