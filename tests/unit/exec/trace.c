/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/trace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/macro.h"

#ifdef __x86_64__

static const long changing[] = {
	SYS_write, SYS_fsync, SYS_rename, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,
	SYS_linkat, SYS_fchmod, SYS_fchown, SYS_utimensat, SYS_fsetxattr, SYS_symlinkat,
	SYS_ftruncate, SYS_clone, SYS_fork,
};

static const long failing[] = {
	SYS_openat, SYS_openat2, SYS_open, SYS_read, SYS_write, SYS_fsync, SYS_rename,
	SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_linkat, SYS_fchmod, SYS_fchown,
	SYS_utimensat, SYS_fsetxattr, SYS_fgetxattr, SYS_flistxattr, SYS_newfstatat, SYS_fstat,
	SYS_readlinkat, SYS_getdents64, SYS_flock, SYS_lseek, SYS_getrandom, SYS_fcntl,
	SYS_memfd_create, SYS_pipe2, SYS_access,
};

static bool is_among(const long *calls, size_t n, long call)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i] == call)
			return true;
	return false;
}

static bool counts(const struct trace *t, const struct user_regs_struct *regs)
{
	long call = (long)regs->orig_rax;

	if (t->mode == TRACE_FAIL)
		return is_among(failing, PG_ARRAY_SIZE(failing), call);
	return is_among(changing, PG_ARRAY_SIZE(changing), call) ||
	       (call == SYS_openat && regs->rdx & (O_CREAT | O_TRUNC));
}

/* Lets the child go on to its next stop. */
static int step(pid_t pid, int sig, int *status)
{
	if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig) < 0)
		return -1;
	return waitpid(pid, status, 0) == pid ? 0 : -1;
}

/* The call does not happen, and returns an error. */
static int fail_call(pid_t pid, int error, int *status)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return -1;
	regs.orig_rax = (unsigned long long)-1;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0 || step(pid, 0, status) < 0)
		return -1;
	if (!WIFSTOPPED(*status) || ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return -1;
	regs.rax = (unsigned long long)-error;
	return ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0 ? -1 : 0;
}

static int hit(struct trace *t, pid_t pid, long call, int *status)
{
	t->hit = true;
	t->call = call;
	if (t->mode == TRACE_FAIL)
		return fail_call(pid, t->error, status);
	(void)kill(pid, SIGKILL);
	return waitpid(pid, status, 0) == pid ? 0 : -1;
}

static int follow(struct trace *t, pid_t pid)
{
	bool entering = true;
	size_t count = 0;
	int status = 0, sig = 0;

	while (step(pid, sig, &status) == 0 && WIFSTOPPED(status)) {
		struct user_regs_struct regs;

		sig = WSTOPSIG(status);
		if (sig != (SIGTRAP | 0x80))
			continue;
		sig = 0;
		entering = !entering;
		if (entering)
			continue;
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
			return -1;
		if (!counts(t, &regs) || ++count != t->at)
			continue;
		if (hit(t, pid, (long)regs.orig_rax, &status) < 0)
			return -1;
		if (!WIFSTOPPED(status))
			break;
		entering = true;
	}
	t->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return 0;
}

int trace_run(struct trace *t, int (*fn)(void *ctx), void *ctx)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(126);
		(void)raise(SIGSTOP);
		_exit(fn(ctx));
	}
	t->hit = false;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0)
		return -1;
	return follow(t, pid);
}

#else

int trace_run(struct trace *t, int (*fn)(void *ctx), void *ctx)
{
	(void)t;
	(void)fn;
	(void)ctx;
	return -1;
}

#endif

static int nothing(void *ctx)
{
	(void)ctx;
	return getppid() > 0 ? 0 : 1;
}

bool trace_works(void)
{
	struct trace t = { .mode = TRACE_KILL, .at = 1 };

	return trace_run(&t, nothing, NULL) == 0 && t.status == 0;
}
