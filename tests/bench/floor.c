/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor all|gpus|iommu ROOT: what no program that shows what `list --all`, `list` and `iommu` show can do without. Of
 * each function it opens the folder and reads vendor, device and class, the links driver, iommu_group and physfn,
 * whether a bus is behind it, and of a display boot_vga; of each IOMMU group (iommu) what firmware reserves; of each
 * network interface and disk where it hangs and what stands on it, and by what sessions come in; of each VM its
 * configuration. gpus: the class alone of what is no GPU, and where interfaces and disks hang. It prints addresses,
 * checks nothing, looks no name up, and has no library but libc.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[65536];

static const char *get(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer) - 1);

	if (fd >= 0)
		close(fd);
	buffer[n < 0 ? 0 : n] = '\0';
	return buffer;
}

static void follow(int dir, const char *name)
{
	ssize_t n = readlinkat(dir, name, buffer, sizeof(buffer) - 1);

	buffer[n < 0 ? 0 : n] = '\0';
}

static int is_name(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int each(const char *root, const char *path, void (*entry)(int dir, const char *name))
{
	char at[PATH_MAX];
	struct dirent **names;
	int n, dir;

	snprintf(at, sizeof(at), "%s%s", root, path);
	dir = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n = dir < 0 ? 0 : scandirat(dir, ".", &names, is_name, alphasort);
	for (int i = 0; i < n; i++) {
		entry(dir, names[i]->d_name);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return dir < 0 ? 0 : close(dir);
}

static int only_gpus, running;

/* With the ids, where all are wanted: in one file that a running kernel has. */
static unsigned long class_of(int at)
{
	const char *class;

	if (!running || only_gpus)
		return strtoul(get(at, "class"), NULL, 16) >> 16;
	class = strstr(get(at, "uevent"), "PCI_CLASS=");
	return class ? strtoul(class + strlen("PCI_CLASS="), NULL, 16) >> 16 : 0;
}

static void device(int dir, const char *name)
{
	int at = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned long class = class_of(at);
	struct stat st;

	if (!only_gpus || class == 0x03 || class == 0x12) {
		if (!running || only_gpus) {
			get(at, "vendor");
			get(at, "device");
		}
		follow(at, "physfn");
		if (!*buffer && class != 0x06)
			(void)fstatat(at, "pci_bus", &st, 0);
		follow(at, "driver");
		follow(at, "iommu_group");
		if (class == 0x03)
			get(at, "boot_vga");
		puts(name);
	}
	close(at);
}

static void group(int dir, const char *name)
{
	char at[NAME_MAX + 32];

	snprintf(at, sizeof(at), "%s/reserved_regions", name);
	get(dir, at);
}

/* Ways to a device and to what stands on it. */
static void interface(int dir, const char *name)
{
	int at;
	DIR *d;

	follow(dir, name);
	if (only_gpus)
		return;
	at = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fdopendir(at);
	follow(at, "master");
	get(at, "operstate");
	while (d && readdir(d))
		;
	if (d)
		closedir(d);
}

static void disk(int dir, const char *name)
{
	int at;
	DIR *d;

	follow(dir, name);
	if (only_gpus)
		return;
	at = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fdopendir(at);
	get(at, "dev");
	while (d && readdir(d))
		;
	if (d)
		closedir(d);
}

static void whole(const char *root, const char *path)
{
	char at[PATH_MAX];
	int fd;

	snprintf(at, sizeof(at), "%s%s", root, path);
	fd = open(at, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, buffer, sizeof(buffer)) >= 2048)
		;
	if (fd >= 0)
		close(fd);
}

/* The sessions of a kind, of which the kernel has a count, too. */
static void sessions(const char *root, const char *count, const char *none, const char *table)
{
	*buffer = '\0';
	whole(root, count);
	if (!strstr(buffer, none))
		whole(root, table);
}

static void vm(int dir, const char *name)
{
	get(dir, name);
}

int main(int argc, char **argv)
{
	static const char *const net[] = { "/proc/net/route", "/proc/net/ipv6_route",
					   "/etc/network/interfaces", "/proc/mounts", "/proc/swaps" };

	if (argc != 3)
		return 2;
	only_gpus = strcmp(argv[1], "gpus") == 0;
	running = strcmp(argv[2], "/") == 0;
	each(argv[2], "/sys/bus/pci/devices", device);
	if (strcmp(argv[1], "iommu") == 0)
		each(argv[2], "/sys/kernel/iommu_groups", group);
	each(argv[2], "/sys/class/net", interface);
	each(argv[2], "/sys/block", disk);
	if (!only_gpus) {
		sessions(argv[2], "/proc/net/sockstat", "\nTCP: inuse 0 ", "/proc/net/tcp");
		sessions(argv[2], "/proc/net/sockstat6", "TCP6: inuse 0\n", "/proc/net/tcp6");
	}
	for (size_t i = 0; !only_gpus && i < sizeof(net) / sizeof(*net); i++)
		whole(argv[2], net[i]);
	if (strcmp(argv[1], "iommu") == 0) {
		whole(argv[2], "/proc/interrupts");
		whole(argv[2], "/proc/cmdline");
	}
	each(argv[2], "/etc/pve/nodes/pve1/qemu-server", vm);
	return 0;
}
