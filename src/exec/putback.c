/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/base/text.h"
#include "src/exec/run.h"

/* What putting back needs to pass around. */
struct back {
	struct pg_run *run;
	struct pg_strv *trouble, *notes;
};

/* ---- files ---- */

static int move(struct pg_run *run, size_t i, enum pg_copy from, enum pg_copy to,
		struct pg_err *err)
{
	const struct pg_jfile *f = &run->j->file[i];
	struct pg_version old PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_version new PG_CLEANUP(pg_version_done) = { 0 };
	const struct pg_meta meta = { .mode = f->mode, .uid = f->uid, .gid = f->gid,
				      .set_mtime = to == PG_COPY_BEFORE, .mtime = f->mtime };
	int r = pg_version_load(run->root, run->j, i, from, &old, err);

	if (r == 0)
		r = pg_version_load(run->root, run->j, i, to, &new, err);
	return r < 0 ? r : pg_file_move(run->root, f->path, &old, &new, &meta, err);
}

/* What a person must know of a file that is not as the saved copy. */
static int tell_file(const struct pg_run *run, size_t i, enum pg_copy copy,
		     const struct pg_err *err, struct pg_strv *trouble)
{
	pg_autofree char *why = pg_err_text(err);
	pg_autofree char *saved = pg_store_path(run->j, i, copy);

	if (!why || !saved)
		return -ENOMEM;
	if (copy == PG_COPY_ABSENT)
		return pg_strv_addf(trouble, _("%s It did not exist before."), why);
	return pg_strv_addf(trouble, _("%s As it was, it is saved in %s."), why, saved);
}

static int back_file(struct pg_run *run, size_t i, struct pg_strv *trouble)
{
	const struct pg_jfile *f = &run->j->file[i];
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	pg_run_step(run, "Putting back %s", f->path);
	r = move(run, i, f->from, f->to, &err);
	pg_run_step_done(run, r < 0 ? 1 : 0);
	if (r == -ENOMEM)
		return r;
	/* A mark that cannot be written costs nothing: contents are compared again. */
	if (r >= 0)
		(void)pg_journal_mark(run->root, run->j, "back", i, NULL);
	else if (r == -ESTALE)
		(void)pg_journal_mark(run->root, run->j, "left", i, NULL);
	return r < 0 ? tell_file(run, i, f->to, &err, trouble) : 0;
}

int pg_put_back_files(struct pg_run *run, struct pg_strv *trouble)
{
	for (size_t i = run->j->n_file; i > 0; i--) {
		int r = pg_journal_is_due(&run->j->file[i - 1]) ? back_file(run, i - 1, trouble) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int pg_put_forward_files(struct pg_run *run, struct pg_strv *trouble)
{
	for (size_t i = 0; i < run->j->n_file; i++) {
		const struct pg_jfile *f = &run->j->file[i];
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
		int r = f->begun && !f->left && !f->trial ? move(run, i, f->to, f->from, &err) : 0;

		if (r < 0)
			r = r == -ENOMEM ? r : tell_file(run, i, f->from, &err, trouble);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A folder that holds something by now is somebody else's as well. */
static int back_folders(struct back *b)
{
	const struct pg_strv *made = &b->run->j->folder;

	b->run->folder_left = false;
	for (size_t i = made->n; i > 0; i--) {
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
		pg_autofree char *why = NULL;
		int r = pg_root_rmdir(b->run->root, made->v[i - 1], &err);

		if (r == 0 || r == -ENOENT || r == -ENOTEMPTY || r == -EEXIST || r == -ENOTDIR)
			continue;
		b->run->folder_left = true;
		why = pg_err_text(&err);
		r = why ? pg_strv_add(b->trouble, why) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- commands ---- */

/* It failed with our change in place, and without it as well: the change is not to blame. */
static int note_again(struct back *b, const struct pg_strv *argv)
{
	return pg_strv_addf(b->notes,
			    _("%s failed with the old files as well, so the cause lies elsewhere. "
			    "Mend that, then run it again."), argv->v[0]);
}

/*
 * The command was killed, or a crash came in between: it may have done its work, and nothing
 * that we can see tells. Its inverse does no harm where there is nothing to take back, so one
 * that fails leaves the VM in doubt. That is trouble, no note: "everything is back" could be
 * untrue, and only what is told as trouble is tried again by recover.
 */
static int tell_unknown(struct back *b, const struct pg_jcmd *cmd, const char *text)
{
	pg_autofree char *quoted = pg_proc_quote(cmd->argv.v);
	pg_autofree char *safe = quoted ? pg_text_clean(quoted, strlen(quoted)) : NULL;

	return safe ? pg_strv_addf(b->trouble,
				   _("%s\n    It was to take back %s, which was interrupted: it is not "
				   "known whether that had taken effect."), text, safe) :
		      -ENOMEM;
}

static int tell_command(struct back *b, const struct pg_jcmd *cmd,
			const struct pg_strv *argv, const struct pg_ran *ran)
{
	pg_autofree char *text = pg_ran_text(argv, ran);

	if (!text)
		return -ENOMEM;
	if (!cmd->vm && cmd->ended && cmd->status != 0 && cmd->status == ran->status)
		return note_again(b, argv);
	if (cmd->vm && !(cmd->ended && cmd->status == 0))
		return tell_unknown(b, cmd, text);
	return pg_strv_take(b->trouble, PG_STEAL(text));
}

static int rerun(struct back *b, size_t i)
{
	struct pg_run *run = b->run;
	const struct pg_jcmd *cmd = &run->j->cmd[i];
	const struct pg_strv *argv = cmd->undo.n ? &cmd->undo : &cmd->argv;
	struct pg_ran ran PG_CLEANUP(pg_ran_done) = { 0 };
	pg_autofree char *why_not = NULL;
	int r;

	if (!pg_journal_must_rerun(run->j, cmd))
		return 0;
	if (!run->commands)
		return pg_run_list(run, argv);
	r = pg_vm_keeps(run->root, cmd, &why_not);
	if (r == 0 && why_not) {
		(void)pg_journal_mark_status(run->root, run->j, "reran", i, 0, NULL);
		return pg_strv_take(b->notes, PG_STEAL(why_not));
	}
	if (r == 0)
		r = pg_run_command(run, argv, false, &ran);
	if (r < 0)
		return r;
	if (ran.status != 0)
		r = tell_command(b, cmd, argv, &ran);
	(void)pg_journal_mark_status(run->root, run->j, "reran", i, ran.status, NULL);
	return r;
}

/* Rebuilds in their order; the VM commands' inverses from the last to the first. */
static int rerun_all(struct back *b)
{
	size_t n = b->run->j->n_cmd;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		if (!b->run->j->cmd[i].vm)
			r = rerun(b, i);
	for (size_t i = n; r == 0 && i > 0; i--)
		if (b->run->j->cmd[i - 1].vm)
			r = rerun(b, i - 1);
	return r;
}

/* ---- the whole ---- */

size_t pg_put_back_steps(const struct pg_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->j->n_file; i++)
		n += pg_journal_is_due(&run->j->file[i]);
	for (size_t i = 0; run->commands && i < run->j->n_cmd; i++)
		n += pg_journal_must_rerun(run->j, &run->j->cmd[i]);
	return n;
}

int pg_put_back_rest(struct pg_run *run, struct pg_strv *trouble, struct pg_strv *notes)
{
	struct back b = { .run = run, .trouble = trouble, .notes = notes };
	int r = back_folders(&b);

	return r < 0 ? r : rerun_all(&b);
}

int pg_put_back(struct pg_run *run, struct pg_strv *trouble, struct pg_strv *notes)
{
	int r = pg_put_back_files(run, trouble);

	return r < 0 ? r : pg_put_back_rest(run, trouble, notes);
}

int pg_back_broken(struct pg_run *run, const char *cause, const struct pg_strv *trouble,
		   struct pg_outcome *ret)
{
	pg_autofree char *list = pg_strv_join(trouble, "\n  ");

	if (!list)
		return -ENOMEM;
	if (!run->folder_left)
		(void)pg_journal_set_state(run->root, run->j, PG_TX_BROKEN, NULL);
	return pg_outcome_set(ret, PG_OUTCOME_BROKEN, run->j->id,
			      "%s Not everything could be put back:\n  %s\n"
			      "Put that right, then run `pve-gpu recover`. Do not restart the node "
			      "before.", cause, list);
}

int pg_back_out(struct pg_run *run, const char *cause, struct pg_outcome *ret)
{
	struct pg_strv trouble PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv notes PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *noted = NULL;
	int r;

	pg_run_back(run, pg_put_back_steps(run), cause);
	r = pg_put_back(run, &trouble, &notes);
	if (r < 0)
		return r;
	if (trouble.n)
		return pg_back_broken(run, cause, &trouble, ret);
	noted = pg_strv_join(&notes, "\n");
	if (!noted)
		return -ENOMEM;
	(void)pg_journal_set_state(run->root, run->j, PG_TX_UNDONE, NULL);
	return pg_outcome_set(ret, PG_OUTCOME_PUT_BACK, run->j->id,
			      "%s\nEverything was put back; the node is as before.%s%s", cause,
			      notes.n ? "\n" : "", noted);
}
