/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/base/err.h"

static void assert_text(const struct pg_err *err, const char *expected)
{
	pg_autofree char *text = pg_err_text(err);

	assert_string_equal(text, expected);
}

static void test_set(void **state)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	(void)state;
	assert_int_equal(pg_err_set(&err, -EINVAL, "/etc/x", 7, "Line %s is bad.", "seven"), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.path, "/etc/x");
	assert_text(&err, "/etc/x:7: Line seven is bad.");
	/* set again, out of what it holds */
	assert_int_equal(pg_err_set(&err, -EIO, err.path, 0, "Worse: %s", err.what), -EIO);
	assert_text(&err, "/etc/x: Worse: Line seven is bad.");
	assert_int_equal(pg_err_set(&err, -EIO, NULL, 3, "No place."), -EIO);
	assert_text(&err, "No place.");
	pg_err_done(&err);
	assert_int_equal(err.code, 0);
	assert_null(err.what);
}

static void test_nobody_asks(void **state)
{
	(void)state;
	assert_int_equal(pg_err_set(NULL, -ENOENT, "/x", 1, "%s", "unheard"), -ENOENT);
}

static void test_without_words(void **state)
{
	struct pg_err err = { .code = -ENOSPC };

	(void)state;
	assert_text(&err, "The disk is full.");
}

static void test_hostile(void **state)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	(void)state;
	(void)pg_err_set(&err, -EINVAL, "/a\x1b[2J", 0, "bad\n\x07name");
	assert_text(&err, "/a?[2J: bad ?name");
}

static void test_reason(void **state)
{
	(void)state;
	assert_string_equal(pg_err_reason(-ENOSPC), "the disk is full");
	assert_string_equal(pg_err_reason(ENOSPC), "the disk is full");
	assert_string_equal(pg_err_reason(-ENOTEMPTY), "it is not empty");
	assert_non_null(pg_err_reason(123456));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),	cmocka_unit_test(test_nobody_asks),
		cmocka_unit_test(test_without_words), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_reason),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
