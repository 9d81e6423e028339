/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files under a mask: the same word everywhere, and each file can be read as before. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "src/plan/mask.h"

#define VM "/etc/pve/nodes/pve1/qemu-server/100.conf"

static struct pg_facts *facts(void)
{
	struct pg_facts *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->system.node = strdup("pve1");
	f->dev = calloc(1, sizeof(*f->dev));
	assert_non_null(f->dev);
	f->n_dev = 1;
	f->dev[0].serial = strdup("dsn=001122fffe334455");
	f->usb = calloc(2, sizeof(*f->usb));
	assert_non_null(f->usb);
	f->n_usb = 2;
	f->usb[0].is_root = true;
	f->usb[0].serial = strdup("0000:00:14.0");
	f->usb[1].serial = strdup("4C530001");
	return f;
}

static void assert_masked(struct pg_mask *mask, const char *path, const char *in, const char *out)
{
	const struct pg_bytes text = { (char *)(uintptr_t)in, strlen(in) };
	struct pg_bytes got PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_mask_file(mask, path, &text, &got), 0);
	assert_string_equal(got.p, out);
}

static void test_files(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = facts();
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };

	(void)state;
	assert_int_equal(pg_mask_make_exact(f, &mask), 0);
	assert_masked(&mask, "/etc/hosts", "10.0.0.5 pve1.lan pve1\n10.0.0.5 pve1-a pve10\n",
		      "192.0.2.1 node0.lan node0\n192.0.2.1 pve1-a pve10\n");
	assert_masked(&mask, VM, "name: bank\n#call me\nnet0: virtio=BC:24:11:AA:BB:CC,bridge=vmbr0\n[s]\nname: old\n",
		      "name: vm-100\n#\nnet0: virtio=02:00:00:00:00:00,bridge=vmbr0\n[s]\nname: vm-100\n");
	assert_masked(&mask, VM, "hostpci0: 0000:01:00.0,pcie=1\n", "hostpci0: 0000:01:00.0,pcie=1\n");
	assert_masked(&mask, VM, "scsi0: a:1,serial=WD-1234,size=1G\nsmbios1: serial=U0VD\n",
		      "scsi0: a:1,serial=masked,size=1G\nsmbios1: serial=masked\n");
	assert_masked(&mask, "/etc/pve-gpu/devices.conf", "serial = dsn=001122fffe334455\n",
		      "serial = dsn=0000000000000001\n");
	/* the serial number of a root hub is the address of its controller */
	assert_masked(&mask, "/etc/pve-gpu/bind.conf", "0000:00:14.0 8086:7ae0 vfio-pci\n",
		      "0000:00:14.0 8086:7ae0 vfio-pci\n");
	assert_masked(&mask, "/var/lib/pve-gpu/capture/kernel.log", "usb 1-2: SerialNumber: 4C530001\n",
		      "usb 1-2: SerialNumber: serial2\n");
	assert_masked(&mask, "/etc/pve/storage.cfg",
		      "nfs: nas\n\tserver nas.bank.example\n\texport /private\n\tcontent images\n"
		      "cifs: win\n  username joe\n  domain BANK\n\tserver\n\tnodes pve1\n",
		      "nfs: nas\n\tserver masked\n\texport masked\n\tcontent images\n"
		      "cifs: win\n  username masked\n  domain masked\n\tserver masked\n\tnodes node0\n");
	assert_masked(&mask, "/proc/mounts",
		      "nas.bank.example:/private /mnt/pve/nas nfs4 rw,addr=10.0.0.5 0 0\n"
		      "//win/joe /mnt/pve/win cifs rw,username=joe,domain=BANK,vers=3 0 0\n"
		      "/dev/sda1 / ext4 rw,relatime 0 0\n",
		      "server:/masked /mnt/pve/nas nfs4 rw,addr=192.0.2.1 0 0\n"
		      "//server/masked /mnt/pve/win cifs rw,username=masked,domain=masked,vers=3 0 0\n"
		      "/dev/sda1 / ext4 rw,relatime 0 0\n");
	/* elsewhere such a line is another one */
	assert_masked(&mask, "/etc/hosts", "\tserver nas:/x\n", "\tserver nas:/x\n");
	assert_masked(&mask, "/sys/class/net/x/address", "bc:24:11:aa:bb:cc\n", "02:00:00:00:00:00\n");
	assert_masked(&mask, "/etc/network/interfaces", "iface enxbc2411aabbcc inet manual\n",
		      "iface enx020000000000 inet manual\n");
	assert_masked(&mask, "/run/udev/data/b8:0",
		      "S:disk/by-id/ata-WD-1234\nE:ID_SERIAL_SHORT=1234\nE:ID_FS_TYPE=ext4\n",
		      "E:ID_FS_TYPE=ext4\n");
	assert_masked(&mask, "/etc/fstab", "UUID=7a8f1c1e-53b4-4a8f-9d1b-0d3f54e3a001 / ext4\n",
		      "UUID=00000000-0000-4000-8000-000000000000 / ext4\n");
	/* that of a mediated device tells the VM */
	assert_masked(&mask, "/proc/x", "00000000-0000-0000-0000-000000000100\n",
		      "00000000-0000-0000-0000-000000000100\n");
	assert_masked(&mask, "/var/lib/dpkg/status", "Version: 1.2.3.4\n", "Version: 1.2.3.4\n");
}

/* 10.0.0.5 is 0500000A there, and must be the same address as in the files. */
static void test_net(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = facts();
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };

	(void)state;
	assert_int_equal(pg_mask_make_exact(f, &mask), 0);
	assert_masked(&mask, "/etc/hosts", "10.0.0.5\n", "192.0.2.1\n");
	assert_masked(&mask, "/proc/1/net/tcp", "  sl  local_address\n   0: 0500000A:0016 00000000:0000 0A\n",
		      "  sl  local_address\n   0: 010200C0:0016 00000000:0000 0A\n");
	assert_masked(&mask, "/proc/1/net/route", "Iface\tDestination\nvmbr0\t00000000\t0500000A\t0003\n",
		      "Iface\tDestination\nvmbr0\t00000000\t010200C0\t0003\n");
	assert_masked(&mask, "/proc/1/net/if_inet6", "fd000000000000000000000000000005 02 40 00 80 vmbr0\n",
		      "20010db8000000000000000000000002 02 40 00 80 vmbr0\n");
}

/* A device's serial number in its configuration space. */
static void test_config(void **state)
{
	static const unsigned char in[] = { 0x00, 1, 0x55, 0x44, 0x33, 0xfe, 0xff, 0x22, 0x11, 0x00, 9 };
	static const unsigned char out[] = { 0x00, 1, 0x01, 0, 0, 0, 0, 0, 0, 0, 9 };
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = facts();
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };
	const struct pg_bytes bytes = { (char *)(uintptr_t)in, sizeof(in) };
	struct pg_bytes got PG_CLEANUP(pg_bytes_done) = { 0 };

	(void)state;
	assert_int_equal(pg_mask_make_exact(f, &mask), 0);
	assert_int_equal(pg_mask_file(&mask, "/sys/devices/x/config", &bytes, &got), 0);
	assert_int_equal(got.n, sizeof(out));
	assert_memory_equal(got.p, out, sizeof(out));
}

/* Addresses never run out, and none is given twice among the first thousands. */
static void test_many(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = facts();
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };

	(void)state;
	assert_int_equal(pg_mask_make_exact(f, &mask), 0);
	for (unsigned i = 0; i < 600; i++) {
		char text[32];
		pg_autofree char *masked = NULL;

		(void)snprintf(text, sizeof(text), "10.1.%u.%u", i / 200, i % 200 + 1);
		masked = pg_mask_text(&mask, text);
		assert_non_null(masked);
	}
	for (size_t i = 0; i < mask.n; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(mask.v[i].to, mask.v[k].to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
