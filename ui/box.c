/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames. */
#include "ui/term.h"

#include <string.h>

#include "ui/text.h"

static void put_line(struct ui_term *t, int y, int x, int w, unsigned style)
{
	const char *h = ui_term_glyphs(t)->h;
	size_t n = strlen(h), some = 0;
	char line[256];

	while (w > 0) {
		for (some = 0; (int)some < w && (some + 1) * n <= sizeof(line); some++)
			memcpy(line + some * n, h, n);
		(void)ui_term_putn(t, y, x, (int)some, style, line, some * n);
		x += (int)some;
		w -= (int)some;
	}
}

void ui_term_box(struct ui_term *t, struct ui_rect r, unsigned style, const char *title,
		 const char *foot)
{
	const struct ui_glyphs *g = ui_term_glyphs(t);
	int bottom = r.y + r.h - 1, right = r.x + r.w - 1, n;

	if (r.h < 2 || r.w < 4)
		return;
	put_line(t, r.y, r.x + 1, r.w - 2, style);
	put_line(t, bottom, r.x + 1, r.w - 2, style);
	for (int y = r.y; y <= bottom; y++) {
		bool top = y == r.y, low = y == bottom;

		(void)ui_term_put(t, y, r.x, 1, style, top ? g->tl : low ? g->bl : g->v);
		(void)ui_term_put(t, y, right, 1, style, top ? g->tr : low ? g->br : g->v);
	}
	if (title && *title && r.w > 8) {
		(void)ui_term_put(t, r.y, r.x + 2, 1, style, " ");
		n = ui_term_put_cut(t, r.y, r.x + 3, r.w - 6, UI_STYLE_TITLE, title);
		(void)ui_term_put(t, r.y, r.x + 3 + n, 1, style, " ");
	}
	if (foot && *foot && ui_width(foot) < r.w - 6) {
		n = r.w - 4 - ui_width(foot);
		(void)ui_term_put(t, bottom, r.x + n, 1, style, " ");
		n += 1 + ui_term_put(t, bottom, r.x + n + 1, r.w, WIZ_PLAIN, foot);
		(void)ui_term_put(t, bottom, r.x + n, 1, style, " ");
	}
}
