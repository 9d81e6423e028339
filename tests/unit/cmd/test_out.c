/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "src/cmd/out.h"

/* An env whose stdout is memory. */
struct screen {
	struct pg_cmd_env env;
	char *text;
	size_t n;
};

static int set_up(void **state)
{
	struct screen *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	s->env.out = open_memstream(&s->text, &s->n);
	s->env.diag = stderr;
	*state = s;
	return s->env.out ? 0 : -1;
}

static int tear_down(void **state)
{
	struct screen *s = *state;

	if (s->env.out)
		(void)fclose(s->env.out);
	free(s->text);
	free(s);
	return 0;
}

static void assert_screen(struct screen *s, const char *expected)
{
	assert_int_equal(fflush(s->env.out), 0);
	assert_string_equal(s->text, expected);
	rewind(s->env.out);
}

static void test_text(void **state)
{
	struct screen *s = *state;
	pg_autofree char *a = pg_out_text(&s->env, "Gr\xc3\xb6\xc3\x9f" "e \x1b[31m");
	pg_autofree char *b = pg_out_text(&s->env, NULL);
	pg_autofree char *c = NULL, *d = NULL;

	assert_string_equal(a, "Gr\xc3\xb6\xc3\x9f" "e ?[31m");
	assert_string_equal(b, "");
	s->env.ascii = true;
	c = pg_out_text(&s->env, "Gr\xc3\xb6\xc3\x9f" "e \xe2\x82\xac \xff");
	assert_string_equal(c, "Gr??e ? ?");
	d = pg_out_text(&s->env, "long\xe2\x80\xa6 \xe2\x86\x92 short");
	assert_string_equal(d, "long... -> short");
}

static void test_lines(void **state)
{
	struct screen *s = *state;

	pg_out_line(&s->env, PG_TONE_BAD, "%s", "one\x1b[2J\ntwo");
	pg_out_labelled(&s->env, PG_TONE_GOOD, "ok", "a %d", 7);
	pg_out_lines(&s->env, s->env.out, 2, "first\nsecond\x07\n");
	pg_out_lines(&s->env, s->env.out, 2, NULL);
	pg_out_diff(&s->env, "--- a\n+++ b\n@@ -1 +1 @@\n-\x1b\n+new\n");
	assert_screen(s, "one?[2J two\nok  a 7\n  first\n  second?\n"
			 "--- a\n+++ b\n@@ -1 +1 @@\n-?\n+new\n");
}

static void test_color(void **state)
{
	struct screen *s = *state;

	s->env.color = true;
	pg_out_line(&s->env, PG_TONE_PLAIN, "plain");
	pg_out_line(&s->env, PG_TONE_GOOD, "good");
	pg_out_diff(&s->env, "-gone\n");
	assert_screen(s, "plain\n\033[32mgood\033[0m\n\033[1;31m-gone\033[0m\n");
}

static void test_table(void **state)
{
	struct screen *s = *state;
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(&s->env);
	struct pg_row *top;

	pg_table_column(t, "WHAT", 0);
	pg_table_column(t, "N", PG_COLUMN_RIGHT);
	top = pg_table_row(t, NULL);
	pg_table_cell(t, top, 0, PG_TONE_STRONG, "group\x1b");
	pg_table_cell(t, top, 1, PG_TONE_PLAIN, "7");
	top = pg_table_row(t, NULL);
	pg_table_cell(t, top, 0, PG_TONE_PLAIN, "x");
	pg_table_cell(t, top, 1, PG_TONE_PLAIN, NULL);
	assert_int_equal(pg_table_print(t), 0);
	assert_screen(s, "WHAT   N\ngroup? 7\nx\n");
}

static void test_tree_in_ascii(void **state)
{
	struct screen *s = *state;
	struct pg_table *t PG_CLEANUP(pg_table_freep) = NULL;
	struct pg_row *top, *row;

	s->env.ascii = true;
	t = pg_table_new(&s->env);
	pg_table_column(t, "GROUP", PG_COLUMN_TREE);
	top = pg_table_row(t, NULL);
	pg_table_cell(t, top, 0, PG_TONE_PLAIN, "1");
	for (int i = 0; i < 2; i++) {
		row = pg_table_row(t, top);
		pg_table_cell(t, row, 0, PG_TONE_PLAIN, i ? "b" : "a");
	}
	assert_int_equal(pg_table_print(t), 0);
	assert_screen(s, "GROUP\n1\n|-a\n`-b\n");
}

/* What could not be made is said at the end, not by a crash on the way. */
static void test_no_table(void **state)
{
	(void)state;
	pg_table_column(NULL, "X", 0);
	assert_null(pg_table_row(NULL, NULL));
	pg_table_cell(NULL, NULL, 0, PG_TONE_PLAIN, "x");
	assert_true(pg_table_print(NULL) < 0);
}

#define out_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		out_test(test_text),  out_test(test_lines),	    out_test(test_color),
		out_test(test_table), out_test(test_tree_in_ascii), out_test(test_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
