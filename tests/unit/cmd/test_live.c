/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the signals mean while a command changes something. */
#include "tests/unit/test.h"

#include "src/cmd/live.h"

static bool stops(int number)
{
	struct pg_cmd_env env = { .diag = stderr };
	struct pg_live live;
	sigset_t pending;
	bool stop;

	pg_live_begin(&live, &env);
	assert_int_equal(raise(number), 0);
	stop = live.opts.cancelled(live.opts.ctx);
	pg_live_end(&live);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, number), 0);
	return stop;
}

static void test_asked_to_stop(void **state)
{
	(void)state;
	assert_true(stops(SIGINT));
	assert_true(stops(SIGTERM));
}

/* Half a change would be worse than one that nobody watched. */
static void test_connection_lost(void **state)
{
	(void)state;
	assert_false(stops(SIGHUP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked_to_stop),
		cmocka_unit_test(test_connection_lost),
	};

	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
