/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ui/keys.h"
#include "ui/script.h"

static void test_one_meaning(void **state)
{
	size_t n;
	const struct ui_binding *b = ui_bindings(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(b[i].key[0] != UI_KEY_NONE);
		assert_non_null(b[i].help);
		for (size_t k = 0; k < 4; k++)
			if (b[i].key[k])
				assert_int_equal(ui_keys_action(b[i].key[k]), b[i].action);
		for (size_t j = i + 1; j < n; j++) {
			assert_string_not_equal(b[i].name, b[j].name);
			assert_int_not_equal(b[i].action, b[j].action);
		}
	}
	assert_int_equal(ui_keys_action('x'), UI_ACT_NONE);
	assert_int_equal(ui_keys_action(UI_KEY_NONE), UI_ACT_NONE);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(ui_keys_by_name("Down"), UI_KEY_DOWN);
	assert_int_equal(ui_keys_by_name("Space"), ' ');
	assert_int_equal(ui_keys_by_name("Ctrl-C"), UI_KEY_INTERRUPT);
	assert_int_equal(ui_keys_by_name("Ctrl-L"), UI_CTRL('L'));
	assert_int_equal(ui_keys_by_name("?"), '?');
	assert_int_equal(ui_keys_by_name("Nope"), UI_KEY_NONE);
	assert_int_equal(ui_keys_by_name(""), UI_KEY_NONE);
}

static void test_help_and_man(void **state)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	pg_autofree char *man = NULL;
	size_t size, n;
	FILE *f = open_memstream(&man, &size);

	(void)state;
	(void)ui_bindings(&n);
	assert_int_equal(ui_keys_help(~0U, &lines), 0);
	assert_int_equal(lines.n, n + 1);
	wiz_lines_done(&lines);
	/* A page that can do nothing still has what works everywhere. */
	assert_int_equal(ui_keys_help(0, &lines), 0);
	assert_true(lines.n > 8 && lines.n < n);
	ui_keys_print_man(f);
	(void)fclose(f);
	assert_non_null(strstr(man, ".Bl -tag -width Ds\n.It Ic \"Up, k\"\none row up.\n"));
	assert_non_null(strstr(man, ".It Ic \"Ctrl\\-L\"\n"));
}

static void assert_refused(const char *text, unsigned line)
{
	struct ui_script script = { 0 };
	struct pg_err err = { 0 };

	assert_int_equal(ui_script_parse(text, strlen(text), "keys", &script, &err), -EINVAL);
	assert_int_equal(err.line, line);
	assert_null(script.step);
	pg_err_done(&err);
}

static void test_script(void **state)
{
	static const char text[] = "# comment\n\nkey Down\ntype aé\ndump here\nresize 100x30\n";
	struct ui_script s PG_CLEANUP(ui_script_done) = { 0 };
	const struct ui_step *step;

	(void)state;
	assert_int_equal(ui_script_parse(text, strlen(text), "keys", &s, NULL), 0);
	assert_int_equal(s.n, 5);
	assert_int_equal(ui_script_next(&s)->key, UI_KEY_DOWN);
	assert_int_equal(ui_script_next(&s)->key, 'a');
	assert_int_equal(ui_script_next(&s)->key, 0xe9);
	assert_string_equal(ui_script_next(&s)->name, "here");
	step = ui_script_next(&s);
	assert_int_equal(step->cols, 100);
	assert_int_equal(step->rows, 30);
	assert_null(ui_script_next(&s));
	assert_refused("key Down\nkey\n", 2);
	assert_refused("key Sideways\n", 1);
	assert_refused("resize 100\n", 1);
	assert_refused("resize 0x5\n", 1);
	assert_refused("jump x\n", 1);
	assert_refused("type \xff\n", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_help_and_man),
		cmocka_unit_test(test_script),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
