/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the node boots from is compared with the plan, by stand-ins for the tools. */
#include "tests/unit/exec/node.h"

#define SH_NAMES "echo usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.xz\n"
#define SH_COPY "root=${1%/boot/*}; mkdir -p \"$2/main/etc\" || exit 1\n" \
		"cp -r \"$root/etc/modprobe.d\" \"$2/main/etc\"\n" \
		"mkdir -p \"$2/main/etc/pve-gpu\"\n"

static void prepare(struct node *n, const char *options)
{
	pg_autofree char *cfg = pg_strf("menuentry 'Debian' --class debian {\n"
					"\tlinux\t/vmlinuz root=/dev/sda1 ro  %s\n}\n", options);

	tree_dir(n->tree, "/sys/bus/pci/devices");
	tree_dir(n->tree, "/lib/modules/6.1");
	tree_dir(n->tree, "/var/tmp");
	tree_file(n->tree, "/boot/initrd.img-6.1", "initrd");
	tree_file(n->tree, "/boot/grub/grub.cfg", cfg);
	node_command(n, "lsinitramfs", SH_NAMES);
	node_command(n, "unmkinitramfs", SH_COPY);
}

static bool doubts(const struct node *n, const char *part)
{
	for (size_t i = 0; i < n->out.doubts.n; i++)
		if (strstr(n->out.doubts.v[i], part))
			return true;
	return false;
}

static void assert_clean(const struct node *n)
{
	struct pg_strv left PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_root_list(n->tree->root, "/var/tmp", &left), 0);
	assert_int_equal(left.n, 0);
}

/* The copies of modprobe.d are the same: no doubt about them. */
static void test_same(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	assert_non_null(strstr(n->seen.s, "Checking the initramfs of 6.1"));
	assert_false(doubts(n, "modprobe.d"));
	assert_clean(n);
}

static void test_stale(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_command(n, "unmkinitramfs", SH_COPY "echo old >\"$2/main" VFIO "\"\n");
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	assert_true(doubts(n, VFIO));
	node_assert_text(n, "do not reboot");
	assert_clean(n);
}

/* No tool is no doubt: it is said. */
static void test_no_tool(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_command(n, "lsinitramfs", "exit 127\n");
	node_apply(n);
	assert_false(doubts(n, "initrd"));
	node_assert_text(n, "could not be looked at");
	assert_clean(n);
}

/* update-grub said well, and wrote nothing. */
static void test_grub(void **state)
{
	struct node *n = *state;

	prepare(n, "nothing");
	node_apply(n);
	assert_true(doubts(n, "lacks the option"));
	node_assert_text(n, "do not reboot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_same),
		node_test(test_stale),
		node_test(test_no_tool),
		node_test(test_grub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
