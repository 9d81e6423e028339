/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VMs that ask for a part of a card: will their start find it (PVE::QemuServer::PCI::Mdev)? */
#include "src/plan/lint.h"
#include "src/plan/mdev.h"
#include "src/plan/vgpu.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"

/* "i915-GVTg_V5_4, i915-GVTg_V5_8": what there is instead. */
static int add_types(const struct pg_mdev_parent *parent, struct pg_strbuf *b)
{
	for (size_t i = 0; i < parent->n_type; i++)
		pg_strbuf_addf(b, "%s%s", i ? ", " : "", parent->type[i].id);
	if (!parent->n_type)
		pg_strbuf_add(b, _("none"));
	return pg_strbuf_error(b);
}

static int unsupported(const struct pg_lint *l, const struct pg_hostpci *hp,
		       const struct pg_dev *dev)
{
	struct pg_finding *f = pg_lint_add(
		l, "hostpci-mdev-unsupported", PG_LEVEL_BLOCK,
		"hostpci%u asks for a part of %s, of which none can be made: the VM will not start (does "
		"not support mediated devices, or no nvidia sysfs api).",
		hp->index, pg_bdf_str(dev->addr).s);

	if (pg_lint_entry(l, f, hp) < 0 ||
	    pg_finding_advice(f, "Why is said of %s itself. `pve-gpu vgpu` shows what can be divided.",
			      pg_bdf_str(dev->addr).s) < 0)
		return -ENOMEM;
	return pg_vgpu_why(l->c->facts, dev, PG_LEVEL_WARN, l->c->f);
}

static int no_type(const struct pg_lint *l, const struct pg_hostpci *hp,
		   const struct pg_mdev_parent *parent)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f = pg_lint_add(
		l, "hostpci-mdev-type", PG_LEVEL_BLOCK,
		"hostpci%u asks for a type that %s does not offer: the VM will not start (%s).", hp->index,
		parent->name, parent->way == PG_MDEV_VENDOR ? _("vgpu type not available") : _("has no type"));

	if (pg_lint_entry(l, f, hp) < 0 || add_types(parent, &b) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "It offers: %.500s. `pve-gpu vgpu %s %s TYPE` changes the entry.", b.s,
				 l->scope.number, parent->name);
}

static int exhausted(const struct pg_lint *l, const struct pg_hostpci *hp,
		     const struct pg_mdev_parent *parent)
{
	struct pg_finding *f = pg_lint_add(
		l, "hostpci-mdev-exhausted", PG_LEVEL_WARN,
		"What hostpci%u asks for is all taken now: as long as that is so, the VM does not start "
		"(has no available instances).", hp->index);

	if (pg_lint_entry(l, f, hp) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`pve-gpu vgpu` shows who has the parts of %s: stop one of these VMs, or "
				    "take a smaller type.", parent->name);
}

/* Its instance is there, or the VM has it in use. */
static bool has_it(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < l->c->facts->n_mdev; i++)
		if (l->c->facts->mdev[i].vmid == l->g->vmid && l->c->facts->mdev[i].index == hp->index)
			return true;
	return l->g->running == PG_YES;
}

/* Of several devices of a mapping one that can is enough. */
static const struct pg_mdev_parent *best(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	const struct pg_mdev_parent *best = NULL;

	for (size_t i = 0; i < facts->n_mdev_parent; i++) {
		const struct pg_mdev_parent *p = &facts->mdev_parent[i];
		enum pg_mdev_state state = pg_mdev_state(p, hp->mdev);

		if (!p->is_pci || !pg_hostpci_may_take(facts, hp, p->addr))
			continue;
		if (state == PG_MDEV_CAN)
			return p;
		if (!best || state == PG_MDEV_EXHAUSTED)
			best = p;
	}
	return best;
}

static int entry(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mdev_parent *parent = best(l->c->facts, hp);
	const struct pg_dev *dev = pg_lint_dev(l->c->facts, hp);

	if (has_it(l, hp) || (!parent && !dev))
		return 0;
	if (!parent)
		return unsupported(l, hp, dev);
	if (parent->current)
		return 0; /* the start sets it to 0 first, and what can be made is known then only */
	switch (pg_mdev_state(parent, hp->mdev)) {
	case PG_MDEV_NO_TYPE:
		return no_type(l, hp, parent);
	case PG_MDEV_EXHAUSTED:
		return exhausted(l, hp, parent);
	case PG_MDEV_CAN:
		break;
	}
	return 0;
}

int pg_check_mdev_guests(struct pg_checker *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		struct pg_lint l = { .c = c, .g = &c->facts->guest[i] };

		if (!l.g->local || l.g->template || l.g->error)
			continue;
		pg_vm_scope(l.g->vmid, &l.scope);
		for (size_t k = 0; r == 0 && k < l.g->n_hostpci; k++)
			if (l.g->hostpci[k].mdev && pg_hostpci_counts(l.g, &l.g->hostpci[k]))
				r = entry(&l, &l.g->hostpci[k]);
	}
	return r;
}
