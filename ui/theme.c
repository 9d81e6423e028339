/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/theme.h"

static const struct {
	struct ui_look color;
	unsigned mono;
} looks[UI_STYLE_END] = {
	[WIZ_PLAIN] = { { 0, UI_COLOR_NONE }, 0 },
	[WIZ_STRONG] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[WIZ_FAINT] = { { UI_DIM, UI_COLOR_NONE }, UI_DIM },
	[WIZ_GOOD] = { { 0, UI_GREEN }, 0 },
	[WIZ_WARN] = { { 0, UI_YELLOW }, UI_BOLD },
	[WIZ_BAD] = { { UI_BOLD, UI_RED }, UI_BOLD },
	[WIZ_ADDED] = { { 0, UI_GREEN }, UI_BOLD },
	[WIZ_REMOVED] = { { 0, UI_RED }, UI_DIM },
	[WIZ_HEADING] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[WIZ_COMMAND] = { { 0, UI_CYAN }, 0 },
	[UI_STYLE_FRAME] = { { UI_DIM, UI_COLOR_NONE }, UI_DIM },
	[UI_STYLE_FOCUS] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[UI_STYLE_TITLE] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[UI_STYLE_DEMO] = { { UI_REVERSE | UI_BOLD, UI_YELLOW }, UI_REVERSE },
	[UI_STYLE_CURSOR] = { { UI_REVERSE, UI_COLOR_NONE }, UI_REVERSE },
	[UI_STYLE_CURSOR_OFF] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[UI_STYLE_MATCH] = { { UI_REVERSE, UI_YELLOW }, UI_REVERSE },
	[UI_STYLE_KEY] = { { UI_BOLD, UI_COLOR_NONE }, UI_BOLD },
	[UI_STYLE_FIELD] = { { UI_UNDERLINE, UI_COLOR_NONE }, UI_UNDERLINE },
};

/* Yellow and cyan are hard to read on white. */
static enum ui_color on_light(struct ui_look look)
{
	if (look.attr & UI_REVERSE)
		return look.color;
	return look.color == UI_YELLOW ? UI_MAGENTA : look.color == UI_CYAN ? UI_BLUE : look.color;
}

struct ui_look ui_theme(unsigned style, enum ui_palette palette)
{
	struct ui_look look = looks[style < UI_STYLE_END ? style : WIZ_PLAIN].color;

	if (palette == UI_PALETTE_NONE)
		return (struct ui_look){ looks[style < UI_STYLE_END ? style : WIZ_PLAIN].mono,
					 UI_COLOR_NONE };
	if (palette == UI_PALETTE_LIGHT)
		look.color = on_light(look);
	return look;
}
