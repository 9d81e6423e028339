/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

static bool relevant(const struct wiz *w)
{
	return !w->plan || (!pg_plan_is_empty(w->plan) && !pg_plan_is_blocked(w->plan));
}

/* Are the VM's commands still to be run? Not where the change itself failed. */
static bool vm_left(const struct wiz *w)
{
	const struct wiz_run *run = &w->run;

	return run->plan && run->plan->n_vm_cmd && !run->vm_done && !run->running &&
	       (!run->has_outcome || run->applied || run->vm_tried);
}

static bool wants_reboot(const struct wiz *w)
{
	return w->run.plan && w->run.plan->reboot && w->run.applied;
}

static void offer_vm(const struct wiz *w, struct wiz_view *view)
{
	(void)wiz_lines_add(&view->lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(&view->lines, WIZ_HEADING, NULL,
			    "For the VM: %s", wiz_runs_commands(w) ?
				    "run it from here, or save it as a script" :
				    "save it as a script and take it along");
	wiz_command_lines(w->run.plan->vm_cmd, w->run.plan->n_vm_cmd, &view->lines);
	view->can |= WIZ_CAN_RUN | WIZ_CAN_SAVE;
}

static void build(struct wiz *w, struct wiz_view *view)
{
	wiz_run_build(w, view);
	wiz_view_set(view, &view->list_title, "Apply");
	if (w->run.running)
		return;
	if (vm_left(w))
		offer_vm(w, view);
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_SEARCH;
	wiz_view_set(view, &view->next_label, "%s", wants_reboot(w) ? "next" : "home");
}

static int run_vm(struct wiz *w)
{
	if (!wiz_runs_commands(w))
		return wiz_note(w, "Not run",
				"This is not the running system, so the commands are only shown. "
				"Save them as a script to take them along.");
	return wiz_ask(w, WIZ_ASKING_VM_RUN, WIZ_ASK_YESNO, NULL, "Run",
		       "Run %zu %s for the VM now?", w->run.plan->n_vm_cmd,
		       w->run.plan->n_vm_cmd == 1 ? "command" : "commands");
}

static int answer(struct wiz *w, const struct wiz_event *e)
{
	if (w->asking == WIZ_ASKING_VM_SAVE)
		return wiz_script_save(w, w->run.plan, e->text);
	return w->asking == WIZ_ASKING_VM_RUN ? wiz_run_vm(w) : 0;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	*ret = WIZ_REBUILD;
	switch (e->kind) {
	case WIZ_EVENT_RUN:
		return run_vm(w);
	case WIZ_EVENT_SAVE:
		return wiz_script_ask(w, w->run.plan);
	case WIZ_EVENT_ANSWER:
		return answer(w, e);
	default:
		break;
	}
	return wants_reboot(w) ? wiz_go(w, WIZ_PAGE_REBOOT, ret) :
				 wiz_go_from_home(w, WIZ_PAGE_HOME, ret);
}

const struct wiz_page_ops wiz_page_apply = {
	.id = "apply",
	.title = "Set up passthrough",
	.step = "Apply",
	.relevant = relevant,
	.build = build,
	.event = event,
};
