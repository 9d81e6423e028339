/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* What of the person's way in, or of the node itself, goes with the device; NULL: nothing. */
static const char *risk_of(const struct pg_dev *dev)
{
	if (pg_dev_vital(dev))
		return _("the node depends on it");
	if (pg_dev_is_console(dev))
		return _("the node's own screen is on it");
	if (dev->kind == PG_KIND_NIC)
		return _("it is a network card");
	if (dev->kind == PG_KIND_STORAGE)
		return _("it is a disk controller");
	return dev->n_use ? _("the node uses it") : NULL;
}

/* The first device that leaves with a risk; NULL: none does. */
static const struct pg_dev *first_risk(const struct pg_planner *p)
{
	for (size_t i = 0; i < p->plan->n_effect; i++) {
		const struct pg_dev *dev = pg_facts_dev(p->facts, p->plan->effect[i].addr);

		if (dev && risk_of(dev))
			return dev;
	}
	return NULL;
}

/* The names of network cards are settled anew when it boots. */
static bool pins_nics(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (pg_text_starts(plan->file[i].path, "/etc/systemd/network/"))
			return true;
	return false;
}

static int say_why(const struct pg_planner *p, const struct pg_dev *risky)
{
	struct pg_plan *plan = p->plan;

	if (risky)
		plan->trial_why = pg_strf(_("%s leaves the host, and %s."),
					  pg_bdf_str(risky->addr).s, risk_of(risky));
	else
		plan->trial_why = pg_strf(_("Names of network cards are pinned."));
	return plan->trial_why ? 0 : -ENOMEM;
}

int pg_plan_trial(struct pg_planner *p)
{
	const struct pg_choices *choices = p->choices;
	const struct pg_dev *risky = first_risk(p);
	unsigned minutes = choices->trial_minutes ? choices->trial_minutes :
							    p->facts->settings.trial_minutes;
	struct pg_plan *plan = p->plan;

	if (!pg_plan_changes_boot(plan))
		return 0; /* there is nothing that could be taken back */
	if ((risky || pins_nics(plan)) && say_why(p, risky) < 0)
		return -ENOMEM;
	if (choices->trial == PG_YES || (choices->trial == PG_UNKNOWN && plan->trial_why))
		plan->trial = (minutes < PG_TRIAL_MINUTES_MAX ? minutes : PG_TRIAL_MINUTES_MAX) * 60;
	return 0;
}
