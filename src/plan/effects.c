/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/effects.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/mdev.h"
#include "src/plan/planner.h"

/* A simulation that runs. */
struct sim {
	const struct pg_facts *facts;
	const struct pg_taking *taking;
	struct pg_effects out;
};

/* Why a device leaves. */
struct reason {
	enum pg_cause cause;
	const struct pg_dev *by;
	bool at_boot;
};

void pg_effects_done(struct pg_effects *effects)
{
	for (size_t i = 0; i < effects->n; i++) {
		free(effects->v[i].now);
		free(effects->v[i].after);
		free(effects->v[i].why);
		free(effects->v[i].lost);
	}
	free(effects->v);
	pg_keeps_done(&effects->keeps);
	*effects = (struct pg_effects){ 0 };
}

static bool has(const struct sim *s, const struct pg_dev *dev)
{
	for (size_t i = 0; i < s->out.n; i++)
		if (pg_bdf_equal(s->out.v[i].addr, dev->addr))
			return true;
	return false;
}

/* ---- words ---- */

static char *why(const struct sim *s, const struct reason *reason)
{
	switch (reason->cause) {
	case PG_CAUSE_CHOSEN:
		return strdup(_("chosen"));
	case PG_CAUSE_IDS:
		return strdup(_("same ids"));
	case PG_CAUSE_GUEST:
		return pg_strf(_("VM %u has it already"), (unsigned)s->taking->guest->vmid);
	case PG_CAUSE_GROUP:
		return strdup(_("same IOMMU group"));
	case PG_CAUSE_VF:
		return pg_strf(_("virtual function of %s"), pg_bdf_str(reason->by->addr).s);
	}
	return NULL;
}

/* ---- taking ---- */

static int take(struct sim *s, const struct pg_dev *dev, const struct reason *reason)
{
	struct pg_effect *e;

	if (dev->is_bridge || has(s, dev))
		return 0;
	e = pg_vec_add(&s->out.v, &s->out.n, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->addr = dev->addr;
	e->cause = reason->cause;
	e->by = reason->by->addr;
	e->at_boot = reason->at_boot;
	e->now = dev->driver ? strdup(dev->driver) : NULL;
	e->after = reason->cause == PG_CAUSE_VF ? NULL : strdup("vfio-pci");
	e->why = why(s, reason);
	if ((dev->driver && !e->now) || (reason->cause != PG_CAUSE_VF && !e->after) || !e->why)
		return -ENOMEM;
	return 0;
}

static enum pg_bind how(const struct sim *s, size_t i)
{
	return s->taking->how ? s->taking->how[i] : PG_BIND_AT_START;
}

static int chosen(struct sim *s)
{
	const struct pg_taking *t = s->taking;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n; i++)
		r = take(s, t->dev[i],
			 &(struct reason){ PG_CAUSE_CHOSEN, t->dev[i],
					   how(s, i) != PG_BIND_AT_START });
	return r;
}

/* ids= that the person wrote catch every device that has them. */
static int same_ids(struct sim *s, const struct pg_dev *dev)
{
	const struct reason reason = { PG_CAUSE_IDS, dev, true };
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->facts->n_dev; i++) {
		const struct pg_dev *other = &s->facts->dev[i];

		if (other->vendor == dev->vendor && other->device == dev->device &&
		    pg_by_ids(s->facts, other))
			r = take(s, other, &reason);
	}
	return r;
}

static int all_same_ids(struct sim *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->taking->n; i++)
		if (how(s, i) == PG_BIND_EARLY)
			r = same_ids(s, s->taking->dev[i]);
	return r;
}

/* Of several map lines Proxmox takes the first that is free: only its slot is sure. */
static bool mapping_names(const struct pg_facts *facts, const char *id, struct pg_bdf addr)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];
		struct pg_hostpci as = { .addr = m->addr, .slot = m->slot, .n_addr = m->n_addr };

		if (strcmp(m->id, id) == 0 && m->here && !m->mdev && m->n_addr)
			return pg_bdf_same_slot(m->addr[0], addr) && pg_hostpci_names(&as, addr);
	}
	return false;
}

/* A mediated device leaves the card with its driver. */
static bool starts_with(const struct sim *s, const struct pg_dev *dev)
{
	const struct pg_guest *g = s->taking->guest;

	for (size_t i = 0; g && i < g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &g->hostpci[i];

		if (hp->leaving || hp->mdev || s->taking->leaving >> hp->index & 1)
			continue;
		if (hp->mapping ? mapping_names(s->facts, hp->mapping, dev->addr) :
				  pg_hostpci_names(hp, dev->addr))
			return true;
	}
	return false;
}

static int of_guest(struct sim *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->facts->n_dev; i++) {
		const struct pg_dev *dev = &s->facts->dev[i];

		if (starts_with(s, dev))
			r = take(s, dev, &(struct reason){ PG_CAUSE_GUEST, dev, false });
	}
	return r;
}

static int same_group(struct sim *s, const struct pg_dev *dev)
{
	const struct pg_group *group = dev ? pg_facts_group(s->facts, dev->group) : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && group && i < group->n_dev; i++)
		r = take(s, &s->facts->dev[group->dev[i]],
			 &(struct reason){ PG_CAUSE_GROUP, dev, false });
	return r;
}

/* What only ids= catches at boot is no device of the VM: its group stays. */
static int all_same_group(struct sim *s)
{
	size_t n = s->out.n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		if (s->out.v[i].cause != PG_CAUSE_IDS)
			r = same_group(s, pg_facts_dev(s->facts, s->out.v[i].addr));
	return r;
}

/* A physical function that leaves its driver takes its virtual ones away (the drivers' remove()
 * ends with pci_disable_sriov), and bound before its driver comes it never makes any. */
static int all_vfs(struct sim *s)
{
	size_t n = s->out.n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct pg_dev *pf = pg_facts_dev(s->facts, s->out.v[i].addr);
		const struct reason reason = { PG_CAUSE_VF, pf, s->out.v[i].at_boot };

		for (size_t k = 0; r == 0 && pf && k < pf->n_vf; k++) {
			const struct pg_dev *vf = pg_facts_dev(s->facts, pf->vf[k]);

			if (vf)
				r = take(s, vf, &reason);
		}
	}
	return r;
}

/* ---- what goes with them, once it is known what leaves ---- */

static int add_lost(const struct pg_keeps *keeps, const struct pg_use *use, struct pg_strbuf *b)
{
	pg_autofree char *words = NULL;

	pg_strbuf_addf(b, "%s%s", b->len ? "; " : "", use->detail);
	if (!pg_keeps_use(keeps, use))
		return 0;
	if (pg_keeps_words(keeps, use, &words) < 0)
		return -ENOMEM;
	if (words)
		pg_strbuf_addf(b, " (%s)", words);
	return 0;
}

/* Of a virtual function that is gone, the VMs lose it too. */
static int lost(const struct sim *s, struct pg_effect *e)
{
	const struct pg_dev *dev = pg_facts_dev(s->facts, e->addr);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && dev && i < dev->n_use; i++)
		r = add_lost(&s->out.keeps, &dev->use[i], &b);
	for (size_t i = 0; dev && e->cause == PG_CAUSE_VF && i < dev->n_vmid; i++)
		pg_strbuf_addf(&b, _("%sthe device of VM %u"), b.len ? "; " : "",
			       (unsigned)dev->vmid[i]);
	if (r < 0 || pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	e->lost = b.len ? pg_strbuf_steal(&b) : NULL;
	return 0;
}

static int all_lost(struct sim *s)
{
	int r = pg_keeps_make(s->facts, &s->out, &s->out.keeps);

	for (size_t i = 0; r == 0 && i < s->out.n; i++)
		r = lost(s, &s->out.v[i]);
	return r;
}

static int by_addr(const void *a, const void *b)
{
	return pg_bdf_cmp(((const struct pg_effect *)a)->addr,
			  ((const struct pg_effect *)b)->addr);
}

int pg_effects_make(const struct pg_facts *facts, const struct pg_taking *taking,
		    struct pg_effects *ret)
{
	static int (*const parts[])(struct sim *s) = {
		chosen, all_same_ids, of_guest, all_same_group, all_vfs, all_lost,
	};
	struct sim s = { .facts = facts, .taking = taking };
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&s);
	if (r < 0) {
		pg_effects_done(&s.out);
		return r;
	}
	if (s.out.n)
		qsort(s.out.v, s.out.n, sizeof(*s.out.v), by_addr);
	*ret = s.out;
	return 0;
}

/* ---- of a plan ---- */

static bool leaves(const struct pg_effect *e)
{
	return !e->now || !e->after || strcmp(e->now, e->after) != 0;
}

int pg_plan_effects(struct pg_planner *p)
{
	const struct pg_taking taking = {
		.dev = p->dev, .how = p->how, .n = p->choices->mdev ? 0 : p->n_dev,
		.guest = p->choices->vmid ? pg_facts_guest(p->facts, p->choices->vmid) : NULL,
		.leaving = pg_choices_leaving(p->choices) | pg_mdev_leaving(p->facts, p->choices),
	};
	struct pg_effects all PG_CLEANUP(pg_effects_done) = { 0 };
	int r = pg_effects_make(p->facts, &taking, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		struct pg_effect *e = leaves(&all.v[i]) ?
			pg_vec_add(&p->plan->effect, &p->plan->n_effect, sizeof(*e)) : NULL;

		if (e) {
			*e = all.v[i];
			all.v[i] = (struct pg_effect){ 0 };
		} else if (leaves(&all.v[i])) {
			r = -ENOMEM;
		}
	}
	return r;
}
