/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals while the screen is up. Handlers only set flags; the loop asks for them at its
 * wait. A crash handler puts the terminal back before the program dies of the same signal.
 */
#pragma once

#include <poll.h>

#include "src/base/macro.h"

enum ui_signal {
	UI_SIGNAL_INT,
	UI_SIGNAL_TERM,
	UI_SIGNAL_HUP,		/* the connection is gone */
	UI_SIGNAL_WINCH,
	UI_SIGNAL_TSTP,		/* Ctrl-Z */
	UI_SIGNAL_END,
};

/*
 * Takes the signals over; SIGPIPE is ignored meanwhile, so that output to a dead terminal
 * is an ordinary failure. `fd` is the terminal, whose modes are saved for the crash
 * handler; -1: there is none to put back.
 */
void ui_signals_take(int fd);
/* What brings the terminal's normal screen back; at most UI_RESET_MAX bytes. */
#define UI_RESET_MAX 96
void ui_signals_set_reset(const char *reset);
/* Gives them back to whoever had them. */
void ui_signals_release(void);

/* Has it come? ui_signals_clear forgets it. */
bool ui_signals_seen(enum ui_signal signal);
void ui_signals_clear(enum ui_signal signal);
/* As if it had come: for key scripts. */
void ui_signals_pretend(enum ui_signal signal);

/* Waits for input on fd, at most timeout_ms (-1: for ever), or for one of the signals; none
 * slips through between the look at the flags and the wait. True: there is input (or the
 * end of it). */
bool ui_signals_wait(int fd, int timeout_ms);
/* Stops this program as Ctrl-Z would have; returns when it goes on. */
void ui_signals_stop(void);
