/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices that are no longer where VMs, bind.conf and mappings look for them.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"
#include "src/plan/memory.h"

static bool is_used(const struct pg_facts *facts, const struct pg_mapping *m)
{
	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		for (size_t k = 0; g->local && !g->template && k < g->n_hostpci; k++)
			if (g->hostpci[k].mapping && pg_hostpci_counts(g, &g->hostpci[k]) &&
			    strcmp(g->hostpci[k].mapping, m->id) == 0)
				return true;
	}
	return false;
}

/* How bad it is for the host as it is. */
static enum pg_level level_of(const struct pg_checker *c, const struct pg_drift *d)
{
	if (d->what == PG_DRIFT_HOSTPCI)
		return PG_LEVEL_BLOCK;
	if (d->what == PG_DRIFT_MAPPING)
		return is_used(c->facts, d->mapping) ? PG_LEVEL_BLOCK : PG_LEVEL_WARN;
	return d->how == PG_DRIFT_GONE && !d->value ? PG_LEVEL_NOTE : PG_LEVEL_WARN;
}

/* The VM seems to have the chosen device already, and means another by it. */
static bool is_in_the_way(const struct pg_checker *c, const struct pg_drift *d)
{
	for (size_t i = 0; d->what == PG_DRIFT_HOSTPCI && i < c->n_dev; i++)
		if (pg_hostpci_names(d->hp, c->dev[i]->addr))
			return true;
	return false;
}

/* In a plan: what it mends is worth knowing, what it does not touch does not refuse it. */
static enum pg_level level_in_plan(const struct pg_checker *c, const struct pg_drift *d)
{
	enum pg_level level = level_of(c, d);

	if (c->choices->repair && d->value)
		return PG_LEVEL_NOTE;
	if (!c->choices->repair && is_in_the_way(c, d))
		return PG_LEVEL_BLOCK;
	return level == PG_LEVEL_BLOCK ? PG_LEVEL_WARN : level;
}

static int one(struct pg_checker *c, const struct pg_drift *d)
{
	char *text pg_autofree = pg_drift_text(d);
	char *evidence pg_autofree = pg_drift_evidence(d);
	char *advice pg_autofree = pg_drift_advice(d);
	struct pg_vm_scope vm = { .s = "host" };
	struct pg_finding *f;

	if (!text || !evidence || !advice)
		return -ENOMEM;
	if (d->what == PG_DRIFT_HOSTPCI)
		pg_vm_scope(d->guest->vmid, &vm);
	f = pg_findings_add(c->f, pg_drift_id(d), c->choices ? level_in_plan(c, d) : level_of(c, d),
			    vm.s, "%s", text);
	if (pg_finding_evidence(f, "%s", evidence) < 0)
		return -ENOMEM;
	if (c->choices && c->choices->repair && d->value)
		return 0;
	if (pg_finding_advice(f, "%s", advice) < 0)
		return -ENOMEM;
	return d->value ? pg_finding_fix(f, "pve-gpu " PG_DRIFT_FIX) : 0;
}

/* ---- all ---- */

/* Of a plan: what is about the chosen VM. */
static bool concerns(const struct pg_checker *c, const struct pg_drift *d)
{
	return !c->choices || c->choices->repair ||
	       (d->what == PG_DRIFT_HOSTPCI && d->guest->vmid == c->choices->vmid);
}

/* For the first page of the wizard, and above the list of doctor. */
static int summary(struct pg_checker *c)
{
	const struct pg_drifts *drifts = c->drifts;
	size_t n = 0, mendable = 0;
	struct pg_finding *f;

	for (size_t i = 0; i < drifts->n; i++) {
		n += pg_drift_is_elsewhere(&drifts->v[i]);
		mendable += drifts->v[i].value != NULL;
	}
	if (c->choices || n == 0)
		return 0;
	f = pg_findings_add(c->f, "device-moved", PG_LEVEL_WARN, "host",
			    P_("Devices are not where they were: %zu entry of VMs, mappings or bind.conf no "
			       "longer names the device that it means.",
			       "Devices are not where they were: %zu entries of VMs, mappings or bind.conf "
			       "no longer name the devices that they mean.", n), n);
	if ((mendable ? pg_finding_advice(f, "`pve-gpu %s`, or Repair on the wizard's first page, shows what "
					     "would be changed.", PG_DRIFT_FIX) :
			pg_finding_advice(f, "Start none of these VMs before their entries are put right.")) < 0)
		return -ENOMEM;
	return mendable ? pg_finding_fix(f, "pve-gpu " PG_DRIFT_FIX) : 0;
}

static int bad_line(struct pg_checker *c)
{
	struct pg_memory memory PG_CLEANUP(pg_memory_done) = { 0 };
	struct pg_finding *f;
	int r = pg_memory_read(c->facts, &memory);

	if (r < 0 || !memory.bad_line)
		return r;
	f = pg_findings_add(c->f, "devices-conf-line", PG_LEVEL_NOTE, "host",
			    "A line of the list of devices cannot be read and is passed over.");
	if (pg_finding_evidence(f, "%s:%u", PG_PATH_DEVICES, memory.bad_line) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the line out; the next plan writes what is missing.");
}

static int in_place(struct pg_checker *c)
{
	if (!c->choices || !c->choices->repair || c->drifts->n)
		return 0;
	return pg_findings_add(c->f, "devices-in-place", PG_LEVEL_OK, "host",
			       "Every entry of VMs, mappings and bind.conf names the device that it "
			       "means, as far as that is known.") ? 0 : -ENOMEM;
}

int pg_check_drift(struct pg_checker *c)
{
	int r = summary(c);

	for (size_t i = 0; r == 0 && i < c->drifts->n; i++)
		if (concerns(c, &c->drifts->v[i]))
			r = one(c, &c->drifts->v[i]);
	if (r == 0)
		r = in_place(c);
	return r < 0 || c->choices ? r : bad_line(c);
}
