/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of items as a tree: which rows there are, which of them is under the cursor, and
 * drawing those that can be seen, and only those.
 */
#pragma once

#include "ui/keys.h"
#include "ui/term.h"

struct ui_list {
	uint32_t *row;		/* index into the view's items; folded ones are left out */
	size_t n;
	size_t cursor, top;	/* rows */
	bool any_fold, any_mark;
	int text_width, note_width;	/* flat list with notes: of the widest; else 0 */
};

void ui_list_done(struct ui_list *list);
/*
 * Makes the rows of a view. The cursor goes to the item `id`, or, where that is gone, stays
 * at its row; id NULL: where the view wants it. 0 or -ENOMEM.
 */
int ui_list_make(const struct wiz_view *view, const char *id, struct ui_list *list);
/* The item of a row was folded or unfolded: the rows below it go or come. */
void ui_list_refold(struct ui_list *list, const struct wiz_view *view, size_t row);
/* The item under the cursor, or NULL. */
const struct wiz_item *ui_list_item(const struct ui_list *list, const struct wiz_view *view);
/* Scrolls so that the cursor is among `height` rows. */
void ui_list_show(struct ui_list *list, int height);
/* UP, DOWN, PAGE_UP, …: moves the cursor. False: not one of these. */
bool ui_list_move(struct ui_list *list, enum ui_action action, int height);
/* Puts the cursor on the next row (dir 1) or the one before (-1) whose texts contain s,
 * `from` included where `here`; goes round. False: there is none, the cursor stays. */
bool ui_list_find(struct ui_list *list, const struct wiz_view *view, const char *s,
		  size_t from, int dir, bool here);
/* The row of the group that a folded item with such texts is in; list->n: there is none. */
size_t ui_list_find_folded(const struct ui_list *list, const struct wiz_view *view, const char *s);
/* "7 of 48" where not all rows are seen, else "". */
void ui_list_foot(const struct ui_list *list, int height, char *buf, size_t size);
/* Draws the rows into r, the inside of a frame. */
void ui_list_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		  struct ui_list *list, bool focus);

/* Does the item contain s, in its row or in what is told of it as `also` and title? */
bool ui_item_has(const struct wiz_item *item, const char *s);
/* Does text contain s, letters of either case alike? An empty s is in everything. */
bool ui_text_has(const char *text, const char *s);
