/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where everything stands on a screen of a given size. Pure: numbers in, rectangles out.
 */
#pragma once

#include "wizard/view.h"

#define UI_MIN_ROWS 10
#define UI_MIN_COLS 40

/* h 0: it is not shown. */
struct ui_rect {
	int y, x, h, w;
};

struct ui_layout_in {
	int rows, cols;
	enum wiz_shape shape;
	bool steps;
	int intro_rows;		/* what the intro would take */
	bool detail;		/* a list with a detail pane */
	bool detail_focus;	/* where only one of them fits, this one is shown */
	bool progress;
};

struct ui_layout {
	bool too_small;
	struct ui_rect title, steps, intro;
	struct ui_rect main;		/* the list or the text, its frame included */
	struct ui_rect detail;
	struct ui_rect progress, message, keys;
};

struct ui_layout ui_layout_make(const struct ui_layout_in *in);
/* What a frame encloses, with one blank column at each side. */
struct ui_rect ui_rect_inner(struct ui_rect frame);
/* A centred box for `h` rows of `w` columns of content, frame and margin added; never
 * larger than the screen. */
struct ui_rect ui_rect_centre(int rows, int cols, int h, int w);
