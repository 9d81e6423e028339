/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "wizard/ctx.h"

#define LATER "later"
#define NOW "now"

static bool relevant(const struct wiz *w)
{
	if (w->plan)
		return w->plan->reboot;
	return w->page < WIZ_PAGE_APPLY || !w->run.plan || w->run.plan->reboot;
}

static bool can_reboot(const struct wiz *w)
{
	return pg_root_is_live(w->opts.root) || w->facts->system.is_demo;
}

static void build(struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *later, *now;

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT;
	wiz_view_set(view, &view->list_title, "Reboot the node");
	wiz_view_set(view, &view->detail_title, "What it means");
	wiz_view_set(view, &view->next_label, "choose");
	wiz_view_set(view, &view->intro,
		     "The change is made. It takes effect when the node is rebooted.");
	later = wiz_view_add_item(view, LATER);
	if (later)
		wiz_view_set(view, &later->text, "later");
	now = wiz_view_add_item(view, NOW);
	if (!now)
		return;
	wiz_view_set(view, &now->text, "now");
	now->enabled = can_reboot(w);
	if (!now->enabled)
		wiz_view_set(view, &now->why_not,
			     "This is a folder, not the running system: there is nothing to "
			     "reboot.");
}

/* The demo node comes up at once. */
static int restart_demo(struct wiz *w, enum wiz_follow *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *text = NULL;
	int r = pg_reboot(w->opts.root, &err);

	if (r == 0)
		r = wiz_collect(w, &err);
	if (r == 0)
		return wiz_go_from_home(w, WIZ_PAGE_STATUS, ret);
	if (r == -ENOMEM)
		return r;
	text = pg_err_text(&err);
	return text ? wiz_note(w, "Not rebooted", text) : -ENOMEM;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_NEXT && strcmp(e->item, LATER) == 0)
		return wiz_go_from_home(w, WIZ_PAGE_HOME, ret);
	if (e->kind == WIZ_EVENT_NEXT)
		return wiz_ask(w, WIZ_ASKING_REBOOT, WIZ_ASK_YESNO, NULL, "Reboot",
			       w->facts->system.is_demo ?
				       "Show the demo node as it comes up?" :
				       "Reboot this node now? All VMs and containers on it are "
				       "shut down.");
	if (e->kind != WIZ_EVENT_ANSWER || w->asking != WIZ_ASKING_REBOOT)
		return 0;
	if (w->facts->system.is_demo)
		return restart_demo(w, ret);
	w->reboot = true;
	*ret = WIZ_QUIT;
	return 0;
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	if (strcmp(item, LATER) == 0)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "Nothing reboots by itself. Until the node is rebooted, "
				    "the device stays with its driver; Status says so.");
	else if (w->facts->system.is_demo)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The demo node is shown as it would come up. Your computer is "
				    "not touched.");
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The wizard ends and the node is rebooted. All VMs and "
				    "containers on it are shut down first. Be sure that you reach it "
				    "by another way too, should it not come up: its own screen, or "
				    "a remote console of the board.");
}

const struct wiz_page_ops wiz_page_reboot = {
	.id = "reboot",
	.title = "Set up passthrough",
	.step = "Reboot",
	.enters = true,
	.relevant = relevant,
	.build = build,
	.event = event,
	.detail = detail,
};
