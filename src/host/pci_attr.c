/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/pci_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

#define CONFIG_MAX 65536

/* Offsets in the common header: PCI Local Bus Specification 3.0, 6.1. */
enum { CFG_VENDOR = 0x00, CFG_DEVICE = 0x02, CFG_REVISION = 0x08, CFG_CLASS = 0x09,
       CFG_HEADER = 0x0e };

/*
 * The configuration space, read at most once and only where an attribute is missing: reading
 * it wakes a sleeping device. What is not there reads as ones, as on the bus and in lspci.
 */
struct config {
	const struct pg_pci_src *src;
	bool tried;
	struct pg_bytes bytes;
	int error;
};

static void config_done(struct config *c)
{
	pg_bytes_done(&c->bytes);
}

static uint32_t config_get(struct config *c, size_t at, size_t width)
{
	uint32_t value = 0;

	if (!c->tried) {
		c->error = pg_root_read_at(c->src->dir, "config", CONFIG_MAX, &c->bytes);
		c->tried = true;
	}
	for (size_t i = width; i-- > 0;) {
		size_t pos = at + i;

		value = value << 8 | (pos < c->bytes.n ? (unsigned char)c->bytes.p[pos] : 0xff);
	}
	return value;
}

static bool config_all_ones(const struct config *c)
{
	for (size_t i = 0; i < c->bytes.n; i++)
		if ((unsigned char)c->bytes.p[i] != 0xff)
			return false;
	return c->bytes.n > 0;
}

/* An attribute, or the same field of the configuration space. */
static int get(struct config *c, const char *name, size_t at, size_t width, uint32_t *ret)
{
	uint64_t value = 0;
	int r = pg_pci_number(c->src, name, 16, (UINT64_C(1) << 8 * width) - 1, &value);

	*ret = r < 0 ? config_get(c, at, width) : (uint32_t)value;
	return r < 0 ? pg_pci_note(c->src, name, r) : 0;
}

static int read_ids(struct config *c, struct pg_dev *dev)
{
	uint32_t vendor = 0, device = 0;
	int r = get(c, "vendor", CFG_VENDOR, 2, &vendor);

	if (r == 0)
		r = get(c, "device", CFG_DEVICE, 2, &device);
	dev->vendor = (uint16_t)vendor;
	dev->device = (uint16_t)device;
	return r;
}

static int read_revision(struct config *c, struct pg_dev *dev)
{
	uint32_t revision = 0;
	int r = get(c, "revision", CFG_REVISION, 1, &revision);

	dev->revision = (uint8_t)revision;
	return r;
}

static void read_subsystem(const struct pg_pci_src *src, struct pg_dev *dev)
{
	uint64_t vendor = 0, device = 0;

	if (pg_pci_number(src, "subsystem_vendor", 16, UINT16_MAX, &vendor) < 0 ||
	    pg_pci_number(src, "subsystem_device", 16, UINT16_MAX, &device) < 0)
		return;
	dev->has_subsystem = true;
	dev->subvendor = (uint16_t)vendor;
	dev->subdevice = (uint16_t)device;
}

static enum pg_kind kind_of(uint32_t class)
{
	static const struct {
		uint16_t mask, value;
		enum pg_kind kind;
	} kinds[] = {
		{ 0xff00, 0x0300, PG_KIND_GPU },     { 0xffff, 0x0401, PG_KIND_AUDIO },
		{ 0xffff, 0x0403, PG_KIND_AUDIO },   { 0xffff, 0x0c03, PG_KIND_USB },
		{ 0xff00, 0x0c00, PG_KIND_SERIAL },  { 0xff00, 0x0200, PG_KIND_NIC },
		{ 0xff00, 0x0100, PG_KIND_STORAGE }, { 0xff00, 0x0600, PG_KIND_BRIDGE },
		{ 0xff00, 0x1200, PG_KIND_ACCELERATOR },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(kinds); i++)
		if ((class >> 8 & kinds[i].mask) == kinds[i].value)
			return kinds[i].kind;
	return PG_KIND_OTHER;
}

/* A captured tree may lack pci_bus; PCI-to-PCI bridges are told by class, then by header. Nothing is
 * behind a virtual function. */
static bool is_bridge(struct config *c, const struct pg_dev *dev)
{
	uint32_t sub = dev->class >> 8;

	if (sub == 0x0604 || sub == 0x0609 ||
	    (!dev->is_vf && pg_root_exists_at(c->src->dir, "pci_bus")))
		return true;
	return c->tried && !config_all_ones(c) && (config_get(c, CFG_HEADER, 1) & 0x7f) == 1;
}

/* One line of `resource`: first address, last address, flags. */
static bool window_size(const char *line, size_t len, uint64_t *ret)
{
	char text[80];
	uint64_t start = 0, end = 0;

	if (len >= sizeof(text))
		return false;
	memcpy(text, line, len);
	text[len] = '\0';
	if (sscanf(text, "%" SCNx64 " %" SCNx64, &start, &end) != 2)
		return false;
	*ret = end > start ? end - start + 1 : 0;
	return true;
}

static int read_windows(const struct pg_pci_src *src, struct pg_dev *dev)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	const char *line = NULL;
	size_t pos = 0, len = 0, full = 0;
	uint64_t size[7] = { 0 };
	int r = pg_root_read_at(src->dir, "resource", 8192, &bytes);

	if (r < 0)
		return pg_pci_note(src, "resource", r);
	for (size_t i = 0; i < PG_ARRAY_SIZE(size); i++)
		if (!pg_text_line(bytes.p, bytes.n, &pos, &line, &len, &full) ||
		    !window_size(line, len, &size[i]))
			return pg_pci_note(src, "resource", -EBADMSG);
	memcpy(dev->bar_size, size, sizeof(dev->bar_size));
	dev->rom_size = size[6];
	dev->bar_known = true;
	return 0;
}

/* Every PCI device of a running system has `remove`; a tree that has kept neither does not
 * say that the device cannot be reset. */
static enum pg_tri can_reset(const struct pg_dir *dir)
{
	if (pg_root_exists_at(dir, "reset"))
		return PG_YES;
	return pg_root_exists_at(dir, "remove") ? PG_NO : PG_UNKNOWN;
}

/* For displays only (pci-sysfs.c: class 0300 and 0001; since Linux 6.17 all of class 03). */
static void read_boot_vga(const struct pg_pci_src *src, struct pg_dev *dev)
{
	uint64_t vga = 0;

	if ((dev->class >> 16 == 0x03 || dev->class >> 8 == 0x0001) &&
	    pg_pci_number(src, "boot_vga", 10, 1, &vga) == 0)
		dev->boot_vga = vga ? PG_YES : PG_NO;
}

/* Since Linux 5.15. */
static int read_reset(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *methods = NULL;
	int r = pg_root_read_attr_at(src->dir, "reset_method", &methods);

	if (r == 0)
		return pg_strv_split(methods, " \t\n", &dev->reset);
	return pg_pci_note(src, "reset_method", r);
}

/* Read before its configuration space, which wakes it. Kernels before 5.12 do not tell. */
static int read_power(const struct pg_pci_src *src, struct pg_dev *dev)
{
	int r = pg_root_read_attr_at(src->dir, "power_state", &dev->power);

	return r == -ENOMEM ? r : 0;
}

static int read_details(const struct pg_pci_src *src, struct pg_dev *dev)
{
	int r = read_windows(src, dev);

	dev->can_reset = can_reset(src->dir);
	if (r == 0)
		r = pg_root_read_attr_at(src->dir, "modalias", &dev->modalias);
	return r == -ENOMEM ? r : 0;
}

/*
 * Are class and ids told by one file? Asked of the running kernel alone, which writes it of the same fields: in a tree
 * from elsewhere it may have stayed as it was when an attribute was changed. A capture has the attributes.
 */
static bool is_told(const struct config *c, struct pg_dev *dev)
{
	return pg_root_is_live(c->src->dir->root) &&
	       !(c->src->want & (PG_WANT_DETAILS | PG_WANT_ONLY_GPUS)) && pg_pci_read_uevent(c->src, dev);
}

/* What it is; 1: nothing that is wanted. */
static int read_what(struct config *c, struct pg_dev *dev)
{
	bool told = is_told(c, dev);
	int r = told ? 0 : get(c, "class", CFG_CLASS, 3, &dev->class);

	dev->kind = kind_of(dev->class);
	if (r == 0 && c->src->want & PG_WANT_ONLY_GPUS && !pg_dev_is_gpu(dev))
		return 1;
	if (r == 0 && !told)
		r = read_ids(c, dev);
	if (r == 0 && c->src->want & PG_WANT_TRAITS)
		r = read_revision(c, dev);
	if (r == 0 && c->error)
		r = pg_pci_note(c->src, "config", c->error);
	dev->dead = (dev->vendor == 0xffff && dev->device == 0xffff) || config_all_ones(c);
	return r;
}

int pg_pci_read_attrs(const struct pg_pci_src *src, struct pg_dev *dev)
{
	struct config c PG_CLEANUP(config_done) = { .src = src };
	int r = src->want & PG_WANT_DETAILS ? read_power(src, dev) : 0;

	r = r < 0 ? r : read_what(&c, dev);
	if (r == 0)
		r = pg_pci_read_physfn(src, dev);
	if (r)
		return r;
	dev->is_bridge = is_bridge(&c, dev);
	read_boot_vga(src, dev);
	if (src->want & PG_WANT_TRAITS) {
		read_subsystem(src, dev);
		r = read_reset(src, dev);
	}
	return r == 0 && src->want & PG_WANT_DETAILS ? read_details(src, dev) : r;
}
