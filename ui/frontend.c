/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop: build the view, draw it, take a key, hand the event over, do what must follow.
 *
 * What a signal does. SIGINT, as Ctrl-C, leaves; while something runs it asks the wizard to
 * stop and put everything back. SIGTERM does both. A lost connection (SIGHUP, or the end of
 * the input) leaves too, but never in the middle: what runs then goes on to its end without
 * a screen, since half a change would be worse than one that nobody watched; from that
 * moment nothing is written to the terminal. Ctrl-Z is not taken while something runs,
 * since it would hold the change half made.
 */
#include "ui/ui.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "ui/plain.h"
#include "ui/signals.h"
#include "ui/state.h"

static void ui_done(struct ui *ui)
{
	for (size_t i = 0; i < ui->n_place; i++) {
		free(ui->place[i].page);
		free(ui->place[i].item);
	}
	free(ui->place);
	wiz_view_done(&ui->view);
	ui_list_done(&ui->list);
	ui_textview_done(&ui->text);
	ui_textview_done(&ui->detail);
	ui_textview_done(&ui->over_text);
	free(ui->detail_item);
	free(ui->detail_title);
	free(ui->detail_why);
	free(ui->message);
	ui_input_done(&ui->in);
	ui_term_close(ui->term);
}

static bool same_question(const struct wiz_question *a, const struct wiz_question *b)
{
	return a->kind == b->kind &&
	       strcmp(a->title ? a->title : "", b->title ? b->title : "") == 0 &&
	       strcmp(a->text ? a->text : "", b->text ? b->text : "") == 0;
}

static void take_question(struct ui *ui, const struct wiz_view *fresh, bool moved)
{
	bool asked = ui->asking && !moved &&
		     same_question(&ui->view.question, &fresh->question);

	ui->asking = fresh->question.kind != WIZ_ASK_NONE;
	if (ui->asking && !asked)
		ui_ask_start(&ui->ask, &fresh->question);
}

static void forget_place(struct ui *ui)
{
	ui->over = UI_OVER_NONE;
	ui->detail_focus = false;
	ui->search = (struct ui_search){ 0 };
	ui_say(ui, NULL);
}

static struct ui_place *find_place(struct ui *ui, const char *page)
{
	for (size_t i = 0; i < ui->n_place; i++)
		if (ui->place[i].page && strcmp(ui->place[i].page, page) == 0)
			return &ui->place[i];
	return NULL;
}

/* The page is left. Without memory it is left all the same. */
static void note_place(struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	struct ui_place *place;

	if (!item || !ui->view.page)
		return;
	place = find_place(ui, ui->view.page);
	if (!place)
		place = pg_vec_add(&ui->place, &ui->n_place, sizeof(*place));
	if (!place)
		return;
	if (!place->page)
		place->page = strdup(ui->view.page);
	free(place->item);
	place->item = strdup(item->id);
}

/* The cursor's item on the fresh page, or NULL where the page itself says it. */
static const char *place_on(struct ui *ui, const struct wiz_view *fresh, enum ui_where where,
			    const char *here)
{
	const struct ui_place *place;

	if (where == UI_WHERE_SAME)
		return here;
	if (where == UI_WHERE_NEW || !fresh->page)
		return NULL;
	place = find_place(ui, fresh->page);
	return place ? place->item : NULL;
}

static bool same_page(const struct wiz_view *a, const struct wiz_view *b)
{
	return a->page && b->page && strcmp(a->page, b->page) == 0;
}

int ui_rebuild(struct ui *ui, enum ui_where where)
{
	struct wiz_view fresh PG_CLEANUP(wiz_view_done) = { 0 };
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	pg_autofree char *id = item ? strdup(item->id) : NULL;
	int r = wiz_build(ui->w, &fresh);
	bool moved;

	if (r == 0)
		r = ui_charset_view(ui_term_charset(ui->term), &fresh);
	if (r < 0)
		return r;
	/* The engine may have moved on by itself while something ran; what ran on this page and has
	 * ended leaves the person where it was watched. */
	if (where == UI_WHERE_SAME && !same_page(&ui->view, &fresh))
		where = UI_WHERE_NEW;
	else if (where == UI_WHERE_NEW && ui->view.running && same_page(&ui->view, &fresh))
		where = UI_WHERE_SAME;
	moved = where != UI_WHERE_SAME;
	if (moved) {
		note_place(ui);
		forget_place(ui);
		ui_list_done(&ui->list);
	}
	take_question(ui, &fresh, moved);
	ui->text.follow = fresh.shape == WIZ_SHAPE_RUN &&
			  (moved || !ui->view.running ? fresh.running : ui->text.follow);
	ui_textview_set(&ui->text, &fresh.lines, !moved);
	wiz_view_done(&ui->view);
	ui->view = fresh;
	fresh = (struct wiz_view){ 0 };
	free(ui->detail_item);
	ui->detail_item = NULL;
	return ui_list_make(&ui->view, place_on(ui, &ui->view, where, id), &ui->list);
}

/* ---- while something runs ---- */

static void on_refresh(void *ctx)
{
	struct ui *ui = ctx;

	if (ui_term_is_lost(ui->term))
		return;
	if (ui_rebuild(ui, UI_WHERE_SAME) == 0)
		ui_pace_draw(ui);
}

static void look_at_signals_busy(struct ui *ui)
{
	if (ui_signals_seen(UI_SIGNAL_TERM))
		ui->cancel = true;
	ui_signals_clear(UI_SIGNAL_TSTP);
}

static bool on_cancelled(void *ctx)
{
	struct ui *ui = ctx;
	bool redraw = false;
	int key;

	while ((key = ui_input_key(&ui->in, 0)) != UI_KEY_NONE) {
		ui_key_busy(ui, key);
		redraw = true;
	}
	look_at_signals_busy(ui);
	/* The elapsed time ticks. */
	if (redraw || ui->late || time(NULL) != ui->drawn)
		ui_pace_draw(ui);
	return ui->cancel;
}

int ui_send(struct ui *ui, const struct wiz_event *event)
{
	enum wiz_follow follow = WIZ_STAY;
	int r;

	ui->busy = true;
	ui->cancel = false;
	ui->started = time(NULL);
	r = wiz_handle(ui->w, event, &follow);
	ui->busy = false;
	if (r < 0)
		return r;
	if (follow == WIZ_QUIT)
		ui->quit = true;
	else if (follow == WIZ_REBUILD)
		return ui_rebuild(ui, UI_WHERE_SAME);
	else if (follow == WIZ_MOVED)
		return ui_rebuild(ui, event->kind == WIZ_EVENT_BACK ? UI_WHERE_BACK :
								      UI_WHERE_NEW);
	else if (event->kind == WIZ_EVENT_ANSWER)
		ui->asking = ui->view.question.kind != WIZ_ASK_NONE;
	return 0;
}

int ui_fold(struct ui *ui, size_t row)
{
	size_t i = ui->list.row[row];
	pg_autofree char *id = strdup(ui->view.item[i].id);
	struct wiz_event event = { .kind = WIZ_EVENT_FOLD, .item = id };
	bool done;
	int r = id ? wiz_fold(ui->w, &ui->view, i, &done) : -ENOMEM;

	if (r < 0)
		return r;
	if (!done)
		return ui_send(ui, &event);
	ui_list_refold(&ui->list, &ui->view, row);
	return ui_charset_item(ui_term_charset(ui->term), &ui->view.item[i]);
}

/* ---- the loop ---- */

static int why_ended(const struct ui *ui, struct pg_err *err)
{
	if (ui_term_is_lost(ui->term))
		return pg_err_set(err, -EINTR, NULL, 0,
				  "The connection to the terminal was lost.");
	if (ui_signals_seen(UI_SIGNAL_TERM))
		return pg_err_set(err, -EINTR, NULL, 0, "The wizard was asked to end.");
	return pg_err_set(err, -ENODATA, NULL, 0,
			  "The key script ended before the wizard did.");
}

static int loop(struct ui *ui, struct pg_err *err)
{
	int r = ui_rebuild(ui, UI_WHERE_NEW), key;

	while (r == 0 && !ui->quit) {
		r = ui_pace_key(ui, &key);
		if (r < 0)
			break;
		if (ui->in.ended || ui_signals_seen(UI_SIGNAL_TERM))
			return why_ended(ui, err);
		if (ui_signals_seen(UI_SIGNAL_TSTP)) {
			ui_signals_clear(UI_SIGNAL_TSTP);
			ui_term_suspend(ui->term);
		}
		r = key == UI_KEY_NONE && ui->view.poll ? ui_rebuild(ui, UI_WHERE_SAME) :
							  ui_key(ui, key);
	}
	if (r < 0 && !(err && err->what))
		return pg_err_set(err, r, NULL, 0, "The page cannot be shown: %s.",
				  pg_err_reason(r));
	return r < 0 ? r : 0;
}

int ui_run(struct wiz *w, const struct ui_opts *opts, struct pg_err *err)
{
	struct ui ui PG_CLEANUP(ui_done) = { .w = w, .err = err };
	struct wiz_frontend frontend = { on_refresh, on_cancelled, &ui };
	struct ui_term_opts term = {
		.ascii = opts->ascii, .color = opts->color, .light = opts->light, .headless = opts->script != NULL,
		.mouse = opts->mouse,
		.rows = opts->rows, .cols = opts->cols, .type = opts->type,
	};
	int r = 0;

	if (opts->plain)
		return ui_plain_run(w, stdout, STDIN_FILENO, err);
	if (opts->script)
		r = ui_input_load(&ui.in, opts->script, err);
	if (r == 0)
		r = ui_term_open(&term, &ui.term, err);
	if (r < 0)
		return r;
	ui.in.term = ui.term;
	ui.in.dump = opts->dump;
	ui_input_take_mouse(&ui.in, opts->mouse);
	wiz_set_frontend(w, &frontend);
	r = loop(&ui, err);
	wiz_set_frontend(w, &(struct wiz_frontend){ 0 });
	return r;
}
