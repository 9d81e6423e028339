/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial, and one that what the node boots from does not hold. */
#include "tests/unit/wizard/demo.h"

#include "src/exec/journal.h"

#define VFIO "/etc/modprobe.d/vfio.conf"

static void apply(struct demo *d)
{
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "apply");
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
}

/* ---- before the reboot ---- */

static void assert_minutes(const struct demo *d, unsigned minutes)
{
	assert_int_equal(d->w->plan->trial, minutes * 60);
	if (minutes == 0)
		assert_non_null(strstr(d->view.intro, "No trial boot: "));
	else
		assert_non_null(strstr(d->view.intro, wiz_span(minutes * 60).s));
}

static void test_turned(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	/* nothing of the node goes with this card: no trial unless it is wanted */
	assert_int_not_equal(d->view.can & WIZ_CAN_TRIAL, 0);
	assert_minutes(d, 0);
	for (size_t i = 0; i < 6; i++) {
		static const unsigned ring[] = { 10, 30, 60, 5, 0, 10 };

		assert_int_equal(demo_send(d, WIZ_EVENT_TRIAL, NULL), WIZ_REBUILD);
		assert_minutes(d, ring[i]);
	}
	/* chosen is chosen, there and back */
	demo_back(d, "vm");
	demo_next(d, "review");
	assert_minutes(d, 10);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_non_null(strstr(d->view.question.text, "you have 10 minutes to keep the change"));
}

/* The node's own screen goes: the plan itself wants a trial, and says why; also when the person
 * does not. */
static void test_wanted(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:00:02.0");
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	demo_next(d, "review");
	assert_minutes(d, 10);
	assert_non_null(strstr(d->view.intro, "Because: 0000:00:02.0 leaves"));
	for (size_t i = 0; i < 4; i++)
		demo_send(d, WIZ_EVENT_TRIAL, NULL);
	assert_minutes(d, 0);
	assert_non_null(strstr(d->view.intro, "Take care: 0000:00:02.0 leaves"));
}

/* A folder never boots. */
static void test_folder(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "data/demo/node.tree");
	assert_int_equal(pg_root_unlink(d->tree->root, "/etc/pve-gpu/demo", NULL), 0);
	demo_start(d);
	demo_to_review(d, "vm/100");
	assert_int_equal(d->view.can & WIZ_CAN_TRIAL, 0);
	assert_null(d->view.intro);
	assert_int_equal(demo_send(d, WIZ_EVENT_TRIAL, NULL), WIZ_STAY);
	assert_int_equal(d->w->choices->trial, PG_NO);
}

static void test_reboot_page(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/0");
	for (size_t i = 0; i < 4; i++)
		demo_send(d, WIZ_EVENT_TRIAL, NULL);
	apply(d);
	assert_true(demo_view_has(d, "waits 5 minutes"));
	demo_next(d, "reboot");
	assert_non_null(strstr(d->view.intro, "waits 5 minutes to be kept"));
	assert_true(demo_detail_has(d, "now", "Then you have 5 minutes"));
	assert_true(demo_detail_has(d, "later", "The 5 minutes begin when the node boots"));
}

/* ---- doubts ---- */

/* The wizard is started anew. */
static void again(struct demo *d)
{
	wiz_free(d->w);
	d->w = NULL;
	pg_templates_done(&d->templates);
	demo_start(d);
}

static void test_doubts(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/0");
	apply(d);
	assert_int_equal(pg_strv_add(&d->w->run.doubts, "grub.cfg lacks iommu=pt."), 0);
	demo_next(d, "reboot");
	assert_false(demo_item(d, "now")->enabled);
	assert_string_equal(d->view.item[d->view.cursor].id, "later");
	demo_send(d, WIZ_EVENT_NEXT, "now");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	demo_answer(d, true, NULL);
	demo_back(d, "apply");
	assert_true(demo_view_has(d, "grub.cfg lacks iommu=pt."));
	assert_true(demo_view_has(d, "Do not reboot yet"));
	for (size_t i = 0; i < d->view.lines.n; i++)
		if (strstr(d->view.lines.v[i].text, "lacks"))
			assert_int_equal(d->view.lines.v[i].style, WIZ_WARN);
	/* and the way back is beside it */
	demo_next(d, "reboot");
	assert_true(demo_detail_has(d, "back", "grub.cfg lacks iommu=pt."));
	demo_send(d, WIZ_EVENT_NEXT, "back");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "history");
	assert_true(demo_view_has(d, "is undone"));
	assert_false(pg_root_exists(d->tree->root, VFIO));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, NULL), WIZ_MOVED);
	assert_string_equal(d->view.item[0].note, "undone");
	demo_back(d, "home");
}

/* The connection was lost after the change: whoever comes next is told as well. */
static void test_doubts_on_record(void **state)
{
	struct demo *d = *state;
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

	demo_open(d);
	demo_to_review(d, "vm/0");
	apply(d);
	assert_int_equal(pg_journal_read(d->tree->root, d->w->run.id, &j, NULL), 0);
	assert_int_equal(pg_journal_add_doubt(d->tree->root, j, "grub.cfg lacks 100% of it.", NULL), 0);
	again(d);
	demo_send(d, WIZ_EVENT_NEXT, "reboot");
	demo_assert_page(d, "reboot");
	assert_false(demo_item(d, "now")->enabled);
	assert_true(demo_detail_has(d, "back", "grub.cfg lacks 100% of it."));
	demo_send(d, WIZ_EVENT_NEXT, "back");
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	assert_true(demo_view_has(d, "is undone"));
	assert_false(pg_root_exists(d->tree->root, VFIO));
}

static void test_no_doubts(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/0");
	apply(d);
	assert_false(demo_view_has(d, "Do not reboot yet"));
	demo_next(d, "reboot");
	assert_null(demo_find(d, "back"));
	assert_true(demo_item(d, "now")->enabled);
}

/* ---- after the reboot ---- */

/* A trial of ten minutes, and the demo node as it comes up with it. */
static void boot(struct demo *d)
{
	demo_open(d);
	demo_to_review(d, "vm/0");
	demo_send(d, WIZ_EVENT_TRIAL, NULL);
	apply(d);
	demo_next(d, "reboot");
	demo_send(d, WIZ_EVENT_NEXT, "now");
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "verify");
}

static void test_waits_for_reboot(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/0");
	demo_send(d, WIZ_EVENT_TRIAL, NULL);
	apply(d);
	again(d);
	/* nothing can be kept yet */
	demo_assert_page(d, "home");
	assert_null(demo_find(d, "verify"));
	demo_send(d, WIZ_EVENT_NEXT, "history");
	assert_string_equal(d->view.item[0].note, "trial");
	assert_true(demo_detail_has(d, d->view.item[0].id, "It waits for the reboot; 10 minutes"));
}

/* From the first page back to the reboot that was put off, also when the wizard is started anew;
 * and only until it was done. */
static void test_put_off(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	assert_null(demo_find(d, "reboot"));
	demo_to_review(d, "vm/0");
	demo_send(d, WIZ_EVENT_TRIAL, NULL);
	apply(d);
	demo_next(d, "reboot");
	demo_send(d, WIZ_EVENT_NEXT, "later");
	demo_assert_page(d, "home");
	assert_non_null(strstr(d->view.intro, "takes effect when the node is rebooted"));
	again(d);
	assert_true(demo_detail_has(d, "reboot", "Pass 01:00.0, 01:00.1 through"));
	demo_send(d, WIZ_EVENT_NEXT, "reboot");
	demo_assert_page(d, "reboot");
	assert_non_null(strstr(d->view.intro, "waits 10 minutes to be kept"));
	demo_back(d, "home");
	demo_send(d, WIZ_EVENT_NEXT, "reboot");
	demo_send(d, WIZ_EVENT_NEXT, "now");
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "verify");
	demo_back(d, "home");
	assert_null(demo_find(d, "reboot"));
}

/* Another change while the time of a trial runs: whose time it is, and how long. */
static void test_joins_running(void **state)
{
	struct demo *d = *state;

	boot(d);
	demo_send(d, WIZ_EVENT_NEXT, "later");
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:00:02.0");
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	demo_next(d, "review");
	assert_non_null(strstr(d->view.intro, "A trial runs until "));
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_non_null(strstr(d->view.question.text, "A trial runs until "));
	demo_answer(d, true, NULL);
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
	assert_non_null(strstr(d->w->run.outcome.text, "the trial that runs, which has 10 minutes "
						       "left"));
	demo_next(d, "reboot");
	assert_non_null(strstr(d->view.intro, "keep it before you reboot"));
}

static void test_keep(void **state)
{
	struct demo *d = *state;

	boot(d);
	again(d);
	demo_assert_page(d, "verify");
	assert_non_null(strstr(d->view.intro, "It waits until "));
	assert_non_null(strstr(d->view.intro, wiz_trial_clock(d->w).s));
	assert_string_equal(demo_item(d, GPU)->note, "ok");
	assert_string_equal(d->view.item[d->view.cursor].id, "keep");
	assert_true(demo_detail_has(d, "keep", "All devices are as they should be."));
	/* a device is only looked at */
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, GPU), WIZ_REBUILD);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	demo_answer(d, true, NULL);
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "keep"), WIZ_REBUILD);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NONE);
	assert_int_equal(d->view.shape, WIZ_SHAPE_RUN);
	assert_int_equal(d->w->run.outcome.kind, PG_OUTCOME_DONE);
	assert_true(demo_view_has(d, "is confirmed"));
	demo_next(d, "home");
	assert_null(demo_find(d, "verify"));
	demo_send(d, WIZ_EVENT_NEXT, "history");
	assert_string_equal(d->view.item[0].note, "confirmed");
	again(d);
	demo_assert_page(d, "home");
}

static void test_later(void **state)
{
	struct demo *d = *state;

	boot(d);
	assert_true(demo_detail_has(d, "later", "The time goes on."));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "later"), WIZ_MOVED);
	demo_assert_page(d, "home");
	assert_string_equal(d->view.item[0].id, "verify");
	assert_non_null(strstr(d->view.intro, "It waits until "));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "verify"), WIZ_MOVED);
	demo_assert_page(d, "verify");
	/* kept by another meanwhile */
	demo_back(d, "home");
	{
		struct pg_outcome out PG_CLEANUP(pg_outcome_done) = { 0 };

		assert_int_equal(pg_confirm(d->tree->root, NULL, NULL, &out, NULL), 0);
		assert_int_equal(out.kind, PG_OUTCOME_DONE);
	}
	demo_send(d, WIZ_EVENT_NEXT, "verify");
	demo_assert_page(d, "home");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	demo_answer(d, true, NULL);
	assert_null(demo_find(d, "verify"));
}

static void test_put_back(void **state)
{
	struct demo *d = *state;

	boot(d);
	demo_send(d, WIZ_EVENT_NEXT, "back");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	assert_true(demo_view_has(d, "is undone"));
	assert_false(pg_root_exists(d->tree->root, VFIO));
	/* the drivers are the old ones after one more reboot */
	assert_string_equal(d->view.next_label, "reboot");
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	demo_assert_page(d, "status");
	assert_null(demo_find(d, GPU));
	demo_back(d, "home");
	assert_null(demo_find(d, "verify"));
}

/* The card's own driver was faster. */
static void test_wrong(void **state)
{
	struct demo *d = *state;

	boot(d);
	assert_int_equal(pg_root_unlink(d->tree->root, "/sys/bus/pci/devices/0000:01:00.0/driver",
					NULL), 0);
	again(d);
	demo_assert_page(d, "verify");
	assert_string_not_equal(demo_item(d, GPU)->note, "ok");
	assert_string_equal(d->view.item[d->view.cursor].id, GPU);
	assert_true(demo_detail_has(d, "keep", "Not all devices are as they should be"));
	/* kept only when asked again */
	demo_send(d, WIZ_EVENT_NEXT, "keep");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	demo_answer(d, false, NULL);
	demo_assert_page(d, "verify");
	demo_send(d, WIZ_EVENT_NEXT, "keep");
	demo_answer(d, true, NULL);
	assert_true(demo_view_has(d, "is confirmed"));
}

static void test_read_only(void **state)
{
	struct demo *d = *state;

	boot(d);
	d->opts.read_only_why = "You are not root.";
	again(d);
	demo_assert_page(d, "verify");
	assert_string_equal(demo_item(d, "keep")->why_not, "You are not root.");
	assert_string_equal(demo_item(d, "back")->why_not, "You are not root.");
	assert_true(demo_item(d, "later")->enabled);
	demo_send(d, WIZ_EVENT_NEXT, "keep");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	assert_int_equal(d->w->run.what, WIZ_RUN_NOTHING);
}

/* Booted without passthrough: nothing can be kept, and the way back is under the cursor. */
static void test_off(void **state)
{
	struct demo *d = *state;

	boot(d);
	tree_file(d->tree, "/proc/cmdline", "root=/dev/mapper/pve-root ro quiet pve-gpu.off\n");
	again(d);
	demo_assert_page(d, "verify");
	assert_non_null(strstr(d->view.intro, "pve-gpu.off"));
	assert_null(strstr(d->view.intro, "until"));
	assert_false(demo_item(d, "keep")->enabled);
	assert_string_equal(d->view.item[d->view.cursor].id, "back");
	demo_send(d, WIZ_EVENT_NEXT, "back");
	assert_int_equal(demo_answer(d, true, NULL), WIZ_MOVED);
	assert_true(demo_view_has(d, "is undone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_turned),	     demo_test(test_wanted), demo_test(test_folder),
		demo_test(test_reboot_page), demo_test(test_doubts), demo_test(test_doubts_on_record),
		demo_test(test_reboot_page), demo_test(test_doubts), demo_test(test_no_doubts),
		demo_test(test_waits_for_reboot), demo_test(test_keep), demo_test(test_put_off),
		demo_test(test_joins_running), demo_test(test_later),
		demo_test(test_put_back), demo_test(test_wrong), demo_test(test_read_only),
		demo_test(test_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
