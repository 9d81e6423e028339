/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift.h"
#include "src/plan/mdev.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"

#include <errno.h>

static void checker_done(struct pg_checker *c)
{
	free(c->dev);
	pg_effects_done(&c->effects);
}

static int simulate(struct pg_checker *c)
{
	pg_autofree enum pg_bind *how = NULL;
	struct pg_taking taking = { .guest = NULL };
	const char *why;
	int r = pg_plan_devices(c->facts, c->choices, &c->dev, &c->n_dev);

	if (r < 0)
		return r;
	how = calloc(c->n_dev + 1, sizeof(*how));
	if (!how)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_dev; i++)
		how[i] = pg_plan_bind(c->facts, c->choices, &why);
	taking.dev = c->dev;
	taking.how = how;
	taking.n = c->choices->mdev ? 0 : c->n_dev;
	taking.leaving = pg_choices_leaving(c->choices) | pg_mdev_leaving(c->facts, c->choices);
	if (c->choices->vmid)
		taking.guest = pg_facts_guest(c->facts, c->choices->vmid);
	return pg_effects_make(c->facts, &taking, &c->effects);
}

/* Nothing of the host is changed for it. */
static bool vm_only(const struct pg_choices *choices)
{
	return choices && choices->n_pick == 0 &&
	       (pg_choices_has_usb(choices) || pg_choices_has_vm_only(choices));
}

/* What gives no device to a VM: an entry of a list in /etc/pve, which takes nothing from anybody; and
 * virtual functions that no VM is to have yet. */
static bool is_apart(const struct pg_choices *choices)
{
	return choices && (choices->map_task || (choices->sriov.wanted && choices->n_pick == 0));
}

int pg_check(const struct pg_facts *facts, const struct pg_choices *choices,
	     struct pg_findings *ret)
{
	/* The first ones are about PCI devices to be given, which USB and removal do not need. */
	static int (*const parts[])(struct pg_checker *c) = {
		pg_check_iommu,	 pg_check_boot,	   pg_check_vfio,  pg_check_modules,
		pg_check_system, pg_check_losses, pg_check_devices, pg_check_mdev, pg_check_guest,
		pg_check_guests, pg_check_drift,  pg_check_nics,
		pg_check_usb,	 pg_check_usb_guests, pg_check_kernel,
	};
	enum { OF_PCI = 8 };
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };
	struct pg_checker c PG_CLEANUP(checker_done) = {
		.facts = facts,
		.choices = choices,
		.drifts = &drifts,
		.f = &found,
	};
	int r = pg_drifts_find(facts, &drifts);

	if (r == 0)
		r = pg_check_cluster(&c);
	if (r == 0 && choices && !choices->map_task)
		r = simulate(&c);
	for (size_t i = vm_only(choices) ? OF_PCI : 0;
	     r == 0 && !is_apart(choices) && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&c);
	if (r == 0)
		r = pg_check_sriov(&c);
	if (r == 0)
		r = pg_findings_sort(&found);
	if (r < 0)
		return r;
	pg_findings_done(ret);
	*ret = found;
	found = (struct pg_findings){ 0 };
	return 0;
}
