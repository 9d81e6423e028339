/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>

static void checker_done(struct pg_checker *c)
{
	free(c->dev);
}

int pg_check(const struct pg_facts *facts, const struct pg_choices *choices,
	     struct pg_findings *ret)
{
	static int (*const parts[])(struct pg_checker *c) = {
		pg_check_iommu,	 pg_check_boot,	   pg_check_vfio,  pg_check_modules,
		pg_check_system, pg_check_devices, pg_check_guest, pg_check_guests,
	};
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_checker c PG_CLEANUP(checker_done) = {
		.facts = facts,
		.choices = choices,
		.f = &found,
	};
	int r = 0;

	if (choices)
		r = pg_plan_devices(facts, choices, &c.dev, &c.n_dev);
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&c);
	if (r == 0)
		r = pg_findings_sort(&found);
	if (r < 0)
		return r;
	pg_findings_done(ret);
	*ret = found;
	found = (struct pg_findings){ 0 };
	return 0;
}
