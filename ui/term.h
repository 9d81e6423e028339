/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen: the one place where curses draws. Everything is clipped to the screen and to
 * the width it is given.
 */
#pragma once

#include "src/base/err.h"
#include "ui/charset.h"
#include "ui/hot.h"
#include "ui/layout.h"
#include "ui/theme.h"

struct ui_term;

struct ui_term_opts {
	bool ascii;
	enum pg_tri color;
	bool light;		/* the background */
	bool mouse;		/* is to be switched off after a crash */
	bool headless;		/* no terminal: the screen is in memory only */
	int rows, cols;		/* headless: its size; 0: 24x80 */
	const char *type;	/* headless: the terminal's type; NULL: any with colours */
};

/*
 * Takes the terminal over, signals included. -ENOTTY where there is none that can show a
 * full screen (standard input or output is something else, or TERM=dumb): err says what to
 * use instead.
 */
int ui_term_open(const struct ui_term_opts *opts, struct ui_term **ret, struct pg_err *err);
/* Puts the terminal back as it was found. */
void ui_term_close(struct ui_term *t);
void ui_term_closep(struct ui_term **t);

enum ui_charset ui_term_charset(const struct ui_term *t);
const struct ui_glyphs *ui_term_glyphs(const struct ui_term *t);
bool ui_term_color(const struct ui_term *t);
void ui_term_size(const struct ui_term *t, int *rows, int *cols);
/* Asks the system for the new size after SIGWINCH. */
void ui_term_follow_size(struct ui_term *t);
void ui_term_resize(struct ui_term *t, int rows, int cols);
/* The connection is gone: from here on nothing is drawn or read. */
void ui_term_lost(struct ui_term *t);
bool ui_term_is_lost(const struct ui_term *t);
/* Ctrl-Z: gives the terminal to the shell until the program is continued. */
void ui_term_suspend(struct ui_term *t);

/* ---- drawing ---- */

void ui_term_erase(struct ui_term *t);
/* Puts text into at most w cells; what does not fit is left out. Returns the cells used. */
int ui_term_put(struct ui_term *t, int y, int x, int w, unsigned style, const char *text);
int ui_term_putn(struct ui_term *t, int y, int x, int w, unsigned style, const char *text,
		 size_t n);
/* The same, with a sign at the end where text was left out. */
int ui_term_put_cut(struct ui_term *t, int y, int x, int w, unsigned style,
		    const char *text);
void ui_term_fill(struct ui_term *t, struct ui_rect r, unsigned style);
/* A frame with a title in its top and a short word in its bottom line; each may be NULL. */
void ui_term_box(struct ui_term *t, struct ui_rect r, unsigned style, const char *title,
		 const char *foot);
/* Where the cursor rests; it is visible in text fields only. */
void ui_term_cursor(struct ui_term *t, int y, int x, bool visible);
/* What of the screen can be clicked; empty after ui_term_erase(). */
struct ui_hot *ui_term_hot(struct ui_term *t);
/* Sends what changed since the last time; all: the whole screen, again. */
void ui_term_flush(struct ui_term *t, bool all);
/* Headless: the bytes that would have gone to the terminal since this was asked last. */
size_t ui_term_sent(struct ui_term *t);

/* ---- reading back (tests) ---- */

#define UI_CELL_MAX 32

struct ui_cell {
	char text[UI_CELL_MAX];	/* UTF-8, combining characters included */
	int width;		/* 1 or 2 */
	unsigned attr;		/* enum ui_attr */
	int color;		/* enum ui_color */
};

/* False outside of the screen. */
bool ui_term_cell(const struct ui_term *t, int y, int x, struct ui_cell *ret);
void ui_term_where(const struct ui_term *t, int *y, int *x);
