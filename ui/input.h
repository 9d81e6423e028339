/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where keys come from: the keyboard, or a key script that takes its place.
 */
#pragma once

#include <stdio.h>

#include "ui/script.h"
#include "ui/term.h"

struct ui_input {
	struct ui_term *term;		/* borrowed */
	bool scripted;
	struct ui_script script;
	FILE *dump;			/* borrowed; where `dump` writes, or NULL */
	bool ended;			/* the script is over, or the terminal is gone */
	bool mouse;
	int y, x;			/* of the last click */
	int again, again_key;		/* so many more times this key: of the wheel */
};

void ui_input_done(struct ui_input *in);
/* Takes the keys from a script. -errno with err naming the file and the line. */
int ui_input_load(struct ui_input *in, const char *path, struct pg_err *err);
/* Once the terminal is open. False: nothing of the mouse is asked for, and what comes unasked is left out. */
void ui_input_take_mouse(struct ui_input *in, bool mouse);
/*
 * The next key (enum ui_key or a character), UI_KEY_RESIZE after the size has changed,
 * UI_KEY_INTERRUPT for Ctrl-C, UI_KEY_NONE when the time is over (timeout_ms; -1: wait for
 * ever) or a signal that is none of these came. Sets `ended` where no key can come any more.
 *
 * A script answers a question without waiting (timeout 0: something runs) only where its
 * next key is Ctrl-C, with that and the dumps before it: any other key, and the dumps before
 * that, are for the page that comes when the run is over. Time (timeout over 0) passes in it
 * wherever no key comes next.
 */
int ui_input_key(struct ui_input *in, int timeout_ms);
