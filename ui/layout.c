/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/layout.h"

#define SIDE_BY_SIDE 70		/* columns from which list and detail stand side by side */
#define STACKED 14		/* rows from which they stand above each other */

static int at_most(int a, int b)
{
	return a < b ? a : b;
}

static struct ui_rect take_top(struct ui_rect *rest, int h)
{
	struct ui_rect r = *rest;

	r.h = at_most(h, rest->h);
	rest->y += r.h;
	rest->h -= r.h;
	return r;
}

static struct ui_rect take_bottom(struct ui_rect *rest, int h)
{
	struct ui_rect r = *rest;

	r.h = at_most(h, rest->h);
	rest->h -= r.h;
	r.y = rest->y + rest->h;
	return r;
}

static int message_rows(const struct ui_layout_in *in)
{
	return in->rows >= 24 && in->shape == WIZ_SHAPE_LIST ? 2 : 1;
}

static void split(const struct ui_layout_in *in, struct ui_rect body, struct ui_layout *l)
{
	l->main = body;
	if (!in->detail || in->shape != WIZ_SHAPE_LIST)
		return;
	l->detail = body;
	if (in->cols >= SIDE_BY_SIDE) {
		l->main.w = (body.w * 54 + 50) / 100;
		l->detail.x = body.x + l->main.w;
		l->detail.w = body.w - l->main.w;
	} else if (body.h >= STACKED) {
		l->main.h = (body.h + 1) / 2;
		l->detail.y = body.y + l->main.h;
		l->detail.h = body.h - l->main.h;
	} else if (in->detail_focus) {
		l->main.h = 0;
	} else {
		l->detail.h = 0;
	}
}

struct ui_layout ui_layout_make(const struct ui_layout_in *in)
{
	struct ui_rect rest = { 0, 0, in->rows, in->cols };
	struct ui_layout l = { 0 };

	if (in->rows < UI_MIN_ROWS || in->cols < UI_MIN_COLS) {
		l.too_small = true;
		return l;
	}
	l.title = take_top(&rest, 1);
	l.keys = take_bottom(&rest, 1);
	l.message = take_bottom(&rest, message_rows(in));
	if (in->steps)
		l.steps = take_top(&rest, 1);
	if (in->progress)
		l.progress = take_bottom(&rest, 1);
	if (in->intro_rows > 0 && in->rows >= 12)
		l.intro = take_top(&rest, at_most(in->intro_rows, in->rows / 6));
	split(in, rest, &l);
	return l;
}

struct ui_rect ui_rect_inner(struct ui_rect frame)
{
	struct ui_rect r = { frame.y + 1, frame.x + 2, frame.h - 2, frame.w - 4 };

	r.h = r.h < 0 ? 0 : r.h;
	r.w = r.w < 0 ? 0 : r.w;
	return r;
}

struct ui_rect ui_rect_centre(int rows, int cols, int h, int w)
{
	struct ui_rect r = { 0, 0, at_most(h + 2, rows), at_most(w + 4, cols) };

	r.y = (rows - r.h) / 2;
	r.x = (cols - r.w) / 2;
	return r;
}
