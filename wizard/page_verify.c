/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After the reboot: what came of the change, and whether it is kept. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define KEEP "keep"
#define BACK "back"
#define LATER "later"

static const struct pg_status *first_wrong(const struct wiz_status *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].verdict != PG_STATUS_OK)
			return &list->v[i];
	return NULL;
}

static const char *why_not_keep(const struct wiz *w)
{
	if (!w->trial)
		return _("It does not wait any more.");
	if (w->trial->off)
		return _("The node runs without the change, so that nothing shows whether it is well. "
		       "Reboot without pve-gpu.off to try it again.");
	return wiz_why_read_only(w);
}

/* ---- rows ---- */

static void choice(struct wiz_view *view, const char *id, const char *text, const char *title,
		   const char *why_not)
{
	struct wiz_item *item = wiz_view_add_item(view, id);

	if (!item)
		return;
	wiz_view_set(view, &item->text, "%s", text);
	wiz_view_set(view, &item->detail_title, "%s", title);
	item->enabled = !why_not;
	if (why_not)
		wiz_view_set(view, &item->why_not, "%s", why_not);
}

static void choices(const struct wiz *w, struct wiz_view *view)
{
	choice(view, KEEP, _("Keep the change"), _("Keep"), why_not_keep(w));
	choice(view, BACK, _("Put it back now"), _("Put back"),
	       w->trial ? wiz_why_read_only(w) : why_not_keep(w));
	choice(view, LATER, _("Later"), _("Later"), NULL);
}

/* A device is only looked at. */
static void devices(const struct wiz_status *list, struct wiz_view *view)
{
	wiz_status_rows(list, view);
	for (size_t i = 0; i < view->n_item; i++) {
		view->item[i].enabled = false;
		wiz_view_set(view, &view->item[i].why_not,
			     "This row only tells how it stands. The last three rows are the "
			     "choice.");
	}
}

static void intro(const struct wiz *w, struct wiz_view *view)
{
	pg_autofree char *words = wiz_trial_words(w);

	wiz_view_set(view, &view->intro, "%s: %s. %s",
		     w->trial && !w->trial->wait ? _("Changed") : _("On trial"),
		     w->trial && w->trial->summary ? w->trial->summary : _("a change"),
		     words ? words : "");
}

/* The cursor: on what is wrong, else on keeping. */
static void place_cursor(const struct wiz *w, const struct wiz_status *list,
			 struct wiz_view *view)
{
	const struct pg_status *wrong = first_wrong(list);

	view->cursor = list->n + (w->trial && w->trial->off ? 1 : 0);
	if (wrong && !(w->trial && w->trial->off))
		view->cursor = (size_t)(wrong - list->v);
}

static void build_run(struct wiz *w, struct wiz_view *view)
{
	wiz_run_build(w, view);
	wiz_view_set(view, &view->list_title, "Keep");
	wiz_view_set(view, &view->next_label, "home");
	if (!w->run.running)
		view->can |= WIZ_CAN_NEXT;
}

static void build(struct wiz *w, struct wiz_view *view)
{
	struct wiz_status list PG_CLEANUP(wiz_status_done) = { 0 };

	if (w->run.what == WIZ_RUN_CONFIRM) {
		build_run(w, view);
		return;
	}
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_SEARCH | WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "How it came up");
	wiz_view_set(view, &view->detail_title, "Device");
	wiz_view_set(view, &view->next_label, "choose");
	if (wiz_status_list(w, &list) < 0) {
		view->failed = true;
		return;
	}
	intro(w, view);
	devices(&list, view);
	choices(w, view);
	place_cursor(w, &list, view);
}

static int enter(struct wiz *w)
{
	if (w->run.what == WIZ_RUN_CONFIRM)
		wiz_run_done(&w->run);
	return wiz_probe(w);
}

/* ---- what is chosen ---- */

/* What is well is kept without another question: History takes it back. */
static int keep(struct wiz *w)
{
	struct wiz_status list PG_CLEANUP(wiz_status_done) = { 0 };
	const struct pg_status *wrong;
	int r = wiz_status_list(w, &list);

	if (r < 0)
		return r;
	wrong = first_wrong(&list);
	if (!wrong)
		return wiz_run_confirm(w);
	return wiz_ask(w, WIZ_ASKING_KEEP, WIZ_ASK_YESNO, NULL, "Keep",
		       "%s is not as it should be: %s Keep the change all the same?",
		       pg_bdf_short(wrong->addr).s, wrong->why);
}

static int answer(struct wiz *w, enum wiz_follow *ret)
{
	if (w->asking == WIZ_ASKING_KEEP)
		return wiz_run_confirm(w);
	if (w->asking == WIZ_ASKING_UNDO && w->trial)
		return wiz_run_undo_shown(w, w->trial->id, ret);
	return 0;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_ANSWER)
		return answer(w, ret);
	if (e->kind != WIZ_EVENT_NEXT)
		return 0;
	if (w->run.what == WIZ_RUN_CONFIRM || strcmp(e->item, LATER) == 0)
		return wiz_go_from_home(w, WIZ_PAGE_HOME, ret);
	if (strcmp(e->item, KEEP) == 0)
		return keep(w);
	return wiz_ask(w, WIZ_ASKING_UNDO, WIZ_ASK_YESNO, NULL, "Put back",
		       "Take the change back now? The files become as before, and the commands "
		       "that rebuild the boot files run again. Then the node needs a reboot.");
}

/* ---- the right pane ---- */

static void keep_detail(const struct wiz *w, struct wiz_lines *lines)
{
	struct wiz_status list PG_CLEANUP(wiz_status_done) = { 0 };

	if (wiz_status_list(w, &list) < 0) {
		lines->failed = true;
		return;
	}
	if (first_wrong(&list))
		(void)wiz_lines_add(lines, WIZ_WARN, NULL,
				    "Not all devices are as they should be: look at the rows "
				    "above first.");
	else
		(void)wiz_lines_add(lines, WIZ_GOOD, NULL,
				    "All devices are as they should be.");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "The change becomes final, and no time runs any more. It can still be "
			    "taken back under History.");
}

static void back_detail(const struct wiz *w, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "Every file becomes as it was before the change, and the boot files "
			    "are built again.");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    w->trial && w->trial->off ?
				    _("The next boot, without pve-gpu.off, is the old one.") :
				    _("The devices get their old drivers with the reboot that "
				    "follows; you are asked before it."));
}

static void later_detail(const struct wiz *w, struct wiz_lines *lines)
{
	pg_autofree char *words = wiz_trial_words(w);

	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "Back to the first page; this one is found there again. %s",
			    w->trial_until ? _("The time goes on.") : "");
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", words ? words : "");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	if (strcmp(item, KEEP) == 0)
		keep_detail(w, lines);
	else if (strcmp(item, BACK) == 0)
		back_detail(w, lines);
	else if (strcmp(item, LATER) == 0)
		later_detail(w, lines);
	else
		wiz_status_detail(w, item, lines);
}

static void details(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	if (pg_text_starts(item, "dev/"))
		wiz_status_details(w, item, lines);
	else
		detail(w, item, lines);
}

const struct wiz_page_ops wiz_page_verify = {
	.id = "verify",
	.title = N_("After the reboot"),
	.enters = true,
	.enter = enter,
	.build = build,
	.event = event,
	.detail = detail,
	.details = details,
};
