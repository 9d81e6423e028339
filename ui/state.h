/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the frontend knows while it runs: the page as it was built last, and where in it the
 * person is. Private to frontend.c, page.c, pace.c, act.c,
 * click.c and find.c.
 */
#pragma once

#include <time.h>

#include "ui/ask.h"
#include "ui/input.h"
#include "ui/list.h"
#include "ui/textview.h"
#include "ui/ui.h"

enum ui_over { UI_OVER_NONE, UI_OVER_HELP, UI_OVER_DETAILS, UI_OVER_NOTE };

struct ui_search {
	bool typing;
	char text[128];
	size_t n, at;
	size_t origin, origin_top;	/* where the search began: Esc goes back there */
	bool missing;			/* the text is nowhere */
};

/* Where the person was on a page that was left: going back goes there. */
struct ui_place {
	char *page, *item;
};

struct ui {
	struct wiz *w;			/* borrowed */
	struct ui_term *term;
	struct ui_input in;

	struct wiz_view view;
	struct ui_list list;
	struct ui_place *place;
	size_t n_place;
	struct ui_textview text;	/* the page's lines */
	struct ui_textview detail;	/* the right pane */
	char *detail_item;		/* whose detail it holds; NULL: to be asked for at once */
	char *detail_title;		/* over it; NULL: the view's */
	char *detail_why;		/* why that item cannot be taken, or NULL */
	bool detail_focus;		/* the keys scroll the right pane */

	enum ui_over over;
	struct ui_textview over_text;
	bool asking;			/* ask belongs to the question of the view */
	struct ui_ask ask;
	struct ui_search search;
	char *message;			/* shown until the next key */

	struct ui_layout layout;
	bool busy;			/* inside wiz_handle(): something may run */
	bool cancel;			/* the person asked to stop it */
	time_t started;
	time_t drawn;			/* when the screen was last drawn while busy */
	bool late;			/* while busy: it was not, since the line was */
	struct timespec shown;		/* the same on a clock that nobody sets */
	bool touched;			/* a key was pressed */
	bool seen;			/* the page was drawn as it is now */
	struct pg_err *err;		/* borrowed, or NULL: what went wrong, in words */
	bool quit;
};

/* ---- frontend.c ---- */

enum ui_where {
	UI_WHERE_SAME,	/* the same page: stay at the item */
	UI_WHERE_NEW,	/* another page: take its cursor */
	UI_WHERE_BACK,	/* a page that was left: take the cursor from then */
};

/* Builds the page again. */
int ui_rebuild(struct ui *ui, enum ui_where where);
/* Folds or unfolds the item of a row; the cursor goes there. */
int ui_fold(struct ui *ui, size_t row);
/* Hands an event to the wizard and does what must follow. */
int ui_send(struct ui *ui, const struct wiz_event *event);

/* ---- page.c ---- */

/* Computes the layout, so that keys can be taken whether or not it was drawn. 0 or -ENOMEM. */
int ui_page_fit(struct ui *ui);
/* The same, and draws everything. What stands at the right and below speaks of the row on which
 * the cursor rested last, until ui_page_follow(). */
int ui_page_draw(struct ui *ui);
bool ui_page_is_behind(const struct ui *ui);
int ui_page_follow(struct ui *ui);
/* Rows of the list, the page's text, the right pane or what lies over the page. */
int ui_page_rows(const struct ui *ui);
/* The text view that the keys go to, or NULL where it is the list. */
struct ui_textview *ui_page_textview(struct ui *ui);

/* ---- pace.c ---- */

/* Draws what changed, as fast as person and line can follow, and waits for the next key. */
int ui_pace_key(struct ui *ui, int *ret);
/* Reads what the wizard has still to read, so that all rows are there before a key moves among them. */
int ui_pace_ready(struct ui *ui);
/* While something runs: draws unless the line still carries what was drawn before. */
void ui_pace_draw(struct ui *ui);

/* ---- act.c ---- */

/* Does what a key means here. 0, or what the wizard returned. */
int ui_key(struct ui *ui, int key);
/* A key while something runs: scrolling, redrawing and stopping only. */
void ui_key_busy(struct ui *ui, int key);
void ui_say(struct ui *ui, const char *message);

/* ---- click.c ---- */

/* Does what a click means where it was made (ui->in). */
int ui_click(struct ui *ui);

/* ---- find.c ---- */

void ui_find_start(struct ui *ui);
/* A key while the text is typed. */
int ui_find_key(struct ui *ui, int key);
/* To the next (1) or previous (-1) place. */
int ui_find_again(struct ui *ui, int dir);
