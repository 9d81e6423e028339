/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One device, several VMs: no fault in itself, but they cannot run together. */
#include "src/plan/lint.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"

enum { NAMED = 8 }; /* VMs that are named one by one; of the others, the number */

/* VMs of this node with passed devices: the others need not be looked at again and again. */
struct guests {
	const struct pg_guest **v;
	size_t n;
};

static void guests_done(struct guests *g)
{
	free(g->v);
}

static int add(struct guests *to, const struct pg_guest *g)
{
	const struct pg_guest **slot = pg_vec_add(&to->v, &to->n, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = g;
	return 0;
}

static int all_with_devices(const struct pg_facts *facts, struct guests *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		if (g->local && !g->error && !g->template && pg_lint_has_device(g))
			r = add(ret, g);
	}
	return r;
}

/* "VMs 100, 101 (runs), 102 (starts by itself) and 3 more" */
static int name_all(const struct guests *g, struct pg_strbuf *b)
{
	pg_strbuf_add(b, _("VMs "));
	for (size_t i = 0; i < g->n && i < NAMED; i++)
		pg_strbuf_addf(b, "%s%u%s", i ? ", " : "", g->v[i]->vmid,
			       g->v[i]->running == PG_YES ? _(" (runs)") :
			       pg_lint_starts_itself(g->v[i]) ? _(" (starts by itself)") : "");
	if (g->n > NAMED)
		pg_strbuf_addf(b, _(" and %zu more"), g->n - NAMED);
	return pg_strbuf_error(b);
}

static size_t starters(const struct guests *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += pg_lint_starts_itself(g->v[i]);
	return n;
}

static bool any_runs(const struct guests *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i]->running == PG_YES)
			return true;
	return false;
}

static const char *and_then(const struct guests *g)
{
	return starters(g) > 1 ? _(", and more than one of them starts by itself: the later one fails") :
	       any_runs(g)     ? _("; one of them runs now, so the others do not start") : "";
}

static int say(struct pg_checker *c, const struct guests *g, const char *id, const char *scope,
	       const char *text)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	if (name_all(g, &b) < 0)
		return -ENOMEM;
	f = pg_findings_add(c->f, id, starters(g) > 1 ? PG_LEVEL_WARN : PG_LEVEL_NOTE, scope,
			    "%s: only one of them can run at a time%s.", text, and_then(g));
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, starters(g) > 1 ?
				    N_("Set onboot: 0 for all but one of them (with HA: state stopped). Backups "
				    "of a stopped VM take the device as well.") :
				    N_("Backups of a stopped VM take the device as well."));
}

/* ---- the same device ---- */

static int device(struct pg_checker *c, const struct guests *all, const struct pg_dev *dev,
		  bool *ret_shared)
{
	struct guests with PG_CLEANUP(guests_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++)
		if (pg_lint_takes(c->facts, all->v[i], dev))
			r = add(&with, all->v[i]);
	*ret_shared = with.n > 1;
	if (r < 0 || with.n < 2)
		return r;
	return say(c, &with, "device-several-vms", pg_bdf_str(dev->addr).s,
		   _("Several VMs have this device"));
}

/* ---- different devices of one IOMMU group ---- */

static bool takes_any(const struct pg_facts *facts, const struct pg_guest *g,
		      const struct pg_group *group)
{
	for (size_t i = 0; i < group->n_dev; i++)
		if (pg_lint_takes(facts, g, &facts->dev[group->dev[i]]))
			return true;
	return false;
}

/* /dev/vfio/GROUP can be opened once (drivers/vfio: EBUSY). */
static int group(struct pg_checker *c, const struct guests *all, const struct pg_group *group)
{
	struct guests with PG_CLEANUP(guests_done) = { 0 };
	const struct pg_dev *first = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++)
		if (takes_any(c->facts, all->v[i], group))
			r = add(&with, all->v[i]);
	if (r < 0 || with.n < 2)
		return r;
	for (size_t i = 0; !first && i < group->n_dev; i++)
		if (pg_lint_takes(c->facts, with.v[0], &c->facts->dev[group->dev[i]]))
			first = &c->facts->dev[group->dev[i]];
	if (!first)
		return 0;
	return say(c, &with, "group-several-vms", pg_bdf_str(first->addr).s,
		   _("Several VMs have devices of the same IOMMU group, which belongs to one VM at a time"));
}

static int groups(struct pg_checker *c, const struct guests *all)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_group; i++) {
		const struct pg_group *g = &c->facts->group[i];
		bool shared = false;

		for (size_t k = 0; r == 0 && !shared && k < g->n_dev; k++)
			r = device(c, all, &c->facts->dev[g->dev[k]], &shared);
		if (r == 0 && !shared)
			r = group(c, all, g);
	}
	return r;
}

/* Without groups, the devices alone. */
static int ungrouped(struct pg_checker *c, const struct guests *all)
{
	bool shared;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_dev; i++)
		if (!pg_facts_group(c->facts, c->facts->dev[i].group))
			r = device(c, all, &c->facts->dev[i], &shared);
	return r;
}

/* ---- a mapping with several devices: as many VMs as it has ---- */

static bool uses(const struct pg_guest *g, const struct pg_mapping *m)
{
	for (size_t i = 0; i < g->n_hostpci; i++)
		if (g->hostpci[i].mapping && strcmp(g->hostpci[i].mapping, m->id) == 0 &&
		    pg_hostpci_counts(g, &g->hostpci[i]) && !g->hostpci[i].mdev)
			return true;
	return false;
}

static int mapping(struct pg_checker *c, const struct guests *all, const struct pg_mapping *m)
{
	struct guests with PG_CLEANUP(guests_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;
	size_t have = 0;
	int r = 0;

	for (size_t i = 0; i < m->n_map; i++)
		have += m->map[i].here;
	for (size_t i = 0; r == 0 && have > 1 && i < all->n; i++)
		if (uses(all->v[i], m))
			r = add(&with, all->v[i]);
	if (r < 0 || have < 2 || with.n <= have)
		return r;
	if (name_all(&with, &b) < 0)
		return -ENOMEM;
	f = pg_findings_add(c->f, "mapping-too-few", starters(&with) > have ? PG_LEVEL_WARN :
			    PG_LEVEL_NOTE, "host",
			    "The resource mapping %s has %zu devices on this node for %zu VMs: no more than "
			    "that many of them can run at a time.", m->id, have, with.n);
	return pg_finding_evidence(f, "%s", b.s);
}

int pg_lint_shared(struct pg_checker *c)
{
	struct guests all PG_CLEANUP(guests_done) = { 0 };
	int r = all_with_devices(c->facts, &all);

	if (r < 0 || all.n < 2)
		return r;
	r = groups(c, &all);
	if (r == 0)
		r = ungrouped(c, &all);
	for (size_t i = 0; r == 0 && i < c->facts->n_mapping; i++)
		r = mapping(c, &all, &c->facts->mapping[i]);
	return r;
}
