/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * many DIR COUNT: makes a host tree with COUNT PCI devices in three domains, one of them of
 * 32 bits, each function of a slot in the slot's IOMMU group. Every third device lacks the
 * attribute `revision`, every seventh the configuration space.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void put(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(name, "w");

	check(f != NULL, name);
	check(fwrite(bytes, 1, n, f) == n && fclose(f) == 0, name);
}

static void put_hex(const char *name, unsigned value, int digits)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "0x%0*x\n", digits, value);

	put(name, text, (size_t)n);
}

static void go(const char *dir)
{
	check(chdir(dir) == 0, dir);
}

static void make(const char *dir)
{
	check(mkdir(dir, 0755) == 0, dir);
}

/* The address of the i-th device: 8 functions a slot, 32 slots a bus, 16 buses a domain. */
static unsigned address(unsigned i, char *s, size_t n)
{
	static const unsigned domains[] = { 0x0000, 0x0001, 0x10000 };

	(void)snprintf(s, n, "%04x:%02x:%02x.%u", domains[i >> 12], i >> 8 & 15, i >> 3 & 31, i & 7);
	return i >> 3;
}

static void make_group(unsigned group, const char *addr)
{
	char path[128], target[128];

	(void)snprintf(path, sizeof(path), "../../kernel/iommu_groups/%u", group);
	if (mkdir(path, 0755) == 0) {
		(void)strcat(path, "/devices");
		make(path);
	}
	(void)snprintf(path, sizeof(path), "../../kernel/iommu_groups/%u/devices/%s", group, addr);
	(void)snprintf(target, sizeof(target), "../../../../devices/pci0000:00/%s", addr);
	check(symlink(target, path) == 0, path);
}

static void make_dev(unsigned i)
{
	unsigned vendor = 0x8000 + i % 5, device = 0x1000 + i % 11, class = 0x010000 * (1 + i % 17);
	const unsigned char config[64] = {
		[0] = (unsigned char)vendor, [1] = (unsigned char)(vendor >> 8),
		[2] = (unsigned char)device, [3] = (unsigned char)(device >> 8),
		[8] = (unsigned char)i,	     [11] = (unsigned char)(class >> 16),
	};
	char addr[32], target[128], entry[128];
	unsigned group = address(i, addr, sizeof(addr));

	make(addr);
	make_group(group, addr);
	(void)snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", addr);
	(void)snprintf(entry, sizeof(entry), "../../bus/pci/devices/%s", addr);
	check(symlink(target, entry) == 0, addr);
	go(addr);
	put_hex("vendor", vendor, 4);
	put_hex("device", device, 4);
	put_hex("class", class, 6);
	put("irq", "0\n", 2);
	if (i % 3)
		put_hex("revision", i & 255, 2);
	if (i % 7)
		put("config", config, sizeof(config));
	(void)snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%u", group);
	check(symlink(target, "iommu_group") == 0, addr);
	go("..");
}

int main(int argc, char **argv)
{
	static const char *const dirs[] = { "sys", "sys/bus", "sys/bus/pci", "sys/bus/pci/devices",
					    "sys/kernel", "sys/kernel/iommu_groups", "sys/devices",
					    "sys/devices/pci0000:00" };
	unsigned count = argc == 3 ? (unsigned)atoi(argv[2]) : 0;

	if (!count || count > 3U << 12)
		return 2;
	make(argv[1]);
	go(argv[1]);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		make(dirs[i]);
	go("sys/devices/pci0000:00");
	for (unsigned i = 0; i < count; i++)
		make_dev(i);
	return 0;
}
