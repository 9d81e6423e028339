/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question over the page: yes or no, a line of text, or a note.
 */
#pragma once

#include "ui/term.h"

#define UI_ASK_MAX 512		/* bytes of an answer */

struct ui_ask {
	char text[UI_ASK_MAX];
	size_t n, at;		/* bytes; the field's cursor stands before byte `at` */
	bool yes;		/* the button that Enter presses */
};

enum ui_asked { UI_ASKED_STAY, UI_ASKED_YES, UI_ASKED_NO };

/* Begins with what the question proposes. */
void ui_ask_start(struct ui_ask *ask, const struct wiz_question *q);
enum ui_asked ui_ask_key(struct ui_ask *ask, const struct wiz_question *q, int key);
void ui_ask_draw(struct ui_term *t, const struct ui_ask *ask, const struct wiz_question *q);

/* ---- a line of text, also for the search ---- */

/* Handles a key of a text field: characters, Backspace, Delete, Left, Right, Home, End,
 * Ctrl-U. False: it is none of these. */
bool ui_field_key(char *text, size_t size, size_t *n, size_t *at, int key);
/* Draws it in w cells, scrolled so that the cursor is seen, and puts the cursor there. */
void ui_field_draw(struct ui_term *t, int y, int x, int w, const char *text, size_t at);
