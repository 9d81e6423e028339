/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a style looks: attributes that every terminal has, and a colour where there is one.
 * No style is told from plain text by colour alone where it matters: the text says it too.
 */
#pragma once

#include "wizard/view.h"

/* The wizard's styles, and those of the frame around its text. */
enum ui_style {
	UI_STYLE_FRAME = WIZ_COMMAND + 1,
	UI_STYLE_FOCUS,		/* title and frame of the pane that the keys go to */
	UI_STYLE_TITLE,
	UI_STYLE_DEMO,
	UI_STYLE_CURSOR,	/* the row under the cursor */
	UI_STYLE_CURSOR_OFF,	/* the same in a pane that has not the focus */
	UI_STYLE_MATCH,
	UI_STYLE_KEY,
	UI_STYLE_FIELD,
	UI_STYLE_END,
};

enum ui_attr {
	UI_BOLD = 1 << 0,
	UI_DIM = 1 << 1,
	UI_REVERSE = 1 << 2,
	UI_UNDERLINE = 1 << 3,
};

enum ui_color {
	UI_COLOR_NONE = -1,
	UI_RED = 1,
	UI_GREEN = 2,
	UI_YELLOW = 3,
	UI_BLUE = 4,
	UI_MAGENTA = 5,
	UI_CYAN = 6,
};

struct ui_look {
	unsigned attr;		/* enum ui_attr */
	enum ui_color color;
};

enum ui_palette {
	UI_PALETTE_NONE,	/* without colours */
	UI_PALETTE_USUAL,
	UI_PALETTE_LIGHT,	/* none that is hard to read on white */
};

/* The look of a style (enum wiz_style or enum ui_style). */
struct ui_look ui_theme(unsigned style, enum ui_palette palette);
