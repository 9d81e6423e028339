/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/host/bdf.h"

static void test_parse(void **state)
{
	static const char *const good[] = { "0000:00:00.0", "0000:01:00.0", "ffff:ff:1f.7",
					    "10000:e1:00.0", "ffffffff:ff:1f.7" };
	static const char *const bad[] = {
		"", "01:00.0", "0000:01:00", "0000:0A:00.0", "000:01:00.0", "00000:01:00.0",
		"0000:01:20.0", "0000:01:00.8", "0000:01:00.0 ", " 0000:01:00.0", "0000:01:00.00",
		"0000:1:00.0", "0000:01:00.0/..", "fffffffff:01:00.0", "0000:01:00.0:pcie01",
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(good); i++) {
		struct pg_bdf addr = { 0 };

		assert_int_equal(pg_bdf_parse(good[i], &addr), 0);
		assert_string_equal(pg_bdf_str(addr).s, good[i]);
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_bdf addr = { .bus = 7 };

		if (pg_bdf_parse(bad[i], &addr) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(addr.bus, 7);
	}
}

static void test_parse_loose(void **state)
{
	static const struct {
		const char *in, *out;
		bool slot;
	} good[] = {
		{ "01:00.0", "0000:01:00.0", false },	   { "01:00", "0000:01:00.0", true },
		{ "0000:0A:1f.7", "0000:0a:1f.7", false }, { "10000:E1:00", "10000:e1:00.0", true },
	};
	static const char *const bad[] = { "1:0.0", "01:00.", "01", "gpu", "01:00.0.0", ":01:00.0",
					   "01-00.0", "0x01:00.0", "01:00.f" };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(good); i++) {
		struct pg_bdf addr = { 0 };
		bool slot = !good[i].slot;

		assert_int_equal(pg_bdf_parse_loose(good[i].in, &addr, &slot), 0);
		assert_string_equal(pg_bdf_str(addr).s, good[i].out);
		assert_int_equal(slot, good[i].slot);
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_bdf addr;
		bool slot;

		if (pg_bdf_parse_loose(bad[i], &addr, &slot) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	}
}

static void test_forms(void **state)
{
	const struct pg_bdf near = { 0, 1, 0, 1 }, far = { 0x10000, 1, 0, 1 };

	(void)state;
	assert_string_equal(pg_bdf_short(near).s, "01:00.1");
	assert_string_equal(pg_bdf_short(far).s, "10000:01:00.1");
	assert_string_equal(pg_bdf_slot_str(near).s, "0000:01:00");
	assert_string_equal(pg_bdf_slot_str(far).s, "10000:01:00");
}

static void test_order(void **state)
{
	static const struct pg_bdf sorted[] = { { 0, 0, 0, 0 },	     { 0, 0, 0, 7 },
						{ 0, 0, 31, 0 },     { 0, 255, 0, 0 },
						{ 1, 0, 0, 0 },	     { 0x7fffffff, 0, 0, 0 },
						{ 0x80000000, 0, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(sorted); i++)
		for (size_t k = 0; k < PG_ARRAY_SIZE(sorted); k++) {
			int cmp = pg_bdf_cmp(sorted[i], sorted[k]);

			assert_int_equal((cmp > 0) - (cmp < 0), (i > k) - (i < k));
			assert_int_equal(pg_bdf_equal(sorted[i], sorted[k]), i == k);
		}
	assert_true(pg_bdf_same_slot(sorted[0], sorted[1]));
	assert_false(pg_bdf_same_slot(sorted[0], sorted[2]));
	assert_false(pg_bdf_same_slot(sorted[0], sorted[4]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_loose),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
