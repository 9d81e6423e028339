/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile host. The input is a byte that chooses a subcommand and its form, and any number
 * of files, separated by a byte 0x01: a byte that chooses the path (modulo the table), then its
 * content. Nothing that came from the tree may reach a terminal or a document raw.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/folder.h"

#include "src/base/json.h"
#include "src/cmd/cmd.h"
#include "src/host/collect.h"

#define GPU "sys/bus/pci/devices/0000:01:00.0/"
#define NIC "sys/bus/pci/devices/0000:02:00.0/"
#define MTTY "sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/"
#define USB "sys/bus/usb/devices/1-2/"

/*
 * In the place of names.c: no id has a name. The names are this machine's and none of the tree's bytes, and reading them
 * for each input would be a third of the time.
 */
int pg_collect_names(unsigned want, struct pg_facts *facts)
{
	(void)want;
	(void)facts;
	return 0;
}

static const struct {
	const char *path, *usual;
} file[] = {
	{ GPU "vendor", "0x10de\n" },
	{ GPU "device", "0x2684\n" },
	{ GPU "class", "0x030000\n" },
	{ GPU "modalias", "pci:v000010DEd00002684sv00001458sd000040BFbc03sc00i00\n" },
	{ GPU "driver_override", "(null)\n" },
	{ NIC "vendor", "0x10ec\n" },
	{ NIC "device", "0x8168\n" },
	{ NIC "class", "0x020000\n" },
	{ NIC "config", "" },
	{ NIC "resource", "" },
	{ "etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n" },
	{ "etc/default/grub.d/a.cfg", "" },
	{ "etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n" },
	{ "etc/modprobe.d/a.conf", "options vfio-pci ids=10de:2684\n" },
	{ "etc/modprobe.d/vfio.conf", "" },
	{ "etc/modules", "vfio\n" },
	{ "etc/modules-load.d/vfio.conf", "" },
	{ "etc/initramfs-tools/modules", "" },
	{ "etc/network/interfaces", "iface vmbr0 inet static\n\taddress 10.0.0.2/24\n" },
	{ "etc/pve/storage.cfg", "dir: local\n\tcontent images\n" },
	{ "etc/pve/mapping/pci.cfg", "gpu\n\tmap node=pve1,path=0000:01:00.0,id=10de:2684\n" },
	{ "etc/pve/nodes/pve1/qemu-server/100.conf", "name: a\nhostpci0: 0000:01:00.0\n" },
	{ "etc/pve/corosync.conf", "" },
	{ "etc/pve-gpu/bind.conf", "" },
	{ "proc/cmdline", "root=/dev/sda1 quiet\n" },
	{ "proc/cpuinfo", "vendor_id\t: GenuineIntel\n" },
	{ "proc/interrupts", "" },
	{ "proc/mounts", "/dev/sda1 / ext4 rw 0 0\n" },
	{ "proc/swaps", "" },
	{ "proc/stat", "btime 1700000000\n" },
	{ "proc/modules", "nouveau 1 0 - Live 0x0\n" },
	{ "proc/sys/kernel/osrelease", "6.14.8-2-pve\n" },
	{ "proc/sys/kernel/hostname", "pve1\n" },
	{ "proc/net/route", "" },
	{ "proc/net/ipv6_route", "" },
	{ "var/lib/dpkg/status", "Package: pve-manager\nVersion: 9.0.3\n\n" },
	{ "lib/modules/6.14.8-2-pve/modules.alias", "" },
	{ "lib/modules/6.14.8-2-pve/modules.alias.bin", "" },
	{ "lib/modules/6.14.8-2-pve/modules.builtin.modinfo", "" },
	{ "lib/modules/6.14.8-2-pve/modules.builtin", "" },
	{ "boot/grub/grub.cfg", "menuentry 'a' {\n\tlinux /vmlinuz root=/dev/sda1\n}\n" },
	{ "boot/efi/loader/entries/a.conf", "" },
	{ "sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "" },
	{ "sys/firmware/efi/efivars/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c", "" },
	{ "sys/firmware/efi/efivars/Boot0001-8be4df61-93ca-11d2-aa0d-00e098032b8c", "" },
	{ "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "" },
	{ "var/lib/pve-gpu/transactions/20261123-064500-1/journal", "" },
	/* An input chooses by number: new ones at the end. */
	{ "etc/pve-gpu/devices.conf", "" },
	{ "etc/systemd/network/10-a.link", "" },
	{ "etc/udev/rules.d/70-a.rules", "" },
	{ "etc/pve/mapping/usb.cfg", "" },
	{ "etc/initramfs-tools/initramfs.conf", "MODULES=most\n" },
	{ "etc/nut/ups.conf", "" },
	{ USB "idVendor", "046d\n" },
	{ USB "idProduct", "c31c\n" },
	{ USB "bDeviceClass", "00\n" },
	{ USB "speed", "480\n" },
	{ USB "product", "Keyboard\n" },
	{ USB "serial", "" },
	{ "sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "03\n" },
	{ "sys/class/net/enp2s0/address", "04:42:1a:0d:e7:31\n" },
	{ "proc/meminfo", "MemTotal: 32000000 kB\n" },
	{ "proc/consoles", "tty0 -WU (EC p  ) 4:7\n" },
	{ "proc/net/tcp", "" },
	{ "proc/net/if_inet6", "" },
	{ "proc/net/vlan/config", "" },
	{ "run/udev/data/b8:1", "E:ID_FS_TYPE=ext4\n" },
	{ "var/lib/pve-gpu/lock", "" },
	{ MTTY "name", "Single port serial\n" },
	{ MTTY "available_instances", "24\n" },
	{ MTTY "description", "" },
	{ "sys/module/i915/parameters/enable_guc", "0\n" },
	{ NIC "sriov_totalvfs", "4\n" },
	{ NIC "sriov_numvfs", "0\n" },
	{ NIC "sriov_offset", "" },
	{ NIC "sriov_stride", "" },
	{ "etc/pve-gpu/sriov.conf", "card 0000:02:00.0 10ec:8168 - - - 2 none\n" },
	{ "etc/pve/sriov.conf", "" },
	{ "etc/sysfs.conf", "" },
};

static void make_tree(const struct fuzz_folder *f)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(file); i++) {
		pg_autofree char *dir = pg_strf("/%s", file[i].path);

		FUZZ_ASSERT(dir);
		*strrchr(dir, '/') = '\0';
		FUZZ_ASSERT(pg_root_mkdirs(f->root, dir, 0755, NULL, NULL) == 0);
		fuzz_folder_write(file[i].path, file[i].usual, strlen(file[i].usual));
	}
	FUZZ_ASSERT(pg_root_mkdirs(f->root, "/sys/kernel/iommu_groups/1/devices", 0755, NULL,
				   NULL) == 0);
	fuzz_folder_link(GPU "iommu_group", "../../../../kernel/iommu_groups/1", 33);
	fuzz_folder_link(NIC "iommu_group", "../../../../kernel/iommu_groups/1", 33);
	fuzz_folder_link("sys/class/net/enp2s0/device", "../../../bus/pci/devices/0000:02:00.0", 37);
}

/* Line ends, and characters that are seen. */
static void check_seen(const char *s)
{
	while (*s) {
		size_t len = *s == '\n' ? 1 : pg_text_char(s, strlen(s));

		FUZZ_ASSERT(len);
		s += len;
	}
}

static void check_document(const char *s, size_t n)
{
	struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;

	FUZZ_ASSERT(pg_json_parse(s, n, &v) == 0);
}

static void run(const char *dir, const char *name, char *argv[], int argc, bool json)
{
	pg_autofree char *out = NULL, *diag = NULL;
	size_t n_out = 0, n_diag = 0;
	struct pg_cmd_env env = { .root_dir = dir, .json = json, .out = open_memstream(&out, &n_out),
				  .diag = open_memstream(&diag, &n_diag) };
	const struct pg_cmd *cmd = pg_cmd_table();

	FUZZ_ASSERT(env.out && env.diag);
	while (strcmp(cmd->name, name) != 0)
		cmd++;
	(void)cmd->run(&env, argc, argv);
	(void)fclose(env.out);
	(void)fclose(env.diag);
	check_seen(out);
	check_seen(diag);
	if (json)
		check_document(out, n_out);
}

/* The first byte of the input chooses. */
static void look(const char *dir, unsigned choice)
{
	char list[] = "list", all[] = "--all", status[] = "status", doctor[] = "doctor";
	char history[] = "history", pass[] = "passthrough", vm[] = "100", gpu[] = "0000:01:00.0";
	char iommu[] = "iommu", usb[] = "usb", vgpu[] = "vgpu", sriov[] = "sriov";
	const struct {
		char *argv[4];
		int argc;
	} line[] = { { { pass, vm, gpu }, 3 }, { { list, all }, 2 }, { { iommu }, 1 },
		     { { status }, 1 },	       { { doctor }, 1 },    { { history }, 1 },
		     { { usb }, 1 },	       { { vgpu }, 1 },	     { { sriov }, 1 } };
	size_t i = choice / 2 % PG_ARRAY_SIZE(line);
	char *argv[4];

	memcpy(argv, line[i].argv, sizeof(argv));
	run(dir, argv[0], argv, line[i].argc, choice % 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	bool changed[PG_ARRAY_SIZE(file)] = { false };
	const struct fuzz_folder *f = fuzz_folder("/");
	const char *p = (const char *)data + (size ? 1 : 0), *end = (const char *)data + size;

	if (!made)
		make_tree(f);
	made = true;
	while (p < end) {
		const char *cut = memchr(p, 1, (size_t)(end - p));
		const char *next = cut ? cut + 1 : end;
		size_t i = (unsigned char)*p % PG_ARRAY_SIZE(file);

		fuzz_folder_write(file[i].path, p + 1, cut == p ? 0 : (size_t)((cut ? cut : end) - p - 1));
		changed[i] = true;
		p = next;
	}
	look(f->dir, size ? data[0] : 0);
	for (size_t i = 0; i < PG_ARRAY_SIZE(file); i++)
		if (changed[i])
			fuzz_folder_write(file[i].path, file[i].usual, strlen(file[i].usual));
	return 0;
}
