/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>

static const int wanted[UI_SIGNAL_END] = {
	[UI_SIGNAL_INT] = SIGINT, [UI_SIGNAL_TERM] = SIGTERM, [UI_SIGNAL_HUP] = SIGHUP,
	[UI_SIGNAL_WINCH] = SIGWINCH, [UI_SIGNAL_TSTP] = SIGTSTP,
};

static const int deadly[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT };

/* The one global state of the faces: a handler has no argument to find its own in. */
static struct {
	volatile sig_atomic_t seen[UI_SIGNAL_END];
	bool taken;
	int fd;				/* of the terminal, or -1 */
	struct termios modes;
	char reset[UI_RESET_MAX];
	size_t n_reset;
	struct sigaction old[UI_SIGNAL_END];
	struct sigaction old_deadly[PG_ARRAY_SIZE(deadly)];
	struct sigaction old_pipe;
} sig;

static void on_signal(int number)
{
	for (size_t i = 0; i < UI_SIGNAL_END; i++)
		if (wanted[i] == number)
			sig.seen[i] = 1;
}

/* Only what may be called at any moment: tcsetattr(3), write(2), sigaction(2), raise(3). */
static void on_crash(int number)
{
	if (sig.fd >= 0) {
		(void)tcsetattr(sig.fd, TCSANOW, &sig.modes);
		if (write(sig.fd, sig.reset, sig.n_reset) < 0)
			sig.fd = -1;
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(deadly); i++)
		if (deadly[i] == number)
			(void)sigaction(number, &sig.old_deadly[i], NULL);
	(void)raise(number);
}

void ui_signals_set_reset(const char *reset)
{
	sig.n_reset = strnlen(reset, sizeof(sig.reset));
	memcpy(sig.reset, reset, sig.n_reset);
}

void ui_signals_take(int fd)
{
	struct sigaction flag = { .sa_handler = on_signal };
	struct sigaction crash = { .sa_handler = on_crash };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sig.taken)
		return;
	sig.taken = true;
	sig.n_reset = 0;
	sig.fd = fd >= 0 && tcgetattr(fd, &sig.modes) == 0 ? fd : -1;
	/* No SA_RESTART: a wait must end. The rest of the program retries on EINTR. */
	for (size_t i = 0; i < UI_SIGNAL_END; i++) {
		sig.seen[i] = 0;
		(void)sigaction(wanted[i], &flag, &sig.old[i]);
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(deadly); i++)
		(void)sigaction(deadly[i], &crash, &sig.old_deadly[i]);
	(void)sigaction(SIGPIPE, &ignore, &sig.old_pipe);
}

void ui_signals_release(void)
{
	if (!sig.taken)
		return;
	for (size_t i = 0; i < UI_SIGNAL_END; i++)
		(void)sigaction(wanted[i], &sig.old[i], NULL);
	for (size_t i = 0; i < PG_ARRAY_SIZE(deadly); i++)
		(void)sigaction(deadly[i], &sig.old_deadly[i], NULL);
	(void)sigaction(SIGPIPE, &sig.old_pipe, NULL);
	sig.taken = false;
}

bool ui_signals_seen(enum ui_signal signal)
{
	return sig.seen[signal] != 0;
}

void ui_signals_clear(enum ui_signal signal)
{
	sig.seen[signal] = 0;
}

void ui_signals_pretend(enum ui_signal signal)
{
	sig.seen[signal] = 1;
}

static bool any_seen(void)
{
	for (size_t i = 0; i < UI_SIGNAL_END; i++)
		if (sig.seen[i])
			return true;
	return false;
}

bool ui_signals_wait(int fd, int timeout_ms)
{
	struct timespec limit = { timeout_ms / 1000, (timeout_ms % 1000) * 1000000L };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t block, before;
	int r = 0;

	(void)sigemptyset(&block);
	for (size_t i = 0; i < UI_SIGNAL_END; i++)
		(void)sigaddset(&block, wanted[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &before);
	if (!any_seen())
		r = ppoll(&p, 1, timeout_ms < 0 ? NULL : &limit, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r > 0;
}

void ui_signals_stop(void)
{
	/* SIGSTOP rather than SIGTSTP again: its handler is ours. The shell sees no difference. */
	(void)raise(SIGSTOP);
}
