/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text in cells: how wide it is, how much of it fits, where a paragraph is broken. A wide
 * character takes two cells, a combining one none (wcwidth(3), so LC_CTYPE decides).
 * Pure: no screen.
 */
#pragma once

#include "src/base/macro.h"
#include "wizard/view.h"

/* Cells that the character at s takes; *len gets its bytes (1 where it is not valid). */
int ui_char_width(const char *s, size_t n, size_t *len);
/* Cells of the first n bytes, and of the whole string. */
int ui_width_n(const char *s, size_t n);
int ui_width(const char *s);
/* Bytes of the longest start of s that takes at most `cols` cells, combining characters
 * included; *used gets its cells and may be NULL. */
size_t ui_fit(const char *s, size_t n, int cols, int *used);
/* Bytes to leave out so that the rest begins `cols` cells further right; a wide character
 * that is cut in half is left out and *pad gets the blank cell that stands for it. */
size_t ui_skip(const char *s, size_t n, int cols, int *pad);

/*
 * The next row of a paragraph: starts at *pos, breaks at a blank (or inside a word that is
 * longer than a row), gives the bytes of the row. False at the end. An empty paragraph
 * has one empty row.
 */
bool ui_wrap(const char *s, int cols, size_t *pos, size_t *off, size_t *len);
int ui_wrap_count(const char *s, int cols);

/* A row of a text view: a part of a line. */
struct ui_row {
	size_t line;
	size_t off, len;	/* bytes of the line's text */
	bool first;		/* the line's label stands before it */
};

struct ui_rows {
	struct ui_row *v;
	size_t n;
	int label_width;	/* cells of the label column, its gap included; 0: none */
};

void ui_rows_done(struct ui_rows *rows);
/* Breaks lines into rows of `cols` cells. 0 or -ENOMEM. */
int ui_rows_make(const struct wiz_lines *lines, int cols, struct ui_rows *ret);
