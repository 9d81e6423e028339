/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/proof.h"
#include "src/exec/trial.h"

/* ---- files ---- */

static int make_folders(struct pg_run *run, struct pg_err *err)
{
	for (size_t i = 0; i < run->j->folder.n; i++) {
		int r = pg_root_mkdir(run->root, run->j->folder.v[i], 0755, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_file(struct pg_run *run, size_t i, struct pg_err *err)
{
	const struct pg_jfile *f = &run->j->file[i];
	const struct pg_meta meta = { .mode = f->mode, .uid = f->uid, .gid = f->gid };
	struct pg_version before PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_version after PG_CLEANUP(pg_version_done) = { 0 };
	int r = pg_version_load(run->root, run->j, i, f->to, &before, err);

	if (r == 0)
		r = pg_version_load(run->root, run->j, i, f->from, &after, err);
	/* What another changed is none of ours to put back: looked at before it is begun. */
	if (r == 0)
		r = pg_file_check(run->root, f->path, &before, &after, err);
	if (r >= 0)
		r = pg_journal_mark(run->root, run->j, "write", i, err);
	if (r == 0)
		r = pg_file_move(run->root, f->path, &before, &after, &meta, err);
	return r < 0 ? r : pg_journal_mark(run->root, run->j, "written", i, err);
}

static int write_files(struct pg_run *run, struct pg_err *err)
{
	static const char *const verbs[] = { [PG_CHANGE_CREATE] = N_("Creating"),
					     [PG_CHANGE_EDIT] = N_("Changing"),
					     [PG_CHANGE_REMOVE] = N_("Removing") };

	for (size_t i = 0; i < run->j->n_file; i++) {
		const struct pg_jfile *f = &run->j->file[i];
		int r;

		if (pg_run_cancelled(run))
			return pg_err_set(err, -ECANCELED, NULL, 0, "It was cancelled.");
		pg_run_step(run, "%s %s", _(verbs[f->change]), f->path);
		r = write_file(run, i, err);
		pg_run_step_done(run, r < 0 ? 1 : 0);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- commands ---- */

/* A command that was asked to stop may have ended in the middle, whatever status it made of
 * that. */
static int status_of(const struct pg_ran *ran)
{
	return ran->cancelled && ran->status != 0 ? 128 + SIGTERM : ran->status;
}

static int run_one(struct pg_run *run, size_t i, struct pg_err *err)
{
	struct pg_ran ran PG_CLEANUP(pg_ran_done) = { 0 };
	pg_autofree char *text = NULL;
	int r;

	if (pg_run_cancelled(run))
		return pg_err_set(err, -ECANCELED, NULL, 0, "It was cancelled.");
	r = pg_journal_mark(run->root, run->j, "run", i, err);
	if (r == 0)
		r = pg_run_command(run, &run->j->cmd[i].argv, true, &ran);
	if (r == 0)
		r = pg_journal_mark_status(run->root, run->j, "ran", i, status_of(&ran), err);
	if (r < 0 || (ran.status == 0 && !ran.cancelled))
		return r;
	text = pg_ran_text(&run->j->cmd[i].argv, &ran);
	if (!text)
		return -ENOMEM;
	return pg_err_set(err, ran.cancelled ? -ECANCELED : -EPROTO, NULL, 0, "%s", text);
}

/* The host's commands took their time: is what the first one for a VM comes to still as it was? */
static int check_vms(const struct pg_run *run, size_t first, struct pg_err *err)
{
	int r = 0;

	if (!run->j->cmd[first].vm || (first && run->j->cmd[first - 1].vm))
		return 0;
	for (size_t i = first; r == 0 && i < run->j->n_cmd; i++)
		r = pg_stamp_check_command(run->root, run->opts->stamp, &run->j->cmd[i].argv, err);
	return r;
}

static int run_commands(struct pg_run *run, struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->j->n_cmd; i++) {
		r = check_vms(run, i, err);
		if (r == 0)
			r = run->commands ? run_one(run, i, err) : pg_run_list(run, &run->j->cmd[i].argv);
	}
	return r;
}

/* ---- the whole ---- */

static char *cause_of(const struct pg_err *err)
{
	struct pg_strbuf b = { 0 };

	if (err->path)
		pg_strbuf_addf(&b, "%s: ", err->path);
	pg_strbuf_add(&b, err->what ? err->what : _("Memory ran out."));
	return pg_strbuf_steal(&b);
}

/* Is another in effect already, whose time runs? *ret is NULL where none is. */
static int find_running(const struct pg_run *run, struct pg_trial **ret)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	bool runs = false;
	int r = pg_trials_read(run->root, &t);

	for (size_t i = 0; r == 0 && i < t.n; i++)
		runs |= strcmp(t.v[i]->id, run->j->id) != 0 && pg_trial_has_files(t.v[i]) &&
			pg_trial_is_in_effect(t.v[i], run->j->trial.boot);
	if (r == 0 && runs)
		r = pg_trial_find(run->root, ret, NULL);
	if (r == 0 && *ret && (*ret)->off) {
		pg_trial_free(*ret);
		*ret = NULL;
	}
	return r;
}

/* "12 minutes" */
struct span {
	char s[32];
};

static struct span minutes_of(unsigned seconds)
{
	unsigned n = (seconds + 59) / 60;
	struct span span;

	(void)snprintf(span.s, sizeof(span.s), P_("%u minute", "%u minutes", n), n);
	return span;
}

/* It joins a trial whose time runs: it has none of its own before the next reboot. */
static int say_joined(struct pg_run *run, const struct pg_trial *trial, struct pg_outcome *ret)
{
	const char *id = run->j->id;
	int r;

	if (!pg_trial_has_files(run->j))
		return pg_outcome_set(ret, PG_OUTCOME_DONE, id,
				      "The change is made and recorded as %s. It joins the trial that "
				      "runs, which has %s left: `pve-gpu confirm` keeps both, and "
				      "without it the node takes both back. `pve-gpu undo %s` takes "
				      "this one back at any time.", id, minutes_of(trial->left).s, id);
	r = pg_outcome_set(ret, PG_OUTCOME_DONE, id,
			   "The change is made and recorded as %s. It takes effect with the next "
			   "reboot. Until then it belongs to the trial that runs, which has %s left: "
			   "without `pve-gpu confirm` the node takes both back. Confirm that one "
			   "before you reboot; this one then waits %s after the reboot to be "
			   "confirmed too. `pve-gpu undo %s` takes it back at any time.",
			   id, minutes_of(trial->left).s, minutes_of(run->j->trial.wait).s, id);
	ret->trial = r == 0 ? run->j->trial.wait : 0;
	return r;
}

/* What happens after the reboot, and without the person. */
static int say_trial(struct pg_run *run, const struct pg_plan *plan, struct pg_outcome *ret)
{
	const struct pg_jtrial *trial = &run->j->trial;
	struct pg_trial *running PG_CLEANUP(pg_trial_freep) = NULL;
	const char *none = "", *unit = "";
	int r = find_running(run, &running);

	if (r < 0)
		return r;
	if (running)
		return say_joined(run, running, ret);
	if (run->live && !trial->address.n)
		none = _(" No address of the node is known that could be looked for.");
	if (!plan->trial)
		unit = _(" It joins the change that is on trial already: both are confirmed or taken "
		       "back together.");
	r = pg_outcome_set(ret, PG_OUTCOME_DONE, run->j->id,
			   "The change is made and recorded as %s.%s It is on trial: after the next "
			   "reboot it waits %s for `pve-gpu confirm`. Without that%s the node "
			   "puts everything back and reboots once more, by itself.%s "
			   "`pve-gpu undo %s` takes it back at any time.",
			   run->j->id, unit, minutes_of(trial->wait).s,
			   trial->address.n ? _(", or when an address of the node does not come up "
					      "again,") : "",
			   none, run->j->id);
	ret->trial = r == 0 ? trial->wait : 0;
	return r;
}

static int say_done(struct pg_run *run, const struct pg_plan *plan, struct pg_outcome *ret)
{
	const char *boot = plan->reboot ? _(" It takes effect with the next reboot of the node.") : "";
	const char *listed = "", *no_trial = "";

	if (run->j->trial.asked)
		return say_trial(run, plan, ret);
	if (run->listed.n)
		listed = _(" The commands were not run, since this is not the running system.");
	if (plan->trial && run->j->n_file)
		no_trial = _(" There is no trial, for the same reason.");
	return pg_outcome_set(ret, PG_OUTCOME_DONE, run->j->id,
			      "The change is made and recorded as %s.%s%s%s "
			      "`pve-gpu undo %s` takes it back.",
			      run->j->id, listed, *listed ? no_trial : "", boot, run->j->id);
}

/* From here on the node is changed: whatever fails is put back. */
static int carry_out(struct pg_run *run, const struct pg_plan *plan, struct pg_outcome *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *cause = NULL;
	int r;

	run->n_steps = run->j->n_file + (run->commands ? run->j->n_cmd : 0);
	r = make_folders(run, &err);
	if (r == 0)
		r = write_files(run, &err);
	if (r == 0)
		r = run_commands(run, &err);
	if (r == 0)
		r = pg_journal_set_state(run->root, run->j, run->j->trial.asked ?
					 PG_TX_TRIAL : PG_TX_APPLIED, &err);
	if (r == 0)
		return say_done(run, plan, ret) < 0 ? -ENOMEM : pg_proof(run, plan, ret);
	cause = cause_of(&err);
	return pg_back_out(run, cause ? cause : _("Memory ran out."), ret);
}

/* Nothing of the node was touched yet. */
static int prepare(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	int r = pg_prepare(run, plan, err);

	if (r == 0)
		r = pg_journal_set_state(run->root, run->j, PG_TX_APPLYING, err);
	if (r < 0 && run->j)
		(void)pg_journal_set_state(run->root, run->j, PG_TX_UNDONE, NULL);
	return r;
}

static int check(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	int r = pg_stamp_check(run->root, run->opts->stamp, err);

	for (size_t i = 0; r == 0 && run->opts->run_vm && i < plan->n_vm_cmd; i++)
		r = pg_stamp_check_command(run->root, run->opts->stamp, &plan->vm_cmd[i].argv, err);
	if (r == 0)
		r = pg_prepare_check(run->root, plan, err);
	if (r < 0 || run->looked_again)
		return r;
	run->looked_again = true;
	return pg_again_check(run->root, plan, run->opts, err);
}

/* Where nothing was ever changed, what is refused leaves neither folder nor lock. */
static int check_first(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	return pg_root_exists(run->root, PG_TX_DIR) ? 0 : check(run, plan, err);
}

static int apply_locked(struct pg_run *run, const struct pg_plan *plan,
			struct pg_outcome *ret)
{
	struct pg_journal *unfinished PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r = pg_store_unfinished(run->root, &unfinished, &err);

	if (r == 0 && unfinished)
		return pg_outcome_refuse_unfinished(ret, unfinished, &err);
	(void)pg_trial_tidy(run);
	if (r == 0)
		r = check(run, plan, &err);
	if (r == 0)
		r = prepare(run, plan, &err);
	if (r < 0)
		return pg_outcome_refuse(ret, r, &err);
	r = carry_out(run, plan, ret);
	return ret->kind == PG_OUTCOME_PUT_BACK ? pg_trial_end(run, r) : r;
}

/* The stamp of what comes next; a caller that gets none is refused, which is safe. */
static void stamp_outcome(const struct pg_root *root, struct pg_outcome *outcome)
{
	if (outcome->kind == PG_OUTCOME_DONE || outcome->kind == PG_OUTCOME_PUT_BACK)
		(void)pg_exec_stamp(root, &outcome->stamp);
}

static int refuse_blocked(const struct pg_plan *plan, struct pg_outcome *ret)
{
	const struct pg_finding *first = NULL;

	for (size_t i = 0; !first && i < plan->findings.n; i++)
		if (plan->findings.v[i].level == PG_LEVEL_BLOCK)
			first = &plan->findings.v[i];
	return pg_outcome_set(ret, PG_OUTCOME_REFUSED, NULL, "%s%s%s Nothing was changed.",
			      first ? first->text : _("The plan is blocked."),
			      first && first->advice ? " " : "",
			      first && first->advice ? first->advice : "");
}

int pg_apply(struct pg_root *root, const struct pg_plan *plan, const struct pg_exec_opts *opts,
	     struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_outcome outcome = { 0 };
	pg_autoclose int lock = -1;
	int r;

	pg_run_init(&run, root, opts);
	if (pg_plan_is_blocked(plan))
		r = refuse_blocked(plan, &outcome);
	else if (pg_plan_is_empty(plan))
		r = pg_outcome_set(&outcome, PG_OUTCOME_NOTHING, NULL,
				   "There is nothing to do: everything is as it should be.");
	else if ((r = check_first(&run, plan, &own)) < 0 ||
		 (r = pg_store_lock(root, PG_DOING_APPLY, &lock, &own)) < 0)
		r = pg_outcome_refuse(&outcome, r, &own);
	else if ((r = apply_locked(&run, plan, &outcome)) == 0)
		stamp_outcome(root, &outcome);
	return pg_run_end(&run, r, &outcome, ret, err);
}
