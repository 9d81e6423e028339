/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/macro.h"

#define TRACE_NOT 126 /* status of a child that cannot be traced */

#ifdef __x86_64__

#define MAX_CALLS 64

static const long changing[] = {
	SYS_write, SYS_fsync, SYS_rename, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,
	SYS_linkat, SYS_fchmod, SYS_fchown, SYS_utimensat, SYS_fsetxattr, SYS_symlinkat,
	SYS_ftruncate, SYS_clone, SYS_fork, SYS_openat,
};

static const long failing[] = {
	SYS_openat, SYS_openat2, SYS_open, SYS_read, SYS_write, SYS_fsync, SYS_rename,
	SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_linkat, SYS_fchmod, SYS_fchown,
	SYS_utimensat, SYS_fsetxattr, SYS_fgetxattr, SYS_flistxattr, SYS_newfstatat, SYS_fstat,
	SYS_readlinkat, SYS_getdents64, SYS_flock, SYS_lseek, SYS_getrandom, SYS_fcntl,
	SYS_memfd_create, SYS_pipe2, SYS_access,
};

/* Neither the program nor libc calls open(2): the sanitizers do, for the environment that tells them what to
 * leave alone. */
static const long disk[] = {
	SYS_openat, SYS_openat2, SYS_write, SYS_fsync, SYS_rename, SYS_renameat,
	SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_linkat, SYS_symlinkat, SYS_fchmod,
	SYS_fchown, SYS_utimensat, SYS_fsetxattr, SYS_clone, SYS_clone3, SYS_fork, SYS_vfork,
	SYS_pipe2, SYS_memfd_create,
};

/* mkdirat and openat tell where the changes begin. */
static const long writing[] = { SYS_write, SYS_mkdirat, SYS_openat };

/* Which calls the mode asks about. */
static const struct {
	const long *v;
	size_t n;
} calls[] = {
	[TRACE_KILL] = { changing, PG_ARRAY_SIZE(changing) },
	[TRACE_FAIL] = { failing, PG_ARRAY_SIZE(failing) },
	[TRACE_DISK] = { disk, PG_ARRAY_SIZE(disk) },
	[TRACE_SHORT] = { writing, PG_ARRAY_SIZE(writing) },
	[TRACE_MEANWHILE] = { changing, PG_ARRAY_SIZE(changing) },
};

static_assert(PG_ARRAY_SIZE(changing) <= MAX_CALLS && PG_ARRAY_SIZE(failing) <= MAX_CALLS &&
	      PG_ARRAY_SIZE(disk) <= MAX_CALLS, "the filter has room for all of them");

static bool makes(const struct user_regs_struct *regs, unsigned long long flags)
{
	return (long)regs->orig_rax == SYS_mkdirat ||
	       ((long)regs->orig_rax == SYS_openat && regs->rdx & flags);
}

/* Opening counts as a change where it makes or cuts a file. */
static bool counts(struct trace *t, const struct user_regs_struct *regs)
{
	long call = (long)regs->orig_rax;

	if (t->from_change && !t->begun && !makes(regs, O_CREAT))
		return false;
	t->begun = true;
	if (t->from_change && call == SYS_write && regs->rdi <= STDERR_FILENO)
		return false;
	if (t->mode == TRACE_SHORT)
		return call == SYS_write && regs->rdx > 1;
	return (t->mode != TRACE_KILL && t->mode != TRACE_MEANWHILE) || call != SYS_openat ||
	       makes(regs, O_CREAT | O_TRUNC);
}

/* The child stops at these calls, and at no other: that is what makes it fast. */
static int stop_at(enum trace_mode mode)
{
	struct sock_filter filter[4 + 2 * MAX_CALLS];
	struct sock_fprog prog = { .filter = filter };
	size_t n = 0;

	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						   offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < calls[mode].n; i++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							   (unsigned)calls[mode].v[i], 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

/* The call does not happen, and returns an error. */
static int fail_call(pid_t pid, int error, struct user_regs_struct *regs)
{
	regs->orig_rax = (unsigned long long)-1;
	regs->rax = (unsigned long long)-error;
	return ptrace(PTRACE_SETREGS, pid, NULL, regs) < 0 ? -1 : 0;
}

static int hit(struct trace *t, pid_t pid, struct user_regs_struct *regs)
{
	t->hit = true;
	t->call = (long)regs->orig_rax;
	if (t->mode == TRACE_KILL)
		return kill(pid, SIGKILL);
	if (t->mode == TRACE_MEANWHILE) {
		t->meanwhile(t->ctx);
		return 0;
	}
	if (t->mode != TRACE_SHORT)
		return fail_call(pid, t->error, regs);
	regs->rdx = 1;
	return ptrace(PTRACE_SETREGS, pid, NULL, regs) < 0 ? -1 : 0;
}

/* A stop of the child: 0, or the signal that it is to get; -1: it cannot be followed. */
static int at_stop(struct trace *t, pid_t pid, int status, size_t *count)
{
	struct user_regs_struct regs;

	if (status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
		return status >> 16 ? 0 : WSTOPSIG(status);
	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return -1;
	return counts(t, &regs) && ++*count == t->at && hit(t, pid, &regs) < 0 ? -1 : 0;
}

/* What the child starts is let through: it begins with a stop, and outlives the child. */
static int pass(int status)
{
	return status >> 16 || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
}

static int follow(struct trace *t, pid_t pid)
{
	size_t count = 0;
	int status = 0;
	pid_t who = pid;

	if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0)
		return -1;
	while ((who = waitpid(-1, &status, __WALL)) > 0) {
		int sig;

		if (!WIFSTOPPED(status)) {
			if (who == pid)
				t->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
			continue;
		}
		sig = who == pid ? at_stop(t, pid, status, &count) : pass(status);
		if (sig < 0)
			return -1;
		/* One that was killed meanwhile is not there to go on. */
		(void)ptrace(PTRACE_CONT, who, NULL, (void *)(long)sig);
	}
	return errno == ECHILD ? 0 : -1;
}

int trace_run(struct trace *t, int (*fn)(void *ctx), void *ctx)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(TRACE_NOT);
		(void)raise(SIGSTOP);
		_exit(stop_at(t->mode) < 0 ? TRACE_NOT : fn(ctx));
	}
	t->hit = t->begun = false;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options) < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		return -1;
	}
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

/* Something that counts in both modes. */
static int write_nothing(void *ctx)
{
	(void)ctx;
	return write(STDOUT_FILENO, "", 0) < 0 ? 1 : 0;
}

const char *trace_why_not(void)
{
	struct trace t = { .mode = TRACE_FAIL, .error = EIO, .at = 1 };
	const char *valgrind = getenv("VALGRIND");

	if (valgrind && strcmp(valgrind, "yes") == 0)
		return "valgrind makes system calls of its own; it runs without";
	if (trace_run(&t, write_nothing, NULL) < 0 || !t.hit || t.status != 1)
		return "processes cannot be traced here (ptrace, seccomp, x86-64)";
	return NULL;
}
