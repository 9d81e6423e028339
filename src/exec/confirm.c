/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the changes on trial for good. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/trial.h"

static bool has(const struct pg_trials *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i]->id, id) == 0)
			return true;
	return false;
}

static int say_none(struct pg_outcome *ret)
{
	return pg_outcome_set(ret, PG_OUTCOME_NOTHING, NULL,
			      "No change is on trial: there is nothing to confirm.");
}

static int refuse_id(const struct pg_root *root, const char *id, struct pg_outcome *ret)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	int r = pg_store_is_id(id) ? pg_journal_read(root, id, &j, NULL) : -ENOENT;

	if (r == -ENOENT)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, NULL,
				      "There is no change %s. `pve-gpu history` lists them.", id);
	if (r < 0)
		return r;
	if (j->state == PG_TX_CONFIRMED)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, id,
				      "The change %s is confirmed already.", id);
	return pg_outcome_set(ret, PG_OUTCOME_REFUSED, id,
			      "The change %s is not on trial, and no reboot has put it to work "
			      "since: there is nothing to confirm.", id);
}

static int refuse_early(const struct pg_trials *t, bool off, struct pg_outcome *ret)
{
	pg_autofree char *ids = pg_trials_ids(t);

	if (!ids)
		return -ENOMEM;
	if (off)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, t->v[t->n - 1]->id,
				      P_("The node was booted without passthrough (pve-gpu.off), so the change %s is "
					 "not seen at work. Boot it as usual to look at it, or take it back with "
					 "`pve-gpu recover`. Nothing was changed.",
					 "The node was booted without passthrough (pve-gpu.off), so the changes %s are "
					 "not seen at work. Boot it as usual to look at them, or take them back with "
					 "`pve-gpu recover`. Nothing was changed.", t->n), ids);
	return pg_outcome_set(ret, PG_OUTCOME_REFUSED, t->v[t->n - 1]->id,
			      P_("The change %s takes effect with the next reboot of the node. Reboot, see that "
				 "all is well, and confirm it then. Nothing was changed.",
				 "The changes %s take effect with the next reboot of the node. Reboot, see that "
				 "all is well, and confirm them then. Nothing was changed.", t->n), ids);
}

static int say_kept(const struct pg_strv *kept, const struct pg_strv *later,
		    struct pg_outcome *ret)
{
	pg_autofree char *ids = pg_strv_join(kept, ", "), *rest = NULL, *more = NULL;

	rest = pg_strv_join(later, ", ");
	more = rest ? pg_strf(P_(" The change %s takes effect with the next reboot, and after it is to be "
				 "confirmed too.",
				 " The changes %s take effect with the next reboot, and after it are to be "
				 "confirmed too.", later->n), rest) : NULL;
	if (!ids || !more)
		return -ENOMEM;
	return pg_outcome_set(ret, PG_OUTCOME_DONE, kept->v[kept->n - 1],
			      P_("The change %s is confirmed and stays. `pve-gpu undo` takes it back if need be.%s",
				 "The changes %s are confirmed and stay. `pve-gpu undo` takes them back if need "
				 "be.%s", kept->n), ids, later->n ? more : "");
}

/* Oldest first: what is still on trial then lies on top. */
static int keep_all(struct pg_run *run, const struct pg_trials *t, const char *boot,
		    struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_strv kept PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv later PG_CLEANUP(pg_strv_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n; i++) {
		bool keep = pg_trial_is_in_effect(t->v[i], boot);

		if (keep)
			r = pg_journal_set_state(run->root, t->v[i], PG_TX_CONFIRMED, err);
		if (r == 0)
			r = pg_strv_add(keep ? &kept : &later, t->v[i]->id);
	}
	return r < 0 ? r : say_kept(&kept, &later, ret);
}

static int confirm_all(struct pg_run *run, const struct pg_trials *t, struct pg_outcome *ret,
		       struct pg_err *err)
{
	pg_autofree char *boot = NULL;
	bool off = false;
	int r = pg_trial_boot_id(run->root, &boot, err);

	if (r < 0)
		return r;
	(void)pg_boot_is_off(run->root, &off);
	if (off || !pg_trials_are_in_effect(t, boot))
		return refuse_early(t, off, ret);
	return pg_trial_end(run, keep_all(run, t, boot, ret, err));
}

/* None is on trial: what was applied without one is said to be well. */
static int confirm_unseen(struct pg_run *run, const char *id, struct pg_outcome *ret,
			  struct pg_err *err)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	pg_autofree char *ids = NULL;
	int r = pg_unseen_read(run->root, &t);

	if (r == 0 && id && !has(&t, id))
		return refuse_id(run->root, id, ret);
	if (r == 0 && !t.n)
		return say_none(ret);
	for (size_t i = 0; r == 0 && i < t.n; i++)
		r = pg_journal_set_state(run->root, t.v[i], PG_TX_CONFIRMED, err);
	if (r < 0)
		return r;
	ids = pg_trials_ids(&t);
	return !ids ? -ENOMEM :
		      pg_outcome_set(ret, PG_OUTCOME_DONE, t.v[t.n - 1]->id,
				     P_("The change %s is confirmed. `pve-gpu undo` takes it back if need be.",
					"The changes %s are confirmed. `pve-gpu undo` takes them back if need be.", t.n),
				     ids);
}

static int confirm_locked(struct pg_run *run, const char *id, struct pg_outcome *ret)
{
	struct pg_journal *unfinished PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	int r = pg_store_unfinished(run->root, &unfinished, &err);

	if (r == 0 && unfinished)
		return pg_outcome_refuse_unfinished(ret, unfinished, &err);
	if (r == 0)
		r = pg_trials_read(run->root, &t);
	if (r == 0 && (!t.n || (id && !has(&t, id))))
		r = confirm_unseen(run, id, ret, &err);
	else if (r == 0)
		r = confirm_all(run, &t, ret, &err);
	return r < 0 ? pg_outcome_refuse(ret, r, &err) : r;
}

/* Reading comes before the lock, so that nothing is made where nothing is on trial. */
int pg_confirm(struct pg_root *root, const char *id, const struct pg_exec_opts *opts,
	       struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_outcome outcome = { 0 };
	pg_autoclose int lock = -1;
	struct stat st;
	int r;

	pg_run_init(&run, root, opts);
	if (pg_root_lstat(root, PG_TX_DIR, &st) == -ENOENT)
		r = id ? refuse_id(root, id, &outcome) : say_none(&outcome);
	else if ((r = pg_store_lock(root, PG_DOING_CONFIRM, &lock, &own)) < 0)
		r = pg_outcome_refuse(&outcome, r, &own);
	else
		r = confirm_locked(&run, id, &outcome);
	return pg_run_end(&run, r, &outcome, ret, err);
}
