/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/ui/play.h"

#include <errno.h>

#define STEPS " Host ✓  ─  Device ●  ─  (Binding)  ─  VM  ─  Review\n"

static void test_tree(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "xx " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24, "dump a\nkey q\n");

	(void)state;
	assert_int_equal(p.r, 0);
	assert_non_null(strstr(p.screen, STEPS));
	assert_non_null(strstr(p.screen, "│   └  !  03:00.0 NIC   RTL8111  vmbr0   │"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
