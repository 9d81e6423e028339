/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

#define LATER "later"
#define BACK "back"
#define NOW "now"

static bool relevant(const struct wiz *w)
{
	if (w->page == WIZ_PAGE_REBOOT && w->waiting)
		return true;
	if (w->plan)
		return w->plan->reboot;
	return w->page < WIZ_PAGE_APPLY || !w->run.plan || w->run.plan->reboot;
}

/* Seconds that it waits after the reboot; 0: it is final. Known by the records as well, where it
 * was applied before the wizard was started. */
static unsigned wait_of(const struct wiz *w)
{
	return w->run.trial ? w->run.trial : w->waiting ? w->waiting->wait : 0;
}

/* As with the wait. NULL: none. */
static const struct pg_strv *doubts_of(const struct wiz *w)
{
	if (w->run.doubts.n)
		return &w->run.doubts;
	return w->waiting && w->waiting->doubts.n ? &w->waiting->doubts : NULL;
}

static const char *id_of(const struct wiz *w)
{
	return w->run.id || !w->waiting ? w->run.id : w->waiting->id;
}

static bool in_doubt(const struct wiz *w)
{
	return doubts_of(w) != NULL;
}

/* ---- rows ---- */

static void row(struct wiz_view *view, const char *id, const char *text, const char *why_not)
{
	struct wiz_item *item = wiz_view_add_item(view, id);

	if (!item)
		return;
	wiz_view_set(view, &item->text, "%s", text);
	item->enabled = !why_not;
	if (why_not)
		wiz_view_set(view, &item->why_not, "%s", why_not);
}

static const char *why_not_now(const struct wiz *w)
{
	if (!wiz_can_reboot(w))
		return _("This is a folder, not the running system: there is nothing to reboot.");
	if (in_doubt(w))
		return _("What the node boots from does not hold all of the change: it could come up "
		       "half changed. What is missing stands beside the row that takes it "
		       "back.");
	return NULL;
}

static void intro(const struct wiz *w, struct wiz_view *view)
{
	if (in_doubt(w))
		wiz_view_set(view, &view->intro,
			     "The change is made, but what the node boots from does not hold all of "
			     "it.");
	else if (wiz_trial_runs(w))
		wiz_view_set(view, &view->intro,
			     "The change is made, and takes effect with the reboot. A trial runs until "
			     "%s: look at it and keep it before you reboot.", wiz_trial_clock(w).s);
	else if (wait_of(w))
		wiz_view_set(view, &view->intro,
			     "The change is made. It takes effect when the node is rebooted, and "
			     "then waits %s to be kept.", wiz_span(wait_of(w)).s);
	else
		wiz_view_set(view, &view->intro,
			     "The change is made. It takes effect when the node is rebooted.");
}

static void build(struct wiz *w, struct wiz_view *view)
{
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT;
	wiz_view_set(view, &view->list_title, "Reboot the node");
	wiz_view_set(view, &view->detail_title, "What it means");
	wiz_view_set(view, &view->next_label, "choose");
	intro(w, view);
	row(view, LATER, _("later"), NULL);
	if (in_doubt(w) && id_of(w))
		row(view, BACK, _("take the change back"), NULL);
	row(view, NOW, _("now"), why_not_now(w));
}

/* ---- what is chosen ---- */

static int ask(struct wiz *w, const char *item)
{
	if (strcmp(item, BACK) == 0)
		return wiz_ask(w, WIZ_ASKING_UNDO, WIZ_ASK_YESNO, NULL, "Undo",
			       "Take this change back? The files become as before, and the "
			       "commands that rebuild the boot files run again.");
	return wiz_reboot_ask(w);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_NEXT && strcmp(e->item, LATER) == 0)
		return wiz_go_from_home(w, WIZ_PAGE_HOME, ret);
	if (e->kind == WIZ_EVENT_NEXT)
		return ask(w, e->item);
	if (e->kind != WIZ_EVENT_ANSWER)
		return 0;
	if (w->asking == WIZ_ASKING_UNDO)
		return wiz_run_undo_shown(w, id_of(w), ret);
	return w->asking == WIZ_ASKING_REBOOT ? wiz_reboot(w, ret) : 0;
}

/* ---- the right pane ---- */

static void later_detail(const struct wiz *w, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    wait_of(w) || wiz_trial_runs(w) ?
				    _("This reboot is left to you. Until then the device stays with its driver; "
				    "Status says so.") :
				    _("Nothing reboots by itself. Until the node is rebooted, the device "
				    "stays with its driver; Status says so."));
	if (wait_of(w))
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The %s begin when the node boots, whenever that is.",
				    wiz_span(wait_of(w)).s);
}

static void back_detail(const struct wiz *w, struct wiz_lines *lines)
{
	const struct pg_strv *doubts = doubts_of(w);

	for (size_t i = 0; doubts && i < doubts->n; i++)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "%s", doubts->v[i]);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "Every file gets its old bytes, and the boot files are built again. "
			    "The node then needs no reboot.");
}

static void trial_detail(const struct wiz *w, struct wiz_lines *lines)
{
	struct wiz_span span = wiz_span(wait_of(w));

	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL,
			    "Then you have %s: log in and type pve-gpu. It opens on this change, "
			    "for you to keep it or take it back.", span.s);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "If nobody does, or the node does not get its network address, every "
			    "file is put back and the node reboots once more, by itself.");
}

static void now_detail(const struct wiz *w, struct wiz_lines *lines)
{
	if (w->facts->system.is_demo)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The demo node is shown as it would come up. Your computer is "
				    "not touched.");
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The wizard ends and the node is rebooted. All VMs and "
				    "containers on it are shut down first.");
	if (wait_of(w))
		trial_detail(w, lines);
	else if (!w->facts->system.is_demo)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "Be sure that you reach it by another way too, should it not "
				    "come up: its own screen, or a remote console of the board.");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	if (strcmp(item, LATER) == 0)
		later_detail(w, lines);
	else if (strcmp(item, BACK) == 0)
		back_detail(w, lines);
	else
		now_detail(w, lines);
}

const struct wiz_page_ops wiz_page_reboot = {
	.id = "reboot",
	.title = N_("Set up passthrough"),
	.step = N_("Reboot"),
	.enters = true,
	.relevant = relevant,
	.build = build,
	.event = event,
	.detail = detail,
};
