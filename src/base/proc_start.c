/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/proc_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "src/base/vec.h"

#define FIRST_FILE 3

int pg_proc_find(const char *name, const char *path, char **ret)
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

/* Default signals and none blocked: what the command expects. */
static void reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Gives the descriptors their numbers, with the report after them, and closes all others.
 * They are first moved out of the way of the numbers that they are to get. */
static int arrange(const struct stdio *io, int report)
{
	int n = (int)io->n;

	for (int i = 0; i < n; i++) {
		io->fd[i] = fcntl(io->fd[i], F_DUPFD_CLOEXEC, FIRST_FILE + 1 + n);
		if (io->fd[i] < 0)
			return -1;
	}
	report = fcntl(report, F_DUPFD_CLOEXEC, FIRST_FILE + 1 + n);
	if (report < 0 || dup3(report, n, O_CLOEXEC) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (dup2(io->fd[i], i) < 0)
			return -1;
	(void)syscall(SYS_close_range, (unsigned)n + 1, UINT_MAX, 0U);
	return n;
}

/* Runs in the child between fork and exec: only async-signal-safe calls. Why the command
 * could not be started goes back through `report`, which a successful exec closes. */
static void child(const char *program, char *const argv[], char *const envp[],
		  const struct stdio *io, int report)
{
	int code, arranged;

	(void)setpgid(0, 0);
	reset_signals();
	arranged = arrange(io, report);
	if (arranged >= 0)
		report = arranged;
	(void)umask(022);
	if (arranged >= 0 && chdir("/") == 0)
		(void)execve(program, argv, envp);
	code = errno;
	if (write(report, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

/* Where SIGCHLD is ignored (it may be inherited so), the kernel reaps children itself, and
 * there is no status to be had. */
static void want_status(void)
{
	struct sigaction now;

	if (sigaction(SIGCHLD, NULL, &now) == 0 &&
	    (now.sa_handler == SIG_IGN || now.sa_flags & SA_NOCLDWAIT)) {
		struct sigaction dfl = { .sa_handler = SIG_DFL };

		(void)sigaction(SIGCHLD, &dfl, NULL);
	}
}

/* Waits for the exec: 0, or why it failed (the child is then gone). */
static int hear_report(pid_t pid, int report)
{
	int code = 0, status;
	ssize_t n;

	do
		n = read(report, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(code))
		return 0;
	(void)waitpid(pid, &status, 0);
	return code > 0 ? -code : -EIO;
}

static int start(const char *program, char *const argv[], const char *path,
		 const struct stdio *io, pid_t *ret)
{
	pg_autofree char *path_var = pg_strf("PATH=%s", path);
	char lc[] = "LC_ALL=C.UTF-8", home[] = "HOME=/root";
	char *envp[] = { path_var, lc, home, NULL };
	pg_autoclose int report = -1;
	int r, ends[2];
	pid_t pid;

	if (!path_var)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	report = ends[0];
	want_status();
	pid = fork();
	if (pid == 0)
		child(program, argv, envp, io, ends[1]);
	r = pid < 0 ? -errno : 0;
	(void)close(ends[1]);
	if (r < 0)
		return r;
	(void)setpgid(pid, pid);
	r = hear_report(pid, report);
	if (r < 0)
		return r;
	*ret = pid;
	return 0;
}

int pg_proc_start(const char *program, char *const argv[], const struct pg_proc_opts *opts,
		  pid_t *ret_pid, int *ret_out)
{
	struct stdio io PG_CLEANUP(stdio_done) = { 0 };
	const char *path = opts->path ? opts->path : PG_PROC_PATH;
	pg_autoclose int in = -1;
	int r, ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	in = ends[0];
	(void)fcntl(in, F_SETFL, O_NONBLOCK);
	r = stdio_make(opts, ends[1], &io);
	if (r == 0)
		r = start(program, argv, path, &io, ret_pid);
	if (r < 0)
		return r;
	*ret_out = in;
	in = -1;
	return 0;
}
