/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/state.h"

#include <errno.h>
#include <string.h>

#include "ui/text.h"
#include "src/base/i18n.h"

void ui_say(struct ui *ui, const char *message)
{
	free(ui->message);
	ui->message = message ? strdup(_(message)) : NULL;
}

/* ---- over the page ---- */

static void open_over(struct ui *ui, enum ui_over over, struct wiz_lines *lines)
{
	ui->over = over;
	ui_textview_set(&ui->over_text, lines, false);
}

static int open_help(struct ui *ui)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	const char *intro = ui->view.intro;
	struct ui_rect room = ui->layout.intro;
	int r = wiz_help(ui->w, &lines);

	/* What had no room above the panes. */
	if (r == 0 && intro && ui_wrap_count(intro, room.w - 2) > room.h)
		r = wiz_lines_add(&lines, WIZ_PLAIN, NULL, "%s", intro);
	if (r == 0)
		r = wiz_lines_add(&lines, WIZ_PLAIN, NULL, "%s", "");
	if (r == 0)
		r = ui_keys_help(ui->view.can, &lines);
	if (r == 0)
		r = ui_charset_lines(ui_term_charset(ui->term), &lines);
	if (r == 0)
		open_over(ui, UI_OVER_HELP, &lines);
	return r;
}

static int open_details(struct ui *ui)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	int r;

	if (!item)
		return 0;
	r = wiz_details(ui->w, item->id, &lines);
	if (r == 0)
		r = ui_charset_lines(ui_term_charset(ui->term), &lines);
	if (r == 0 && lines.n)
		open_over(ui, UI_OVER_DETAILS, &lines);
	return r;
}

/* Why something cannot be done: in the message row, or over the page where it is long. */
static int refuse(struct ui *ui, const char *why)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	struct ui_rect m = ui->layout.message;
	int r;

	if (!why)
		return 0;
	if (ui_wrap_count(why, m.w - 2) <= m.h) {
		ui_say(ui, why);
		return 0;
	}
	r = wiz_lines_add(&lines, WIZ_PLAIN, NULL, "%s", why);
	if (r == 0)
		open_over(ui, UI_OVER_NOTE, &lines);
	return r;
}

/* ---- on the page ---- */

static int send(struct ui *ui, enum wiz_event_kind kind)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	pg_autofree char *id = NULL;
	struct wiz_event event = { .kind = kind, .view = &ui->view };

	if (ui->view.shape == WIZ_SHAPE_LIST && item) {
		id = strdup(item->id);
		if (!id)
			return -ENOMEM;
		event.item = id;
	}
	return ui_send(ui, &event);
}

static int toggle(struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);

	if (ui->view.shape != WIZ_SHAPE_LIST || !item)
		return 0;
	if (item->can_fold && (!item->enabled || !(ui->view.can & WIZ_CAN_TOGGLE)))
		return ui_fold(ui, ui->list.cursor);
	if (!item->enabled)
		return refuse(ui, item->why_not);
	return ui->view.can & WIZ_CAN_TOGGLE ? send(ui, WIZ_EVENT_TOGGLE) : 0;
}

static int next(struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);

	if (ui->view.why_not_next)
		return refuse(ui, ui->view.why_not_next);
	if (!(ui->view.can & WIZ_CAN_NEXT))
		return 0;
	/* Where nothing is selected, Enter opens the row under the cursor. */
	if (!(ui->view.can & WIZ_CAN_TOGGLE) && ui->view.shape == WIZ_SHAPE_LIST && item &&
	    !item->enabled)
		return refuse(ui, item->why_not);
	return send(ui, WIZ_EVENT_NEXT);
}

/* Left folds the group, or goes from a member to its group; Right unfolds. */
static int fold(struct ui *ui, enum ui_action action)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);

	if (!item)
		return 0;
	if (item->can_fold && item->folded == (action == UI_ACT_RIGHT))
		return ui_fold(ui, ui->list.cursor);
	if (action == UI_ACT_LEFT && item->depth > 0)
		while (ui->list.cursor > 0 &&
		       ui_list_item(&ui->list, &ui->view)->depth >= item->depth)
			ui->list.cursor--;
	return 0;
}

static int move(struct ui *ui, enum ui_action action)
{
	struct ui_textview *v = ui_page_textview(ui);

	if (v) {
		(void)ui_textview_move(v, action, ui_page_rows(ui));
		return 0;
	}
	if (action == UI_ACT_LEFT || action == UI_ACT_RIGHT)
		return fold(ui, action);
	(void)ui_list_move(&ui->list, action, ui_page_rows(ui));
	return 0;
}

static bool can(const struct ui *ui, enum wiz_can what)
{
	return (ui->view.can & what) != 0;
}

static int act_on_page(struct ui *ui, enum ui_action action)
{
	switch (action) {
	case UI_ACT_TOGGLE:
		return ui->view.shape == WIZ_SHAPE_LIST ? toggle(ui) :
							  move(ui, UI_ACT_PAGE_DOWN);
	case UI_ACT_NEXT:
		return next(ui);
	case UI_ACT_BACK:
		return can(ui, WIZ_CAN_BACK) ? send(ui, WIZ_EVENT_BACK) : 0;
	case UI_ACT_RUN:
		return can(ui, WIZ_CAN_RUN) ? send(ui, WIZ_EVENT_RUN) : 0;
	case UI_ACT_SAVE:
		return can(ui, WIZ_CAN_SAVE) ? send(ui, WIZ_EVENT_SAVE) : 0;
	case UI_ACT_PIN:
		return can(ui, WIZ_CAN_PIN) ? send(ui, WIZ_EVENT_PIN) : 0;
	case UI_ACT_TRIAL:
		return can(ui, WIZ_CAN_TRIAL) ? send(ui, WIZ_EVENT_TRIAL) : 0;
	case UI_ACT_DETAILS:
		return can(ui, WIZ_CAN_DETAILS) ? open_details(ui) : 0;
	case UI_ACT_PANE:
		if (ui->view.shape == WIZ_SHAPE_LIST && ui->view.detail_title)
			ui->detail_focus = !ui->detail_focus;
		return 0;
	case UI_ACT_HELP:
		return open_help(ui);
	case UI_ACT_QUIT:
		return send(ui, WIZ_EVENT_QUIT);
	default:
		return move(ui, action);
	}
}

static int act_over(struct ui *ui, enum ui_action action)
{
	if (action == UI_ACT_BACK || action == UI_ACT_QUIT || action == UI_ACT_NEXT ||
	    (action == UI_ACT_HELP && ui->over == UI_OVER_HELP) ||
	    (action == UI_ACT_DETAILS && ui->over == UI_OVER_DETAILS))
		ui->over = UI_OVER_NONE;
	else
		(void)move(ui, action == UI_ACT_TOGGLE ? UI_ACT_PAGE_DOWN : action);
	return 0;
}

static int answer(struct ui *ui, int key)
{
	enum ui_asked asked = ui_ask_key(&ui->ask, &ui->view.question, key);
	struct wiz_event event = { .kind = WIZ_EVENT_ANSWER, .yes = asked == UI_ASKED_YES };

	if (asked == UI_ASKED_STAY)
		return 0;
	if (ui->view.question.kind == WIZ_ASK_TEXT)
		event.text = ui->ask.text;
	ui->asking = false;
	return ui_send(ui, &event);
}

/* Keys that mean the same everywhere. */
static bool key_everywhere(struct ui *ui, int key)
{
	if (key == UI_KEY_INTERRUPT)
		ui->quit = true;
	else if (key == UI_CTRL('l'))
		ui_term_flush(ui->term, true);
	else if (key != UI_KEY_RESIZE && key != UI_KEY_NONE)
		return false;
	return true;
}

int ui_key(struct ui *ui, int key)
{
	enum ui_action action = ui_keys_action(key);
	int r;

	if (key_everywhere(ui, key))
		return 0;
	if (ui->layout.too_small) {
		/* What cannot be seen is not done; leaving is always possible. */
		ui->quit = ui->quit || key == 'q';
		return 0;
	}
	if (key == UI_KEY_CLICK)
		return ui_click(ui);
	if (action != UI_ACT_QUIT && action != UI_ACT_HELP) {
		r = ui_pace_ready(ui);
		if (r < 0)
			return r;
	}
	ui_say(ui, NULL);
	ui->touched = true;
	if (ui->asking)
		return answer(ui, key);
	if (ui->search.typing)
		return ui_find_key(ui, key);
	if (action == UI_ACT_SEARCH_NEXT || action == UI_ACT_SEARCH_PREV)
		return ui_find_again(ui, action == UI_ACT_SEARCH_NEXT ? 1 : -1);
	if (action == UI_ACT_SEARCH &&
	    (ui->over != UI_OVER_NONE || can(ui, WIZ_CAN_SEARCH))) {
		ui_find_start(ui);
		return 0;
	}
	if (ui->over != UI_OVER_NONE)
		return act_over(ui, action);
	return act_on_page(ui, action);
}

void ui_key_busy(struct ui *ui, int key)
{
	enum ui_action action = ui_keys_action(key);

	if (key == UI_KEY_INTERRUPT) {
		ui->cancel = true;
		ui_say(ui, "Stopping; what was changed is put back.");
	} else if (key == UI_CTRL('l')) {
		ui_term_flush(ui->term, true);
	} else if (ui->view.shape != WIZ_SHAPE_LIST && action != UI_ACT_NONE) {
		(void)ui_textview_move(&ui->text, action, ui_page_rows(ui));
	}
}
