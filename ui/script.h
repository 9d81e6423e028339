/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key script: the keyboard of a test. One step a line:
 *
 *	key NAME		Down, Space, Enter, Esc, Ctrl-C, q, ?, …
 *	type TEXT		each character of the rest of the line
 *	click ROW,COL		the mouse, where a dump says that its cursor is; as wheel, only with mouse = on
 *	wheel up|down
 *	dump NAME		the screen as text, after a line "== NAME =="
 *	bytes NAME		how many went to the terminal since the last such line, as "NAME N"
 *	rest			the keys rest, so that what follows the cursor is drawn; a dump rests too
 *	resize COLSxROWS
 *	# a comment
 */
#pragma once

#include "src/base/err.h"

enum ui_step_kind { UI_STEP_KEY, UI_STEP_DUMP, UI_STEP_BYTES, UI_STEP_REST, UI_STEP_RESIZE };

struct ui_step {
	enum ui_step_kind kind;
	int key;
	char *name;		/* of a dump, or of a number of bytes */
	int rows, cols;		/* of a new size; of a click, from 0 */
};

struct ui_script {
	struct ui_step *step;
	size_t n, at;
};

void ui_script_done(struct ui_script *script);
/* Reads a script of n bytes. -EINVAL with err naming the line, or -ENOMEM. */
int ui_script_parse(const char *text, size_t n, const char *path, struct ui_script *ret,
		    struct pg_err *err);
/* The next step, or NULL at the end. */
const struct ui_step *ui_script_next(struct ui_script *script);
/* The next key, whatever stands before it, or UI_KEY_NONE. */
int ui_script_next_key(const struct ui_script *script);
/* The next step without taking it. */
const struct ui_step *ui_script_peek(const struct ui_script *script);
