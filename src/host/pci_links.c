/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/pci_private.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/text.h"

int pg_pci_link_addr(const struct pg_pci_src *src, const char *name, struct pg_bdf *ret)
{
	pg_autofree char *last = NULL;
	int r = pg_root_readlink_name_at(src->dir, name, &last);

	if (r < 0)
		return r;
	return pg_bdf_parse(last, ret) < 0 ? -EBADMSG : 0;
}

/* Where uevent did not tell it. */
static int read_driver(const struct pg_pci_src *src, struct pg_dev *dev)
{
	int r = dev->driver ? 0 : pg_root_readlink_name_at(src->dir, "driver", &dev->driver);

	return r < 0 ? pg_pci_note(src, "driver", r) : 0;
}

/* The kernel writes "(null)" where no override is set. */
static int read_override(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *text = NULL;
	int r = pg_root_read_attr_at(src->dir, "driver_override", &text);

	if (r < 0)
		return pg_pci_note(src, "driver_override", r);
	if (*text && strcmp(text, "(null)") != 0)
		dev->driver_override = PG_STEAL(text);
	return 0;
}

static int read_group(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *last = NULL;
	uint64_t id = 0;
	int r = pg_root_readlink_name_at(src->dir, "iommu_group", &last);

	if (r == 0 && pg_text_number(last, 10, INT_MAX, &id) < 0)
		r = -EBADMSG;
	if (r < 0)
		return pg_pci_note(src, "iommu_group", r);
	dev->group = (int)id;
	return 0;
}

/* /sys/bus/pci/devices/X leads to /sys/devices/pci0000:00/PARENT/X. */
static int read_parent(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *target = NULL;
	const char *above;
	char *last;
	int r = pg_root_readlink(src->dir->root, src->dir->path, &target);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	last = strrchr(target, '/');
	if (!last)
		return 0;
	*last = '\0';
	above = strrchr(target, '/');
	dev->has_parent = pg_bdf_parse(above ? above + 1 : target, &dev->parent) == 0;
	return 0;
}

int pg_pci_read_links(const struct pg_pci_src *src, struct pg_dev *dev)
{
	int r = read_driver(src, dev);

	if (r == 0)
		r = read_group(src, dev);
	if (r == 0 && src->want & PG_WANT_TRAITS)
		r = pg_pci_read_sriov(src, dev);
	if (r < 0 || !(src->want & PG_WANT_DETAILS))
		return r;
	r = read_override(src, dev);
	if (r == 0)
		r = read_parent(src, dev);
	dev->has_nvidia = pg_root_exists_at(src->dir, "nvidia");
	dev->has_mdev = dev->has_nvidia || pg_root_exists_at(src->dir, "mdev_supported_types");
	return r;
}
