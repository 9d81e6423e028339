/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "src/base/log.h"

/* What a trace of this subject and text writes to stderr. */
static void trace(enum pg_log_subject subject, const char *text, char *out, size_t size)
{
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(saved >= 0);
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	pg_log(subject, "%s", text);
	(void)fflush(stderr);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	n = read(ends[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(saved);
}

static void test_mask(void **state)
{
	(void)state;
	assert_false(pg_log_on(PG_LOG_ROOT));
	assert_int_equal(pg_log_set("root,ui"), 0);
	assert_true(pg_log_on(PG_LOG_ROOT) && pg_log_on(PG_LOG_UI));
	assert_false(pg_log_on(PG_LOG_PLAN));
	assert_int_equal(pg_log_set("plan,nonsense"), -EINVAL);
	assert_true(pg_log_on(PG_LOG_ROOT));
	assert_false(pg_log_on(PG_LOG_PLAN));
	assert_int_equal(pg_log_set("all"), 0);
	assert_true(pg_log_on(PG_LOG_PLAN) && pg_log_on(PG_LOG_EXEC));
	assert_int_equal(pg_log_set(""), 0);
	assert_false(pg_log_on(PG_LOG_PLAN));
}

static void test_trace(void **state)
{
	char out[128];

	(void)state;
	trace(PG_LOG_PROC, "silent", out, sizeof(out));
	assert_string_equal(out, "");
	assert_int_equal(pg_log_set("proc"), 0);
	trace(PG_LOG_PROC, "a\x1b[2Jb", out, sizeof(out));
	assert_string_equal(out, "proc: a?[2Jb\n");
	trace(PG_LOG_HOST, "other", out, sizeof(out));
	assert_string_equal(out, "");
	assert_int_equal(pg_log_set(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_trace),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
