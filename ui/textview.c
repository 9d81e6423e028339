/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/textview.h"

#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "ui/list.h"

#define SIDEWAYS 8		/* cells a step */

void ui_textview_done(struct ui_textview *v)
{
	wiz_lines_done(&v->lines);
	ui_rows_done(&v->rows);
	*v = (struct ui_textview){ 0 };
}

void ui_textview_set(struct ui_textview *v, struct wiz_lines *lines, bool keep)
{
	wiz_lines_done(&v->lines);
	v->lines = *lines;
	*lines = (struct wiz_lines){ 0 };
	ui_rows_done(&v->rows);
	v->cols = 0;
	if (!keep) {
		v->top = v->found = 0;
		v->left = 0;
	}
}

static size_t last_top(const struct ui_textview *v, int rows)
{
	size_t h = rows > 0 ? (size_t)rows : 1;

	return v->rows.n > h ? v->rows.n - h : 0;
}

/* The row that shows the byte of a line, or the last one. */
static size_t row_of(const struct ui_rows *rows, size_t line, size_t off)
{
	size_t best = 0;

	for (size_t i = 0; i < rows->n && rows->v[i].line <= line; i++)
		if (rows->v[i].line < line || rows->v[i].off <= off)
			best = i;
	return best;
}

static int widest_raw(const struct ui_textview *v)
{
	int widest = 0;

	for (size_t i = 0; i < v->lines.n; i++) {
		const struct wiz_line *line = &v->lines.v[i];
		int w = line->preformatted ? ui_width(line->text) : 0;

		w += w && line->label ? v->rows.label_width : 0;
		widest = w > widest ? w : widest;
	}
	return widest;
}

int ui_textview_fit(struct ui_textview *v, int rows, int cols)
{
	struct ui_row at = { 0 };
	struct ui_rows fresh = { 0 };
	bool had_rows = v->top < v->rows.n;
	int r;

	if (had_rows)
		at = v->rows.v[v->top];
	if (v->cols != cols) {
		r = ui_rows_make(&v->lines, cols, &fresh);
		if (r < 0)
			return r;
		ui_rows_done(&v->rows);
		v->rows = fresh;
		v->cols = cols;
		if (had_rows)
			v->top = row_of(&v->rows, at.line, at.off);
	}
	if (v->follow || v->top > last_top(v, rows))
		v->top = last_top(v, rows);
	return 0;
}

bool ui_textview_is_wide(const struct ui_textview *v)
{
	return v->cols > 0 && widest_raw(v) > v->cols;
}

static void move_sideways(struct ui_textview *v, int by)
{
	int most = widest_raw(v) - v->cols;

	v->left += by;
	if (v->left > most)
		v->left = most;
	if (v->left < 0)
		v->left = 0;
}

bool ui_textview_move(struct ui_textview *v, enum ui_action action, int rows)
{
	size_t page = rows > 1 ? (size_t)rows - 1 : 1, last = last_top(v, rows), top = v->top;

	if (action == UI_ACT_LEFT || action == UI_ACT_RIGHT) {
		move_sideways(v, action == UI_ACT_LEFT ? -SIDEWAYS : SIDEWAYS);
		return true;
	}
	if (action == UI_ACT_UP)
		top = top ? top - 1 : 0;
	else if (action == UI_ACT_DOWN)
		top = top + 1;
	else if (action == UI_ACT_PAGE_UP)
		top = top > page ? top - page : 0;
	else if (action == UI_ACT_PAGE_DOWN)
		top = top + page;
	else if (action == UI_ACT_FIRST)
		top = 0;
	else if (action == UI_ACT_LAST)
		top = last;
	else
		return false;
	v->top = top < last ? top : last;
	/* Who scrolls up while lines come in wants to read; at the end it follows again. */
	v->follow = v->follow ? v->top == last : false;
	return true;
}

size_t ui_textview_line(const struct ui_textview *v)
{
	if (v->found)
		return v->found - 1;
	return v->top < v->rows.n ? v->rows.v[v->top].line : 0;
}

static bool line_has(const struct wiz_line *line, const char *s)
{
	return ui_text_has(line->text, s) || (line->label && ui_text_has(line->label, s));
}

bool ui_textview_find(struct ui_textview *v, const char *s, size_t from, int dir, bool here,
		      int rows)
{
	size_t n = v->lines.n, at = from, row;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 || !here)
			at = dir > 0 ? (at + 1) % n : (at + n - 1) % n;
		if (!line_has(&v->lines.v[at], s))
			continue;
		v->found = at + 1;
		row = row_of(&v->rows, at, 0);
		if (row < v->top || row >= v->top + (size_t)(rows > 0 ? rows : 1))
			v->top = row < last_top(v, rows) ? row : last_top(v, rows);
		return true;
	}
	return false;
}

void ui_textview_foot(const struct ui_textview *v, int rows, char *buf, size_t size)
{
	size_t h = rows > 0 ? (size_t)rows : 0;

	buf[0] = '\0';
	if (v->rows.n > h)
		(void)snprintf(buf, size, _("%zu-%zu of %zu"), v->top + 1, v->top + h, v->rows.n);
}

static void draw_raw(struct ui_term *t, struct ui_rect r, const struct ui_textview *v,
		     const struct wiz_line *line, unsigned style)
{
	size_t n = strlen(line->text), skip;
	const struct ui_glyphs *g = ui_term_glyphs(t);
	int pad;

	skip = ui_skip(line->text, n, v->left, &pad);
	(void)ui_term_putn(t, r.y, r.x + pad, r.w - pad, style, line->text + skip, n - skip);
	if (ui_width_n(line->text + skip, n - skip) > r.w - pad)
		(void)ui_term_put(t, r.y, r.x + r.w - 1, 1, UI_STYLE_FRAME, g->cut);
}

static void draw_row(struct ui_term *t, struct ui_rect r, const struct ui_textview *v,
		     const struct ui_row *row)
{
	const struct wiz_line *line = &v->lines.v[row->line];
	unsigned style = v->found == row->line + 1 ? (unsigned)UI_STYLE_MATCH :
						     (unsigned)line->style;
	int x = line->label ? v->rows.label_width : 0;

	if (line->label && row->first)
		(void)ui_term_put_cut(t, r.y, r.x, x - 1, WIZ_FAINT, line->label);
	r.x += x;
	r.w -= x;
	if (line->preformatted)
		draw_raw(t, r, v, line, style);
	else
		(void)ui_term_putn(t, r.y, r.x, r.w, style, line->text + row->off, row->len);
}

void ui_textview_draw(struct ui_term *t, struct ui_rect r, const struct ui_textview *v)
{
	for (int y = 0; y < r.h && v->top + (size_t)y < v->rows.n; y++) {
		struct ui_rect at = { r.y + y, r.x, 1, r.w };

		draw_row(t, at, v, &v->rows.v[v->top + (size_t)y]);
	}
}
