/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/base/vec.h"

struct item {
	unsigned number;
	char rest[12];
};

static void test_add(void **state)
{
	pg_autofree struct item *v = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct item *it = pg_vec_add(&v, &n, sizeof(*it));
		static const struct item zero = { 0 };

		assert_non_null(it);
		assert_ptr_equal(it, &v[i]);
		assert_memory_equal(it, &zero, sizeof(zero));
		memset(it, 0xff, sizeof(*it));
		it->number = i;
	}
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(v[i].number, i);
}

/* Adding after removing must find the room that capacity-by-count promises. */
static void test_remove(void **state)
{
	pg_autofree unsigned *v = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned i = 0; i < 5; i++)
			*(unsigned *)pg_vec_add(&v, &n, sizeof(*v)) = round * 10 + i;
		pg_vec_remove(v, &n, sizeof(*v), 0);
		pg_vec_remove(v, &n, sizeof(*v), n - 1);
		pg_vec_remove(v, &n, sizeof(*v), n / 2);
		assert_int_equal(n, 2 * (round + 1));
	}
	while (n)
		pg_vec_remove(v, &n, sizeof(*v), n - 1);
	*(unsigned *)pg_vec_add(&v, &n, sizeof(*v)) = 7;
	assert_int_equal(v[0], 7);
}

static void test_too_large(void **state)
{
	void *v = NULL;
	size_t n = 0;

	(void)state;
	n = (size_t)1 << 62;
	assert_null(pg_vec_add(&v, &n, 1 << 20));
	assert_int_equal(n, (size_t)1 << 62);
	assert_null(v);
}

static void test_strv(void **state)
{
	struct pg_strv sv PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv copy PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *joined = NULL, *nothing = NULL;
	struct pg_strv none = { 0 };

	(void)state;
	assert_int_equal(pg_strv_add(&sv, "b"), 0);
	assert_int_equal(pg_strv_addn(&sv, "cxx", 1), 0);
	assert_int_equal(pg_strv_addf(&sv, "a%d", 1), 0);
	assert_int_equal(pg_strv_take(&sv, NULL), -ENOMEM);
	assert_int_equal(sv.n, 3);
	assert_null(sv.v[3]);
	pg_strv_sort(&sv);
	joined = pg_strv_join(&sv, ", ");
	assert_string_equal(joined, "a1, b, c");
	assert_true(pg_strv_has(&sv, "b"));
	assert_false(pg_strv_has(&sv, "B"));
	assert_int_equal(pg_strv_copy(&sv, &copy), 0);
	assert_int_equal(copy.n, 3);
	assert_ptr_not_equal(copy.v[0], sv.v[0]);
	assert_string_equal(copy.v[0], "a1");
	nothing = pg_strv_join(&none, ",");
	assert_string_equal(nothing, "");
	assert_false(pg_strv_has(&none, ""));
}

/* It serves as an argv at every length. */
static void test_terminated(void **state)
{
	struct pg_strv sv PG_CLEANUP(pg_strv_done) = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(pg_strv_addf(&sv, "%zu", i), 0);
		assert_null(sv.v[sv.n]);
	}
	assert_string_equal(sv.v[99], "99");
}

static void assert_split(const char *s, const char *seps, const char *expected)
{
	struct pg_strv sv PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *joined = NULL;

	assert_int_equal(pg_strv_split(s, seps, &sv), 0);
	joined = pg_strv_join(&sv, "|");
	assert_string_equal(joined, expected);
}

static void test_split(void **state)
{
	(void)state;
	assert_split("a,b;;c,", ",;", "a|b|c");
	assert_split(",;,", ",;", "");
	assert_split("", ",", "");
	assert_split("one", ",", "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),   cmocka_unit_test(test_remove),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_strv),
		cmocka_unit_test(test_terminated), cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests_name("vec", tests, NULL, NULL);
}
