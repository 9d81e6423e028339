/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the trial's unit runs after the reboot. What it decides is in the journal before it
 * is done: `expired` with this boot's id before anything is taken back, `reboot` with it
 * before the node is rebooted. So a watch that is started again goes on where it was, and a
 * boot in which a `reboot` of an earlier boot is on record is never followed by another.
 */
#include "src/exec/watch.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "src/exec/announce.h"

#define ADDRESS_LIMIT 180	/* seconds for the addresses to come up, at most */
#define BOOTS_MAX 3		/* a node that does not live to the end of the wait */

/* ---- judging ---- */

static bool is_missing(struct pg_watch *w, const struct pg_journal *j, unsigned wait)
{
	unsigned limit = wait / 2 < ADDRESS_LIMIT ? wait / 2 : ADDRESS_LIMIT;

	return pg_trial_uptime(w->run.root) >= limit &&
	       pg_addresses_are_up(&w->run, &j->trial.address) == PG_NO;
}

/* The sentence says why; NULL: it is not over. */
static const char *why_over(struct pg_watch *w, const struct pg_trials *t)
{
	unsigned wait = pg_trials_wait(t);
	bool missing = false;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i]->trial.expired)
			return "It was being taken back already.";
		if (t->v[i]->trial.boots >= BOOTS_MAX)
			return "The node was started again and again without a confirmation.";
	}
	if (pg_trial_uptime(w->run.root) >= wait)
		return "It was not confirmed in time.";
	for (size_t i = 0; !w->reached && w->rounds % 5 == 0 && i < t->n; i++)
		missing |= is_missing(w, t->v[i], wait);
	return missing ? "An address of the node did not come up again." : NULL;
}

/* Once every address was there, the network has come up. */
static void look_at_addresses(struct pg_watch *w, const struct pg_trials *t)
{
	bool all = true;

	if (w->reached || w->rounds % 5)
		return;
	for (size_t i = 0; all && i < t->n; i++)
		all = pg_addresses_are_up(&w->run, &t->v[i]->trial.address) == PG_YES;
	w->reached = all;
}

/* ---- telling ---- */

static void tell_waiting(struct pg_watch *w, const struct pg_trials *t)
{
	uint64_t up = pg_trial_uptime(w->run.root);
	unsigned wait = pg_trials_wait(t);
	time_t end = time(NULL) + (up < wait ? (time_t)(wait - up) : 0);
	pg_autofree char *ids = pg_trials_ids(t);
	pg_autofree char *text = NULL;
	char when[16] = "";
	struct tm tm;

	if (localtime_r(&end, &tm))
		(void)strftime(when, sizeof(when), "%H:%M:%S", &tm);
	text = pg_strf("\n*** A change of this node is on trial: %s.\n"
		       "*** (%s)\n"
		       "*** Is all well? Keep it before %s (local time):   pve-gpu confirm\n"
		       "*** Without that the node puts everything back and reboots by itself.\n\n",
		       t->v[t->n - 1]->summary, ids ? ids : "", when);
	if (text)
		pg_announce(&w->run, text);
}

/* ---- taking back ---- */

/* Minutes of rebuilding, without a word to the service manager. */
static void notify_at_work(void)
{
	pg_notify("WATCHDOG_USEC=3600000000\nSTATUS=Taking a change back.");
}

/* As WatchdogSec= of the unit has it. */
static void notify_at_rest(void)
{
	pg_notify("WATCHDOG_USEC=60000000");
}

static int mark_expired(struct pg_watch *w, const struct pg_trials *t, struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n; i++)
		r = pg_journal_mark_boot(w->run.root, t->v[i], "expired", w->boot, err);
	return r;
}

/* From the newest to the oldest. VM commands that fail do not keep the node from coming back. */
static int undo_all(struct pg_watch *w, struct pg_trials *t, bool *ret_whole, char **ret_text,
		    struct pg_err *err)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	int r = 0;

	*ret_whole = true;
	for (size_t i = t->n; r == 0 && *ret_whole && i > 0; i--) {
		struct pg_outcome one PG_CLEANUP(pg_outcome_done) = { 0 };

		pg_journal_free(w->run.j);
		w->run.j = PG_STEAL(t->v[i - 1]);
		r = pg_undo_journal(&w->run, &one, err);
		*ret_whole = r == 0 && pg_watch_is_back(w->run.j);
		if (r == 0)
			pg_strbuf_addf(&b, "%s%s", b.len ? "\n" : "", one.text);
	}
	t->n = 0;
	if (r == 0)
		*ret_text = pg_strbuf_steal(&b);
	return r < 0 ? r : *ret_text ? 0 : -ENOMEM;
}

/* Here PUT_BACK means that the trial was taken back. */
static int refuse(struct pg_outcome *ret, int r, const struct pg_err *err)
{
	r = pg_outcome_refuse(ret, r, err);
	ret->kind = r == 0 ? PG_OUTCOME_REFUSED : ret->kind;
	return r;
}

/* Another change that was cut off is no reason to leave this one as it is. 1: the outcome
 * says why it cannot be ended. */
static int end_others(struct pg_watch *w, struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_outcome ended PG_CLEANUP(pg_outcome_done) = { 0 };
	int r = pg_store_unfinished(w->run.root, &open, err);

	if (r < 0 || !open)
		return r;
	if (open->state == PG_TX_UNREADABLE)
		r = pg_outcome_refuse_unfinished(ret, open, err);
	else
		r = pg_recover_locked(&w->run, &ended);
	if (r < 0 || ended.kind == PG_OUTCOME_DONE)
		return r;
	if (ended.text)
		r = pg_outcome_set(ret, ended.kind, NULL, "%s", ended.text);
	return r < 0 ? r : 1;
}

static int take_back_locked(struct pg_watch *w, const char *why, struct pg_outcome *ret,
			    struct pg_err *err)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	pg_autofree char *text = NULL;
	bool whole = false;
	int r = end_others(w, ret, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = pg_trials_read(w->run.root, &t);
	if (r == 0 && !t.n)
		return -EAGAIN; /* decided meanwhile: look again */
	if (r == 0)
		r = mark_expired(w, &t, err);
	if (r == 0)
		r = undo_all(w, &t, &whole, &text, err);
	if (r == 0)
		r = pg_trial_end(&w->run, 0);
	if (r == 0 && whole)
		r = pg_watch_reboot(w, err);
	if (r < 0)
		return r;
	return pg_outcome_set(ret, whole ? PG_OUTCOME_PUT_BACK : PG_OUTCOME_BROKEN, NULL,
			      "%s %s%s", why, text, r == 1 ? " The node reboots." :
			      " The node is not rebooted by itself.");
}

static int take_back(struct pg_watch *w, const char *why, struct pg_outcome *ret,
		     struct pg_err *err)
{
	pg_autoclose int lock = -1;
	int r = pg_store_lock(w->run.root, PG_DOING_TRIAL, &lock, err);

	if (r == -EAGAIN)
		return r;
	notify_at_work();
	if (r == 0)
		r = take_back_locked(w, why, ret, err);
	if (r == -EAGAIN || r == -ENOMEM)
		return r;
	if (r < 0)
		r = refuse(ret, r, err);
	if (r == 0 && (ret->kind == PG_OUTCOME_REFUSED || ret->kind == PG_OUTCOME_BROKEN))
		pg_watch_tell(w, ret->text);
	return r;
}

/* ---- what an earlier watch, or a power cut, left ---- */

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
	notify_at_work();
	if (r == 0)
		r = pg_recover_locked(&w->run, ret);
	notify_at_rest();
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
		*ret_missing = is_missing(w, j, j->trial.wait);
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

/* 1: it has ended with that; 0: there is nothing, or nothing more. */
static int finish(struct pg_watch *w, struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err why PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *id = NULL;
	pg_autoclose int lock = -1;
	int r;

	if (!pg_root_exists(w->run.root, PG_TX_DIR))
		return 0;
	r = lock_patiently(w, &lock, err);
	if (r == 0)
		r = pg_store_unfinished(w->run.root, &open, &why);
	if (r < 0)
		return r;
	if (open && open->state == PG_TX_UNREADABLE) {
		r = pg_outcome_refuse_unfinished(ret, open, &why);
		if (r == 0) {
			ret->kind = PG_OUTCOME_REFUSED;
			pg_watch_tell(w, ret->text);
		}
		return r < 0 ? r : 1;
	}
	if (open && open->trial.asked)
		r = end_open(w, open, &id, ret, err);
	(void)pg_trial_end(&w->run, 0);
	if (r == 0 && id)
		r = look_after(w, id, &lock, err);
	return r < 0 ? r : pg_watch_reboot(w, err);
}

/* ---- waiting ---- */

/* The count of boots is a help against a node that starts over and over: no record of it is
 * no reason not to watch. */
static void note_boot(struct pg_watch *w, const struct pg_trials *t)
{
	pg_autoclose int lock = -1;

	if (pg_store_lock(w->run.root, PG_DOING_TRIAL, &lock, NULL) < 0)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (!t->v[i]->trial.watched || strcmp(t->v[i]->trial.watched, w->boot) != 0)
			(void)pg_journal_mark_boot(w->run.root, t->v[i], "boot", w->boot, NULL);
}

static int stop_waiting(bool told, bool cancelled, struct pg_outcome *ret)
{
	if (cancelled)
		return pg_outcome_set(ret, PG_OUTCOME_NOTHING, NULL,
				      "The watch was asked to stop. The change stays on trial.");
	return told ? pg_outcome_set(ret, PG_OUTCOME_DONE, NULL,
				     "The change is not on trial any more.") :
		      pg_outcome_set(ret, PG_OUTCOME_NOTHING, NULL,
				     "No change waits for its confirmation in this boot.");
}

static int wait_and_see(struct pg_watch *w, struct pg_outcome *ret, struct pg_err *err)
{
	bool told = false, off = false;

	(void)pg_boot_is_off(w->run.root, &off);
	for (;; w->rounds++) {
		struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
		int r = pg_trials_read(w->run.root, &t);
		bool cancelled = pg_run_cancelled(&w->run);
		const char *why;

		if (r < 0)
			return r;
		if (off || cancelled || !pg_trials_are_in_effect(&t, w->boot))
			return stop_waiting(told, cancelled, ret);
		if (!told) {
			note_boot(w, &t);
			tell_waiting(w, &t);
		}
		told = true;
		pg_notify("WATCHDOG=1\nSTATUS=A change is on trial: pve-gpu confirm keeps it.");
		why = why_over(w, &t);
		if (why && (r = take_back(w, why, ret, err)) != -EAGAIN)
			return r;
		look_at_addresses(w, &t);
		w->hooks->pause(w->hooks->ctx);
	}
}

int pg_watch_run(struct pg_root *root, const struct pg_exec_opts *opts,
		 const struct pg_watch_hooks *hooks, struct pg_outcome *ret, struct pg_err *err)
{
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_watch w = { .hooks = hooks };
	struct pg_outcome outcome = { 0 };
	int r;

	pg_run_init(&w.run, root, opts);
	pg_notify("READY=1");
	r = pg_trial_boot_id(root, &w.boot, &own);
	if (r == 0)
		r = finish(&w, &outcome, &own);
	if (r == 0)
		r = wait_and_see(&w, &outcome, &own);
	else if (r == 1 && !outcome.text)
		r = pg_outcome_set(&outcome, PG_OUTCOME_PUT_BACK, NULL,
				   "The change on trial was taken back. The node reboots.");
	if (r < 0 && own.code)
		r = refuse(&outcome, r, &own);
	free(w.boot);
	r = pg_run_end(&w.run, r < 0 ? r : 0, &outcome, ret, err);
	pg_run_done(&w.run);
	return r;
}
