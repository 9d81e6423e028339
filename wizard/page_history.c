/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

static const struct pg_tx *tx_of_item(const struct wiz *w, const char *item)
{
	for (size_t i = 0; item && pg_text_starts(item, "tx/") && i < w->n_tx; i++)
		if (strcmp(w->tx[i].id, item + 3) == 0)
			return &w->tx[i];
	return NULL;
}

/* A sentence, or NULL where it can be undone. */
static const char *why_not(const struct wiz *w, const struct pg_tx *tx)
{
	if (tx->busy)
		return w->busy ? w->busy : _("Another pve-gpu is at work at it.");
	switch (tx->state) {
	case PG_TX_UNDONE:
		return _("It is undone already.");
	case PG_TX_PLANNED:
	case PG_TX_APPLYING:
	case PG_TX_UNDOING:
		return _("It was interrupted. `pve-gpu recover` brings it to its end.");
	case PG_TX_UNREADABLE:
		return _("Its journal cannot be read. The saved copies lie beside it in "
		       "/var/lib/pve-gpu/transactions.");
	case PG_TX_APPLIED:
	case PG_TX_TRIAL:
	case PG_TX_CONFIRMED:
	case PG_TX_BROKEN:
		break;
	}
	return wiz_why_read_only(w);
}

static void when(const struct pg_tx *tx, const char *format, char *buf, size_t size)
{
	struct tm tm;

	if (!tx->time || !localtime_r(&tx->time, &tm) ||
	    strftime(buf, size, format, &tm) == 0)
		(void)snprintf(buf, size, _("time unknown"));
}

/* Is it the one that waits? An older one on trial is only called so. */
static bool on_trial(const struct wiz *w, const struct pg_tx *tx)
{
	return tx->state == PG_TX_TRIAL && w->trial && strcmp(w->trial->id, tx->id) == 0;
}

static void row(const struct wiz *w, struct wiz_view *view, const struct pg_tx *tx)
{
	pg_autofree char *id = pg_strf("tx/%s", tx->id);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;
	const char *why = why_not(w, tx);
	char time[32];

	if (!item) {
		view->failed = true;
		return;
	}
	when(tx, "%m-%d %H:%M", time, sizeof(time));
	wiz_view_set(view, &item->text, "%s  %s", time, tx->summary ? tx->summary : "");
	wiz_view_set(view, &item->note, "%s", _(tx->word));
	wiz_view_set(view, &item->detail_title, "%s", tx->id);
	item->enabled = !why;
	if (why)
		wiz_view_set(view, &item->why_not, "%s", why);
	if (tx->state == PG_TX_UNDONE)
		item->style = WIZ_FAINT;
}

/* What was taken back is in effect until the node is rebooted. */
static bool wants_reboot(const struct wiz *w)
{
	return w->run.booted && w->run.has_outcome && wiz_can_reboot(w) &&
	       w->run.outcome.kind == PG_OUTCOME_DONE;
}

static void build_run(struct wiz *w, struct wiz_view *view)
{
	wiz_run_build(w, view);
	wiz_view_set(view, &view->list_title, "Undo");
	if (!w->run.running)
		view->can |= WIZ_CAN_NEXT;
	wiz_view_set(view, &view->next_label, "%s", wants_reboot(w) ? _("reboot") : _("history"));
}

static void build(struct wiz *w, struct wiz_view *view)
{
	if (w->run.what == WIZ_RUN_UNDO) {
		build_run(w, view);
		return;
	}
	view->shape = WIZ_SHAPE_LIST;
	view->poll = w->busy;
	view->can |= w->n_tx ? WIZ_CAN_NEXT | WIZ_CAN_SEARCH : 0U;
	wiz_view_set(view, &view->list_title, "Changes, newest first");
	wiz_view_set(view, &view->detail_title, "Change");
	wiz_view_set(view, &view->next_label, "undo");
	if (w->tx_why_not)
		wiz_view_set(view, &view->intro, "The history cannot be read. %s", w->tx_why_not);
	else if (w->n_tx == 0)
		wiz_view_set(view, &view->intro, "pve-gpu has changed nothing on this node.");
	for (size_t i = 0; i < w->n_tx; i++)
		row(w, view, &w->tx[i]);
}

static int enter(struct wiz *w)
{
	if (w->run.what == WIZ_RUN_UNDO)
		wiz_run_done(&w->run);
	return wiz_read_history(w);
}

static int undo(struct wiz *w)
{
	const struct pg_tx *tx = tx_of_item(w, w->asked_item);
	pg_autofree char *id = tx ? strdup(tx->id) : NULL;
	int r = id ? wiz_run_undo(w, id) : 0;

	return r < 0 ? r : wiz_read_history(w);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_tx *tx = tx_of_item(w, e->item);

	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_NEXT && wants_reboot(w))
		return wiz_reboot_ask(w);
	if (e->kind == WIZ_EVENT_ANSWER && w->asking == WIZ_ASKING_REBOOT)
		return wiz_reboot(w, ret);
	if (e->kind == WIZ_EVENT_NEXT && w->run.what == WIZ_RUN_UNDO) {
		*ret = WIZ_MOVED;
		return enter(w);
	}
	if (e->kind == WIZ_EVENT_NEXT && tx && tx->files.n == 0)
		return wiz_ask(w, WIZ_ASKING_UNDO, WIZ_ASK_YESNO, e->item, "Undo",
			       "Take this change back? The VM gives back what it got.");
	if (e->kind == WIZ_EVENT_NEXT && tx && !wiz_runs_commands(w))
		return wiz_ask(w, WIZ_ASKING_UNDO, WIZ_ASK_YESNO, e->item, "Undo",
			       P_("Take this change back? %zu file becomes as before. Commands are only listed, "
				  "to be run on the node itself.",
				  "Take this change back? %zu files become as before. Commands are only listed, "
				  "to be run on the node itself.", tx->files.n), tx->files.n);
	if (e->kind == WIZ_EVENT_NEXT && tx)
		return wiz_ask(w, WIZ_ASKING_UNDO, WIZ_ASK_YESNO, e->item, "Undo",
			       P_("Take this change back? %zu file becomes as before, and the commands that "
				  "rebuild the boot files run again.",
				  "Take this change back? %zu files become as before, and the commands that "
				  "rebuild the boot files run again.", tx->files.n), tx->files.n);
	if (e->kind == WIZ_EVENT_ANSWER && w->asking == WIZ_ASKING_UNDO)
		return undo(w);
	return 0;
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_tx *tx = tx_of_item(w, item);
	pg_autofree char *words = tx && on_trial(w, tx) ? wiz_trial_words(w) : NULL;
	char time[32];

	if (!tx)
		return;
	when(tx, "%Y-%m-%d %H:%M", time, sizeof(time));
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", tx->summary ? tx->summary : "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "state", "%s", _(tx->word));
	if (tx->busy)
		(void)wiz_lines_add(lines, WIZ_STRONG, "now", "%s", tx->now);
	else if (tx->now)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "last", "%s", tx->now);
	if (words)
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", words);
	(void)wiz_lines_add(lines, WIZ_PLAIN, "time", "%s", time);
	if (tx->files.n)
		(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Files");
	for (size_t i = 0; i < tx->files.n; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", tx->files.v[i]);
	if (tx->commands.n)
		(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Commands");
	for (size_t i = 0; i < tx->commands.n; i++)
		(void)wiz_lines_add_raw(lines, WIZ_COMMAND, tx->commands.v[i]);
}

const struct wiz_page_ops wiz_page_history = {
	.id = "history",
	.title = N_("History"),
	.enters = true,
	.enter = enter,
	.build = build,
	.event = event,
	.detail = detail,
};
