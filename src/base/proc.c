/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "src/base/log.h"
#include "src/base/vec.h"

#define TICK_MS 100
#define GRACE_MS 5000
#define LINE_MAX_BYTES 65536
#define OUTPUT_MAX ((size_t)1 << 20)
#define FIRST_FILE 3

void pg_proc_result_done(struct pg_proc_result *result)
{
	pg_bytes_done(&result->output);
}

/* ---- starting ---- */

/* Finds the program, so that "there is no such command" is known before anything starts. */
static int find_program(const char *name, const char *path, char **ret)
{
	struct pg_strv dirs PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (strchr(name, '/')) {
		*ret = strdup(name);
		return *ret ? 0 : -ENOMEM;
	}
	r = pg_strv_split(path, ":", &dirs);
	if (r < 0)
		return r;
	for (size_t i = 0; i < dirs.n; i++) {
		pg_autofree char *full = pg_strf("%s/%s", dirs.v[i], name);
		struct stat st;

		if (!full)
			return -ENOMEM;
		if (stat(full, &st) == 0 && S_ISREG(st.st_mode) && access(full, X_OK) == 0) {
			*ret = PG_STEAL(full);
			return 0;
		}
	}
	return -ENOENT;
}

static int memory_file(const struct pg_bytes *bytes)
{
	int fd = memfd_create("pve-gpu", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < bytes->n;) {
		ssize_t n = write(fd, bytes->p + done, bytes->n - done);

		if (n < 0 && errno != EINTR) {
			int r = -errno;

			(void)close(fd);
			return r;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	if (lseek(fd, 0, SEEK_SET) < 0) {
		(void)close(fd);
		return -EIO;
	}
	return fd;
}

/* Everything a child is to have open, numbered from 0. */
struct stdio {
	int *fd;
	size_t n;
};

static void stdio_done(struct stdio *io)
{
	for (size_t i = 0; i < io->n; i++)
		pg_closep(&io->fd[i]);
	free(io->fd);
}

static int stdio_add(struct stdio *io, int fd)
{
	int *slot;

	if (fd < 0)
		return fd;
	slot = pg_vec_add(&io->fd, &io->n, sizeof(*io->fd));
	if (!slot) {
		(void)close(fd);
		return -ENOMEM;
	}
	*slot = fd;
	return 0;
}

static int null_file(int flags)
{
	int fd = open("/dev/null", flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int copy_fd(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : copy;
}

/* stdin, stdout, stderr, then the named files. Takes over `out`. */
static int stdio_make(const struct pg_proc_opts *opts, int out, struct stdio *io)
{
	int r = stdio_add(io, opts->input ? memory_file(opts->input) : null_file(O_RDONLY));

	if (r < 0) {
		(void)close(out);
		return r;
	}
	r = stdio_add(io, out);
	if (r == 0)
		r = stdio_add(io, opts->split_stderr ? null_file(O_WRONLY) : copy_fd(out));
	for (size_t i = 0; r == 0 && i < opts->n_files; i++)
		r = stdio_add(io, memory_file(&opts->files[i]));
	return r;
}

/* Runs in the child between fork and exec: only async-signal-safe calls. Descriptors are
 * first moved out of the way of the numbers that they are to get. */
static void child(const char *program, char *const argv[], char *const envp[],
		  const struct stdio *io)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	(void)setpgid(0, 0);
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < io->n; i++) {
		io->fd[i] = fcntl(io->fd[i], F_DUPFD, FIRST_FILE + (int)io->n);
		if (io->fd[i] < 0)
			_exit(127);
	}
	for (size_t i = 0; i < io->n; i++)
		if (dup2(io->fd[i], (int)i) < 0)
			_exit(127);
	(void)syscall(SYS_close_range, (unsigned)io->n, UINT_MAX, 0U);
	if (chdir("/") < 0)
		_exit(127);
	(void)umask(022);
	(void)execve(program, argv, envp);
	_exit(127);
}

static int start(const char *program, char *const argv[], const char *path,
		 const struct stdio *io, pid_t *ret)
{
	pg_autofree char *path_var = pg_strf("PATH=%s", path);
	char lc[] = "LC_ALL=C.UTF-8", home[] = "HOME=/root", term[] = "TERM=dumb";
	char *envp[] = { path_var, lc, home, term, NULL };
	pid_t pid;

	if (!path_var)
		return -ENOMEM;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(program, argv, envp, io);
	(void)setpgid(pid, pid);
	*ret = pid;
	return 0;
}

/* ---- listening ---- */

struct listener {
	const struct pg_proc_opts *opts;
	struct pg_strbuf out;	/* collected output, or the line so far */
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
	l->opts->line(l->opts->ctx, l->out.s ? l->out.s : "", l->out.len);
	l->out.len = 0;
}

/* A progress bar redraws its line with CR: each redraw counts as a line. */
static void hear(struct listener *l, const char *p, size_t n)
{
	size_t max = l->opts->max_output ? l->opts->max_output : OUTPUT_MAX;

	if (!l->opts->line) {
		pg_strbuf_addn(&l->out, p, l->out.len + n > max ? max - l->out.len : n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool end = p[i] == '\n' || p[i] == '\r';

		if (!end)
			pg_strbuf_addc(&l->out, p[i]);
		if ((end && (p[i] == '\n' || l->out.len)) || l->out.len >= LINE_MAX_BYTES)
			give_line(l);
	}
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
	return waitpid(l->pid, status, 0) == l->pid;
}

static int drain(struct listener *l, int fd)
{
	char chunk[8192];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		hear(l, chunk, (size_t)n);
	return n == 0 ? 0 : errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
}

static int listen_to(struct listener *l, int fd)
{
	int status = 0;
	bool open = true;

	for (;;) {
		struct pollfd p = { .fd = open ? fd : -1, .events = POLLIN };

		(void)poll(&p, 1, open ? TICK_MS : TICK_MS / 10);
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

int pg_proc_run(char *const argv[], const struct pg_proc_opts *opts,
		struct pg_proc_result *ret, struct pg_err *err)
{
	static const struct pg_proc_opts plain = { 0 };
	struct stdio io PG_CLEANUP(stdio_done) = { 0 };
	struct pg_proc_result result = { 0 };
	struct listener l = { .opts = opts ? opts : &plain, .result = &result };
	const char *path = l.opts->path ? l.opts->path : PG_PROC_PATH;
	pg_autofree char *program = NULL;
	pg_autoclose int in = -1;
	int r, ends[2];

	r = find_program(argv[0], path, &program);
	if (r == -ENOENT)
		return pg_err_set(err, r, NULL, 0, "There is no command %s on this machine.", argv[0]);
	if (r == 0 && pipe2(ends, O_CLOEXEC) < 0)
		r = -errno;
	if (r == 0) {
		in = ends[0];
		(void)fcntl(in, F_SETFL, O_NONBLOCK);
		r = stdio_make(l.opts, ends[1], &io);
	}
	if (r == 0)
		r = start(program, argv, path, &io, &l.pid);
	if (r < 0)
		return pg_err_set(err, r, NULL, 0, "%s cannot be started: %s.", argv[0],
				  pg_err_reason(r));
	stdio_done(&io);
	io = (struct stdio){ 0 };
	l.ends_at = l.opts->timeout_s ? now_ms() + (int64_t)l.opts->timeout_s * 1000 : 0;
	result.status = listen_to(&l, in);
	if (l.opts->line && l.out.len)
		give_line(&l);
	pg_log(PG_LOG_PROC, "%s: status %d", argv[0], result.status);
	if (!l.opts->line)
		r = pg_strbuf_steal_bytes(&l.out, &result.output);
	pg_strbuf_done(&l.out);
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
