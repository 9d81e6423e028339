/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/demo.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/plan.h"

#define DRIVERS "/sys/bus/pci/drivers"
#define VFIO	"vfio-pci"

/* Drivers whose name is not their module's. */
static const struct {
	const char *module, *driver;
} names[] = {
	{ "i2c_i801", "i801_smbus" },
	{ "spi_intel_pci", "intel-spi" },
	{ "vfio_pci", VFIO },
	{ "xhci_pci", "xhci_hcd" },
};

static const char *driver_of(const char *module)
{
	for (size_t i = 0; module && i < PG_ARRAY_SIZE(names); i++)
		if (strcmp(names[i].module, module) == 0)
			return names[i].driver;
	return module;
}

static bool is_claimed(const struct pg_dev *dev, const char *driver)
{
	for (size_t i = 0; i < dev->n_claim; i++)
		if (strcmp(driver_of(dev->claim[i].module), driver) == 0)
			return true;
	return false;
}

/*
 * The driver after the next boot. One that no alias explains (a port's, which is built
 * in) stays; without a group vfio-pci takes nothing (drivers/vfio/vfio_main.c).
 */
static const char *next_driver(const struct pg_root *root, const struct pg_facts *facts,
			       const struct pg_dev *dev)
{
	const char *expected = driver_of(pg_plan_expected_driver(facts, dev));
	pg_autofree char *group =
		pg_strf("/sys/bus/pci/devices/%s/iommu_group", pg_bdf_str(dev->addr).s);

	if (expected && strcmp(expected, VFIO) == 0)
		return group && pg_root_exists(root, group) ? VFIO : NULL;
	if (dev->driver && strcmp(dev->driver, VFIO) != 0 &&
	    !is_claimed(dev, dev->driver))
		return dev->driver;
	return expected;
}

static int unbind(struct pg_root *root, const char *address, const char *driver,
		  struct pg_err *err)
{
	pg_autofree char *link = pg_strf("/sys/bus/pci/devices/%s/driver", address);
	pg_autofree char *back = pg_strf(DRIVERS "/%s/%s", driver, address);
	int r = link && back ? pg_demo_remove(root, link, err) : -ENOMEM;

	return r < 0 ? r : pg_demo_remove(root, back, err);
}

/* The driver's folder and its module's, as loading the module makes them. */
static int load(struct pg_root *root, const char *driver, struct pg_err *err)
{
	pg_autofree char *link = pg_strf(DRIVERS "/%s/module", driver);
	pg_autofree char *module = pg_strf("/sys/module/%s", driver);
	int r;

	if (!link || !module)
		return -ENOMEM;
	if (pg_root_exists(root, link))
		return 0;
	for (char *s = module + strlen("/sys/module/"); *s; s++)
		if (*s == '-')
			*s = '_';
	r = pg_root_mkdirs(root, module, 0755, NULL, err);
	return r < 0 && r != -EEXIST ? r : pg_demo_link(root, link, module, err);
}

static int bind(struct pg_root *root, const char *address, const char *driver,
		struct pg_err *err)
{
	pg_autofree char *dev = pg_strf("/sys/bus/pci/devices/%s", address), *full = NULL;
	pg_autofree char *link = pg_strf("%s/driver", dev);
	pg_autofree char *dir = pg_strf(DRIVERS "/%s", driver);
	pg_autofree char *back = pg_strf(DRIVERS "/%s/%s", driver, address);
	int r = dev && link && dir && back ? load(root, driver, err) : -ENOMEM;

	if (r == 0)
		r = pg_root_resolve(root, dev, &full);
	if (r == 0)
		r = pg_demo_link(root, back, full, err);
	return r < 0 ? r : pg_demo_link(root, link, dir, err);
}

static int boot_device(struct pg_root *root, const struct pg_facts *facts,
		       const struct pg_dev *dev, struct pg_err *err)
{
	const char *next = next_driver(root, facts, dev);
	struct pg_bdf_str address = pg_bdf_str(dev->addr);
	pg_autofree char *override =
		pg_strf("/sys/bus/pci/devices/%s/driver_override", address.s);
	int r = 0;

	if (!override)
		return -ENOMEM;
	if (dev->driver && (!next || strcmp(next, dev->driver) != 0))
		r = unbind(root, address.s, dev->driver, err);
	if (r == 0 && next && (!dev->driver || strcmp(next, dev->driver) != 0))
		r = bind(root, address.s, next, err);
	/* kept by no boot; the script in the initramfs sets it anew */
	if (r == 0 && pg_root_exists(root, override))
		r = pg_demo_set(root, override,
				pg_by_address(facts, dev) ? VFIO : "(null)", err);
	return r;
}

/* ---- /proc/modules ---- */

static bool any_on_vfio(const struct pg_root *root, const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_dev; i++) {
		const char *next = next_driver(root, facts, &facts->dev[i]);

		if (next && strcmp(next, VFIO) == 0)
			return true;
	}
	return false;
}

static bool is_vfio_line(const char *line, size_t n)
{
	static const char *const modules[] = { "vfio_pci ", "vfio_pci_core ",
					       "vfio_iommu_type1 ", "vfio " };

	for (size_t i = 0; i < PG_ARRAY_SIZE(modules); i++)
		if (n >= strlen(modules[i]) &&
		    memcmp(line, modules[i], strlen(modules[i])) == 0)
			return true;
	return false;
}

static int boot_modules(struct pg_root *root, const struct pg_facts *facts,
			struct pg_err *err)
{
	static const struct pg_meta meta = { .mode = 0644 };
	struct pg_bytes old PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_root_read(root, "/proc/modules", PG_ROOT_MAX, &old);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (any_on_vfio(root, facts))
		pg_strbuf_add(&b,
			      "vfio_pci 16384 0 - Live 0x0000000000000000\n"
			      "vfio_pci_core 86016 1 vfio_pci, Live 0x0000000000000000\n"
			      "vfio_iommu_type1 49152 0 - Live 0x0000000000000000\n"
			      "vfio 69632 2 vfio_pci_core,vfio_iommu_type1, Live "
			      "0x0000000000000000\n");
	while (pg_text_line(old.p, old.n, &pos, &line, &len, &full))
		if (!is_vfio_line(line, len))
			pg_strbuf_addn(&b, line, full);
	r = pg_strbuf_steal_bytes(&b, &bytes);
	return r < 0 ? r : pg_root_replace(root, "/proc/modules", &bytes, &meta, err);
}

int pg_demo_drivers(struct pg_root *root, const struct pg_facts *facts,
		    struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		r = boot_device(root, facts, &facts->dev[i], err);
	return r < 0 ? r : boot_modules(root, facts, err);
}
