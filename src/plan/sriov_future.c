/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A node as it will be when virtual functions are there that are asked for now: so that one of
 * them is given to a VM by the same planner, with the same checks, as any other device.
 */
#include <errno.h>
#include <string.h>

#include "src/host/sriov.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"

void pg_sriov_future_done(struct pg_sriov_future *f)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(f->owned); i++)
		free(f->owned[i]);
	for (size_t i = 0; i < f->n_index; i++)
		free(f->index[i]);
	free(f->index);
	*f = (struct pg_sriov_future){ 0 };
}

bool pg_sriov_is_future(const struct pg_facts *now, const struct pg_dev *vf)
{
	return vf->is_vf && !pg_facts_dev(now, vf->addr);
}

/*
 * The device's IOMMU group. A function can be kept apart from others as its card can: drivers/pci
 * looks at the way up, which is the same. So it gets a group of its own where the card has one
 * alone, and is in the card's where that holds more.
 */
static int group_of(const struct pg_facts *facts, const struct pg_dev *pf, int own)
{
	const struct pg_group *g = pg_facts_group(facts, pf->group);

	if (!g)
		return -1;
	for (size_t i = 0; i < g->n_dev; i++)
		if (!pg_bdf_same_slot(facts->dev[g->dev[i]].addr, pf->addr))
			return g->id;
	return own;
}

static struct pg_dev imagine(const struct pg_dev *pf, struct pg_bdf addr)
{
	return (struct pg_dev){
		.addr = addr, .vendor = pf->vendor, .device = pf->vf_device,
		.has_subsystem = pf->has_subsystem, .subvendor = pf->subvendor,
		.subdevice = pf->subdevice, .class = pf->class, .kind = pf->kind, .name = pf->name,
		.vendor_name = pf->vendor_name, .boot_vga = PG_UNKNOWN, .can_reset = PG_UNKNOWN,
		.has_parent = pf->has_parent, .parent = pf->parent, .is_vf = true,
		.physfn = pf->addr, .claim_known = PG_UNKNOWN, .vf_probe = PG_UNKNOWN,
		.vf_memory = PG_UNKNOWN,
	};
}

static int by_addr(const void *a, const void *b)
{
	return pg_bdf_cmp(((const struct pg_dev *)a)->addr, ((const struct pg_dev *)b)->addr);
}

/* ---- indexes into the devices, which have moved up ---- */

static size_t *indexes(struct pg_sriov_future *f, const struct pg_facts *now, const size_t *from,
		       size_t n, size_t extra)
{
	size_t *to = calloc(n + extra + 1, sizeof(*to));
	size_t **keep = to ? pg_vec_add(&f->index, &f->n_index, sizeof(*keep)) : NULL;

	if (!keep) {
		free(to);
		return NULL;
	}
	*keep = to;
	for (size_t i = 0; i < n; i++)
		to[i] = (size_t)(pg_facts_dev(&f->facts, now->dev[from[i]].addr) - f->facts.dev);
	return to;
}

static int move_groups(struct pg_sriov_future *f, const struct pg_facts *now)
{
	struct pg_group *group = f->owned[1];
	size_t n = now->n_group;

	for (size_t i = 0; i < n; i++) {
		group[i] = now->group[i];
		group[i].dev = indexes(f, now, group[i].dev, group[i].n_dev, f->facts.n_dev - now->n_dev);
		if (!group[i].dev)
			return -ENOMEM;
	}
	for (size_t d = 0; d < f->facts.n_dev; d++) {
		const struct pg_dev *vf = &f->facts.dev[d];
		struct pg_group *g = NULL;

		if (!pg_sriov_is_future(now, vf) || vf->group < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			if (group[i].id == vf->group)
				g = &group[i];
		if (!g) {
			g = &group[n++];
			*g = (struct pg_group){ .id = vf->group, .verdict = PG_GROUP_CLEAN };
			g->dev = indexes(f, now, NULL, 0, 1);
			if (!g->dev)
				return -ENOMEM;
		}
		g->dev[g->n_dev++] = d;
	}
	f->facts.group = group;
	f->facts.n_group = n;
	return 0;
}

static int move_support(struct pg_sriov_future *f, const struct pg_facts *now)
{
	struct pg_support *s = f->owned[2];

	for (size_t i = 0; i < now->n_support; i++) {
		s[i] = now->support[i];
		s[i].dev = indexes(f, now, s[i].dev, s[i].n_dev, 0);
		if (!s[i].dev)
			return -ENOMEM;
	}
	f->facts.support = s;
	return 0;
}

/* ---- the devices ---- */

static int next_group(const struct pg_facts *facts)
{
	return facts->n_group ? facts->group[facts->n_group - 1].id + 1 : 0;
}

static size_t add_vfs(struct pg_sriov_future *f, const struct pg_facts *now, const struct pg_dev *pf,
		      unsigned count)
{
	struct pg_dev *dev = f->owned[0];
	size_t n = now->n_dev;
	int own = next_group(now);

	if (n)
		memcpy(dev, now->dev, n * sizeof(*dev));
	for (unsigned i = 0; i < count; i++) {
		struct pg_bdf addr;

		if (!pg_vf_addr(pf, i, &addr) || pg_facts_dev(now, addr))
			continue;
		dev[n] = imagine(pf, addr);
		dev[n].group = group_of(now, pf, own);
		own += dev[n].group == own;
		n++;
	}
	if (n)
		qsort(dev, n, sizeof(*dev), by_addr);
	return n;
}

static int make_future(const struct pg_facts *now, const struct pg_dev *pf, unsigned count,
		       struct pg_sriov_future *f)
{
	int r;

	f->facts = *now;
	f->owned[0] = calloc(now->n_dev + count + 1, sizeof(struct pg_dev));
	f->owned[1] = calloc(now->n_group + count + 1, sizeof(struct pg_group));
	f->owned[2] = calloc(now->n_support + 1, sizeof(struct pg_support));
	if (!f->owned[0] || !f->owned[1] || !f->owned[2])
		return -ENOMEM;
	f->facts.n_dev = add_vfs(f, now, pf, count);
	f->facts.dev = f->owned[0];
	r = move_groups(f, now);
	return r < 0 ? r : move_support(f, now);
}

/* ---- the next one that is free ---- */

/* Nobody has it, or will have it at its next start. */
static bool is_free(const struct pg_facts *facts, const struct pg_dev *vf)
{
	for (size_t i = 0; i < facts->n_guest; i++)
		if (facts->guest[i].local && pg_guest_names(&facts->guest[i], vf))
			return false;
	return vf->n_vmid == 0 && vf->n_use == 0;
}

/* One that the VM has already is the one that it gets: a second run changes nothing. */
static const struct pg_dev *choose_vf(const struct pg_facts *facts, const struct pg_dev *pf,
				      const struct pg_choices *choices)
{
	const struct pg_guest *guest = pg_facts_guest(facts, choices->vmid);
	const struct pg_dev *free_one = NULL;

	for (unsigned i = 0; i < choices->sriov.count; i++) {
		struct pg_bdf addr;
		const struct pg_dev *vf = pg_vf_addr(pf, i, &addr) ? pg_facts_dev(facts, addr) : NULL;

		if (!vf || !vf->is_vf)
			continue;
		if (guest && guest->local && pg_guest_names(guest, vf))
			return vf;
		if (!free_one && is_free(facts, vf))
			free_one = vf;
	}
	return free_one;
}

int pg_sriov_choose(const struct pg_facts *facts, const struct pg_choices *choices,
		    struct pg_sriov_future *ret, struct pg_choices **ret_choices)
{
	struct pg_sriov_future f PG_CLEANUP(pg_sriov_future_done) = { 0 };
	struct pg_choices *meant PG_CLEANUP(pg_choices_freep) = NULL;
	const struct pg_dev *pf = pg_facts_dev(facts, choices->sriov.pf), *vf;
	unsigned count = choices->sriov.count;
	int r;

	*ret_choices = NULL;
	if (!choices->sriov.wanted || !choices->vmid || !pf)
		return 0;
	r = make_future(facts, pf, count < pf->total_vfs ? count : pf->total_vfs, &f);
	if (r == 0)
		r = pg_choices_copy(choices, &meant);
	if (r < 0)
		return r;
	vf = choose_vf(&f.facts, pf, choices);
	if (vf && pg_choices_pick(meant, vf->addr, false) < 0)
		return -ENOMEM;
	*ret = f;
	f = (struct pg_sriov_future){ 0 };
	*ret_choices = PG_STEAL(meant);
	return 0;
}
