/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "ui/bars.h"
#include "ui/text.h"

#define OVER_COLS 76		/* what lies over a page is not wider than it can be read */
#define OVER_LEAST 3		/* rows of text that it has room for, at the least */
#define OVER_LOW 9

static bool has_detail(const struct ui *ui)
{
	return ui->view.shape == WIZ_SHAPE_LIST && ui->view.detail_title;
}

static int over_cols(int cols)
{
	return cols - 8 < OVER_COLS ? cols - 8 : OVER_COLS;
}

/* As high as its text, inside the page's frame; where that is too low, over all of the page
 * but the title and the message. */
static struct ui_rect over_rect(const struct ui *ui)
{
	int top = ui->layout.main.y + 1, end = ui->layout.message.y - 1, rows, cols;
	int h = (int)ui->over_text.rows.n;
	struct ui_rect r;

	ui_term_size(ui->term, &rows, &cols);
	if (end - top < OVER_LOW) {
		top = 1;
		end = ui->layout.message.y;
	}
	h = h < OVER_LEAST ? OVER_LEAST : h;
	r = ui_rect_centre(end - top, cols, h < end - top - 2 ? h : end - top - 2,
			   over_cols(cols));
	r.y += top;
	return r;
}

struct ui_textview *ui_page_textview(struct ui *ui)
{
	if (ui->over != UI_OVER_NONE)
		return &ui->over_text;
	if (ui->view.shape != WIZ_SHAPE_LIST)
		return &ui->text;
	return ui->detail_focus && has_detail(ui) ? &ui->detail : NULL;
}

int ui_page_rows(const struct ui *ui)
{
	struct ui_rect frame = ui->layout.main;

	if (ui->over != UI_OVER_NONE)
		frame = over_rect(ui);
	else if (ui->detail_focus && has_detail(ui))
		frame = ui->layout.detail;
	return ui_rect_inner(frame).h;
}

static void make_layout(struct ui *ui)
{
	struct ui_layout_in in = {
		.shape = ui->view.shape,
		.steps = ui->view.n_step > 0,
		.detail = has_detail(ui),
		.detail_focus = ui->detail_focus,
		.progress = ui->view.shape == WIZ_SHAPE_RUN && ui->view.progress_of > 0,
	};

	ui_term_size(ui->term, &in.rows, &in.cols);
	if (ui->view.intro && *ui->view.intro)
		in.intro_rows = ui_wrap_count(ui->view.intro, in.cols - 2);
	ui->layout = ui_layout_make(&in);
}

/* A paragraph; what has no room is cut off visibly. */
static void draw_paragraph(struct ui *ui, struct ui_rect r, unsigned style, const char *text)
{
	size_t pos = 0, off, len;
	int y = 0;

	for (; y < r.h && ui_wrap(text, r.w - 2, &pos, &off, &len); y++) {
		if (y == r.h - 1 && pos < strlen(text))
			(void)ui_term_put_cut(ui->term, r.y + y, r.x + 1, r.w - 2, style,
					      text + off);
		else
			(void)ui_term_putn(ui->term, r.y + y, r.x + 1, r.w - 2, style,
					   text + off, len);
	}
}

/* ---- panes ---- */

static void draw_text_pane(struct ui *ui, struct ui_rect frame, struct ui_textview *v,
			  const char *title, bool focus)
{
	struct ui_rect in = ui_rect_inner(frame);
	char foot[64];

	if (frame.h < 3)
		return;
	ui_textview_foot(v, in.h, foot, sizeof(foot));
	ui_term_box(ui->term, frame, focus ? UI_STYLE_FOCUS : UI_STYLE_FRAME, title, foot);
	if (focus)
		ui_term_cursor(ui->term, in.y, in.x, false);
	ui_textview_draw(ui->term, in, v);
}

static void draw_list_pane(struct ui *ui, bool focus)
{
	struct ui_rect frame = ui->layout.main, in = ui_rect_inner(frame);
	char foot[64];

	if (frame.h < 3)
		return;
	in.x--;		/* the cursor's row reaches from frame to frame */
	in.w += 2;
	ui_list_foot(&ui->list, in.h, foot, sizeof(foot));
	ui_term_box(ui->term, frame, focus ? UI_STYLE_FOCUS : UI_STYLE_FRAME,
		    ui->view.list_title, foot);
	ui_list_draw(ui->term, in, &ui->view, &ui->list, focus);
}

/* ---- what follows the cursor: the right pane, and why its row cannot be taken ---- */

static int copy(const char *s, char **ret)
{
	free(*ret);
	*ret = s ? strdup(s) : NULL;
	return s && !*ret ? -ENOMEM : 0;
}

bool ui_page_is_behind(const struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);

	return ui->view.shape == WIZ_SHAPE_LIST &&
	       (!ui->detail_item || strcmp(ui->detail_item, item ? item->id : "") != 0);
}

/* The detail is asked for only then. */
static int load_detail(struct ui *ui, const char *id)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	int r = wiz_detail(ui->w, id, &lines);

	if (r == 0)
		r = ui_charset_lines(ui_term_charset(ui->term), &lines);
	if (r == 0)
		ui_textview_set(&ui->detail, &lines, false);
	return r;
}

int ui_page_follow(struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	const char *id = item ? item->id : "";
	int r = 0;

	if (!ui_page_is_behind(ui))
		return 0;
	if (has_detail(ui))
		r = load_detail(ui, *id ? id : NULL);
	if (r == 0)
		r = copy(item ? item->detail_title : NULL, &ui->detail_title);
	if (r == 0)
		r = copy(item && !item->enabled ? item->why_not : NULL, &ui->detail_why);
	return r < 0 ? r : copy(id, &ui->detail_item);
}

static const char *detail_title(const struct ui *ui)
{
	return ui->detail_title ? ui->detail_title : ui->view.detail_title;
}

static void draw_panes(struct ui *ui)
{
	bool below = ui->over != UI_OVER_NONE || ui->asking;

	if (ui->view.shape != WIZ_SHAPE_LIST) {
		draw_text_pane(ui, ui->layout.main, &ui->text, ui->view.list_title, !below);
		return;
	}
	draw_list_pane(ui, !ui->detail_focus || !has_detail(ui));
	if (has_detail(ui))
		draw_text_pane(ui, ui->layout.detail, &ui->detail, detail_title(ui),
			       ui->detail_focus);
}

/* ---- the rows below ---- */

static void draw_search(struct ui *ui, struct ui_rect r)
{
	int x = r.x + 1, w = r.w - 2;

	x += ui_term_put(ui->term, r.y, x, w, UI_STYLE_KEY, "/");
	ui_field_draw(ui->term, r.y, x, w / 2, ui->search.text, ui->search.at);
	if (ui->search.missing)
		(void)ui_term_put(ui->term, r.y, x + w / 2 + 1, w / 2 - 2, WIZ_WARN,
				  _("not found"));
}

/* What was just said; else why the row under the cursor, or the page, cannot be taken. */
static void draw_message(struct ui *ui)
{
	struct ui_rect r = ui->layout.message;

	if (ui->search.typing)
		draw_search(ui, r);
	else if (ui->message)
		draw_paragraph(ui, r, WIZ_WARN, ui->message);
	else if (ui->over != UI_OVER_NONE || ui->asking)
		return;
	else if (ui->view.shape == WIZ_SHAPE_LIST && ui->detail_why)
		draw_paragraph(ui, r, WIZ_FAINT, ui->detail_why);
	else if (ui->view.why_not_next)
		draw_paragraph(ui, r, WIZ_FAINT, ui->view.why_not_next);
}

/* Before the help: what else there is to be read. */
static size_t add_reading_hints(struct ui *ui, struct ui_hint *hint, size_t n, size_t max)
{
	const struct ui_textview *v = ui_page_textview(ui);
	struct ui_hint more[2];
	size_t n_more = 0, at = 0;
	bool hidden = ui->layout.main.h == 0 || ui->layout.detail.h == 0;
	int rows = ui_rect_inner(ui->layout.detail).h;

	if (v && ui_textview_is_wide(v))
		more[n_more++] = (struct ui_hint){ "←→", N_("sideways"), 6 };
	if (has_detail(ui) && (hidden || ui->detail_focus || (int)ui->detail.rows.n > rows))
		more[n_more++] = (struct ui_hint){ N_("Tab"), ui->detail_focus ? N_("list") : N_("read on"),
						   hidden ? 4 : 9 };
	while (at < n && strcmp(hint[at].key, "?") != 0)
		at++;
	if (n + n_more > max)
		return n;
	memmove(hint + at + n_more, hint + at, (n - at) * sizeof(*hint));
	memcpy(hint + at, more, n_more * sizeof(*hint));
	return n + n_more;
}

static void draw_keys(struct ui *ui)
{
	static const struct ui_hint over[] = {
		{ "↑↓", N_("scroll"), 3 }, { "/", N_("search"), 4 }, { "n", N_("next match"), 5 },
		{ N_("Esc"), N_("close"), 1 },
	};
	static const struct ui_hint yesno[] = {
		{ "←→", N_("choose"), 3 }, { N_("Enter"), N_("ok"), 1 }, { "y", N_("yes"), 2 },
		{ "n", N_("no"), 2 }, { N_("Esc"), N_("cancel"), 2 },
	};
	static const struct ui_hint text[] = {
		{ N_("Enter"), N_("ok"), 1 }, { N_("Esc"), N_("cancel"), 2 },
		{ "Ctrl-U", N_("empty the field"), 3 },
	};
	static const struct ui_hint note[] = { { N_("Enter"), N_("close"), 1 } };
	static const struct ui_hint find[] = {
		{ N_("Enter"), N_("stay here"), 1 }, { N_("Esc"), N_("go back"), 2 },
	};
	struct ui_hint page[32];
	struct ui_rect r = ui->layout.keys;
	size_t n;

	if (ui->search.typing) {
		ui_hints_draw(ui->term, r, find, PG_ARRAY_SIZE(find));
	} else if (ui->asking && ui->view.question.kind == WIZ_ASK_YESNO) {
		ui_hints_draw(ui->term, r, yesno, PG_ARRAY_SIZE(yesno));
	} else if (ui->asking && ui->view.question.kind == WIZ_ASK_TEXT) {
		ui_hints_draw(ui->term, r, text, PG_ARRAY_SIZE(text));
	} else if (ui->asking) {
		ui_hints_draw(ui->term, r, note, PG_ARRAY_SIZE(note));
	} else if (ui->over != UI_OVER_NONE) {
		ui_hints_draw(ui->term, r, over, PG_ARRAY_SIZE(over));
	} else {
		n = ui_hints_of_page(&ui->view, page, PG_ARRAY_SIZE(page));
		n = add_reading_hints(ui, page, n, PG_ARRAY_SIZE(page));
		ui_hints_draw(ui->term, r, page, n);
	}
}

/* ---- all ---- */

static void draw_over(struct ui *ui)
{
	static const char *const titles[] = {
		[UI_OVER_NONE] = "", [UI_OVER_HELP] = N_("Help"), [UI_OVER_DETAILS] = N_("Details"),
		[UI_OVER_NOTE] = N_("Why not"),
	};
	struct ui_rect frame;

	if (ui->over == UI_OVER_NONE)
		return;
	frame = over_rect(ui);
	ui_term_fill(ui->term, frame, WIZ_PLAIN);
	draw_text_pane(ui, frame, &ui->over_text, _(titles[ui->over]), !ui->asking);
}

static long elapsed(const struct ui *ui)
{
	long s = (long)(ui->drawn - ui->started);

	return ui->view.running && ui->busy && s > 0 ? s : -1;
}

static void draw_too_small(struct ui *ui)
{
	struct ui_rect all = { 0 };

	ui_term_size(ui->term, &all.h, &all.w);
	draw_paragraph(ui, all, WIZ_STRONG,
		       _("The window is too small: make it 40x10 or larger. q quits."));
}

static int fit(struct ui_textview *v, struct ui_rect frame)
{
	struct ui_rect in = ui_rect_inner(frame);

	return frame.h < 3 ? 0 : ui_textview_fit(v, in.h, in.w);
}

int ui_page_fit(struct ui *ui)
{
	int rows, cols, r = 0;

	make_layout(ui);
	if (!ui->detail_item || ui->detail_focus)
		r = ui_page_follow(ui);
	if (r == 0 && ui->view.shape != WIZ_SHAPE_LIST)
		r = fit(&ui->text, ui->layout.main);
	else if (r == 0 && has_detail(ui))
		r = fit(&ui->detail, ui->layout.detail);
	if (r < 0 || ui->over == UI_OVER_NONE)
		return r;
	/* how high it is follows from its text */
	ui_term_size(ui->term, &rows, &cols);
	r = ui_textview_fit(&ui->over_text, 1, over_cols(cols));
	return r < 0 ? r : fit(&ui->over_text, over_rect(ui));
}

int ui_page_draw(struct ui *ui)
{
	int r;

	if (ui_term_is_lost(ui->term))
		return 0;
	r = ui_page_fit(ui);
	if (r < 0)
		return r;
	ui_term_erase(ui->term);
	ui->drawn = time(NULL);
	if (ui->layout.too_small) {
		draw_too_small(ui);
		ui_term_flush(ui->term, false);
		return 0;
	}
	ui_title_draw(ui->term, ui->layout.title, &ui->view);
	if (ui->layout.steps.h)
		ui_steps_draw(ui->term, ui->layout.steps, &ui->view);
	if (ui->layout.intro.h)
		draw_paragraph(ui, ui->layout.intro, WIZ_PLAIN, ui->view.intro);
	draw_panes(ui);
	if (ui->layout.progress.h)
		ui_progress_draw(ui->term, ui->layout.progress, &ui->view, elapsed(ui));
	draw_over(ui);
	draw_message(ui);
	draw_keys(ui);
	if (ui->asking)
		ui_ask_draw(ui->term, &ui->ask, &ui->view.question);
	ui_term_flush(ui->term, false);
	return 0;
}
