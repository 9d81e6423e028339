/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which characters the terminal can show, the marks drawn with them, and the text of a
 * view brought down to them.
 */
#pragma once

#include "wizard/view.h"

enum ui_charset {
	UI_CHARSET_UTF8,
	UI_CHARSET_LINUX,	/* the console's font: lines, but few other symbols */
	UI_CHARSET_ASCII,
};

struct ui_glyphs {
	const char *h, *v, *tl, *tr, *bl, *br;		/* a box */
	const char *branch, *last_branch;		/* of a tree */
	const char *open, *closed;
	const char *step_done, *step_current, *step_line;
	const char *cut;				/* text goes on */
	const char *bar_full, *bar_empty;
};

const struct ui_glyphs *ui_glyphs(enum ui_charset charset);

/* A copy of s that the charset can show: known symbols become words or ASCII signs ("->"),
 * other characters '?' in ASCII. NULL: memory ran out. The caller frees it. */
char *ui_charset_text(enum ui_charset charset, const char *s);
/* The same for all texts in place; ids are left alone. 0 or -ENOMEM. */
int ui_charset_lines(enum ui_charset charset, struct wiz_lines *lines);
int ui_charset_item(enum ui_charset charset, struct wiz_item *item);
int ui_charset_view(enum ui_charset charset, struct wiz_view *view);
