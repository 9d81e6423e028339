/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

/* The module that takes the device where nothing of ours stands before it: built-in drivers
 * are there first, the others in the order of modules.alias. */
static const char *first_claim(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_claim; i++)
		if (dev->claim[i].builtin)
			return dev->claim[i].module;
	for (size_t i = 0; i < dev->n_claim; i++)
		if (!dev->claim[i].blacklisted)
			return dev->claim[i].module;
	return NULL;
}

const char *pg_plan_expected_driver(const struct pg_facts *facts, const struct pg_dev *dev)
{
	if (pg_by_address(facts, dev) || pg_by_ids(facts, dev))
		return "vfio-pci";
	return first_claim(dev);
}
