/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/plan/choices.h"

static const struct pg_bdf gpu = { 0, 1, 0, 0 }, audio = { 0, 1, 0, 1 }, nic = { 0, 3, 0, 0 };

static void test_pick(void **state)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();

	(void)state;
	assert_int_equal(c->pcie, PG_UNKNOWN);
	assert_int_equal(pg_choices_pick(c, gpu, false), 0);
	assert_int_equal(pg_choices_pick(c, gpu, false), 0);
	assert_int_equal(c->n_pick, 1);
	assert_true(pg_choices_has(c, gpu));
	assert_false(pg_choices_has(c, audio));
	assert_int_equal(pg_choices_pick(c, gpu, true), 0);
	assert_true(pg_choices_has(c, audio));
	assert_false(pg_choices_has(c, nic));
}

static void test_unpick(void **state)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();

	(void)state;
	assert_int_equal(pg_choices_pick(c, gpu, true), 0);
	assert_int_equal(pg_choices_pick(c, nic, false), 0);
	pg_choices_unpick(c, audio); /* goes with its slot */
	assert_int_equal(c->n_pick, 1);
	assert_true(pg_choices_has(c, nic));
	pg_choices_unpick(c, nic);
	pg_choices_unpick(c, nic);
	assert_int_equal(c->n_pick, 0);
}

static void test_copy(void **state)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_choices *copy PG_CLEANUP(pg_choices_freep) = NULL;

	(void)state;
	assert_int_equal(pg_choices_pick(c, gpu, true), 0);
	c->vmid = 100;
	c->primary = true;
	c->romfile = strdup("card.rom");
	assert_int_equal(pg_choices_copy(c, &copy), 0);
	pg_choices_unpick(c, gpu);
	c->romfile[0] = 'X';
	assert_true(pg_choices_has(copy, audio));
	assert_int_equal(copy->vmid, 100);
	assert_true(copy->primary);
	assert_string_equal(copy->romfile, "card.rom");
	assert_null(copy->mapping);
}

static void test_bind(void **state)
{
	enum pg_bind bind = PG_BIND_ADDRESS;

	(void)state;
	assert_int_equal(pg_bind_parse("at-start", &bind), 0);
	assert_int_equal(bind, PG_BIND_AT_START);
	assert_int_equal(pg_bind_parse("At-start", &bind), -EINVAL);
	assert_int_equal(bind, PG_BIND_AT_START);
	for (int i = PG_BIND_AUTO; i <= PG_BIND_AT_START; i++) {
		assert_int_equal(pg_bind_parse(pg_bind_name((enum pg_bind)i), &bind), 0);
		assert_int_equal(bind, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_unpick),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_bind),
	};

	return cmocka_run_group_tests_name("choices", tests, NULL, NULL);
}
