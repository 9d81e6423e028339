/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"

#define VARS "/sys/firmware/efi/efivars/"
#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOADER_INFO VARS "LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

static struct pg_facts *collect(const struct tree *t)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	assert_int_equal(pg_collect_boot(t->root, facts), 0);
	assert_non_null(facts->boot.evidence);
	return facts;
}

static void assert_loader(const struct tree *t, enum pg_loader loader, bool disputed,
			  const char *evidence)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(t);

	assert_int_equal(facts->boot.loader, loader);
	assert_int_equal(facts->boot.disputed, disputed);
	assert_non_null(strstr(facts->boot.evidence, evidence));
}

/* Appends ASCII as UTF-16LE with its NUL. */
static size_t utf16(char *to, const char *s)
{
	size_t n = strlen(s) + 1;

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = s[i];
		to[2 * i + 1] = '\0';
	}
	return 2 * n;
}

static void put_loader_info(const struct tree *t, const char *text)
{
	char bytes[512] = "\x06\0\0";

	tree_bytes(t, LOADER_INFO, bytes, 4 + utf16(bytes + 4, text));
}

/* Boot entry 00A1 with a disk node and this file, made current. */
static void put_boot_entry(const struct tree *t, const char *file)
{
	char b[512] = { 7 }, path[256];
	size_t n_path = utf16(path, file), n = 4;

	b[n] = 1;
	b[n + 4] = (char)(8 + 4 + n_path + 4); /* length of the list */
	n += 6;
	n += utf16(b + n, "proxmox");
	memcpy(b + n, "\x04\x01\x08\0disk", 8);
	n += 8;
	memcpy(b + n, "\x04\x04", 2);
	b[n + 2] = (char)(4 + n_path);
	memcpy(b + n + 4, path, n_path);
	n += 4 + n_path;
	memcpy(b + n, "\x7f\xff\x04\0", 4);
	tree_bytes(t, VARS "Boot00A1" GLOBAL, b, n + 4);
	tree_bytes(t, VARS "BootCurrent" GLOBAL, "\x06\0\0\0\xa1\0", 6);
}

static void test_legacy(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_dir(t, "/sys/firmware/acpi");
	tree_file(t, "/etc/kernel/cmdline", "root=ZFS=rpool boot=zfs\n");
	tree_file(t, "/etc/kernel/proxmox-boot-uuids", "AAAA-BBBB\n");
	facts = collect(t);
	assert_int_equal(facts->boot.loader, PG_LOADER_GRUB);
	assert_int_equal(facts->boot.efi, PG_NO);
	assert_int_equal(facts->boot.secure_boot, PG_NO);
	assert_true(facts->boot.pbt);
	assert_null(facts->boot.running);
}

static void test_loader_info(void **state)
{
	struct tree *t = *state;

	put_loader_info(t, "systemd-boot 257.9-1");
	assert_loader(t, PG_LOADER_SYSTEMD_BOOT, false, "systemd-boot 257.9-1");
	put_loader_info(t, "GRUB 2.12-9");
	assert_loader(t, PG_LOADER_GRUB, false, "GRUB 2.12-9");
	put_loader_info(t, "rEFInd");
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	put_loader_info(t, "GRUB \x1b[2J");
	assert_loader(t, PG_LOADER_GRUB, false, "GRUB ?[2J");
}

static void test_cmdline(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-6.8 root=/dev/sda1 quiet\n");
	assert_loader(t, PG_LOADER_GRUB, false, "BOOT_IMAGE=");
	tree_file(t, "/proc/cmdline", "initrd=\\EFI\\proxmox\\6.8\\initrd.img root=ZFS=x\n");
	assert_loader(t, PG_LOADER_SYSTEMD_BOOT, false, "initrd=\\EFI\\proxmox\\");
	tree_file(t, "/proc/cmdline", "root=x MY_BOOT_IMAGE=1 quiet\n");
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	facts = collect(t);
	assert_string_equal(facts->boot.running, "root=x MY_BOOT_IMAGE=1 quiet");
	assert_int_equal(facts->boot.efi, PG_UNKNOWN);
	assert_int_equal(facts->boot.secure_boot, PG_UNKNOWN);
}

static void test_boot_entry(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	put_boot_entry(t, "\\EFI\\systemd\\systemd-bootx64.efi");
	assert_loader(t, PG_LOADER_SYSTEMD_BOOT, false, "\\EFI\\systemd\\systemd-bootx64.efi");
	put_boot_entry(t, "\\EFI\\PROXMOX\\SHIMX64.EFI");
	assert_loader(t, PG_LOADER_GRUB, false, "SHIMX64");
	put_boot_entry(t, "\\EFI\\proxmox\\grubx64.efi");
	assert_loader(t, PG_LOADER_GRUB, false, "grubx64");
	put_boot_entry(t, "\\EFI\\BOOT\\BOOTX64.EFI");
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	facts = collect(t);
	assert_int_equal(facts->boot.secure_boot, PG_NO);
}

static void test_secure_boot(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_bytes(t, VARS "SecureBoot" GLOBAL, "\x06\0\0\0\x01", 5);
	assert_loader(t, PG_LOADER_GRUB, false, "Secure Boot");
	tree_bytes(t, VARS "SecureBoot" GLOBAL, "\x06\0\0\0\0", 5);
	facts = collect(t);
	assert_int_equal(facts->boot.secure_boot, PG_NO);
	assert_int_equal(facts->boot.efi, PG_YES);
	assert_int_equal(facts->boot.loader, PG_LOADER_UNKNOWN);
}

static void test_disputed(void **state)
{
	struct tree *t = *state;

	put_loader_info(t, "systemd-boot 257");
	tree_bytes(t, VARS "SecureBoot" GLOBAL, "\x06\0\0\0\x01", 5);
	assert_loader(t, PG_LOADER_SYSTEMD_BOOT, true, "But: Secure Boot is on");
}

static void test_silent(void **state)
{
	struct tree *t = *state;

	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	tree_file(t, "/etc/default/grub", "");
	assert_loader(t, PG_LOADER_GRUB, false, "only GRUB is set up");
	tree_file(t, "/etc/kernel/cmdline", "root=x\n");
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
}

static void test_only_systemd_boot(void **state)
{
	struct tree *t = *state;

	tree_file(t, "/etc/kernel/cmdline", "root=x\n");
	assert_loader(t, PG_LOADER_SYSTEMD_BOOT, false, "only systemd-boot is set up");
}

static void test_broken_variables(void **state)
{
	struct tree *t = *state;
	char entry[] = "\x07\0\0\0" "\x01\0\0\0" "\xff\xff" "a\0\0\0" "\x04\x04\xff\xff";

	tree_bytes(t, LOADER_INFO, "\x06\0", 2);
	tree_bytes(t, VARS "SecureBoot" GLOBAL, "\x01", 1);
	tree_bytes(t, VARS "BootCurrent" GLOBAL, "\x06\0\0\0\xa1\0", 6);
	for (size_t n = 0; n < sizeof(entry); n++) {
		tree_bytes(t, VARS "Boot00A1" GLOBAL, entry, n);
		assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	}
	entry[8] = 4;
	entry[9] = 0; /* a list of four bytes with a node that claims to be longer */
	tree_bytes(t, VARS "Boot00A1" GLOBAL, entry, sizeof(entry) - 1);
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
	tree_bytes(t, LOADER_INFO, "\x06\0\0\0G", 5);
	assert_loader(t, PG_LOADER_UNKNOWN, false, "Nothing tells");
}

static void test_hostile_cmdline(void **state)
{
	static char big[(1 << 20) + 1];
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	memset(big, 'x', sizeof(big));
	tree_bytes(t, "/proc/cmdline", big, sizeof(big));
	facts = collect(t);
	assert_null(facts->boot.running);
	assert_int_equal(facts->unread.n, 1);
}

static void test_kernels(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_link(t, "/lib", "usr/lib");
	tree_dir(t, "/usr/lib/modules/6.14.8-2-pve");
	tree_dir(t, "/usr/lib/modules/6.8.12-4-pve");
	tree_dir(t, "/usr/lib/modules/6.8.12-11-pve");
	tree_file(t, "/usr/lib/modules/README", "");
	facts = collect(t);
	assert_int_equal(facts->boot.kernels.n, 3);
	assert_string_equal(facts->boot.kernels.v[0], "6.8.12-4-pve");
	assert_string_equal(facts->boot.kernels.v[1], "6.8.12-11-pve");
	assert_string_equal(facts->boot.kernels.v[2], "6.14.8-2-pve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_legacy),
		tree_test(test_loader_info),
		tree_test(test_cmdline),
		tree_test(test_boot_entry),
		tree_test(test_secure_boot),
		tree_test(test_disputed),
		tree_test(test_silent),
		tree_test(test_only_systemd_boot),
		tree_test(test_broken_variables),
		tree_test(test_hostile_cmdline),
		tree_test(test_kernels),
	};

	return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
