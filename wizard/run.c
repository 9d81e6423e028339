/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes long: applying, the VM's commands, undoing. The frontend is told at each turn. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

/* A command that talks without end fills no memory. */
#define LINES_MAX 5000

/* ---- what is heard ---- */

static void refresh(const struct wiz *w)
{
	if (w->opts.frontend.refresh)
		w->opts.frontend.refresh(w->opts.frontend.ctx);
}

static void on_step(struct wiz_run *run, const struct pg_event *e)
{
	free(run->doing);
	run->doing = strdup(e->text);
	run->step = e->step ? e->step - 1 : 0;
	run->n_steps = e->n_steps;
	(void)wiz_lines_add(&run->lines, WIZ_STRONG, NULL, "%s", e->text);
}

static void on_done(struct wiz_run *run, const struct pg_event *e)
{
	run->step = e->step;
	run->n_steps = e->n_steps;
	if (e->status)
		(void)wiz_lines_add(&run->lines, WIZ_BAD, NULL, "It failed with status %d.",
				    e->status);
}

static void on_event(void *ctx, const struct pg_event *e)
{
	struct wiz *w = ctx;
	struct wiz_run *run = &w->run;

	switch (e->kind) {
	case PG_EVENT_STEP:
		on_step(run, e);
		break;
	case PG_EVENT_OUTPUT:
		if (run->lines.n < LINES_MAX)
			(void)wiz_lines_add_raw(&run->lines, WIZ_FAINT, e->text);
		break;
	case PG_EVENT_DONE:
		on_done(run, e);
		break;
	case PG_EVENT_BACK:
		run->going_back = true;
		run->step = 0;
		run->n_steps = e->n_steps;
		(void)wiz_lines_add(&run->lines, WIZ_WARN, NULL, "%s", e->text);
		(void)wiz_lines_add(&run->lines, WIZ_WARN, NULL, "Everything is put back.");
		break;
	}
	refresh(w);
}

static bool on_cancelled(void *ctx)
{
	const struct wiz *w = ctx;

	return w->opts.frontend.cancelled &&
	       w->opts.frontend.cancelled(w->opts.frontend.ctx);
}

static struct pg_exec_opts exec_opts(struct wiz *w, bool run_vm)
{
	return (struct pg_exec_opts){ .event = on_event, .cancelled = on_cancelled, .ctx = w,
				      .run_vm = run_vm, .path = w->opts.path,
				      .run_commands = w->opts.run_commands ? PG_YES :
									     PG_UNKNOWN };
}

bool wiz_runs_commands(const struct wiz *w)
{
	return w->opts.run_commands || pg_root_is_live(w->opts.root);
}

/* ---- beginning and end ---- */

void wiz_run_take_plan(struct wiz *w)
{
	wiz_run_done(&w->run);
	w->run.what = WIZ_RUN_APPLY;
	w->run.plan = PG_STEAL(w->plan);
	w->run.stamp = strdup(w->stamp);
	(void)pg_choices_copy(w->choices, &w->run.choices);
}

static void begin(struct wiz *w)
{
	w->run.running = true;
	w->run.going_back = false;
	w->run.step = w->run.n_steps = 0;
	w->run.has_outcome = false;
	pg_outcome_done(&w->run.outcome);
	w->run.outcome = (struct pg_outcome){ 0 };
	refresh(w);
}

/* Only what nobody else changed since the plan was made is changed; what was done of the plan
 * itself is no change by somebody else. */
static int apply(struct wiz *w, const struct pg_plan *plan, struct pg_exec_opts *opts,
		 struct pg_err *err)
{
	struct pg_outcome *outcome = &w->run.outcome;
	int r;

	opts->stamp = w->run.stamp;
	r = opts->stamp ? pg_apply(w->opts.root, plan, opts, outcome, err) : -ENOMEM;
	if (r == 0 && outcome->stamp) {
		free(w->run.stamp);
		w->run.stamp = PG_STEAL(outcome->stamp);
	}
	return r;
}

static enum wiz_style outcome_style(enum pg_outcome_kind kind)
{
	return kind == PG_OUTCOME_BROKEN ? WIZ_BAD :
	       kind == PG_OUTCOME_DONE	 ? WIZ_GOOD :
	       kind == PG_OUTCOME_NOTHING ? WIZ_PLAIN :
					    WIZ_WARN;
}

static void say_outcome(struct wiz_run *run)
{
	const struct pg_outcome *o = &run->outcome;

	if (run->lines.n)
		(void)wiz_lines_add(&run->lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(&run->lines, outcome_style(o->kind), NULL, "%s",
			    o->text ? o->text : _("Nothing was to be done."));
	if (o->listed.n)
		(void)wiz_lines_add(&run->lines, WIZ_HEADING, NULL,
				    "To be run on the node itself:");
	for (size_t i = 0; i < o->listed.n; i++)
		(void)wiz_lines_add_raw(&run->lines, WIZ_COMMAND, o->listed.v[i]);
}

/* The node is read again, as it is now. */
static int end(struct wiz *w, int r, const struct pg_err *err)
{
	struct pg_err again PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *text = NULL;

	w->run.running = false;
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		w->run.outcome.kind = PG_OUTCOME_REFUSED;
		w->run.outcome.text = pg_err_text(err);
	}
	w->run.has_outcome = true;
	say_outcome(&w->run);
	r = wiz_collect(w, &again);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		text = pg_err_text(&again);
		(void)wiz_lines_add(&w->run.lines, WIZ_WARN, NULL,
				    "The node could not be read again. %s", text ? text : "");
	}
	return 0;
}

/* What is still to be said when the VM's part has an outcome of its own. */
static void keep_outcome(struct wiz_run *run)
{
	run->id = PG_STEAL(run->outcome.id);
	run->doubts = run->outcome.doubts;
	run->outcome.doubts = (struct pg_strv){ 0 };
	run->trial = run->outcome.trial;
}

/* ---- the three of them ---- */

int wiz_run_apply(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_exec_opts opts = exec_opts(w, false);
	int r = w->run.choices ? 0 : -ENOMEM;

	begin(w);
	opts.choices = w->run.choices;
	opts.templates = w->opts.templates;
	if (r == 0)
		r = apply(w, w->run.plan, &opts, &err);
	w->run.applied = r == 0 && w->run.outcome.kind == PG_OUTCOME_DONE;
	if (w->run.applied)
		keep_outcome(&w->run);
	return end(w, r, &err);
}

/* A transaction of its own, so that each of the two can be undone. */
int wiz_run_vm(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_exec_opts opts = exec_opts(w, true);
	struct pg_plan vm = *w->run.plan;
	int r;

	vm.n_file = vm.n_cmd = 0;
	vm.reboot = false;
	vm.trial = 0;
	(void)wiz_lines_add(&w->run.lines, WIZ_PLAIN, NULL, "%s", "");
	begin(w);
	r = apply(w, &vm, &opts, &err);
	w->run.vm_tried = true;
	w->run.vm_done = r == 0 && w->run.outcome.kind == PG_OUTCOME_DONE;
	return end(w, r, &err);
}

int wiz_run_undo(struct wiz *w, const char *id)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_exec_opts opts = exec_opts(w, false);
	bool booted = w->trial && w->trial->booted && strcmp(w->trial->id, id) == 0;

	wiz_run_done(&w->run);
	w->run.what = WIZ_RUN_UNDO;
	w->run.booted = booted;
	begin(w);
	return end(w, pg_undo(w->opts.root, id, &opts, &w->run.outcome, &err), &err);
}

int wiz_run_confirm(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_exec_opts opts = exec_opts(w, false);
	pg_autofree char *id = w->trial ? strdup(w->trial->id) : NULL;

	if (!id)
		return w->trial ? -ENOMEM : 0;
	wiz_run_done(&w->run);
	w->run.what = WIZ_RUN_CONFIRM;
	begin(w);
	return end(w, pg_confirm(w->opts.root, id, &opts, &w->run.outcome, &err), &err);
}

int wiz_run_undo_shown(struct wiz *w, const char *id, enum wiz_follow *ret)
{
	pg_autofree char *copy = strdup(id);
	int r = copy ? wiz_go_from_home(w, WIZ_PAGE_HISTORY, ret) : -ENOMEM;

	if (r == 0)
		r = wiz_run_undo(w, copy);
	return r < 0 ? r : wiz_read_history(w);
}

/* ---- showing ---- */

void wiz_run_build(struct wiz *w, struct wiz_view *view)
{
	const struct wiz_run *run = &w->run;

	view->shape = WIZ_SHAPE_RUN;
	view->running = run->running;
	view->progress = run->step;
	view->progress_of = run->n_steps;
	if (run->running && run->doing)
		wiz_view_set(view, &view->progress_text, "%s", run->doing);
	if (run->running)
		view->can = WIZ_CAN_CANCEL;
	for (size_t i = 0; i < run->lines.n; i++) {
		const struct wiz_line *l = &run->lines.v[i];

		if (l->preformatted)
			(void)wiz_lines_add_raw(&view->lines, l->style, l->text);
		else
			(void)wiz_lines_add(&view->lines, l->style, l->label, "%s", l->text);
	}
}
