/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The full-screen face: draws views with curses, turns keys into events.
 */
#pragma once

#include <stdio.h>

#include "src/base/err.h"
#include "wizard/wizard.h"

struct ui_opts {
	bool ascii;		/* no line drawing characters, no UTF-8 */
	enum pg_tri color;	/* unknown: where the terminal has it and NO_COLOR is not set */
	bool plain;		/* on ordinary lines of standard input and output; no terminal is needed */
	bool light;		/* the terminal's background is light */
	bool mouse;		/* clicks and the wheel are taken, where the terminal sends them */
	const char *script;	/* keys from this file instead of a keyboard (tests), or NULL */
	FILE *dump;		/* where the script's `dump` writes the screen as text */
	int rows, cols;		/* with a script: the size of the screen; no terminal is needed */
	const char *type;	/* with a script: the type of terminal that it stands for; NULL: any */
};

/* Runs the wizard until the person leaves it. 0, or negative errno: -ENOTTY where there is
 * no terminal (err tells what to use instead). The terminal is always restored. */
int ui_run(struct wiz *w, const struct ui_opts *opts, struct pg_err *err);
