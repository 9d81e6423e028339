/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that are scrolled: a page, the detail pane, an overlay.
 */
#pragma once

#include "ui/keys.h"
#include "ui/term.h"
#include "ui/text.h"

struct ui_textview {
	struct wiz_lines lines;	/* owned */
	struct ui_rows rows;
	int cols;		/* that rows were made for; 0: not yet */
	size_t top;		/* row */
	int left;		/* cells that preformatted lines are scrolled by */
	size_t found;		/* line of the last match, from 1; 0: none */
	bool follow;		/* stay at the end while lines come in */
};

void ui_textview_done(struct ui_textview *v);
/* Takes the lines over. keep: the place stays; else the view begins at its start. */
void ui_textview_set(struct ui_textview *v, struct wiz_lines *lines, bool keep);
/* Breaks the lines for a pane of this size where that is not done yet, the row at the top
 * staying the same text; then keeps the scrolling within its bounds. 0 or -ENOMEM. */
int ui_textview_fit(struct ui_textview *v, int rows, int cols);
/* Scrolls. False: the action is none that scrolls. */
bool ui_textview_move(struct ui_textview *v, enum ui_action action, int rows);
/* As ui_list_find, over lines; the line found is scrolled into sight. */
bool ui_textview_find(struct ui_textview *v, const char *s, size_t from, int dir, bool here,
		      int rows);
/* The line at the top, or that of the last match: where a search starts. */
size_t ui_textview_line(const struct ui_textview *v);
/* Is a line cut at the right, so that scrolling sideways shows more? */
bool ui_textview_is_wide(const struct ui_textview *v);
/* "1-15 of 48" where not all rows are seen, else "". */
void ui_textview_foot(const struct ui_textview *v, int rows, char *buf, size_t size);
void ui_textview_draw(struct ui_term *t, struct ui_rect r, const struct ui_textview *v);
