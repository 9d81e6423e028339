/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "src/base/log.h"
#include "src/base/proc_private.h"

#define TICK_MS 100
#define GRACE_MS 5000
#define LINE_MAX_BYTES 65536
#define OUTPUT_MAX ((size_t)1 << 20)
/* Chunks read before the clock and the cancel flag are looked at again: more than a pipe
 * holds, so that what a command wrote last is not lost. */
#define CHUNK_MAX 8192
#define CHUNKS_MAX 16

void pg_proc_result_done(struct pg_proc_result *result)
{
	pg_bytes_done(&result->output);
}

/* ---- listening ---- */

struct listener {
	const struct pg_proc_opts *opts;
	struct pg_strbuf out;	/* collected output, or the line so far */
	bool after_cr;		/* a CR ended a line: a line feed now belongs to it */
	pid_t pid;
	int64_t ends_at;	/* timeout, in ms of the monotonic clock; 0: none */
	int64_t kill_at;	/* once ended: when to be rough */
	struct pg_proc_result *result;
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void give_line(struct listener *l)
{
	l->opts->line(l->opts->ctx, l->out.len ? l->out.s : "", l->out.len);
	l->out.len = 0;
}

static void hear_char(struct listener *l, char c)
{
	bool is_end = c == '\n' || c == '\r';
	bool is_line = is_end && l->out.len;

	if (!is_end)
		pg_strbuf_addc(&l->out, c);
	if ((c == '\n' && !l->after_cr) || is_line || l->out.len >= LINE_MAX_BYTES)
		give_line(l);
	l->after_cr = c == '\r' && is_line;
}

/* A progress bar redraws its line with CR: each redraw counts as a line. */
static void hear(struct listener *l, const char *p, size_t n)
{
	size_t max = l->opts->max_output ? l->opts->max_output : OUTPUT_MAX;

	if (!l->opts->line) {
		pg_strbuf_addn(&l->out, p, l->out.len + n > max ? max - l->out.len : n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		hear_char(l, p[i]);
}

static void end_child(struct listener *l)
{
	if (l->kill_at == 0) {
		(void)kill(-l->pid, SIGTERM);
		l->kill_at = now_ms() + GRACE_MS;
	} else if (now_ms() >= l->kill_at) {
		(void)kill(-l->pid, SIGKILL);
	}
}

static void watch(struct listener *l)
{
	if (l->ends_at && now_ms() >= l->ends_at)
		l->result->timed_out = true;
	if (l->opts->cancelled && l->opts->cancelled(l->opts->ctx))
		l->result->cancelled = true;
	if (l->result->timed_out || l->result->cancelled)
		end_child(l);
}

/* A grandchild that keeps the pipe open must not hold us once the command itself is gone. */
static bool has_exited(struct listener *l, int *status)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)l->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return false;
	if (l->kill_at)
		(void)kill(-l->pid, SIGKILL); /* what it left behind; the group's number is still ours */
	return waitpid(l->pid, status, 0) == l->pid;
}

/* Bounded: a command that never stops writing must not keep the clock from being looked at. */
static int drain(struct listener *l, int fd)
{
	char chunk[CHUNK_MAX];
	ssize_t n = 0;

	for (size_t i = 0; i < CHUNKS_MAX; i++) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			return 0;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
		hear(l, chunk, (size_t)n);
	}
	return -EAGAIN;
}

static int listen_to(struct listener *l, int fd)
{
	int status = 0, wait = 1;
	bool open = true;

	for (;;) {
		struct pollfd p = { .fd = open ? fd : -1, .events = POLLIN };

		/* what has closed its output has ended in a moment */
		(void)poll(&p, 1, open ? TICK_MS : wait);
		wait = open || wait > TICK_MS / 10 ? wait : 2 * wait;
		if (open && drain(l, fd) != -EAGAIN)
			open = false;
		if (has_exited(l, &status))
			break;
		watch(l);
	}
	if (open)
		(void)drain(l, fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void listener_done(struct listener *l)
{
	pg_strbuf_done(&l->out);
}

int pg_proc_run(char *const argv[], const struct pg_proc_opts *opts,
		struct pg_proc_result *ret, struct pg_err *err)
{
	static const struct pg_proc_opts plain = { 0 };
	struct pg_proc_result result = { 0 };
	struct listener l PG_CLEANUP(listener_done) = { .opts = opts ? opts : &plain,
							.result = &result };
	const char *path = l.opts->path ? l.opts->path : PG_PROC_PATH;
	pg_autofree char *program = NULL;
	pg_autoclose int in = -1;
	int r = pg_proc_find(argv[0], path, &program);

	if (r == -ENOENT)
		return pg_err_set(err, r, NULL, 0, "There is no command %s on this machine.", argv[0]);
	if (r == 0)
		r = pg_proc_start(program, argv, l.opts, &l.pid, &in);
	if (r < 0)
		return pg_err_set(err, r, NULL, 0, "%s cannot be started: %s.", argv[0],
				  pg_err_reason(r));
	l.ends_at = l.opts->timeout_s ? now_ms() + (int64_t)l.opts->timeout_s * 1000 : 0;
	result.status = listen_to(&l, in);
	if (l.opts->line && l.out.len)
		give_line(&l);
	pg_log(PG_LOG_PROC, "%s: status %d", argv[0], result.status);
	r = l.opts->line ? 0 : pg_strbuf_steal_bytes(&l.out, &result.output);
	if (r < 0)
		return r;
	*ret = result;
	return 0;
}

/* ---- showing ---- */

static bool needs_quotes(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_./:=,+@%";

	return !*s || s[strspn(s, safe)];
}

char *pg_proc_quote(char *const argv[])
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; argv[i]; i++) {
		if (i)
			pg_strbuf_addc(&b, ' ');
		if (!needs_quotes(argv[i])) {
			pg_strbuf_add(&b, argv[i]);
			continue;
		}
		pg_strbuf_addc(&b, '\'');
		for (const char *p = argv[i]; *p; p++) {
			if (*p == '\'')
				pg_strbuf_add(&b, "'\\''");
			else
				pg_strbuf_addc(&b, *p);
		}
		pg_strbuf_addc(&b, '\'');
	}
	return pg_strbuf_steal(&b);
}
