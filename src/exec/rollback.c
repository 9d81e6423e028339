/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/announce.h"
#include "src/exec/trial.h"
#include "src/exec/backways.h"
#include "src/plan/setting.h"

static bool can_undo(enum pg_tx_state state)
{
	return state == PG_TX_APPLIED || state == PG_TX_TRIAL || state == PG_TX_CONFIRMED;
}

/* ---- doing ---- */

static int write_down(struct pg_run *run, const struct pg_backways *w, struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		const struct pg_backway *way = &w->v[i];

		if (run->j->file[i].trial)
			continue;
		if (way->from == PG_COPY_FOUND)
			r = pg_store_save(run->root, run->j, i, PG_COPY_FOUND, &way->found, err);
		if (r == 0 && way->to == PG_COPY_MERGED)
			r = pg_store_save(run->root, run->j, i, PG_COPY_MERGED, &way->merged, err);
		if (r == 0)
			r = pg_journal_add_target(run->root, run->j, i, way->from, way->to, err);
	}
	return r < 0 ? r : pg_journal_set_state(run->root, run->j, PG_TX_UNDOING, err);
}

static int say_undone(struct pg_run *run, const struct pg_backways *w, const struct pg_strv *notes,
		      struct pg_outcome *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	pg_strbuf_addf(&b, _("The change %s is undone."), run->j->id);
	for (size_t i = 0; i < w->edited.n; i++)
		pg_strbuf_addf(&b, _(" %s was edited since: only our change was taken out of it."),
			       w->edited.v[i]);
	for (size_t i = 0; i < w->gone.n; i++)
		pg_strbuf_addf(&b, _(" %s was removed since, and is not made again."), w->gone.v[i]);
	if (run->listed.n)
		pg_strbuf_add(&b, _(" The commands were not run, since this is not the running "
				  "system."));
	else if (pg_trial_has_files(run->j))
		pg_strbuf_add(&b, _(" It takes effect with the next reboot of the node."));
	for (size_t i = 0; i < notes->n; i++)
		pg_strbuf_addf(&b, "\n%s", notes->v[i]);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	return pg_outcome_set(ret, PG_OUTCOME_DONE, run->j->id, "%s", b.s);
}

/* A file could not be put back: better the whole change than half of it. */
static int keep(struct pg_run *run, const struct pg_strv *why, struct pg_outcome *ret)
{
	struct pg_strv trouble PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *reasons = pg_strv_join(why, "\n  ");
	pg_autofree char *cause = reasons ? pg_strf(_("Undoing failed:\n  %s\n"), reasons) : NULL;
	int r;

	if (!cause)
		return -ENOMEM;
	pg_run_back(run, run->j->n_file, cause);
	r = pg_put_forward_files(run, &trouble);
	if (r < 0)
		return r;
	if (trouble.n)
		return pg_back_broken(run, cause, &trouble, ret);
	(void)pg_journal_set_state(run->root, run->j, run->j->settled, NULL);
	return pg_outcome_set(ret, PG_OUTCOME_PUT_BACK, run->j->id,
			      "%sThe change %s is in place as before. Put that right, then undo "
			      "it again.", cause, run->j->id);
}

static int carry_out(struct pg_run *run, const struct pg_backways *w, struct pg_outcome *ret)
{
	struct pg_strv trouble PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv notes PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	run->n_steps = pg_put_back_steps(run);
	r = pg_put_back_files(run, &trouble);
	if (r == 0 && trouble.n)
		return keep(run, &trouble, ret);
	if (r == 0)
		r = pg_put_back_rest(run, &trouble, &notes);
	if (r < 0)
		return r;
	if (trouble.n)
		return pg_back_broken(run, _("Undoing did not end well."), &trouble, ret);
	(void)pg_journal_set_state(run->root, run->j, PG_TX_UNDONE, NULL);
	return say_undone(run, w, &notes, ret);
}

static bool share_file(const struct pg_journal *a, const struct pg_journal *b)
{
	for (size_t i = 0; i < a->n_file; i++)
		for (size_t k = 0; k < b->n_file; k++)
			if (strcmp(a->file[i].path, b->file[k].path) == 0)
				return true;
	return false;
}

/* Settings of VMs, and entries of mappings: those that were made, and not only listed. */
static bool share_setting(const struct pg_journal *a, const struct pg_journal *b)
{
	for (size_t i = 0; i < a->n_cmd; i++)
		for (size_t k = 0; a->cmd[i].vm && a->cmd[i].begun && k < b->n_cmd; k++)
			if (b->cmd[k].vm && b->cmd[k].begun &&
			    pg_setting_shared(&a->cmd[i].argv, &b->cmd[k].argv))
				return true;
	return false;
}

/* Does the newer change need what the older one made? Its unit counts as well. */
static bool stands_on(const struct pg_journal *newer, const struct pg_journal *older)
{
	return can_undo(newer->state) &&
	       (share_file(older, newer) || share_setting(older, newer) ||
		(newer->state == PG_TX_TRIAL && pg_journal_is_armed(older)));
}

/* The newest applied change on top of it that touches what it changed; NULL: none. */
static int find_above(const struct pg_run *run, char **ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(run->root, &ids);

	for (size_t i = ids.n; r == 0 && i > 0; i--) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		if (pg_store_id_cmp(ids.v[i - 1], run->j->id) <= 0)
			return 0;
		r = pg_journal_read(run->root, ids.v[i - 1], &j, NULL);
		if (r == 0 && stands_on(j, run->j)) {
			*ret = PG_STEAL(j->id);
			return 0;
		}
	}
	return r;
}

int pg_undo_journal(struct pg_run *run, struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_backways w PG_CLEANUP(pg_backways_done) = { 0 };
	pg_autofree char *above = NULL;
	int r = find_above(run, &above);

	if (r == 0 && above)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, run->j->id,
				      "The newer change %s stands on it. Undo that first: "
				      "pve-gpu undo %s. Nothing was changed.", above, above);
	for (size_t i = 0; r == 0 && i < run->j->n_file; i++)
		r = pg_backways_decide(run->root, run->j, i, &w, err);
	if (r == 0 && pg_strbuf_error(&w.conflict) < 0)
		r = -ENOMEM;
	if (r == 0 && w.conflict.len)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, run->j->id,
				      "%sNothing was changed. Take the lines out by hand, or put the "
				      "file back as pve-gpu left it and undo again. The saved copies "
				      "are in %s.", w.conflict.s, run->j->dir);
	if (r < 0)
		return r;
	r = write_down(run, &w, err);
	if (r < 0) { /* the record may have been written for all that */
		(void)pg_journal_set_state(run->root, run->j, run->j->settled, NULL);
		return r;
	}
	return carry_out(run, &w, ret);
}

/* ---- finding it ---- */

static int find_newest(struct pg_run *run, struct pg_err *err)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(run->root, &ids);

	for (size_t i = ids.n; r == 0 && !run->j && i > 0; i--) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		r = pg_journal_read(run->root, ids.v[i - 1], &j, err);
		if (r == 0 && j->state == PG_TX_UNREADABLE)
			return err->code;
		if (r == 0 && can_undo(j->state))
			run->j = PG_STEAL(j);
	}
	return r;
}

static int no_such(const char *id, struct pg_err *err)
{
	return pg_err_set(err, -ENOENT, NULL, 0,
			  "There is no change %s. `pve-gpu history` lists them.", id);
}

static int find(struct pg_run *run, const char *id, struct pg_err *err)
{
	int r;

	if (!id)
		return find_newest(run, err);
	r = pg_store_is_id(id) ? pg_journal_read(run->root, id, &run->j, err) : -ENOENT;
	if (r == -ENOENT)
		return no_such(id, err);
	if (r < 0)
		return r;
	if (run->j->state == PG_TX_UNDONE)
		return pg_err_set(err, -EALREADY, NULL, 0, "The change %s is undone already.", id);
	if (!can_undo(run->j->state))
		return pg_err_set(err, -EBADMSG, NULL, 0,
				  "The change %s did not end and was put back as far as possible.",
				  id);
	return 0;
}

static int say_nothing(struct pg_outcome *ret)
{
	return pg_outcome_set(ret, PG_OUTCOME_NOTHING, NULL, "There is no change to undo.");
}

static int undo_locked(struct pg_run *run, const char *id, struct pg_outcome *ret)
{
	struct pg_journal *unfinished PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r = pg_store_unfinished(run->root, &unfinished, &err);

	if (r == 0 && unfinished)
		return pg_outcome_refuse_unfinished(ret, unfinished, &err);
	if (r == 0)
		r = find(run, id, &err);
	if (r == 0 && !run->j)
		return say_nothing(ret);
	if (r == 0)
		r = pg_undo_journal(run, ret, &err);
	return r < 0 ? pg_outcome_refuse(ret, r, &err) : r;
}

/* Where nothing was ever changed: neither folder nor lock is made for that. */
static int undo_none(const char *id, struct pg_outcome *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	if (!id)
		return say_nothing(ret);
	return pg_outcome_refuse(ret, no_such(id, &err), &err);
}

static bool has_none(const struct pg_root *root)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };

	return !pg_root_exists(root, PG_LOCK) && pg_store_list(root, &ids) == 0 && ids.n == 0;
}

int pg_undo(struct pg_root *root, const char *id, const struct pg_exec_opts *opts,
	    struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_outcome outcome = { 0 };
	pg_autoclose int lock = -1;
	int r;

	pg_run_init(&run, root, opts);
	if (has_none(root))
		r = undo_none(id, &outcome);
	else if ((r = pg_store_lock(root, PG_DOING_UNDO, &lock, &own)) < 0)
		r = pg_outcome_refuse(&outcome, r, &own);
	else
		r = pg_trial_end(&run, undo_locked(&run, id, &outcome));
	return pg_run_end(&run, r, &outcome, ret, err);
}
