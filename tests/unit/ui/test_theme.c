/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include "ui/theme.h"

/* What the eye cannot tell from white, unless it is the background itself. */
static bool is_pale(struct ui_look look)
{
	return !(look.attr & UI_REVERSE) && (look.color == UI_YELLOW || look.color == UI_CYAN);
}

static void test_light(void **state)
{
	size_t pale = 0;

	(void)state;
	for (unsigned style = 0; style < UI_STYLE_END; style++) {
		pale += is_pale(ui_theme(style, UI_PALETTE_USUAL));
		assert_false(is_pale(ui_theme(style, UI_PALETTE_LIGHT)));
		assert_int_equal(ui_theme(style, UI_PALETTE_LIGHT).attr, ui_theme(style, UI_PALETTE_USUAL).attr);
	}
	assert_true(pale > 0);
}

/* What is good, a warning and bad is told apart by attributes where there are no colours, but for what
 * the text says: good and plain look alike. */
static void test_none(void **state)
{
	(void)state;
	for (unsigned style = 0; style < UI_STYLE_END; style++)
		assert_int_equal(ui_theme(style, UI_PALETTE_NONE).color, UI_COLOR_NONE);
	assert_int_not_equal(ui_theme(WIZ_BAD, UI_PALETTE_NONE).attr, ui_theme(WIZ_PLAIN, UI_PALETTE_NONE).attr);
	assert_int_not_equal(ui_theme(WIZ_WARN, UI_PALETTE_NONE).attr, ui_theme(WIZ_PLAIN, UI_PALETTE_NONE).attr);
}

/* A style that does not exist is plain. */
static void test_beyond(void **state)
{
	(void)state;
	assert_int_equal(ui_theme(UI_STYLE_END, UI_PALETTE_USUAL).attr, ui_theme(WIZ_PLAIN, UI_PALETTE_USUAL).attr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_light),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_beyond),
	};

	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
