/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

#include "src/base/i18n.h"
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
				    _("r runs it now, s saves it as a script") :
				    _("s saves it as a script; from here it cannot be run"));
	wiz_command_lines(w->run.plan->vm_cmd, w->run.plan->n_vm_cmd, &view->lines);
	view->can |= WIZ_CAN_SAVE | (wiz_runs_commands(w) ? WIZ_CAN_RUN : 0);
}

static void say_doubts(const struct wiz_run *run, struct wiz_lines *lines)
{
	if (run->doubts.n == 0)
		return;
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Do not reboot yet");
	for (size_t i = 0; i < run->doubts.n; i++)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "%s", run->doubts.v[i]);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "The files are written, but what the node boots from does not hold all "
			    "of it. The next page takes the change back, or leaves it for you to "
			    "mend.");
}

static void build(struct wiz *w, struct wiz_view *view)
{
	wiz_run_build(w, view);
	wiz_view_set(view, &view->list_title, "Apply");
	if (w->run.running)
		return;
	say_doubts(&w->run, &view->lines);
	if (vm_left(w))
		offer_vm(w, view);
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_SEARCH;
	wiz_view_set(view, &view->next_label, "%s", wants_reboot(w) ? _("next") : _("home"));
}

static int run_vm(struct wiz *w)
{
	return wiz_ask(w, WIZ_ASKING_VM_RUN, WIZ_ASK_YESNO, NULL, "Run",
		       P_("Run %zu command for the VM now?", "Run %zu commands for the VM now?",
			  w->run.plan->n_vm_cmd), w->run.plan->n_vm_cmd);
}

static int leave(struct wiz *w, enum wiz_follow *ret)
{
	return wants_reboot(w) ? wiz_go(w, WIZ_PAGE_REBOOT, ret) :
				 wiz_go_from_home(w, WIZ_PAGE_HOME, ret);
}

static int ask_to_leave(struct wiz *w)
{
	return wiz_ask(w, WIZ_ASKING_VM_LEAVE, WIZ_ASK_YESNO, NULL, "For the VM",
		       "The VM's part was not run, so the VM is as it was. Go on without it? The "
		       "same choices plan it again, later.");
}

static int answer(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	if (w->asking == WIZ_ASKING_VM_LEAVE)
		return leave(w, ret);
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
		return answer(w, e, ret);
	default:
		break;
	}
	if (vm_left(w) && !w->run.vm_tried && !w->run.vm_saved)
		return ask_to_leave(w);
	return leave(w, ret);
}

const struct wiz_page_ops wiz_page_apply = {
	.id = "apply",
	.title = N_("Set up passthrough"),
	.step = N_("Apply"),
	.relevant = relevant,
	.build = build,
	.event = event,
};
