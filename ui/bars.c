/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/bars.h"

#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "ui/text.h"

#define HINT_GAP 2
#define PLACE_MAX 22		/* beside the longest title of a page, the node still has its room */
#define BAR_MIN 10
#define BAR_MAX 30

static int draw_place(struct ui_term *t, int y, int x, int w, const char *place)
{
	int used = ui_term_put(t, y, x, w, UI_STYLE_DEMO, " ");
	int room = w - 2 < PLACE_MAX ? w - 2 : PLACE_MAX;

	used += ui_term_put_cut(t, y, x + used, room, UI_STYLE_DEMO, place);
	return used + ui_term_put(t, y, x + used, w - used, UI_STYLE_DEMO, " ");
}

void ui_title_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view)
{
	int title = view->title ? ui_width(view->title) : 0, x = r.x + 1, end;

	if (title > r.w / 2)
		title = r.w / 2;
	end = r.x + r.w - 1 - title;
	x += ui_term_put(t, r.y, x, r.w, UI_STYLE_TITLE, "pve-gpu") + 2;
	if (view->demo)
		x += ui_term_put(t, r.y, x, end - x, UI_STYLE_DEMO, _(" DEMO ")) + 2;
	else if (view->place)
		x += draw_place(t, r.y, x, end - x - 2, view->place) + 2;
	if (view->host && end - x > 2)
		(void)ui_term_put_cut(t, r.y, x, end - x - 2, WIZ_PLAIN, view->host);
	if (view->title)
		(void)ui_term_put_cut(t, r.y, end, title, UI_STYLE_TITLE, view->title);
}

/* ---- steps ---- */

/* "Host ✓", "(Binding)": what a step looks like without its style. */
static void step_text(const struct ui_glyphs *g, const struct wiz_step *step, char *buf,
		      size_t size)
{
	const char *label = step->label ? step->label : "";

	if (step->state == WIZ_STEP_DONE)
		(void)snprintf(buf, size, "%s %s", label, g->step_done);
	else if (step->state == WIZ_STEP_CURRENT)
		(void)snprintf(buf, size, "%s %s", label, g->step_current);
	else if (step->state == WIZ_STEP_SKIPPED)
		(void)snprintf(buf, size, "(%s)", label);
	else
		(void)snprintf(buf, size, "%s", label);
}

static int steps_width(const struct ui_glyphs *g, const struct wiz_view *view, int gap)
{
	char buf[64];
	int width = 0;

	for (size_t i = 0; i < view->n_step; i++) {
		step_text(g, &view->step[i], buf, sizeof(buf));
		width += ui_width(buf) + (i ? 2 * gap + 1 : 0);
	}
	return width;
}

static unsigned step_style(enum wiz_step_state state)
{
	static const unsigned styles[] = {
		[WIZ_STEP_TODO] = WIZ_FAINT, [WIZ_STEP_CURRENT] = WIZ_STRONG,
		[WIZ_STEP_DONE] = WIZ_GOOD, [WIZ_STEP_SKIPPED] = WIZ_FAINT,
	};

	return styles[state];
}

/* Where not even the close form fits: "Step 3 of 7: Binding". */
static void draw_one_step(struct ui_term *t, struct ui_rect r, const struct wiz_view *view)
{
	char buf[96];

	for (size_t i = 0; i < view->n_step; i++) {
		if (view->step[i].state != WIZ_STEP_CURRENT)
			continue;
		(void)snprintf(buf, sizeof(buf), _("Step %zu of %zu: %s"), i + 1, view->n_step,
			       view->step[i].label ? view->step[i].label : "");
		(void)ui_term_put_cut(t, r.y, r.x + 1, r.w - 2, WIZ_STRONG, buf);
	}
}

void ui_steps_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view)
{
	const struct ui_glyphs *g = ui_term_glyphs(t);
	int gap = 2, x = r.x + 1;
	char buf[64];

	while (gap > 0 && steps_width(g, view, gap) > r.w - 2)
		gap--;
	if (gap == 0) {
		draw_one_step(t, r, view);
		return;
	}
	for (size_t i = 0; i < view->n_step; i++) {
		if (i) {
			(void)ui_term_put(t, r.y, x + gap, 1, UI_STYLE_FRAME, g->step_line);
			x += 2 * gap + 1;
		}
		step_text(g, &view->step[i], buf, sizeof(buf));
		x += ui_term_put(t, r.y, x, r.w - x, step_style(view->step[i].state), buf);
	}
}

/* ---- progress ---- */

void ui_progress_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		      long elapsed_s)
{
	const struct ui_glyphs *g = ui_term_glyphs(t);
	int bar = r.w / 4, full, x;
	char tail[64] = "", elapsed[32] = "";

	if (view->progress_of == 0)
		return;
	bar = bar < BAR_MIN ? BAR_MIN : bar > BAR_MAX ? BAR_MAX : bar;
	if (elapsed_s >= 0)
		(void)snprintf(elapsed, sizeof(elapsed), _("  %ld:%02ld"), elapsed_s / 60,
			       elapsed_s % 60);
	(void)snprintf(tail, sizeof(tail), _("  %zu of %zu%s"), view->progress,
		       view->progress_of, elapsed);
	full = view->progress >= view->progress_of ?
		       bar :
		       (int)((size_t)bar * view->progress / view->progress_of);
	x = r.x + r.w - 1 - ui_width(tail);
	(void)ui_term_put(t, r.y, x, r.w, WIZ_PLAIN, tail);
	x -= bar;
	for (int i = 0; i < bar; i++)
		(void)ui_term_put(t, r.y, x + i, 1,
				  i < full ? (unsigned)WIZ_GOOD : (unsigned)UI_STYLE_FRAME,
				  i < full ? g->bar_full : g->bar_empty);
	if (view->progress_text)
		(void)ui_term_put_cut(t, r.y, r.x + 1, x - r.x - 3, WIZ_PLAIN,
				      view->progress_text);
}

/* ---- keys ---- */

size_t ui_hints_of_page(const struct wiz_view *view, struct ui_hint *hint, size_t max)
{
	size_t n_bindings, n = 0;
	const struct ui_binding *b = ui_bindings(&n_bindings);

	for (size_t i = 0; i < n_bindings && n < max; i++) {
		const char *label = b[i].label;

		if (!label || !ui_keys_offered(&b[i], view->can))
			continue;
		/* While something runs it can be stopped, and nothing else. */
		if (view->running && b[i].action != UI_ACT_CANCEL &&
		    b[i].action != UI_ACT_DOWN)
			continue;
		if (b[i].action == UI_ACT_NEXT && view->next_label)
			label = view->next_label;
		if (b[i].action == UI_ACT_DOWN && view->shape != WIZ_SHAPE_LIST)
			label = N_("scroll");
		hint[n++] = (struct ui_hint){ b[i].shown, label, b[i].rank };
	}
	return n;
}

static int hints_width(const struct ui_term *t, const struct ui_hint *hint, size_t n, int rank)
{
	int width = 0;

	for (size_t i = 0; i < n; i++) {
		pg_autofree char *key = ui_charset_text(ui_term_charset(t), _(hint[i].key));

		if (key && hint[i].rank <= rank)
			width += ui_width(key) + 1 + ui_width(_(hint[i].label)) + HINT_GAP;
	}
	return width ? width - HINT_GAP : 0;
}

void ui_hints_draw(struct ui_term *t, struct ui_rect r, const struct ui_hint *hint, size_t n)
{
	int rank = 9, width, x, from;

	while (rank > 0 && hints_width(t, hint, n, rank) > r.w)
		rank--;
	width = hints_width(t, hint, n, rank);
	x = r.x + (width < r.w ? 1 : 0);
	for (size_t i = 0; i < n; i++) {
		pg_autofree char *key = NULL;

		if (hint[i].rank > rank)
			continue;
		key = ui_charset_text(ui_term_charset(t), _(hint[i].key));
		if (!key)
			return;
		from = x;
		x += ui_term_put(t, r.y, x, r.w, UI_STYLE_KEY, key) + 1;
		x += ui_term_put(t, r.y, x, r.w, WIZ_PLAIN, _(hint[i].label));
		ui_hot_add(ui_term_hot(t), r.y, from, x - from, ui_keys_by_name(hint[i].key));
		x += HINT_GAP;
	}
}
