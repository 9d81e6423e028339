/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

/* ---- options vfio-pci ids=… ---- */

static bool needs_ids(const struct pg_planner *p, size_t i)
{
	return p->how[i] == PG_BIND_EARLY && !pg_by_ids(p->facts, p->dev[i]);
}

static int missing_ids(const struct pg_planner *p, struct pg_strv *ids)
{
	for (size_t i = 0; i < p->n_dev; i++) {
		const struct pg_dev *dev = p->dev[i];
		char *id pg_autofree = NULL;

		if (!needs_ids(p, i))
			continue;
		id = pg_strf("%04x:%04x", dev->vendor, dev->device);
		if (!id || (!pg_strv_has(ids, id) && pg_strv_add(ids, id) < 0))
			return -ENOMEM;
	}
	return 0;
}

/* The last ids= counts alone, so that the file which holds it is the one to extend. */
static int ids_path(const struct pg_facts *facts, const char **ret)
{
	char *ids pg_autofree = NULL;
	const struct pg_modconf *line;
	int r = pg_ids_in_effect(facts, &ids, &line);

	*ret = line ? line->path : PG_PATH_VFIO_CONF;
	return r;
}

static int add_ids(struct pg_planner *p)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_bytes after = { 0 };
	struct pg_bytes now;
	const char *path;
	int r = missing_ids(p, &ids);

	if (r < 0 || ids.n == 0)
		return r;
	r = ids_path(p->facts, &path);
	if (r < 0)
		return r;
	now = pg_planner_bytes(p, path);
	r = pg_vfio_conf_add_ids(path, &now, &ids, &after, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return pg_planner_refuse(p, "vfio-conf-uneditable", &err,
					 "The list of ids for vfio-pci cannot be changed safely.",
					 "Mend the line that is named, then plan again.");
	return pg_planner_put(p, path, &after, 0644,
			      "The ids of the chosen devices, so that vfio-pci takes them.");
}

/* ---- softdep: vfio-pci comes first ---- */

static int device_softdeps(const struct pg_planner *p, const struct pg_dev *dev,
			   struct pg_strv *lines)
{
	struct pg_strv modules PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_softdep_modules(p->facts, dev, &modules);

	for (size_t i = 0; r == 0 && i < modules.n; i++) {
		char *line pg_autofree = NULL;

		if (pg_has_softdep(p->facts, modules.v[i]))
			continue;
		line = pg_strf("softdep %s pre: vfio-pci", modules.v[i]);
		if (!line)
			return -ENOMEM;
		if (!pg_strv_has(lines, line))
			r = pg_strv_add(lines, line);
	}
	return r;
}

static int add_softdeps(struct pg_planner *p)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes now, after = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_dev; i++)
		if (p->how[i] == PG_BIND_EARLY &&
		    !(pg_by_ids(p->facts, p->dev[i]) && pg_dev_on_vfio(p->dev[i])))
			r = device_softdeps(p, p->dev[i], &lines);
	if (r < 0 || lines.n == 0)
		return r;
	pg_strv_sort(&lines);
	now = pg_planner_bytes(p, PG_PATH_VFIO_CONF);
	r = pg_conf_add_lines(&now, &lines, &after);
	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_VFIO_CONF, &after, 0644,
			      "vfio-pci is loaded before the drivers that would take the devices.");
}

/* ---- blacklist: only where softdep was seen not to be enough ---- */

static bool is_claimed_by(const struct pg_dev *dev, const char *module)
{
	for (size_t i = 0; i < dev->n_claim; i++)
		if (pg_same_module(dev->claim[i].module, module))
			return true;
	return false;
}

/*
 * The softdep was in force at this boot and lost: another function of the slot, named by
 * the same ids=, went to vfio-pci, and this one did not.
 */
static bool softdep_lost(const struct pg_facts *facts, const struct pg_dev *dev)
{
	if (!dev->driver || pg_dev_on_vfio(dev) || !pg_by_ids(facts, dev) ||
	    !is_claimed_by(dev, dev->driver) || !pg_has_softdep(facts, dev->driver))
		return false;
	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *other = &facts->dev[i];

		if (other != dev && pg_bdf_same_slot(other->addr, dev->addr) &&
		    pg_dev_on_vfio(other) && pg_by_ids(facts, other))
			return true;
	}
	return false;
}

/* Nobody but chosen devices has the driver, or would have it. */
static bool driver_is_spare(const struct pg_planner *p, const char *driver)
{
	for (size_t i = 0; i < p->facts->n_dev; i++) {
		const struct pg_dev *dev = &p->facts->dev[i];

		if (pg_planner_has(p->dev, p->n_dev, dev))
			continue;
		if ((dev->driver && pg_same_module(dev->driver, driver)) ||
		    (!dev->driver && is_claimed_by(dev, driver)))
			return false;
	}
	return true;
}

static bool is_blacklisted(const struct pg_facts *facts, const char *module)
{
	for (size_t i = 0; i < facts->modules.n_conf; i++)
		if (facts->modules.conf[i].kind == PG_MODCONF_BLACKLIST &&
		    pg_same_module(facts->modules.conf[i].module, module))
			return true;
	return false;
}

static int add_blacklist(struct pg_planner *p)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_BLACKLIST), after = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_dev; i++) {
		const char *driver = p->dev[i]->driver;

		if (p->how[i] == PG_BIND_EARLY && softdep_lost(p->facts, p->dev[i]) &&
		    driver_is_spare(p, driver) && !is_blacklisted(p->facts, driver))
			r = pg_strv_addf(&lines, "blacklist %s", driver);
	}
	if (r < 0 || lines.n == 0)
		return r;
	pg_strv_sort(&lines);
	r = pg_conf_add_lines(&now, &lines, &after);
	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_BLACKLIST, &after, 0644,
			      "The driver took the device although vfio-pci was to be loaded "
			      "first, and no other device needs it.");
}

/* ---- modules-load.d ---- */

static int add_modules(struct pg_planner *p)
{
	static const char *const names[] = { "vfio", "vfio_iommu_type1", "vfio_pci",
					     "vfio_virqfd" };
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_MODULES), after = { 0 };
	size_t n = PG_ARRAY_SIZE(names);
	int r = 0;

	if (p->facts->modules.vfio_builtin == PG_YES)
		return 0;
	if (!pg_kernels_before(p->facts, 6, 2))
		n--; /* part of vfio since 6.2 */
	for (size_t i = 0; r == 0 && i < n; i++)
		if (!pg_is_loaded_at_boot(p->facts, names[i]))
			r = pg_strv_add(&lines, names[i]);
	if (r < 0 || lines.n == 0)
		return r;
	r = pg_conf_add_lines(&now, &lines, &after);
	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_MODULES, &after, 0644,
			      "The VFIO modules are loaded when the node starts.");
}

static bool binds_at_boot(const struct pg_planner *p)
{
	for (size_t i = 0; i < p->n_dev; i++)
		if (p->how[i] != PG_BIND_AT_START)
			return true;
	return false;
}

int pg_plan_modules(struct pg_planner *p)
{
	int r;

	if (!binds_at_boot(p))
		return 0;
	r = add_ids(p);
	if (r == 0)
		r = add_softdeps(p);
	if (r == 0)
		r = add_blacklist(p);
	return r < 0 ? r : add_modules(p);
}
