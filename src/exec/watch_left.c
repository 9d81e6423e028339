/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier watch, or a power cut, left to be done. */
#include "src/exec/watch.h"

#include <errno.h>
#include <string.h>

int pg_watch_find_open(const struct pg_root *root, struct pg_journal **ret, char **ret_damaged)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *damaged = NULL;
	int r = pg_store_list(root, &ids);

	for (size_t i = ids.n; r == 0 && !*ret && i > 0; i--) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

		r = pg_journal_read(root, ids.v[i - 1], &j, &err);
		if (r == 0 && j->state == PG_TX_UNREADABLE && !damaged) {
			damaged = pg_err_text(&err);
			r = damaged ? 0 : -ENOMEM;
		} else if (r == 0 && pg_journal_is_open(j)) {
			*ret = PG_STEAL(j);
		}
	}
	if (r == 0 && ret_damaged)
		*ret_damaged = PG_STEAL(damaged);
	return r;
}

static int lock_patiently(struct pg_watch *w, int *ret_fd, struct pg_err *err)
{
	int r;

	while ((r = pg_store_lock(w->run.root, PG_DOING_TRIAL, ret_fd, err)) == -EAGAIN &&
	       !pg_run_cancelled(&w->run))
		w->hooks->pause(w->hooks->ctx);
	return r;
}

/* A change with a trial that did not end: ended here, since nobody may be able to come.
 * Under the lock. */
static int end_open(struct pg_watch *w, struct pg_journal *open, char **ret_id,
		    struct pg_outcome *ret, struct pg_err *err)
{
	pg_autofree char *id = strdup(open->id);
	int r = id ? 0 : -ENOMEM;

	if (r == 0 && open->trial.expired)
		r = pg_journal_mark_boot(w->run.root, open, "expired", w->boot, err);
	pg_watch_at_work();
	if (r == 0)
		r = pg_recover_locked(&w->run, ret);
	pg_watch_at_rest();
	if (r == 0)
		*ret_id = PG_STEAL(id);
	return r;
}

/* The change, if it is back and nobody has begun another since; else *ret is NULL. */
static int read_ended(const struct pg_watch *w, const char *id, struct pg_journal **ret,
		      struct pg_err *err)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(w->run.root, &ids);

	if (r < 0 || !ids.n || strcmp(ids.v[ids.n - 1], id) != 0)
		return r;
	r = pg_journal_read(w->run.root, id, &j, err);
	if (r == 0 && !j->trial.expired && pg_watch_is_back(j))
		*ret = PG_STEAL(j);
	return r;
}

/* It was in the middle: the node may have started with it all the same. Not under the lock:
 * a person who comes by another way can act. */
static int wait_for_addresses(struct pg_watch *w, const char *id, bool *ret_missing,
			      struct pg_err *err)
{
	for (;;) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
		int r = read_ended(w, id, &j, err);

		if (r < 0 || !j || pg_run_cancelled(&w->run) ||
		    pg_addresses_are_up(&w->run, &j->trial.address) != PG_NO)
			return r;
		*ret_missing = pg_watch_is_missing(w, j, j->trial.wait);
		if (*ret_missing)
			return 0;
		w->hooks->pause(w->hooks->ctx);
	}
}

/* The node runs with what was taken back, and cannot be reached: to be rebooted. */
static int look_after(struct pg_watch *w, const char *id, int *lock, struct pg_err *err)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	bool missing = false;
	int r;

	pg_closep(lock);
	*lock = -1;
	r = wait_for_addresses(w, id, &missing, err);
	if (r == 0)
		r = lock_patiently(w, lock, err);
	if (r == 0 && missing)
		r = read_ended(w, id, &j, err);
	return r == 0 && j ? pg_journal_mark_boot(w->run.root, j, "expired", w->boot, err) : r;
}

/* The record that cannot be read may be the one of the trial. Where another can be read, that
 * is the trial, and goes on. 1: there is none. */
static int tell_damaged(struct pg_watch *w, const char *damaged, struct pg_outcome *ret)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	int r = pg_trials_read(w->run.root, &t);

	if (r < 0 || t.n)
		return r;
	r = pg_outcome_set(ret, PG_OUTCOME_REFUSED, NULL,
			   "%s If that change was on trial, it cannot be taken back by itself. "
			   "`pve-gpu recover` says where the saved copies of its files lie.",
			   damaged);
	if (r == 0)
		pg_watch_tell(w, ret->text);
	return r < 0 ? r : 1;
}

int pg_watch_finish(struct pg_watch *w, struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	pg_autofree char *id = NULL, *damaged = NULL;
	pg_autoclose int lock = -1;
	int r;

	if (!pg_root_exists(w->run.root, PG_TX_DIR))
		return 0;
	r = lock_patiently(w, &lock, err);
	if (r == 0)
		r = pg_watch_find_open(w->run.root, &open, &damaged);
	if (r == 0 && !open && damaged)
		r = tell_damaged(w, damaged, ret);
	if (r != 0)
		return r;
	if (open && open->trial.asked)
		r = end_open(w, open, &id, ret, err);
	(void)pg_trial_end(&w->run, 0);
	if (r == 0 && id)
		r = look_after(w, id, &lock, err);
	return r < 0 ? r : pg_watch_reboot(w, err);
}

bool pg_watch_is_due(const struct pg_watch *w)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;

	return w->failed || (pg_watch_find_open(w->run.root, &open, NULL) == 0 && open &&
			     open->trial.asked && !pg_watch_is_back(open));
}
