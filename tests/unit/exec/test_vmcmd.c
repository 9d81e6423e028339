/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands for VMs, where somebody edits a VM before the undo. */
#include "tests/unit/exec/node.h"

#define CONF "/etc/pve/qemu-server/100.conf"
#define APPLIED "qm set 100 --hostpci0 01:00\nqm set 100 --vga none\n"
#define BUILT "update-initramfs -u -k all\nupdate-grub\n"

/* What the VM has when the plan is applied, and when it is undone; NULL: it is not there. */
static const struct {
	const char *apply, *undo;
	const char *log;	/* what was called for the undo */
	const char *text;
} rows[] = {
	/* as it was, in both ways in which Proxmox may write it */
	{ "memory: 512\n", "hostpci0: 01:00\nvga: none\n",
	  BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n", "is undone." },
	{ "memory: 512\n", "hostpci0: 01:00\nvga: none\n[PENDING]\nmemory: 1024\n",
	  BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n", "is undone." },
	/* the same device with a setting more is the entry that was made */
	{ "", "hostpci0: rombar=0,host=0000:01:00\n",
	  BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n", "is undone." },
	/* it was taken away by hand already */
	{ "", "memory: 512\n", BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n",
	  "is undone." },
	/* another device by now, or one that the next start brings */
	{ "", "hostpci0: 02:00\n", BUILT "qm set 100 --delete vga\n",
	  "VM 100 was changed since: hostpci0 is 02:00 now, and stays as it is." },
	{ "", "hostpci0: 01:00\n[PENDING]\nhostpci0: mapping=gpu1\n", BUILT "qm set 100 --delete vga\n",
	  "VM 100 was changed since: hostpci0 is mapping=gpu1 now, and stays as it is." },
	{ "", "hostpci0: 01:00.0;01:00.1\n", BUILT "qm set 100 --delete vga\n",
	  "hostpci0 is 01:00.0;01:00.1 now, and stays as it is." },
	{ "", "hostpci0: \033[2J\n", BUILT "qm set 100 --delete vga\n", "hostpci0 is ?[2J now" },
	/* it was destroyed, or went to another node */
	{ "", NULL, BUILT, "VM 100 is not on this node any more: nothing of it is taken back." },
	/* it has already what it is to get, and what the next start takes away does not count */
	{ "vga: none\n", "hostpci0: 01:00\nvga: none\n",
	  BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n", "is undone." },
	{ "hostpci0: 02:00\n[PENDING]\ndelete: hostpci0\n", "hostpci0: 01:00\n",
	  BUILT "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n", "is undone." },
};

static void set_conf(const struct node *n, const char *text)
{
	if (text)
		tree_file(n->tree, CONF, text);
	else if (pg_root_exists(n->tree->root, CONF))
		assert_int_equal(pg_root_unlink(n->tree->root, CONF, NULL), 0);
}

static void try_row(struct node *n, size_t i)
{
	pg_autofree char *log = NULL, *all = NULL;

	tree_dir(n->tree, "/etc/pve/qemu-server");
	set_conf(n, rows[i].apply);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	set_conf(n, rows[i].undo);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, rows[i].text);
	log = node_log(n);
	all = pg_strf("%s%s%s", BUILT, APPLIED, rows[i].log);
	assert_string_equal(log, all);
}

/* Each on a node of its own: the first and the last have the fixture's. */
static void try_all(void **state, void (*try_one)(struct node *n, size_t i), size_t n)
{
	for (size_t i = 0; i < n; i++) {
		print_message("row %zu\n", i);
		if (i)
			assert_int_equal(node_setup(state), 0);
		try_one(*state, i);
		if (i + 1 < n)
			assert_int_equal(node_teardown(state), 0);
	}
}

static void test_rows(void **state)
{
	try_all(state, try_row, PG_ARRAY_SIZE(rows));
}

/* What was left alone is not tried again, and what was interrupted is taken back all the same. */
static void test_recover(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	tree_file(n->tree, CONF, "");
	node_command(n, "qm", "case \"$*\" in *--delete*) exit 255;; *vga*) kill -KILL $$;; esac");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	set_conf(n, NULL);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, "VM 100 is not on this node any more");
	node_assert_state(n, "undone");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	log = node_log(n);
	assert_non_null(strstr(log, "--vga none"));
}

/* ---- changes on top of each other ---- */

static struct pg_plan_cmd make_cmd(const char *argv, const char *undo)
{
	struct pg_plan_cmd cmd = { 0 };

	assert_int_equal(pg_strv_split(argv, " ", &cmd.argv), 0);
	assert_int_equal(pg_strv_split(undo, " ", &cmd.undo), 0);
	return cmd;
}

/* A newer change of one command, which has no file; and whether the older one waits for it. */
static const struct {
	const char *argv, *undo;
	bool above;
} newer[] = {
	{ "qm set 100 --hostpci0 01:00,x-vga=1", "qm set 100 --hostpci0 01:00", true },
	{ "qm set 100 --delete vga", "qm set 100 --vga none", true },
	{ "qm set 100 --usb0 host=1-2 --vga std", "qm set 100 --delete usb0 --vga none", true },
	{ "qm set 100 --hostpci1 02:00", "qm set 100 --delete hostpci1", false },
	{ "qm set 1000 --hostpci0 01:00", "qm set 1000 --delete hostpci0", false },
	{ "pvesh set 100 --hostpci0 01:00", "pvesh delete 100", false },
};

static void try_newer(struct node *n, size_t i)
{
	struct pg_plan_cmd cmd = make_cmd(newer[i].argv, newer[i].undo);
	const struct pg_plan plan = { .vm_cmd = &cmd, .n_vm_cmd = 1 };
	pg_autofree char *first = NULL;

	node_command(n, "pvesh", "exit 0");
	node_apply(n);
	first = strdup(n->out.id);
	pg_outcome_done(&n->out);
	assert_int_equal(pg_apply(n->tree->root, &plan, &n->opts, &n->out, NULL), 0);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_undo(n, first);
	node_assert_outcome(n, newer[i].above ? PG_OUTCOME_REFUSED : PG_OUTCOME_DONE, newer[i].above);
	if (newer[i].above)
		node_assert_text(n, "stands on it. Undo that first");
	pg_strv_done(&cmd.argv);
	pg_strv_done(&cmd.undo);
}

static void test_newer(void **state)
{
	try_all(state, try_newer, PG_ARRAY_SIZE(newer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_rows), node_test(test_recover), node_test(test_newer),
	};

	return cmocka_run_group_tests_name("vmcmd", tests, NULL, NULL);
}
