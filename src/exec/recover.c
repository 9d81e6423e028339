/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/trial.h"

/* What is said at the end, over all transactions. */
struct report {
	struct pg_strv ended;	/* ids of what was taken back */
	struct pg_strv closed;	/* ids of what had not begun */
	struct pg_strv trouble, notes;
	struct pg_strv listed;
	char *unclosed;		/* of what had not begun, why that cannot be written down */
};

static void report_done(struct report *report)
{
	pg_strv_done(&report->ended);
	pg_strv_done(&report->closed);
	pg_strv_done(&report->trouble);
	pg_strv_done(&report->notes);
	pg_strv_done(&report->listed);
	free(report->unclosed);
}

/* Files that a crash left half written, beside the targets and among the saved copies. */
static void sweep(struct pg_run *run)
{
	for (size_t i = 0; i < run->j->n_file; i++)
		if (run->j->file[i].begun)
			(void)pg_store_sweep(run->root, run->j->file[i].path);
	(void)pg_store_sweep_copies(run->root, run->j);
}

/* Does the file look like our work? 1, 0 or -ENOMEM. */
static int is_ours(const struct pg_run *run, size_t i)
{
	const struct pg_jfile *f = &run->j->file[i];
	struct pg_version after PG_CLEANUP(pg_version_done) = { 0 };
	int r = pg_version_load(run->root, run->j, i, f->from, &after, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return pg_file_is(run->root, f->path, &after) > 0;
}

/* Should the end of the journal be lost as well: what looks like our work is our work. */
static int find_begun(struct pg_run *run)
{
	for (size_t i = 0; i < run->j->n_file; i++) {
		int r = run->j->file[i].begun ? 0 : is_ours(run, i);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		(void)pg_journal_mark(run->root, run->j, "write", i, NULL);
		run->j->file[i].begun = true;
	}
	return 0;
}

/* A transaction of which not even the first record was written gets one, for the history. */
static int close_planned(struct pg_run *run, struct report *report, struct pg_err *err)
{
	int r = 0;

	if (run->j->seq == 1)
		r = pg_journal_begin(run->root, run->j, "", time(NULL), err);
	if (r == 0)
		r = pg_journal_set_state(run->root, run->j, PG_TX_UNDONE, err);
	if (r == 0)
		return pg_strv_add(&report->closed, run->j->id);
	if (r == -ENOMEM || !err->code || report->unclosed)
		return r == -ENOMEM ? r : 0;
	report->unclosed = pg_err_text(err);
	return report->unclosed ? 0 : -ENOMEM;
}

static int end_begun(struct pg_run *run, struct report *report, struct pg_err *err)
{
	size_t before = report->trouble.n;
	int r = find_begun(run);

	if (r < 0)
		return r;
	run->step = 0;
	run->n_steps = pg_put_back_steps(run);
	r = pg_put_back(run, &report->trouble, &report->notes);
	if (r == 0 && !run->folder_left)
		r = pg_journal_set_state(run->root, run->j, report->trouble.n == before ?
					 PG_TX_UNDONE : PG_TX_BROKEN, err);
	return r < 0 ? r : pg_strv_add(&report->ended, run->j->id);
}

static int tell_damaged(struct report *report, const struct pg_journal *j,
			const struct pg_err *err)
{
	pg_autofree char *why = pg_err_text(err);

	if (!why)
		return -ENOMEM;
	return pg_strv_addf(&report->trouble,
			    _("%s It cannot be told whether the change %s ended. The saved copies "
			    "of the files lie in %s. Compare them with the files, then move that "
			    "folder away."), why, j->id, j->dir);
}

/* By its record nothing was written yet. What looks like our work says that the rest of the
 * record is lost: it is put back, if it is known that there is no more of it. */
static int end_planned(struct pg_run *run, struct report *report, struct pg_err *err)
{
	for (size_t i = 0; i < run->j->n_file; i++) {
		int r = is_ours(run, i);

		if (r < 0)
			return r;
		if (r && run->j->planned)
			return end_begun(run, report, err);
		if (r)
			return pg_err_set(err, -EPROTO, run->j->path, run->j->seq - 1,
					  "Records are missing after this one: %s is as the change "
					  "was to make it.", run->j->file[i].path);
	}
	return close_planned(run, report, err);
}

static int recover_one(struct pg_run *run, struct report *report)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *text = NULL;
	int r;

	sweep(run);
	r = run->j->state == PG_TX_PLANNED ? end_planned(run, report, &err) :
					     end_begun(run, report, &err);
	if (r == -EPROTO)
		return tell_damaged(report, run->j, &err);
	if (r < 0 && err.code) {
		text = pg_err_text(&err);
		return text ? pg_strv_take(&report->trouble, PG_STEAL(text)) : -ENOMEM;
	}
	return r;
}

static int look_at(struct pg_run *run, const char *id, struct report *report)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	pg_journal_free(run->j);
	run->j = NULL;
	r = pg_journal_read(run->root, id, &run->j, &err);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (run->j->state == PG_TX_UNREADABLE)
		return tell_damaged(report, run->j, &err);
	return pg_journal_is_open(run->j) ? recover_one(run, report) : 0;
}

/* From the newest to the oldest: a later change lies on top of an earlier one. */
static int recover_all(struct pg_run *run, struct report *report)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(run->root, &ids);

	for (size_t i = ids.n; r == 0 && i > 0; i--)
		r = look_at(run, ids.v[i - 1], report);
	return r;
}

/* No more than is known: what was put back is as before, what had not begun is only closed. */
static int say_ended(const struct report *report, const char *first, struct pg_outcome *ret)
{
	pg_autofree char *ended = pg_strv_join(&report->ended, ", ");
	pg_autofree char *closed = pg_strv_join(&report->closed, ", ");
	pg_autofree char *notes = pg_strv_join(&report->notes, "\n");
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (!ended || !closed || !notes)
		return -ENOMEM;
	if (*ended)
		pg_strbuf_addf(&b, _("The interrupted change %s was taken back; the node is as "
				   "before it."), ended);
	if (*closed)
		pg_strbuf_addf(&b, _("%sOf the interrupted change %s no step is recorded: there was "
				   "nothing to put back, and it is closed."), *ended ? "\n" : "",
			       closed);
	if (*notes)
		pg_strbuf_addf(&b, "\n%s", notes);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	return pg_outcome_set(ret, PG_OUTCOME_DONE, first, "%s", b.s);
}

static int say(const struct report *report, struct pg_outcome *ret)
{
	pg_autofree char *trouble = pg_strv_join(&report->trouble, "\n  ");
	const char *first = report->ended.n  ? report->ended.v[0] :
			    report->closed.n ? report->closed.v[0] :
					       NULL;

	if (!trouble)
		return -ENOMEM;
	if (report->trouble.n)
		return pg_outcome_set(ret, PG_OUTCOME_BROKEN, first,
				      "An interrupted change could not be put back whole:\n  %s",
				      trouble);
	if (report->unclosed)
		return pg_outcome_set(ret, PG_OUTCOME_PUT_BACK, first,
				      "%s\nA change was interrupted before it had begun, and this cannot be "
				      "written down. Make room for it, or mend the disk, and run `pve-gpu recover` "
				      "again. Nothing was changed.", report->unclosed);
	if (!first)
		return pg_outcome_set(ret, PG_OUTCOME_NOTHING, NULL,
				      "No change was interrupted: there is nothing to put back.");
	return say_ended(report, first, ret);
}

int pg_recover_locked(struct pg_run *run, struct pg_outcome *ret)
{
	struct report report PG_CLEANUP(report_done) = { 0 };
	int r = recover_all(run, &report);

	return pg_trial_end(run, r < 0 ? r : say(&report, ret));
}

/* Reading comes before the lock, so that a start with nothing to do needs no rights. */
int pg_recover(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_outcome *ret,
	       struct pg_err *err)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_outcome outcome = { 0 };
	pg_autoclose int lock = -1;
	int r = pg_store_unfinished(root, &open, &own);

	pg_run_init(&run, root, opts);
	if (r == -EACCES || (r == 0 && !open && !pg_trial_is_untidy(root))) {
		const struct report nothing = { 0 };

		r = say(&nothing, &outcome);
	} else if (r == 0 && (r = pg_store_lock(root, PG_DOING_RECOVER, &lock, &own)) < 0) {
		r = pg_outcome_refuse(&outcome, r, &own);
	} else if (r == 0) {
		r = pg_recover_locked(&run, &outcome);
	}
	return pg_run_end(&run, r, &outcome, ret, err);
}
