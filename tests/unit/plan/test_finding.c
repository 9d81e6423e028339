/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/plan/finding.h"

static void test_fields(void **state)
{
	struct pg_findings f PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_finding *one = pg_findings_add(&f, "one", PG_LEVEL_WARN, "host", "%d of %d", 1, 2);

	(void)state;
	assert_int_equal(pg_finding_evidence(one, "%s:%u", "/etc/x", 3u), 0);
	assert_int_equal(pg_finding_evidence(one, "again"), 0);
	assert_int_equal(pg_finding_advice(one, "do"), 0);
	assert_string_equal(one->text, "1 of 2");
	assert_string_equal(one->evidence, "again");
	assert_string_equal(one->advice, "do");
	assert_null(one->fix);
	assert_int_equal(pg_finding_fix(NULL, "x"), -ENOMEM);
}

static void test_sort(void **state)
{
	struct pg_findings f PG_CLEANUP(pg_findings_done) = { 0 };
	static const char *const wanted[] = { "block", "warn1", "warn2", "warn2", "note", "ok" };

	(void)state;
	assert_int_equal(pg_findings_sort(&f), 0);
	assert_int_equal(pg_findings_worst(&f), PG_LEVEL_OK);
	assert_non_null(pg_findings_add(&f, "ok", PG_LEVEL_OK, "host", "x"));
	assert_non_null(pg_findings_add(&f, "warn1", PG_LEVEL_WARN, "host", "x"));
	assert_non_null(pg_findings_add(&f, "warn2", PG_LEVEL_WARN, "host", "x"));
	assert_non_null(pg_findings_add(&f, "note", PG_LEVEL_NOTE, "host", "x"));
	assert_non_null(pg_findings_add(&f, "warn2", PG_LEVEL_WARN, "vm/100", "x"));
	assert_non_null(pg_findings_add(&f, "warn1", PG_LEVEL_WARN, "host", "x")); /* twice */
	assert_non_null(pg_findings_add(&f, "block", PG_LEVEL_BLOCK, "host", "x"));
	assert_int_equal(pg_findings_sort(&f), 0);
	assert_int_equal(f.n, PG_ARRAY_SIZE(wanted));
	for (size_t i = 0; i < f.n; i++)
		assert_string_equal(f.v[i].id, wanted[i]);
	assert_int_equal(pg_findings_worst(&f), PG_LEVEL_BLOCK);
	for (int i = 0; i < 100; i++) /* it still grows */
		assert_non_null(pg_findings_add(&f, "more", PG_LEVEL_NOTE, "host", "%d", i % 10));
	assert_int_equal(pg_findings_sort(&f), 0);
	assert_int_equal(f.n, PG_ARRAY_SIZE(wanted) + 10);
	for (size_t i = 0; i < 10; i++) /* the first of each stays, in its place */
		assert_int_equal(f.v[5 + i].text[0], '0' + (int)i);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pg_level_name(PG_LEVEL_OK), "ok");
	assert_string_equal(pg_level_name(PG_LEVEL_NOTE), "note");
	assert_string_equal(pg_level_name(PG_LEVEL_WARN), "warn");
	assert_string_equal(pg_level_name(PG_LEVEL_BLOCK), "block");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
