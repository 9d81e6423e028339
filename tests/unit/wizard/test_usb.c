/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/wizard/demo.h"

#define KEYBOARD "usb/1-3"
#define STICK "usb/4-1"
#define OTHER_STICK "usb/4-2"
#define ZIGBEE "usb/3-2.1"
#define HUB "usb/3-2"

static void to_usb(struct demo *d, const char *vm)
{
	demo_send(d, WIZ_EVENT_NEXT, "usb");
	demo_assert_page(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, vm);
	demo_next(d, "usb");
}

static const struct pg_strv *command(struct demo *d, size_t i)
{
	assert_int_equal(wiz_plan(d->w), 0);
	assert_true(i < d->w->plan->n_vm_cmd);
	return &d->w->plan->vm_cmd[i].argv;
}

static void assert_command(struct demo *d, size_t i, const char *words)
{
	pg_autofree char *got = pg_strv_join(command(d, i), " ");

	assert_string_equal(got, words);
}

/* Steps about PCI are not on this way. */
static void test_alone(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "usb");
	assert_int_equal(d->view.n_step, 5);
	demo_assert_step(d, "USB", WIZ_STEP_SKIPPED);
	assert_non_null(strstr(d->view.why_not_next, "Choose a VM"));
	assert_null(demo_find(d, "primary"));
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/100");
	demo_next(d, "usb");
	demo_assert_step(d, "USB", WIZ_STEP_CURRENT);
	assert_non_null(d->view.why_not_next);
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	demo_next(d, "review");
	assert_command(d, 0, "qm set 100 --usb0 host=046d:c31c");
	assert_int_equal(d->w->plan->n_file + d->w->plan->n_cmd, 0);
	assert_false(d->w->plan->reboot);
	demo_next(d, "apply");
}

/* By ids, by port, and off. */
static void test_ways(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	to_usb(d, "vm/100");
	demo_assert_mark(d, KEYBOARD, WIZ_MARK_OFF);
	assert_true(demo_detail_has(d, KEYBOARD, "only keyboard"));
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	demo_assert_mark(d, KEYBOARD, WIZ_MARK_ON);
	assert_string_equal(demo_item(d, KEYBOARD)->note, "by ids");
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	assert_string_equal(demo_item(d, KEYBOARD)->note, "by port");
	assert_command(d, 0, "qm set 100 --usb0 host=1-3");
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	demo_assert_mark(d, KEYBOARD, WIZ_MARK_OFF);
	assert_non_null(d->view.why_not_next);
}

/* Two with the same ids are told apart by their ports only. */
static void test_twins(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	to_usb(d, "vm/100");
	assert_true(demo_detail_has(d, STICK, "more than one"));
	demo_send(d, WIZ_EVENT_TOGGLE, STICK);
	assert_string_equal(demo_item(d, STICK)->note, "by port");
	demo_assert_mark(d, OTHER_STICK, WIZ_MARK_OFF);
	demo_send(d, WIZ_EVENT_TOGGLE, OTHER_STICK);
	assert_command(d, 0, "qm set 100 --usb0 host=4-1");
	assert_command(d, 1, "qm set 100 --usb1 host=4-2");
	demo_send(d, WIZ_EVENT_TOGGLE, STICK);
	demo_assert_mark(d, STICK, WIZ_MARK_OFF);
	assert_command(d, 0, "qm set 100 --usb0 host=4-2");
}

static void test_refused(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	to_usb(d, "vm/100");
	demo_send(d, WIZ_EVENT_TOGGLE, HUB);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	assert_non_null(strstr(d->view.question.text, "hub"));
	demo_answer(d, true, NULL);
	demo_send(d, WIZ_EVENT_TOGGLE, "controller/0000:05:00.0");
	assert_non_null(strstr(d->view.question.text, "Device page"));
	demo_answer(d, true, NULL);
	demo_send(d, WIZ_EVENT_FOLD, "controller/0000:05:00.0");
	assert_true(demo_item(d, "controller/0000:05:00.0")->folded);
}

/* What the node runs from is not offered; what it says is clean. */
static void test_vital(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/p_usb.tree");
	demo_start(d);
	to_usb(d, "vm/300");
	demo_assert_mark(d, "usb/1-1", WIZ_MARK_ALERT);
	assert_non_null(strstr(demo_item(d, "usb/1-1")->why_not, "root file system"));
	demo_assert_mark(d, "usb/1-4", WIZ_MARK_ALERT);
	demo_assert_mark(d, "usb/1-2", WIZ_MARK_OFF);
	assert_true(demo_detail_has(d, "usb/1-2", "Unmount"));
	assert_non_null(demo_find(d, "controller/none"));
}

/* What the VM has: named in another way, taken away, left. */
static void test_entry(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	to_usb(d, "vm/101");
	demo_assert_mark(d, ZIGBEE, WIZ_MARK_ON);
	assert_string_equal(demo_item(d, ZIGBEE)->note, "usb0");
	demo_send(d, WIZ_EVENT_TOGGLE, ZIGBEE);
	assert_command(d, 0, "qm set 101 --usb0 host=3-2.1");
	demo_send(d, WIZ_EVENT_TOGGLE, ZIGBEE);
	demo_assert_mark(d, ZIGBEE, WIZ_MARK_OFF);
	assert_command(d, 0, "qm set 101 --delete usb0");
	demo_send(d, WIZ_EVENT_TOGGLE, ZIGBEE);
	demo_assert_mark(d, ZIGBEE, WIZ_MARK_ON);
	assert_false(pg_choices_has_usb(d->w->choices));
	/* an entry of one VM is none of another */
	demo_send(d, WIZ_EVENT_TOGGLE, ZIGBEE);
	demo_send(d, WIZ_EVENT_TOGGLE, ZIGBEE);
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/100");
	assert_false(pg_choices_has_usb(d->w->choices));
}

/* Entries for what is not plugged in stand apart, and can be taken away. */
static void test_absent_entry(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "data/demo/node.tree");
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/101.conf",
		  "ostype: l26\nusb0: host=9-9\nusb1: spice\n");
	demo_start(d);
	to_usb(d, "vm/101");
	assert_non_null(strstr(demo_item(d, "entry/usb1")->text, "spice"));
	demo_send(d, WIZ_EVENT_TOGGLE, "entry/usb0");
	demo_assert_mark(d, "entry/usb0", WIZ_MARK_OFF);
	assert_command(d, 0, "qm set 101 --delete usb0");
	demo_send(d, WIZ_EVENT_TOGGLE, "entry/usb0");
	assert_false(pg_choices_has_usb(d->w->choices));
}

/* Beside a GPU the page is there only where it is wanted. */
static void test_beside(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	assert_int_equal(d->view.n_step, 7);
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "usb");
	demo_next(d, "usb");
	assert_int_equal(d->view.n_step, 8);
	assert_null(d->view.why_not_next);
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	demo_next(d, "review");
	assert_true(d->w->plan->n_file > 0);
	assert_true(demo_view_has(d, "--usb0"));
	demo_back(d, "usb");
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "usb");
	demo_next(d, "review");
	assert_false(demo_view_has(d, "--usb0"));
	/* the other way begins anew */
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_back(d, "device");
	demo_back(d, "host");
	demo_back(d, "home");
	to_usb(d, "vm/100");
	demo_send(d, WIZ_EVENT_TOGGLE, KEYBOARD);
	demo_next(d, "review");
	assert_int_equal(d->w->plan->n_file, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_alone),	      demo_test(test_ways),
		demo_test(test_twins),	      demo_test(test_refused),
		demo_test(test_vital),	      demo_test(test_entry),
		demo_test(test_absent_entry), demo_test(test_beside),
	};

	return cmocka_run_group_tests_name("usb", tests, NULL, NULL);
}
