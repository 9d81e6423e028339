/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

static void heading(struct wiz_lines *lines, const char *text)
{
	if (lines->n)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "%s", text);
}

/* ---- what to know ---- */

static bool has_level(const struct pg_plan *plan, enum pg_level level)
{
	for (size_t i = 0; i < plan->findings.n; i++)
		if (plan->findings.v[i].level == level)
			return true;
	return false;
}

static void findings(const struct pg_plan *plan, enum pg_level level, const char *title,
		     struct wiz_lines *lines)
{
	if (!has_level(plan, level))
		return;
	heading(lines, title);
	wiz_findings_lines(&plan->findings, level, lines);
}

static void effects(const struct pg_plan *plan, struct wiz_lines *lines)
{
	if (plan->n_effect)
		heading(lines, _("These devices leave their driver"));
	for (size_t i = 0; i < plan->n_effect; i++) {
		const struct pg_effect *e = &plan->effect[i];

		(void)wiz_lines_add(lines, WIZ_PLAIN, pg_bdf_short(e->addr).s,
				    _("%s → %s %s: %s"), e->now ? e->now : _("none"), e->after ? e->after : _("gone"),
				    e->at_boot ? _("at the next reboot of the node") :
						 _("when the VM starts"),
				    e->why);
		if (e->lost)
			(void)wiz_lines_add(lines, WIZ_BAD, "", "The node loses %s.", e->lost);
	}
}

/* ---- what is written and run ---- */

static enum wiz_style diff_style(const char *line)
{
	if (pg_text_starts(line, "+++") || pg_text_starts(line, "---"))
		return WIZ_STRONG;
	if (*line == '+')
		return WIZ_ADDED;
	if (*line == '-')
		return WIZ_REMOVED;
	return *line == '@' ? WIZ_FAINT : WIZ_PLAIN;
}

static void diff(const char *text, struct wiz_lines *lines)
{
	size_t pos = 0, n = strlen(text), len, full;
	const char *line;

	while (pg_text_line(text, n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		if (!copy)
			lines->failed = true;
		else
			(void)wiz_lines_add_raw(lines, diff_style(copy), copy);
	}
}

/* A script of our own, the same on every node: its many lines come after all else. */
static bool is_script(const struct pg_plan_file *f)
{
	return f->change == PG_CHANGE_CREATE && (f->mode & 0111) != 0;
}

static void file_diff(const struct wiz *w, const struct pg_plan_file *f,
		      struct wiz_lines *lines)
{
	if (f->diff)
		diff(f->diff, lines);
	else if (w->diff_why_not)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "The difference cannot be shown. %s",
				    w->diff_why_not);
}

static void files(const struct wiz *w, const struct pg_plan *plan, struct wiz_lines *lines)
{
	static const char *const words[] = { N_("created"), N_("changed"), N_("removed") };

	for (size_t i = 0; i < plan->n_file; i++) {
		const struct pg_plan_file *f = &plan->file[i];

		if (lines->n)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "%s is %s", f->path,
				    _(words[f->change]));
		for (size_t k = 0; k < f->why.n; k++)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", f->why.v[k]);
		if (is_script(f))
			(void)wiz_lines_add(lines, WIZ_FAINT, NULL,
					    "A script of pve-gpu: its text is at the end.");
		else
			file_diff(w, f, lines);
	}
}

static void scripts(const struct wiz *w, const struct pg_plan *plan, struct wiz_lines *lines)
{
	for (size_t i = 0; i < plan->n_file; i++) {
		if (!is_script(&plan->file[i]))
			continue;
		heading(lines, plan->file[i].path);
		file_diff(w, &plan->file[i], lines);
	}
}

static void review(const struct wiz *w, const struct pg_plan *plan, struct wiz_lines *lines)
{
	if (pg_plan_is_empty(plan) && !pg_plan_is_blocked(plan))
		(void)wiz_lines_add(lines, WIZ_GOOD, NULL,
				    "Nothing is left to do: the configuration has all of it.");
	findings(plan, PG_LEVEL_BLOCK, _("This stands in the way"), lines);
	findings(plan, PG_LEVEL_WARN, _("Take care"), lines);
	effects(plan, lines);
	files(w, plan, lines);
	if (plan->n_cmd)
		heading(lines, wiz_runs_commands(w) ?
				       _("Then these commands run on the node") :
				       _("Then these commands are to be run on the node itself"));
	wiz_command_lines(plan->cmd, plan->n_cmd, lines);
	if (plan->n_vm_cmd)
		heading(lines, wiz_runs_commands(w) ?
				       _("For the VM, afterwards: run from here, or saved as a script") :
				       _("For the VM, afterwards: saved as a script"));
	wiz_command_lines(plan->vm_cmd, plan->n_vm_cmd, lines);
	if (plan->reboot) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "It takes effect when the node is rebooted. %s",
				    plan->trial ? _("That is left to you; only a trial that nobody "
						  "keeps reboots the node by itself, once.") :
						  _("Nothing reboots it by itself."));
	}
	findings(plan, PG_LEVEL_NOTE, _("Good to know"), lines);
	scripts(w, plan, lines);
}

/* ---- the way on ---- */

static bool has_host_part(const struct pg_plan *plan)
{
	return plan->n_file || plan->n_cmd;
}

static void why_not_next(const struct wiz *w, const struct pg_plan *plan,
			 struct wiz_view *view)
{
	const char *why = NULL;

	for (size_t i = 0; !why && i < plan->findings.n; i++)
		if (plan->findings.v[i].level == PG_LEVEL_BLOCK)
			why = plan->findings.v[i].text;
	if (!why && pg_plan_is_empty(plan))
		why = _("Nothing is left to do. Status, on the first page, tells how it stands.");
	if (!why)
		why = wiz_why_read_only(w);
	if (why)
		wiz_view_set(view, &view->why_not_next, "%s", why);
}

/* Is there a reboot after which it could wait to be kept? */
static bool offers_trial(const struct wiz *w, const struct pg_plan *plan)
{
	return plan->reboot && wiz_can_reboot(w) && !pg_plan_is_blocked(plan);
}

/* Network cards that stay, and whose names may change. */
static bool offers_pin(const struct wiz *w, const struct pg_plan *plan)
{
	return !pg_plan_is_blocked(plan) && pg_plan_nics_offered(w->facts, w->choices);
}

static void build(struct wiz *w, struct wiz_view *view)
{
	pg_autofree char *phrase = NULL;

	view->shape = WIZ_SHAPE_TEXT;
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_SEARCH;
	wiz_view_set(view, &view->list_title, "What will be done");
	if (wiz_plan(w) < 0) {
		view->failed = true;
		return;
	}
	review(w, w->plan, &view->lines);
	if (wiz_loss_phrase(w, &phrase) < 0)
		view->failed = true;
	if (!phrase)
		why_not_next(w, w->plan, view);
	wiz_view_set(view, &view->next_label, "%s", phrase ? _("override") :
		     has_host_part(w->plan) ? _("apply") : _("next"));
	if (w->plan->n_vm_cmd)
		view->can |= WIZ_CAN_SAVE;
	if (offers_pin(w, w->plan))
		view->can |= WIZ_CAN_PIN;
	if (offers_trial(w, w->plan))
		view->can |= WIZ_CAN_TRIAL;
	if (offers_trial(w, w->plan) ||
	    (wiz_trial_runs(w) && !pg_plan_is_blocked(w->plan) && !pg_plan_is_empty(w->plan)))
		wiz_trial_intro(w, w->plan, view);
}

/* "Write 3 files and run 1 command?" */
static char *deed_of(const struct wiz *w, const struct pg_plan *plan)
{
	size_t files = plan->n_file, commands = plan->n_cmd;
	pg_autofree char *run = NULL;

	if (!files && !wiz_runs_commands(w))
		return strdup(_("Commands are only listed, to be run on the node itself. Go on?"));
	if (commands && !wiz_runs_commands(w))
		return pg_strf(P_("Write %zu file? Commands are only listed, to be run on the node itself.",
				  "Write %zu files? Commands are only listed, to be run on the node itself.",
				  files), files);

	if (!commands)
		return pg_strf(P_("Write %zu file?", "Write %zu files?", files), files);
	if (!files)
		return pg_strf(P_("Run %zu command?", "Run %zu commands?", commands), commands);
	run = pg_strf(P_("run %zu command", "run %zu commands", commands), commands);
	return run ? pg_strf(P_("Write %zu file and %s?", "Write %zu files and %s?", files), files, run) : NULL;
}

/* What the node loses is said once more where it is decided. */
static int ask(struct wiz *w)
{
	const struct pg_plan *plan = w->plan;
	pg_autofree char *after = wiz_trial_promise(w, plan), *deed = deed_of(w, plan);
	const char *lost = NULL;
	size_t n_lost = 0;

	if (!after || !deed)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n_effect; i++) {
		n_lost += plan->effect[i].lost != NULL;
		lost = lost ? lost : plan->effect[i].lost;
	}
	return wiz_ask(w, WIZ_ASKING_APPLY, WIZ_ASK_YESNO, NULL, "Apply",
		       "%s%s%s%s %s",
		       lost ? _("The node loses ") : "", lost ? lost : "",
		       n_lost > 1 ? _(", and more. ") :
		       lost	  ? ". " :
				    "",
		       deed, after);
}

static int go_on(struct wiz *w, enum wiz_follow *ret)
{
	pg_autofree char *phrase = NULL;
	int r = wiz_loss_phrase(w, &phrase);

	if (r < 0)
		return r;
	if (phrase)
		return wiz_loss_ask(w, phrase);
	if (has_host_part(w->plan))
		return ask(w);
	wiz_run_take_plan(w);
	return wiz_go(w, WIZ_PAGE_APPLY, ret);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	int r = wiz_plan(w);

	if (r < 0)
		return r;
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_SAVE)
		return wiz_script_ask(w, w->plan);
	if (e->kind == WIZ_EVENT_TRIAL) {
		wiz_trial_turn(w);
		return 0;
	}
	if (e->kind == WIZ_EVENT_PIN) {
		w->choices->pin_nics = !w->choices->pin_nics;
		wiz_changed(w);
		return 0;
	}
	if (e->kind == WIZ_EVENT_NEXT)
		return go_on(w, ret);
	if (w->asking == WIZ_ASKING_LOSS)
		return wiz_loss_answer(w, e->text);
	if (w->asking == WIZ_ASKING_VM_SAVE)
		return wiz_script_save(w, w->plan, e->text);
	if (w->asking != WIZ_ASKING_APPLY)
		return 0;
	wiz_run_take_plan(w);
	r = wiz_go_from_home(w, WIZ_PAGE_APPLY, ret);
	return r < 0 ? r : wiz_run_apply(w);
}

static int enter(struct wiz *w)
{
	return wiz_plan(w);
}

const struct wiz_page_ops wiz_page_review = {
	.id = "review",
	.title = N_("Set up passthrough"),
	.step = N_("Review"),
	.enter = enter,
	.build = build,
	.event = event,
};
