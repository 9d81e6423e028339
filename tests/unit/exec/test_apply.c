/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/node.h"

#include <sys/file.h>

static void test_apply_undo(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, "next reboot of the node");
	node_assert_new(n);
	node_assert_state(n, "applied");
	assert_non_null(strstr(n->seen.s, "step 1/8 Changing /etc/default/grub\n"));
	assert_non_null(strstr(n->seen.s, "step 5/8 update-initramfs -u -k all\n"));
	assert_non_null(strstr(n->seen.s, "output 5/8 Generating\n"));
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_old(n);
	node_assert_state(n, "undone");
	log = node_log(n);
	assert_string_equal(log, "update-initramfs -u -k all\nupdate-grub\n"
				 "qm set 100 --hostpci0 01:00\nqm set 100 --vga none\n"
				 "update-initramfs -u -k all\nupdate-grub\n"
				 "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

static void test_modes(void **state)
{
	struct node *n = *state;
	struct stat st;

	node_apply(n);
	assert_int_equal(pg_root_stat(n->tree->root, GRUB, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(pg_root_stat(n->tree->root, TABLE, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(pg_root_stat(n->tree->root, PG_STATE_DIR "/transactions", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* Not the running system: the commands are listed, none runs. */
static void test_listed(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	n->opts.run_commands = PG_UNKNOWN;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, "not run");
	assert_int_equal(n->out.listed.n, 4);
	assert_string_equal(n->out.listed.v[0], "update-initramfs -u -k all");
	assert_string_equal(n->out.listed.v[2], "qm set 100 --hostpci0 01:00");
	node_undo(n, NULL);
	assert_int_equal(n->out.listed.n, 2);
	node_assert_old(n);
	log = node_log(n);
	assert_string_equal(log, "");
}

static void test_command_fails(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	/* It fails while our option is there, as a broken hook of ours would make it. */
	pg_autofree char *body = pg_strf("grep -q intel_iommu %s" GRUB " || exit 0\n"
					 "printf 'E: \\033[2Jno space\\n'\nexit 7", n->tree->dir);

	node_command(n, "update-grub", body);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "update-grub failed with status 7.");
	node_assert_text(n, "E: ?[2Jno space");
	node_assert_text(n, "Everything was put back");
	node_assert_old(n);
	node_assert_state(n, "undone");
	assert_non_null(strstr(n->seen.s, "output 6/8 E: ?[2Jno space\n"));
	assert_non_null(strstr(n->seen.s, "back 0/6 update-grub failed"));
	assert_null(strchr(n->seen.s, '\033'));
	log = node_log(n);
	assert_string_equal(log, "update-initramfs -u -k all\nupdate-grub\n"
				 "update-initramfs -u -k all\nupdate-grub\n");
}

static void test_command_always_fails(void **state)
{
	struct node *n = *state;

	node_command(n, "update-initramfs", "exit 1");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "failed with the old files as well");
	node_assert_old(n);
	node_assert_state(n, "undone");
}

/* The first rebuild works with our files, and never again. */
static void test_rebuild_breaks(void **state)
{
	struct node *n = *state;
	pg_autofree char *body = pg_strf("test ! -e %s/once || exit 9\n: >%s/once", n->bin, n->bin);

	node_command(n, "update-initramfs", body);
	node_command(n, "update-grub", "exit 1");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_assert_text(n, "update-initramfs -u -k all failed with status 9.");
	node_assert_text(n, "pve-gpu recover");
	node_assert_old(n);
	node_assert_state(n, "interrupted");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "Run `pve-gpu recover` first.");
	node_command(n, "update-initramfs", "exit 0");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_state(n, "undone");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

/* A file that something else wrote to meanwhile is left, told once, and stops nothing else. */
static void test_written_meanwhile(void **state)
{
	struct node *n = *state;
	pg_autofree char *body = pg_strf("echo '# theirs' >>%s" GRUB "\nexit 1", n->tree->dir);
	struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };

	node_command(n, "update-grub", body);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_assert_text(n, GRUB ": The file was changed meanwhile. As it was, it is saved in "
			    PG_STATE_DIR "/transactions/");
	node_assert_text(n, "/0.before.");
	assert_int_equal(pg_root_read(n->tree->root, GRUB, 4096, &now), 0);
	assert_non_null(strstr(now.p, "intel_iommu=on"));
	assert_false(pg_root_exists(n->tree->root, TABLE));
	assert_true(pg_root_exists(n->tree->root, OLD));
	node_assert_state(n, "interrupted");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

static void test_no_such_command(void **state)
{
	struct node *n = *state;

	free(n->plan.cmd[1].argv.v[0]);
	n->plan.cmd[1].argv.v[0] = strdup("pve-gpu-no-such-command");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "There is no command pve-gpu-no-such-command");
	node_assert_old(n);
}

static void test_vm_command_fails(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	node_command(n, "qm", "case \"$*\" in *vga*) echo VM is locked; exit 25;; esac");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "VM is locked");
	node_assert_old(n);
	log = node_log(n);
	assert_non_null(strstr(log, "update-grub\nqm set 100 --delete hostpci0\n"));
	assert_null(strstr(log, "--delete vga"));
}

/* What really says no: qm ends with 255 then. Nothing of the VM is taken back. */
static void test_vm_command_says_no(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	node_command(n, "qm", "echo VM 100 does not exist; exit 255");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "failed with status 255.");
	node_assert_old(n);
	node_assert_state(n, "undone");
	log = node_log(n);
	assert_non_null(strstr(log, "qm set 100 --hostpci0 01:00\n"));
	assert_null(strstr(log, "--delete"));
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

/* Killed, it may have done its work: its inverse must succeed, now or later. */
static void test_vm_command_killed(void **state)
{
	struct node *n = *state;

	node_command(n, "qm", "case \"$*\" in *--delete*) exit 255;; *vga*) kill -KILL $$;; esac");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_assert_text(n, "qm set 100 --delete vga failed with status 255.");
	node_assert_text(n, "It was to take back qm set 100 --vga none, which was interrupted");
	node_assert_state(n, "interrupted");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_command(n, "qm", "exit 0");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_state(n, "undone");
	node_assert_old(n);
}

static bool has_begun(void *ctx)
{
	const struct node *n = ctx;
	pg_autofree char *path = pg_strf("%s/begun", n->bin);

	return access(path, F_OK) == 0;
}

/* Asked to stop, a command may end with any status, and in the middle of its work. */
static void test_vm_command_cancelled(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;
	pg_autofree char *body = pg_strf("case \"$*\" in *--vga*)\n"
					 "trap 'kill $!; exit 7' TERM\ntail -f /dev/null &\n"
					 ": >%s/begun\nwait;; esac", n->bin);

	node_command(n, "qm", body);
	n->opts.cancelled = has_begun;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "qm set 100 --vga none was cancelled.");
	log = node_log(n);
	assert_non_null(strstr(log, "qm set 100 --delete vga\nqm set 100 --delete hostpci0\n"));
	node_assert_old(n);
}

/* ---- changed since it was looked at ---- */

/* A plan of one new file. */
static void apply_other(const struct node *n, enum pg_outcome_kind expected)
{
	char path[] = "/etc/theirs.conf";
	struct pg_plan_file file = { .path = path, .change = PG_CHANGE_CREATE, .mode = 0644 };
	const struct pg_plan plan = { .file = &file, .n_file = 1 };
	struct pg_outcome out PG_CLEANUP(pg_outcome_done) = { 0 };

	assert_int_equal(pg_bytes_copy("theirs\n", 7, &file.after), 0);
	assert_int_equal(pg_apply(n->tree->root, &plan, NULL, &out, NULL), 0);
	pg_bytes_done(&file.after);
	assert_int_equal(out.kind, expected);
}

static char *stamp_of(const struct node *n)
{
	char *stamp = NULL;

	assert_int_equal(pg_exec_stamp(n->tree->root, &stamp), 0);
	assert_non_null(stamp);
	return stamp;
}

static void assert_outdated(struct node *n, const char *stamp)
{
	pg_autofree char *before = node_contents(n), *now = NULL;

	n->opts.stamp = stamp;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "This node was changed meanwhile: ");
	node_assert_text(n, "Look again and repeat. Nothing was changed.");
	assert_null(n->out.stamp);
	now = node_contents(n);
	assert_string_equal(now, before);
}

static void test_stamp(void **state)
{
	struct node *n = *state;
	pg_autofree char *first = stamp_of(n), *second = NULL, *third = NULL;
	pg_autofree char *now = NULL;

	apply_other(n, PG_OUTCOME_DONE);
	assert_outdated(n, first);
	second = stamp_of(n);
	node_undo(n, NULL);
	/* taken back is a change as well, although it is no new one */
	assert_outdated(n, second);
	/* what is looked at again is applied, and leads from one to the next */
	third = stamp_of(n);
	n->opts.stamp = third;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	now = stamp_of(n);
	assert_string_equal(n->out.stamp, now);
	assert_string_not_equal(now, third);
}

/* Looked at in the middle of another's change: it ends, or is taken back after a crash. */
static void test_stamp_in_the_middle(void **state)
{
	struct node *n = *state;
	pg_autofree char *stamp = NULL, *path = NULL, *full = NULL;
	struct pg_tx *tx = NULL;
	struct stat st;
	size_t count = 0;

	apply_other(n, PG_OUTCOME_DONE);
	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	path = pg_strf(PG_STATE_DIR "/transactions/%s/journal", tx[0].id);
	pg_history_free(tx, count);
	full = tree_path(n->tree, path);
	assert_int_equal(stat(full, &st), 0);
	/* the last record was not written yet */
	assert_int_equal(truncate(full, st.st_size - 20), 0);
	node_assert_state(n, "interrupted");
	stamp = stamp_of(n);
	n->opts.stamp = stamp;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "Run `pve-gpu recover` first.");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_outdated(n, stamp);
}

/* Not to be seen is not the same as changed. */
static void test_stamp_vm_unread(void **state)
{
	struct node *n = *state;
	pg_autofree char *stamp = NULL, *conf = tree_path(n->tree, "/etc/pve/qemu-server/100.conf");
	pg_autofree char *before = NULL, *now = NULL;

	tree_file(n->tree, "/etc/pve/qemu-server/100.conf", "memory: 1\n");
	stamp = stamp_of(n);
	n->opts.stamp = stamp;
	assert_int_equal(unlink(conf), 0);
	before = node_contents(n);
	assert_int_equal(symlink("100.conf", conf), 0);
	node_apply(n);
	node_assert_text(n, "/etc/pve/qemu-server/100.conf: Whether it was changed meanwhile cannot be seen: ");
	assert_null(strstr(n->out.text, "by somebody else"));
	assert_int_equal(unlink(conf), 0);
	now = node_contents(n);
	assert_string_equal(now, before);
}

/* What commands for VMs change was changed by somebody else: before, or while those of the host ran. */
static void test_stamp_vm(void **state)
{
	struct node *n = *state;
	pg_autofree char *stamp = NULL, *conf = NULL, *script = NULL;

	tree_file(n->tree, "/etc/pve/qemu-server/100.conf", "memory: 1\n");
	tree_file(n->tree, "/etc/pve/qemu-server/101.conf", "memory: 1\n");
	stamp = stamp_of(n);
	n->opts.stamp = stamp;
	/* another VM, or no command for one: nobody cares */
	tree_file(n->tree, "/etc/pve/qemu-server/101.conf", "memory: 22\n");
	conf = tree_path(n->tree, "/etc/pve/qemu-server/100.conf");
	script = pg_strf("echo onboot: 1 >>%s", conf);
	assert_non_null(script);
	node_command(n, "update-grub", script);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "The configuration of VM 100 was changed meanwhile");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "was changed meanwhile");
	n->opts.run_vm = false;
	n->opts.stamp = NULL;
	node_command(n, "update-grub", "exit 0");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
}

static void test_stamp_mapping(void **state)
{
	struct node *n = *state;
	pg_autofree char *stamp = NULL, *word = strdup("pvesh");
	pg_autofree char *path = strdup("/cluster/mapping/usb/stick");
	struct pg_strv *argv = &n->plan.vm_cmd[0].argv;

	assert_non_null(word);
	assert_non_null(path);
	tree_file(n->tree, "/etc/pve/mapping/usb.cfg", "stick\n");
	stamp = stamp_of(n);
	n->opts.stamp = stamp;
	tree_file(n->tree, "/etc/pve/mapping/usb.cfg", "stick\n\tmap node=b,id=1234:5678\n");
	free(argv->v[0]);
	argv->v[0] = PG_STEAL(word);
	free(argv->v[2]);
	argv->v[2] = PG_STEAL(path);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "The resource mappings were changed meanwhile");
}

/* Of a folder that is gone nothing is known. */
static void test_stamp_record_gone(void **state)
{
	struct node *n = *state;
	pg_autofree char *stamp = NULL, *dir = NULL, *gone = NULL;

	apply_other(n, PG_OUTCOME_DONE);
	stamp = stamp_of(n);
	dir = tree_path(n->tree, PG_STATE_DIR "/transactions");
	gone = tree_path(n->tree, "/gone");
	assert_int_equal(rename(dir, gone), 0);
	assert_outdated(n, stamp);
	node_assert_text(n, "a record of pve-gpu was taken away");
}

/* Cancelled at any time, the tree is the old one or, once all is done, the new one. */
static void test_cancel(void **state)
{
	struct node *n = *state;

	for (n->cancel_at = 1; n->cancel_at < 100; n->cancel_at++) {
		n->asked = 0;
		node_apply(n);
		if (n->out.kind == PG_OUTCOME_DONE)
			break;
		node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
		node_assert_text(n, "cancelled");
		node_assert_old(n);
		node_assert_state(n, "undone");
	}
	assert_in_range(n->cancel_at, 9, 99);
	node_assert_new(n);
}

static void test_cancel_command(void **state)
{
	struct node *n = *state;
	pg_autofree char *body = pg_strf("test ! -e %s/once || exit 0\n: >%s/once\n"
					 "exec tail -f /dev/null", n->bin, n->bin);

	node_command(n, "update-initramfs", body);
	n->cancel_at = 6;
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_PUT_BACK, 3);
	node_assert_text(n, "update-initramfs -u -k all was cancelled.");
	node_assert_old(n);
}

static void test_drift(void **state)
{
	struct node *n = *state;
	pg_autofree char *before = NULL, *now = NULL;

	tree_file(n->tree, VFIO, "# a\n# b\n# c\n# d\n# more\n");
	before = node_snapshot(n);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, VFIO ": The file was changed since it was read.");
	now = node_snapshot(n);
	assert_string_equal(now, before);
}

static void test_drift_created(void **state)
{
	struct node *n = *state;

	tree_file(n->tree, TABLE, "theirs\n");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, TABLE ": The file was changed since it was read.");
}

static void test_target_is_link(void **state)
{
	struct node *n = *state;
	pg_autofree char *full = tree_path(n->tree, GRUB);

	assert_int_equal(unlink(full), 0);
	tree_link(n->tree, GRUB, "/etc/other");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, GRUB ": It is a symbolic link.");
}

static void test_blocked(void **state)
{
	struct node *n = *state;
	struct pg_finding *f = pg_vec_add(&n->plan.findings.v, &n->plan.findings.n, sizeof(*f));

	f->level = PG_LEVEL_BLOCK;
	f->text = strdup("The VM is locked.");
	f->advice = strdup("Wait.");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	assert_string_equal(n->out.text, "The VM is locked. Wait. Nothing was changed.");
	assert_false(pg_root_exists(n->tree->root, PG_STATE_DIR));
}

static void test_nothing(void **state)
{
	struct node *n = *state;
	const struct pg_plan none = { 0 };

	assert_int_equal(pg_apply(n->tree->root, &none, &n->opts, &n->out, NULL), 0);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	assert_false(pg_root_exists(n->tree->root, PG_STATE_DIR));
}

static void test_locked(void **state)
{
	struct node *n = *state;
	pg_autoclose int fd = -1;

	tree_dir(n->tree, PG_STATE_DIR);
	assert_int_equal(pg_root_lock(n->tree->root, PG_STATE_DIR "/lock", "", &fd, NULL), 0);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "Another pve-gpu is changing this node.");
	node_assert_old(n);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

static void test_state_is_link(void **state)
{
	struct node *n = *state;

	tree_link(n->tree, PG_STATE_DIR, "/etc");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, PG_STATE_DIR ": It is not a folder");
	assert_false(pg_root_exists(n->tree->root, "/etc/transactions"));
	assert_false(pg_root_exists(n->tree->root, "/etc/lock"));
}

static void test_state_is_file(void **state)
{
	struct node *n = *state;

	tree_file(n->tree, PG_STATE_DIR, "x");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, PG_STATE_DIR ": It is not a folder");
}

static void test_transactions_is_link(void **state)
{
	struct node *n = *state;

	tree_link(n->tree, PG_STATE_DIR "/transactions", "/etc");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_old(n);
}

/* Names and arguments are kept whatever bytes they are made of. */
static void test_odd_bytes(void **state)
{
	struct node *n = *state;

	free(n->plan.file[3].path);
	n->plan.file[3].path = strdup("/etc/pve-gpu/a%41\x01\xff b.conf");
	assert_int_equal(pg_strv_add(&n->plan.vm_cmd[0].undo, "a\tb%0a\n"), 0);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_new(n);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_old(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_apply_undo),	  node_test(test_modes),
		node_test(test_listed),		  node_test(test_command_fails),
		node_test(test_command_always_fails), node_test(test_rebuild_breaks),
		node_test(test_written_meanwhile), node_test(test_no_such_command),
		node_test(test_vm_command_fails), node_test(test_vm_command_says_no),
		node_test(test_vm_command_killed), node_test(test_vm_command_cancelled),
		node_test(test_stamp),		  node_test(test_stamp_in_the_middle),
		node_test(test_stamp_record_gone), node_test(test_stamp_vm),
		node_test(test_stamp_mapping),	  node_test(test_stamp_vm_unread),
		node_test(test_cancel),		  node_test(test_cancel_command),
		node_test(test_drift),		  node_test(test_drift_created),
		node_test(test_target_is_link),	  node_test(test_blocked),
		node_test(test_nothing),	  node_test(test_locked),
		node_test(test_state_is_link),	  node_test(test_state_is_file),
		node_test(test_transactions_is_link), node_test(test_odd_bytes),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
