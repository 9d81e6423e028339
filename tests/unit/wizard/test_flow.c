/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Applying, the VM's commands as a script, the reboot of the demo node, and undo. */
#include "tests/unit/wizard/demo.h"

#define VFIO "/etc/modprobe.d/vfio.conf"
#define SCRIPT "/tmp/vm.sh"

static void apply(struct demo *d)
{
	demo_to_review(d, "vm/100");
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, NULL), WIZ_REBUILD);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "apply");
}

static void test_review(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	assert_int_equal(d->view.shape, WIZ_SHAPE_TEXT);
	assert_true(demo_view_has(d, "+options vfio-pci ids=10de:2684,10de:22ba"));
	assert_true(demo_view_has(d, "update-initramfs -u -k all"));
	assert_true(demo_view_has(d, "qm set 100 --hostpci0"));
	assert_true(demo_view_has(d, "nouveau → vfio-pci"));
	for (size_t i = 0; i < d->view.lines.n; i++)
		if (d->view.lines.v[i].text[0] == '+' && d->view.lines.v[i].text[1] != '+')
			assert_int_equal(d->view.lines.v[i].style, WIZ_ADDED);
	/* "no" changes nothing */
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(demo_answer(d, false, NULL), WIZ_REBUILD);
	demo_assert_page(d, "review");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NONE);
	assert_false(pg_root_exists(d->tree->root, VFIO));
}

static void test_apply_and_undo(void **state)
{
	struct demo *d = *state;
	pg_autofree char *before = NULL, *after = NULL, *id = NULL;

	demo_open(d);
	before = demo_snapshot(d);
	apply(d);
	assert_true(pg_root_exists(d->tree->root, VFIO));
	assert_true(d->refreshed > 0);
	assert_false(d->view.running);
	assert_int_equal(d->view.progress, d->view.progress_of);
	assert_true(demo_view_has(d, "Creating " VFIO));
	/* this is no running system: commands are only listed */
	assert_true(demo_view_has(d, "update-initramfs -u -k all"));
	assert_true(demo_view_has(d, "qm set 100"));
	assert_null(d->w->plan);
	/* what is done cannot be gone back into */
	demo_back(d, "home");
	demo_send(d, WIZ_EVENT_NEXT, "history");
	assert_int_equal(d->view.n_item, 1);
	assert_string_equal(d->view.item[0].note, "applied");
	id = strdup(d->view.item[0].id);
	assert_true(demo_detail_has(d, id, VFIO));
	demo_send(d, WIZ_EVENT_NEXT, id);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	demo_answer(d, true, NULL);
	assert_int_equal(d->view.shape, WIZ_SHAPE_RUN);
	assert_true(demo_view_has(d, "is undone"));
	after = demo_snapshot(d);
	assert_string_equal(before, after);
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, NULL), WIZ_MOVED);
	assert_int_equal(d->view.shape, WIZ_SHAPE_LIST);
	assert_string_equal(demo_item(d, id)->note, "undone");
	assert_false(demo_item(d, id)->enabled);
	demo_back(d, "home");
}

/* What is chosen in the wizard is no fact, once the Review is left: Status tells what VMs have. */
static void test_status_as_it_is(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "data/demo/node.tree");
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/101.conf", "hostpci0: 0000:01:00\n");
	demo_start(d);
	demo_to_review(d, "vm/100");
	while (strcmp(d->view.page, "home") != 0)
		demo_send(d, WIZ_EVENT_BACK, NULL);
	assert_true(pg_choices_has(d->w->choices, (struct pg_bdf){ .bus = 1 }));
	demo_send(d, WIZ_EVENT_NEXT, "status");
	demo_assert_page(d, "status");
	assert_true(demo_detail_has(d, GPU, "When VM 101 starts"));
	assert_false(demo_detail_has(d, GPU, "VM 100"));
	assert_false(demo_detail_has(d, GPU, "→ vfio-pci"));
}

static void test_cancelled(void **state)
{
	struct demo *d = *state;
	pg_autofree char *before = NULL, *after = NULL;

	demo_open(d);
	before = demo_snapshot(d);
	d->cancel = true;
	apply(d);
	after = demo_snapshot(d);
	assert_string_equal(before, after);
	/* neither the reboot nor the VM's commands follow */
	assert_int_equal(d->view.can & (WIZ_CAN_RUN | WIZ_CAN_SAVE), 0);
	assert_false(demo_view_has(d, "qm set"));
	demo_next(d, "home");
}

static void test_drift(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	tree_file(d->tree, VFIO, "# mine\n");
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_answer(d, true, NULL);
	demo_assert_page(d, "apply");
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_REFUSED);
	assert_true(demo_view_has(d, VFIO));
	assert_int_equal(d->view.can & WIZ_CAN_RUN, 0);
	demo_next(d, "home");
}

/* A plan of one new file, by somebody else; /etc/theirs.conf, and no file of the wizard's. */
static void apply_other(const struct demo *d)
{
	char path[] = "/etc/theirs.conf";
	struct pg_plan_file file = { .path = path, .change = PG_CHANGE_CREATE, .mode = 0644 };
	const struct pg_plan plan = { .file = &file, .n_file = 1 };
	struct pg_outcome out PG_CLEANUP(pg_outcome_done) = { 0 };

	assert_int_equal(pg_bytes_copy("theirs\n", 7, &file.after), 0);
	assert_int_equal(pg_apply(d->tree->root, &plan, NULL, &out, NULL), 0);
	pg_bytes_done(&file.after);
	assert_int_equal(out.kind, PG_OUTCOME_DONE);
}

/* Another pve-gpu changed the node while this one showed it: not even where no file of ours
 * is concerned. */
static void test_changed_meanwhile(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	apply_other(d);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_answer(d, true, NULL);
	demo_assert_page(d, "apply");
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_REFUSED);
	assert_true(demo_view_has(d, "This node was changed meanwhile"));
	assert_false(pg_root_exists(d->tree->root, VFIO));
	assert_int_equal(d->view.can & (WIZ_CAN_RUN | WIZ_CAN_SAVE), 0);
	/* by now it was looked at again */
	demo_next(d, "home");
	apply(d);
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
	assert_true(pg_root_exists(d->tree->root, VFIO));
}

/* Going on while the VM's part was neither run nor saved: asked first. */
static void leave_vm_part(struct demo *d)
{
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_assert_page(d, "apply");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "reboot");
}

static void test_reboot_later(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	apply(d);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_answer(d, false, NULL);
	demo_assert_page(d, "apply");
	leave_vm_part(d);
	assert_string_equal(d->view.item[d->view.cursor].id, "later");
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "later"), WIZ_MOVED);
	demo_assert_page(d, "home");
	demo_send(d, WIZ_EVENT_NEXT, "status");
	assert_string_equal(demo_item(d, GPU)->note, "pending-reboot");
}

static void test_reboot_demo(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	apply(d);
	leave_vm_part(d);
	demo_send(d, WIZ_EVENT_NEXT, "now");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "verify");
	assert_string_equal(demo_item(d, GPU)->note, "ok");
	assert_true(demo_detail_has(d, GPU, "vfio-pci"));
	assert_false(wiz_wants_reboot(d->w));
	demo_back(d, "home");
	/* planned again: of the node's own part nothing is left */
	demo_to_review(d, "vm/0");
	assert_true(demo_view_has(d, "Nothing is left to do"));
	demo_assert_step(d, "Apply", WIZ_STEP_SKIPPED);
	demo_assert_step(d, "Reboot", WIZ_STEP_SKIPPED);
	assert_non_null(d->view.why_not_next);
	/* and for the VM there are only its commands: no question about files */
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/100");
	demo_next(d, "review");
	demo_next(d, "apply");
	assert_true(demo_view_has(d, "qm set 100"));
	demo_back(d, "review");
	assert_true(demo_view_has(d, "qm set 100"));
}

static void test_reboot_elsewhere(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "data/demo/node.tree");
	assert_int_equal(pg_root_unlink(d->tree->root, "/etc/pve-gpu/demo", NULL), 0);
	demo_start(d);
	assert_false(d->view.demo);
	apply(d);
	leave_vm_part(d);
	assert_false(demo_item(d, "now")->enabled);
	demo_send(d, WIZ_EVENT_NEXT, "now");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
}

static void save(struct demo *d, const char *path, const char *title)
{
	demo_send(d, WIZ_EVENT_SAVE, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
	assert_non_null(strstr(d->view.question.initial, "pve-gpu-vm-100.sh"));
	demo_answer(d, true, path);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	assert_string_equal(d->view.question.title, title);
	demo_answer(d, true, NULL);
}

static void test_script(void **state)
{
	struct demo *d = *state;
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct stat st;

	demo_open(d);
	tree_dir(d->tree, "/tmp");
	apply(d);
	save(d, SCRIPT, "Saved");
	assert_int_equal(pg_root_read(d->tree->root, SCRIPT, PG_ROOT_MAX, &bytes), 0);
	assert_int_equal(strncmp(bytes.p, "#!/bin/sh\n", 10), 0);
	assert_non_null(strstr(bytes.p, "\nset -eu\n"));
	assert_non_null(strstr(bytes.p, "\nqm set 100 --hostpci0 0000:01:00"));
	assert_int_equal(pg_root_stat(d->tree->root, SCRIPT, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* never over a file that is there, and only a whole path */
	save(d, SCRIPT, "Not saved");
	save(d, "vm.sh", "Not saved");
	save(d, "/nowhere/vm.sh", "Not saved");
	/* no running system: running them is not offered */
	assert_int_equal(d->view.can & WIZ_CAN_RUN, 0);
	assert_int_equal(demo_send(d, WIZ_EVENT_RUN, NULL), WIZ_STAY);
	/* saved: no question on the way out */
	demo_next(d, "reboot");
}

/* ---- where commands are run ---- */

static void command(struct demo *d, const char *name, const char *body)
{
	pg_autofree char *path = pg_strf("/test-bin/%s", name);
	pg_autofree char *text = pg_strf("#!/bin/sh\n%s\n", body);
	pg_autofree char *full = NULL;

	tree_file(d->tree, path, text);
	full = tree_path(d->tree, path);
	assert_int_equal(chmod(full, 0755), 0);
}

/* The node's commands as scripts of ours; qm does what is asked. */
static char *start_with_commands(struct demo *d, const char *qm)
{
	pg_autofree char *bin = NULL;
	char *path;

	demo_tree(d, "data/demo/node.tree");
	command(d, "update-initramfs", "echo \"made: $*\"");
	command(d, "update-grub", "echo \"grub.cfg is made\"");
	command(d, "qm", qm);
	bin = tree_path(d->tree, "/test-bin");
	path = pg_strf("%s:" PG_PROC_PATH, bin);
	assert_non_null(path);
	d->opts.run_commands = true;
	d->opts.path = path;
	demo_start(d);
	return path;
}

static void run_vm(struct demo *d)
{
	assert_int_not_equal(d->view.can & WIZ_CAN_RUN, 0);
	demo_send(d, WIZ_EVENT_RUN, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	demo_answer(d, true, NULL);
}

static void test_commands(void **state)
{
	struct demo *d = *state;
	pg_autofree char *path = start_with_commands(d, "echo \"qm says $*\"");

	assert_non_null(path);
	apply(d);
	assert_true(demo_view_has(d, "made: -u -k all"));
	assert_false(demo_view_has(d, "qm says"));
	run_vm(d);
	demo_assert_page(d, "apply");
	assert_true(demo_view_has(d, "qm says set 100 --hostpci0 0000:01:00"));
	/* what was heard before stays, and they are not offered again */
	assert_true(demo_view_has(d, "made: -u -k all"));
	assert_int_equal(d->view.can & WIZ_CAN_RUN, 0);
	demo_next(d, "reboot");
	demo_back(d, "apply");
	demo_back(d, "home");
	demo_send(d, WIZ_EVENT_NEXT, "history");
	assert_int_equal(d->view.n_item, 2);
	/* the VM's part has no files, and the question speaks of none */
	demo_send(d, WIZ_EVENT_NEXT, d->view.item[0].id);
	assert_string_equal(d->view.question.text,
			    "Take this change back? The VM gives back what it got.");
}

static void test_failing_qm(void **state)
{
	struct demo *d = *state;
	pg_autofree char *path = start_with_commands(
		d, "echo \"VM is locked\"; case $* in *--delete*) exit 0; esac; exit 255");

	assert_non_null(path);
	apply(d);
	run_vm(d);
	assert_true(demo_view_has(d, "VM is locked"));
	assert_true(demo_view_has(d, "It failed with status 255."));
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_PUT_BACK);
	/* the node's own part stands, and they can be tried again or saved */
	assert_true(pg_root_exists(d->tree->root, VFIO));
	assert_int_not_equal(d->view.can & WIZ_CAN_RUN, 0);
	assert_int_not_equal(d->view.can & WIZ_CAN_SAVE, 0);
	/* tried again: what failed was our own, and changed nothing for the plan */
	command(d, "qm", "echo \"qm says $*\"");
	run_vm(d);
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
	assert_true(demo_view_has(d, "qm says set 100 --hostpci0"));
	demo_next(d, "reboot");
}

/* Changed by another between the node's own part and the VM's. */
static void test_changed_before_vm(void **state)
{
	struct demo *d = *state;
	pg_autofree char *path = start_with_commands(d, "echo \"qm says $*\"");

	assert_non_null(path);
	apply(d);
	apply_other(d);
	run_vm(d);
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_REFUSED);
	assert_true(demo_view_has(d, "This node was changed meanwhile"));
	assert_false(demo_view_has(d, "qm says"));
}

static void test_failing_rebuild(void **state)
{
	struct demo *d = *state;
	pg_autofree char *path = start_with_commands(d, "true");

	assert_non_null(path);
	command(d, "update-initramfs", "echo \"disk is full\"; exit 1");
	apply(d);
	assert_true(demo_view_has(d, "disk is full"));
	assert_int_not_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
	assert_false(pg_root_exists(d->tree->root, VFIO));
	assert_int_equal(d->view.can & WIZ_CAN_RUN, 0);
	demo_next(d, "home");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_review),		demo_test(test_apply_and_undo),
		demo_test(test_status_as_it_is),
		demo_test(test_cancelled),	demo_test(test_drift),
		demo_test(test_reboot_later),	demo_test(test_reboot_demo),
		demo_test(test_reboot_elsewhere), demo_test(test_script),
		demo_test(test_commands),	demo_test(test_failing_qm),
		demo_test(test_failing_rebuild), demo_test(test_changed_meanwhile),
		demo_test(test_changed_before_vm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
