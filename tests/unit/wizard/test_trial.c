/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial, and one that what the node boots from does not hold. */
#include "tests/unit/wizard/demo.h"

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
	apply(d);
	d->w->run.trial = 300;
	demo_next(d, "reboot");
	assert_non_null(strstr(d->view.intro, "waits 5 minutes to be kept"));
	assert_true(demo_detail_has(d, "now", "Then you have 5 minutes"));
	assert_true(demo_detail_has(d, "later", "The 5 minutes begin when the node boots"));
	demo_back(d, "apply");
	assert_true(demo_view_has(d, "after the reboot you have 5 minutes to keep it"));
}

/* ---- doubts ---- */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_turned),	     demo_test(test_wanted), demo_test(test_folder),
		demo_test(test_reboot_page), demo_test(test_doubts), demo_test(test_no_doubts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
