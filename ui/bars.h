/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows around the panes: title, steps, progress, keys.
 */
#pragma once

#include "ui/keys.h"
#include "ui/term.h"

void ui_title_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view);
void ui_steps_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view);
/* elapsed_s -1: not shown. */
void ui_progress_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		      long elapsed_s);

/* One entry of a key bar. */
struct ui_hint {
	const char *key;
	const char *label;
	int rank;		/* the highest goes first where the row is too short */
};

/* What a page offers, from the key table. Returns how many of the `max` were filled. */
size_t ui_hints_of_page(const struct wiz_view *view, struct ui_hint *hint, size_t max);
void ui_hints_draw(struct ui_term *t, struct ui_rect r, const struct ui_hint *hint, size_t n);
