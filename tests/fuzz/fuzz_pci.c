/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folder of one PCI device in sysfs. The input is a byte with the length of `config`, its
 * bytes, and then the attributes and links of the table, separated by a byte 0x01; "-" is one
 * that is not there, as are those at the end that are left out. The folder is made once; an
 * input changes what differs from the one before.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/folder.h"

#include "src/host/pci_private.h"

#define DEVICE PG_PCI_DEVICES "/0000:01:00.0"

static const struct {
	const char *name;
	bool is_link;
} part[] = {
	{ "config", false },	       { "vendor", false },	      { "device", false },
	{ "class", false },	       { "revision", false },	      { "subsystem_vendor", false },
	{ "subsystem_device", false }, { "resource", false },	      { "boot_vga", false },
	{ "reset_method", false },     { "modalias", false },	      { "driver_override", false },
	{ "sriov_totalvfs", false },   { "sriov_numvfs", false },     { "driver", true },
	{ "iommu_group", true },       { "physfn", true },	      { "virtfn0", true },
	{ "virtfn1", true },	       { "remove", false },	      { "reset", false },
	{ "pci_bus", false },	       { "mdev_supported_types", false },
	{ "power_state", false },
};

static void put(size_t i, const char *p, size_t n)
{
	static struct pg_bytes last[PG_ARRAY_SIZE(part)];
	bool gone = n == 1 && *p == '-';

	if (last[i].p && last[i].n == n && memcmp(last[i].p, p, n) == 0)
		return;
	pg_bytes_done(&last[i]);
	FUZZ_ASSERT(pg_bytes_copy(p, n, &last[i]) == 0);
	if (gone)
		fuzz_folder_remove(part[i].name);
	else if (part[i].is_link)
		fuzz_folder_link(part[i].name, p, n);
	else
		fuzz_folder_write(part[i].name, p, n);
}

static void put_all(const char *p, size_t size)
{
	size_t n = size ? (unsigned char)*p : 0;

	p += size ? 1 : 0;
	size -= size ? 1 : 0;
	n = n < size ? n : size;
	put(0, p, n);
	p += n;
	size -= n;
	for (size_t i = 1; i < PG_ARRAY_SIZE(part); i++) {
		const char *end = size ? memchr(p, 1, size) : NULL;

		n = end ? (size_t)(end - p) : size;
		put(i, size ? p : "-", size ? n : 1);
		p += end ? n + 1 : n;
		size -= end ? n + 1 : n;
	}
}

static void check(const struct pg_dev *dev)
{
	FUZZ_ASSERT(dev->class <= 0xffffff);
	FUZZ_ASSERT(dev->group >= -1);
	FUZZ_ASSERT(dev->n_vf <= dev->num_vfs);
	FUZZ_ASSERT(!dev->modalias || strlen(dev->modalias) <= 4096);
	FUZZ_ASSERT(!dev->driver || !strchr(dev->driver, '/'));
	FUZZ_ASSERT(dev->bar_known || (!dev->bar_size[0] && !dev->rom_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	const struct fuzz_folder *f = fuzz_folder(DEVICE);
	struct pg_dev *dev;
	struct pg_pci_src src;

	put_all((const char *)data, size);
	FUZZ_ASSERT(facts);
	dev = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*dev));
	FUZZ_ASSERT(dev);
	dev->group = -1;
	src = (struct pg_pci_src){ facts, &f->folder, PG_WANT_ALL };
	FUZZ_ASSERT(pg_pci_read_attrs(&src, dev) == 0);
	FUZZ_ASSERT(pg_pci_read_links(&src, dev) == 0);
	check(dev);
	return 0;
}
