/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static void assert_clean(const char *in, size_t n, const char *expected)
{
	pg_autofree char *out = pg_text_clean(in, n);

	assert_string_equal(out, expected);
}

static void test_clean(void **state)
{
	(void)state;
	assert_clean("vm\x1b[2J", 6, "vm?[2J");
	assert_clean("Gr\xc3\xb6\xc3\x9f" "e", 7, "Gr\xc3\xb6\xc3\x9f" "e");
	assert_clean("a\xe2\x80\xae" "b", 5, "a?b");   /* right-to-left override */
	assert_clean("\xff\xc0\x80", 3, "???");	      /* not UTF-8; an overlong NUL */
	assert_clean("a\0b", 3, "a?b");
	assert_clean("a\tb\n", 4, "a b ");
}

static void test_number(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_int_equal(pg_text_number("0x10de", 16, 0xffff, &value), 0);
	assert_int_equal(value, 0x10de);
	assert_int_equal(pg_text_number("65536", 10, 65535, &value), -ERANGE);
	assert_int_equal(pg_text_number("", 10, 9, &value), -EINVAL);
	assert_int_equal(pg_text_number("1 ", 10, 9, &value), -EINVAL);
	assert_int_equal(pg_text_number("-1", 10, 9, &value), -EINVAL);
	assert_int_equal(pg_text_number("18446744073709551616", 10, UINT64_MAX, &value), -ERANGE);
	assert_int_equal(value, 0x10de);
}

static void test_line(void **state)
{
	static const char text[] = "one\r\n\nlast";
	size_t pos = 0, len, full;
	const char *line;

	(void)state;
	assert_true(pg_text_line(text, strlen(text), &pos, &line, &len, &full));
	assert_int_equal(len, 3);
	assert_int_equal(full, 5);
	assert_true(pg_text_line(text, strlen(text), &pos, &line, &len, &full));
	assert_int_equal(len, 0);
	assert_true(pg_text_line(text, strlen(text), &pos, &line, &len, &full));
	assert_memory_equal(line, "last", 4);
	assert_int_equal(full, 4);
	assert_false(pg_text_line(text, strlen(text), &pos, &line, &len, &full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
