/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"

static void test_grows(void **state)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		pg_strbuf_addf(&b, "%u", i % 10);
		assert_int_equal(b.len, i + 1);
		assert_int_equal(strlen(b.s), i + 1);
	}
	assert_memory_equal(b.s, "01234567890", 11);
	assert_int_equal(pg_strbuf_error(&b), 0);
}

static void test_append(void **state)
{
	struct pg_strbuf b = { 0 };
	pg_autofree char *s = NULL;

	(void)state;
	pg_strbuf_add(&b, "a");
	pg_strbuf_addc(&b, '-');
	pg_strbuf_addn(&b, "bcd", 2);
	pg_strbuf_add(&b, "");
	pg_strbuf_addf(&b, "%s=%d", "x", 7);
	s = pg_strbuf_steal(&b);
	assert_string_equal(s, "a-bcx=7");
	assert_null(b.s);
	assert_int_equal(b.len, 0);
}

static void test_steal_empty(void **state)
{
	struct pg_strbuf b = { 0 };
	pg_autofree char *s = pg_strbuf_steal(&b);

	(void)state;
	assert_string_equal(s, "");
}

static void test_bytes_hold_nuls(void **state)
{
	struct pg_strbuf b = { 0 };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes copy PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes empty = { 0 };

	(void)state;
	pg_strbuf_addn(&b, "a\0b", 3);
	assert_int_equal(pg_strbuf_steal_bytes(&b, &bytes), 0);
	assert_int_equal(bytes.n, 3);
	assert_memory_equal(bytes.p, "a\0b", 4);
	assert_int_equal(pg_bytes_copy(bytes.p, bytes.n, &copy), 0);
	assert_true(pg_bytes_equal(&bytes, &copy));
	copy.p[2] = 'c';
	assert_false(pg_bytes_equal(&bytes, &copy));
	assert_false(pg_bytes_equal(&bytes, &empty));
	assert_true(pg_bytes_equal(&empty, &empty));
}

/* Out of memory is remembered, and nothing half is handed over. */
static void test_failure(void **state)
{
	struct pg_strbuf b = { 0 };
	struct pg_bytes bytes = { 0 };

	(void)state;
	pg_strbuf_add(&b, "begun");
	pg_strbuf_addn(&b, "", SIZE_MAX);
	pg_strbuf_add(&b, "more");
	assert_int_equal(pg_strbuf_error(&b), -ENOMEM);
	assert_int_equal(b.len, 5);
	assert_int_equal(pg_strbuf_steal_bytes(&b, &bytes), -ENOMEM);
	assert_null(bytes.p);
	assert_null(b.s);
	b.failed = true;
	assert_null(pg_strbuf_steal(&b));
	assert_false(b.failed);
}

static void test_strf(void **state)
{
	pg_autofree char *s = pg_strf("%s/%04x", "a", 0x1fU);

	(void)state;
	assert_string_equal(s, "a/001f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),	  cmocka_unit_test(test_append),
		cmocka_unit_test(test_steal_empty), cmocka_unit_test(test_bytes_hold_nuls),
		cmocka_unit_test(test_failure),	  cmocka_unit_test(test_strf),
	};

	return cmocka_run_group_tests_name("strbuf", tests, NULL, NULL);
}
