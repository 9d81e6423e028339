/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recover, as a person asks for it: on a node booted with pve-gpu.off it takes back what may
 * be why. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/trial.h"

/* The newest change in that state with files of the plan; *ret is NULL where there is none. */
static int find(const struct pg_root *root, enum pg_tx_state state, bool files, char **ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = ids.n; r == 0 && !*ret && i > 0; i--) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		r = pg_journal_read(root, ids.v[i - 1], &j, NULL);
		if (r == 0 && j->state == state && (!files || pg_trial_has_files(j)))
			*ret = PG_STEAL(j->id);
	}
	return r;
}

/* From the newest to the oldest, as long as it goes well. */
static int undo_trials(struct pg_root *root, const struct pg_exec_opts *opts,
		       struct pg_outcome *ret, struct pg_err *err)
{
	for (;;) {
		struct pg_outcome one PG_CLEANUP(pg_outcome_done) = { 0 };
		pg_autofree char *id = NULL, *text = NULL;
		int r = find(root, PG_TX_TRIAL, false, &id);

		if (r < 0 || !id)
			return r;
		r = pg_undo(root, id, opts, &one, err);
		if (r < 0)
			return r;
		text = pg_strf("%s%s%s", ret->text ? ret->text : "", ret->text ? "\n" : "", one.text);
		if (!text)
			return -ENOMEM;
		free(one.text);
		one.text = PG_STEAL(text);
		pg_outcome_done(ret);
		*ret = one;
		one = (struct pg_outcome){ 0 };
		if (ret->kind != PG_OUTCOME_DONE)
			return 0;
	}
}

static int say_reboot(struct pg_outcome *done)
{
	char *text = pg_strf(_("%s\nNow reboot the node with its usual entry, not the one without "
			     "passthrough: it then runs as before the change."), done->text);

	if (!text)
		return -ENOMEM;
	free(done->text);
	done->text = text;
	return 0;
}

static int undo_off(struct pg_root *root, const struct pg_exec_opts *opts,
		    struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_outcome done = { 0 };
	pg_autofree char *id = NULL;
	int r = undo_trials(root, opts, &done, err);

	if (r == 0 && !done.text)
		r = find(root, PG_TX_APPLIED, true, &id);
	if (r == 0 && id)
		r = pg_undo(root, id, opts, &done, err);
	if (r < 0 || !done.text) {
		pg_outcome_done(&done);
		return r;
	}
	if (done.kind == PG_OUTCOME_DONE && say_reboot(&done) < 0) {
		pg_outcome_done(&done);
		return -ENOMEM;
	}
	pg_outcome_done(ret);
	*ret = done;
	return 0;
}

static int say_waits(const struct pg_trial *trial, struct pg_outcome *ret)
{
	return pg_outcome_set(ret, PG_OUTCOME_NOTHING, trial->id,
			      "Nothing was interrupted. The change %s is on trial: `pve-gpu "
			      "confirm` keeps it %s, `pve-gpu undo` takes it back.", trial->id,
			      trial->booted ? _("now") : _("after the reboot"));
}

/* A start with nothing to do needs no rights; who asks is told that it is not known. */
static int refuse_unseen(const struct pg_root *root, struct pg_outcome *ret)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	if (pg_store_unfinished(root, &open, &err) != -EACCES)
		return 0;
	return pg_outcome_set(ret, PG_OUTCOME_REFUSED, NULL,
			      "Whether a change was interrupted cannot be seen: %s may not be read. Run it as root.",
			      PG_TX_DIR);
}

int pg_recover_asked(struct pg_root *root, const struct pg_exec_opts *opts,
		     struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_trial *trial PG_CLEANUP(pg_trial_freep) = NULL;
	struct pg_outcome outcome = { 0 };
	bool off = false;
	int r = refuse_unseen(root, &outcome);

	if (r == 0 && !outcome.text)
		r = pg_recover(root, opts, &outcome, err);
	if (r == 0 && outcome.kind == PG_OUTCOME_NOTHING) {
		(void)pg_boot_is_off(root, &off);
		if (off)
			r = undo_off(root, opts, &outcome, err);
		else if (pg_trial_find(root, &trial, NULL) == 0 && trial)
			r = say_waits(trial, &outcome);
	}
	if (r < 0) {
		pg_outcome_done(&outcome);
		return r;
	}
	*ret = outcome;
	return 0;
}
