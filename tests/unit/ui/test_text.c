/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <locale.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "ui/charset.h"
#include "ui/text.h"

#define ACUTE "\xcc\x81"	/* combining */

static void test_width(void **state)
{
	int used, pad;

	(void)state;
	assert_int_equal(ui_width("plain"), 5);
	assert_int_equal(ui_width("図形"), 4);
	assert_int_equal(ui_width("cafe" ACUTE), 4);
	assert_int_equal(ui_width("\xff\xfe"), 2);
	/* Half of a wide character does not fit; the accent belongs to its letter. */
	assert_int_equal(ui_fit("図形", 6, 3, &used), 3);
	assert_int_equal(used, 2);
	assert_int_equal(ui_fit("e" ACUTE "x", 4, 1, NULL), 3);
	assert_int_equal(ui_skip("図形", 6, 1, &pad), 3);
	assert_int_equal(pad, 1);
	assert_int_equal(ui_skip("abc", 3, 9, &pad), 3);
	assert_int_equal(pad, 0);
}

/* The rows with '|' between them. */
static void assert_wrapped(const char *text, int cols, const char *expected)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, off, len;
	int n = 0;

	for (; ui_wrap(text, cols, &pos, &off, &len); n++) {
		assert_true(ui_width_n(text + off, len) <= cols || len <= 4);
		pg_strbuf_add(&b, n ? "|" : "");
		pg_strbuf_addn(&b, text + off, len);
	}
	assert_string_equal(b.s ? b.s : "", expected);
	assert_int_equal(ui_wrap_count(text, cols), n);
}

static void test_wrap(void **state)
{
	(void)state;
	assert_wrapped("", 10, "");
	assert_int_equal(ui_wrap_count("", 10), 1);
	assert_wrapped("one two three", 7, "one two|three");
	assert_wrapped("one two three", 8, "one two|three");
	assert_wrapped("one two three", 3, "one|two|thr|ee");
	assert_wrapped("one  two", 4, "one|two");
	assert_wrapped("one ", 3, "one");
	assert_wrapped("図形 図形", 5, "図形|図形");
	assert_wrapped("図形図形", 5, "図形|図形");
	assert_wrapped("図形", 1, "図|形");
	assert_wrapped("cafe" ACUTE " x", 4, "cafe" ACUTE "|x");
	assert_wrapped("abc", 0, "a|b|c");
	assert_wrapped("RX 470/480/570X/580", 10, "RX|470/480/|570X/580");
	assert_wrapped("10de:2684,10de:22ba", 12, "10de:2684,|10de:22ba");
}

static void test_rows(void **state)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	struct ui_rows rows PG_CLEANUP(ui_rows_done) = { 0 };

	(void)state;
	assert_int_equal(wiz_lines_add(&lines, WIZ_PLAIN, "driver", "a bb ccc dddd"), 0);
	assert_int_equal(wiz_lines_add(&lines, WIZ_PLAIN, "id", "x"), 0);
	assert_int_equal(wiz_lines_add_raw(&lines, WIZ_PLAIN, "a very long line that stays"), 0);
	assert_int_equal(ui_rows_make(&lines, 24, &rows), 0);
	/* Seven cells at the least, so that the column is where it was on the next row of the list. */
	assert_int_equal(rows.label_width, 9);
	assert_int_equal(rows.n, 3);
	ui_rows_done(&rows);
	/* Never more than half for the labels. */
	assert_int_equal(ui_rows_make(&lines, 12, &rows), 0);
	assert_int_equal(rows.label_width, 6);
	assert_int_equal(rows.n, 5);
	assert_int_equal(rows.v[1].off, 5);
	assert_false(rows.v[1].first);
	assert_int_equal(rows.v[4].len, 27);
}

static void assert_shown(enum ui_charset charset, const char *in, const char *expected)
{
	pg_autofree char *out = ui_charset_text(charset, in);

	assert_string_equal(out, expected);
}

static void test_charset(void **state)
{
	(void)state;
	assert_shown(UI_CHARSET_UTF8, "nouveau → vfio", "nouveau → vfio");
	assert_shown(UI_CHARSET_ASCII, "nouveau → vfio…", "nouveau -> vfio...");
	assert_shown(UI_CHARSET_ASCII, "Größe", "Gr??e");
	assert_shown(UI_CHARSET_LINUX, "Größe ✓", "Größe +");
	assert_shown(UI_CHARSET_ASCII, "bad \xff", "bad ?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_charset),
	};

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
