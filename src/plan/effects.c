/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

static int add(struct pg_planner *p, const struct pg_dev *dev, bool at_boot, const char *why)
{
	struct pg_plan *plan = p->plan;
	struct pg_effect *e;

	for (size_t i = 0; i < plan->n_effect; i++)
		if (pg_bdf_equal(plan->effect[i].addr, dev->addr))
			return 0;
	e = pg_vec_add(&plan->effect, &plan->n_effect, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->addr = dev->addr;
	e->at_boot = at_boot;
	e->now = dev->driver ? strdup(dev->driver) : NULL;
	e->after = strdup("vfio-pci");
	e->why = strdup(why);
	e->lost = dev->n_use ? pg_dev_uses(dev) : NULL;
	if ((dev->driver && !e->now) || !e->after || !e->why || (dev->n_use && !e->lost))
		return -ENOMEM;
	return 0;
}

static int chosen(struct pg_planner *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_dev; i++)
		if (!p->dev[i]->is_bridge && !pg_dev_on_vfio(p->dev[i]))
			r = add(p, p->dev[i], p->how[i] != PG_BIND_AT_START, "chosen");
	return r;
}

/* ids= that the person wrote catch every device that has them. */
static int same_ids(struct pg_planner *p, const struct pg_dev *dev)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->facts->n_dev; i++) {
		const struct pg_dev *other = &p->facts->dev[i];

		if (other->vendor == dev->vendor && other->device == dev->device &&
		    !pg_dev_on_vfio(other) && !other->is_bridge &&
		    pg_by_ids(p->facts, other))
			r = add(p, other, true, "same ids");
	}
	return r;
}

/* Proxmox binds the whole group when the VM starts, bridges left out (PVE::SysFSTools,
 * pci_dev_group_bind_to_vfio). */
static int same_group(struct pg_planner *p, const struct pg_dev *dev)
{
	const struct pg_group *group = pg_facts_group(p->facts, dev->group);
	int r = 0;

	for (size_t i = 0; r == 0 && group && i < group->n_dev; i++) {
		const struct pg_dev *other = &p->facts->dev[group->dev[i]];

		if (!other->is_bridge && !pg_dev_on_vfio(other))
			r = add(p, other, false, "same IOMMU group");
	}
	return r;
}

static int by_addr(const void *a, const void *b)
{
	return pg_bdf_cmp(((const struct pg_effect *)a)->addr,
			  ((const struct pg_effect *)b)->addr);
}

int pg_plan_effects(struct pg_planner *p)
{
	int r = chosen(p);

	for (size_t i = 0; r == 0 && i < p->n_dev; i++)
		if (p->how[i] == PG_BIND_EARLY)
			r = same_ids(p, p->dev[i]);
	for (size_t i = 0; r == 0 && i < p->n_dev; i++)
		if (!p->dev[i]->is_bridge)
			r = same_group(p, p->dev[i]);
	if (p->plan->n_effect)
		qsort(p->plan->effect, p->plan->n_effect, sizeof(*p->plan->effect), by_addr);
	return r;
}
