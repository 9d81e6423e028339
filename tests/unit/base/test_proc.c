/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include <signal.h>
#include <time.h>

#include "src/base/proc.h"
#include "src/base/vec.h"

/* Runs a shell script and gives what it wrote. */
static char *output_of(const char *script, struct pg_proc_opts *opts, int status)
{
	char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c",
			 (char *)(uintptr_t)script, NULL };
	struct pg_proc_result result = { 0 };

	assert_int_equal(pg_proc_run(argv, opts, &result, NULL), 0);
	assert_int_equal(result.status, status);
	assert_false(result.timed_out || result.cancelled);
	return result.output.p;
}

static void assert_output(const char *script, struct pg_proc_opts *opts, const char *expected)
{
	pg_autofree char *out = output_of(script, opts, 0);

	assert_string_equal(out, expected);
}

static void test_status(void **state)
{
	static const struct {
		const char *script;
		int status;
	} cases[] = { { "exit 0", 0 }, { "exit 7", 7 }, { "kill -TERM $$", 128 + SIGTERM },
		      { "kill -KILL $$", 128 + SIGKILL } };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		pg_autofree char *out = output_of(cases[i].script, NULL, cases[i].status);

		assert_string_equal(out, "");
	}
}

static void test_output(void **state)
{
	struct pg_proc_opts apart = { .split_stderr = true };
	struct pg_proc_opts little = { .max_output = 4 };

	(void)state;
	assert_output("echo a; echo b >&2; echo c", NULL, "a\nb\nc\n");
	assert_output("echo a; echo b >&2; echo c", &apart, "a\nc\n");
	assert_output("echo 123; echo 456", &little, "123\n");
}

static void test_input(void **state)
{
	struct pg_bytes text = { (char *)(uintptr_t)"one\ntwo\n", 8 };
	struct pg_proc_opts opts = { .input = &text };

	(void)state;
	assert_output("cat", &opts, "one\ntwo\n");
	assert_output("cat", NULL, "");
}

static void test_environment(void **state)
{
	struct pg_proc_opts opts = { .path = "/usr/bin:/bin" };
	char *argv[] = { (char *)(uintptr_t)"env", NULL };
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };

	(void)state;
	assert_int_equal(setenv("PVE_GPU_TEST_LEAK", "1", 1), 0);
	assert_int_equal(pg_proc_run(argv, NULL, &result, NULL), 0);
	assert_string_equal(result.output.p, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
					     "LC_ALL=C.UTF-8\nHOME=/root\n");
	assert_output("echo $PATH; umask; pwd", &opts, "/usr/bin:/bin\n0022\n/\n");
	assert_int_equal(unsetenv("PVE_GPU_TEST_LEAK"), 0);
}

static void test_descriptors(void **state)
{
	static const char script[] =
		"for n in 0 1 2 3 4 5 6 7 8 9 20 21 22; do "
		"if [ -e /proc/$$/fd/$n ]; then printf '%s ' $n; fi; done";
	struct pg_bytes files[] = { { (char *)(uintptr_t)"x", 1 }, { (char *)(uintptr_t)"y", 1 } };
	struct pg_proc_opts opts = { .files = files, .n_files = 2 };
	int fd[4];

	(void)state;
	fd[0] = open("/etc/passwd", O_RDONLY);	/* without O_CLOEXEC, as a library might */
	fd[1] = open("/etc/passwd", O_RDONLY);
	fd[2] = dup2(fd[0], 20);
	fd[3] = dup2(fd[0], 22);
	assert_output(script, NULL, "0 1 2 ");
	assert_output(script, &opts, "0 1 2 3 4 ");
	for (size_t i = 0; i < PG_ARRAY_SIZE(fd); i++)
		assert_int_equal(close(fd[i]), 0);
}

static void test_files(void **state)
{
	struct pg_bytes files[] = { { (char *)(uintptr_t)"first\n", 6 },
				    { (char *)(uintptr_t)"", 0 },
				    { (char *)(uintptr_t)"third\n", 6 } };
	struct pg_proc_opts opts = { .files = files, .n_files = 3 };

	(void)state;
	assert_output("cat /dev/fd/5 /dev/fd/4 /dev/fd/3 /dev/fd/3", &opts,
		      "third\nfirst\nfirst\n");
}

static void note_line(void *ctx, const char *line, size_t n)
{
	assert_int_equal(pg_strv_addn(ctx, line, n), 0);
}

static void test_lines(void **state)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_proc_opts opts = { .line = note_line, .ctx = &lines };
	pg_autofree char *out = NULL, *all = NULL;

	(void)state;
	out = output_of("printf 'one\\n\\n10%%\\r50%%\\r100%%\\r\\ncrlf\\r\\n\\r\\nlast'", &opts, 0);
	assert_null(out);
	all = pg_strv_join(&lines, "|");
	assert_string_equal(all, "one||10%|50%|100%|crlf||last");
}

static void test_long_line(void **state)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_proc_opts opts = { .line = note_line, .ctx = &lines };
	pg_autofree char *out = NULL;

	(void)state;
	out = output_of("head -c 100000 /dev/zero | tr '\\0' x", &opts, 0);
	assert_int_equal(lines.n, 2);
	assert_int_equal(strlen(lines.v[0]) + strlen(lines.v[1]), 100000);
}

static void test_missing(void **state)
{
	char *name[] = { (char *)(uintptr_t)"pve-gpu-no-such-command", NULL };
	char *path[] = { (char *)(uintptr_t)"/no/such/command", NULL };
	char *folder[] = { (char *)(uintptr_t)"/etc", NULL };
	struct pg_proc_result result = { .status = 42 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	(void)state;
	assert_int_equal(pg_proc_run(name, NULL, &result, &err), -ENOENT);
	assert_string_equal(err.what,
			    "There is no command pve-gpu-no-such-command on this machine.");
	assert_int_equal(pg_proc_run(path, NULL, &result, &err), -ENOENT);
	assert_string_equal(err.what, "/no/such/command cannot be started: it does not exist.");
	assert_int_equal(pg_proc_run(folder, NULL, &result, NULL), -EACCES);
	assert_int_equal(result.status, 42);
}

static int64_t seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (int64_t)t.tv_sec;
}

/* Runs a script that would never end, and gives how it was ended. */
static struct pg_proc_result stopped(const char *script, const struct pg_proc_opts *opts)
{
	char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c",
			 (char *)(uintptr_t)script, NULL };
	struct pg_proc_result result = { 0 };
	int64_t start = seconds();

	assert_int_equal(pg_proc_run(argv, opts, &result, NULL), 0);
	assert_true(seconds() - start < 60);
	pg_proc_result_done(&result);
	return result;
}

static void test_timeout(void **state)
{
	struct pg_proc_opts opts = { .timeout_s = 1 };
	struct pg_proc_result result;

	(void)state;
	result = stopped("sleep 600", &opts);
	assert_true(result.timed_out && !result.cancelled);
	assert_int_equal(result.status, 128 + SIGTERM);
	/* one that writes without end, and so always has something to be read */
	result = stopped("exec yes", &opts);
	assert_true(result.timed_out);
}

static bool always(void *ctx)
{
	++*(unsigned *)ctx;
	return true;
}

static void test_cancel(void **state)
{
	unsigned asked = 0;
	struct pg_proc_opts opts = { .cancelled = always, .ctx = &asked };
	struct pg_proc_result result;

	(void)state;
	result = stopped("sleep 600 & sleep 600", &opts);
	assert_true(result.cancelled && !result.timed_out);
	assert_int_equal(result.status, 128 + SIGTERM);
	assert_true(asked > 0);
}

/* A daemon that was started and keeps the pipe: the command is done when it has exited. */
static void test_grandchild(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c",
			 (char *)(uintptr_t)"sleep 600 & echo $!", NULL };
	char *noisy[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c",
			  (char *)(uintptr_t)"echo $$; yes & echo $!", NULL };
	struct pg_proc_opts little = { .max_output = 64 };
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	int64_t start = seconds();
	int pid;

	(void)state;
	assert_int_equal(pg_proc_run(argv, NULL, &result, NULL), 0);
	assert_int_equal(result.status, 0);
	pid = atoi(result.output.p);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	pg_proc_result_done(&result);
	assert_int_equal(pg_proc_run(noisy, &little, &result, NULL), 0);
	pid = atoi(result.output.p);
	assert_true(pid > 1);
	/* `yes` may be gone by SIGPIPE already, once nobody reads */
	assert_true(kill(-pid, SIGKILL) == 0 || errno == ESRCH);
	assert_true(seconds() - start < 60);
}

static void test_ignored_sigchld(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignore, &before), 0);
	assert_output("echo here", NULL, "here\n");
	assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
}

static void test_quote(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"qm", (char *)(uintptr_t)"a b", (char *)(uintptr_t)"",
			 (char *)(uintptr_t)"it's", (char *)(uintptr_t)"x=1,y", NULL };
	pg_autofree char *text = pg_proc_quote(argv);

	(void)state;
	assert_string_equal(text, "qm 'a b' '' 'it'\\''s' x=1,y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),	    cmocka_unit_test(test_output),
		cmocka_unit_test(test_input),	    cmocka_unit_test(test_environment),
		cmocka_unit_test(test_descriptors), cmocka_unit_test(test_files),
		cmocka_unit_test(test_lines),	    cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_missing),	    cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_cancel),	    cmocka_unit_test(test_grandchild),
		cmocka_unit_test(test_ignored_sigchld), cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
