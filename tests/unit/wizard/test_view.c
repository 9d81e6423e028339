/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <string.h>

#include "wizard/view.h"

#define EVIL "a\033[31mb\a\u202e\xff"

static void assert_safe(const char *s)
{
	assert_non_null(s);
	assert_null(strchr(s, '\033'));
	assert_null(strchr(s, '\a'));
	assert_null(strstr(s, "\u202e"));
	assert_null(strchr(s, '\xff'));
	assert_non_null(strchr(s, 'a'));
}

static void test_lines(void **state)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };

	(void)state;
	assert_int_equal(wiz_lines_add(&lines, WIZ_WARN, "label", "x %s", EVIL), 0);
	assert_int_equal(wiz_lines_add_raw(&lines, WIZ_ADDED, "+100% " EVIL), 0);
	assert_int_equal(lines.n, 2);
	assert_false(lines.failed);
	assert_safe(lines.v[0].text);
	assert_safe(lines.v[1].text);
	assert_string_equal(lines.v[0].label, "label");
	assert_false(lines.v[0].preformatted);
	assert_true(lines.v[1].preformatted);
	assert_int_equal(strncmp(lines.v[1].text, "+100% a", 7), 0);
}

static void test_items(void **state)
{
	struct wiz_view view PG_CLEANUP(wiz_view_done) = { 0 };
	struct wiz_item *item;

	(void)state;
	item = wiz_view_add_item(&view, "dev/1");
	assert_non_null(item);
	assert_true(item->enabled);
	assert_int_equal(item->mark, WIZ_MARK_NONE);
	wiz_view_set(&view, &item->text, "%s", EVIL);
	assert_safe(item->text);
	/* set again: the old one is freed */
	wiz_view_set(&view, &item->text, "%s", "plain");
	assert_string_equal(item->text, "plain");
	wiz_view_set(&view, &view.title, "%d", 7);
	assert_string_equal(view.title, "7");
	assert_false(view.failed);
	wiz_view_done(&view);
	assert_null(view.item);
	assert_int_equal(view.n_item, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
