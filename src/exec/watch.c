/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the trial's unit runs after the reboot: it announces the trial, waits and judges. */
#include "src/exec/watch.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "src/base/i18n.h"
#include "src/exec/announce.h"
#include "src/exec/backways.h"

#define CLOCK_SLIP 30 /* seconds; by then what was announced is wrong */

/* ---- telling ---- */

static time_t end_of(const struct pg_watch *w, const struct pg_trials *t)
{
	uint64_t waited = pg_trials_waited(w->run.root, t, w->boot);
	unsigned wait = pg_trials_wait(t);

	return time(NULL) + (waited < wait ? (time_t)(wait - waited) : 0);
}

/* What comes without a confirmation. NULL: no memory. */
static char *what_comes(const struct pg_watch *w, const struct pg_trials *t)
{
	struct pg_strv paths PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *list = NULL;

	if (pg_backways_stuck(w->run.root, t, &paths) < 0)
		return NULL;
	if (!paths.n)
		return strdup(_("*** Without that the node puts everything back and reboots by itself."));
	list = pg_strv_join(&paths, ", ");
	return list ? pg_strf(_("*** NOTHING IS PUT BACK BY ITSELF: %s was edited since, and our change\n"
			      "*** cannot be told apart from the edit. `pve-gpu undo` shows both."), list) :
		      NULL;
}

static void tell_waiting(struct pg_watch *w, const struct pg_trials *t)
{
	pg_autofree char *ids = pg_trials_ids(t);
	pg_autofree char *text = NULL, *then = what_comes(w, t);
	char when[16] = "";
	struct tm tm;

	w->end = end_of(w, t);
	if (localtime_r(&w->end, &tm))
		(void)strftime(when, sizeof(when), "%H:%M:%S", &tm);
	text = pg_strf(_("\n*** A change of this node is on trial: %s.\n"
		       "*** (%s)\n"
		       "*** Is all well? Keep it before %s (local time):   pve-gpu confirm\n"
		       "%s\n\n"),
		       t->v[t->n - 1]->summary, ids ? ids : "", when, then ? then : "***");
	if (text)
		pg_announce(&w->run, text);
}

/* Not yet told, or not truly: the clock of a node without a battery is set when the network
 * has come up. */
static bool is_told_wrong(const struct pg_watch *w, const struct pg_trials *t)
{
	time_t end = end_of(w, t);

	return end > w->end + CLOCK_SLIP || end < w->end - CLOCK_SLIP;
}

/* ---- waiting ---- */

/* The record is a help, against a node that starts over and over and for telling how long it
 * waits: none is no reason not to watch. */
static void note_boot(struct pg_watch *w, const struct pg_trials *t)
{
	pg_autoclose int lock = -1;

	if (pg_store_lock(w->run.root, PG_DOING_TRIAL, &lock, NULL) < 0)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (!t->v[i]->trial.watched || strcmp(t->v[i]->trial.watched, w->boot) != 0)
			(void)pg_journal_mark_wait(w->run.root, t->v[i], w->boot, w->start, NULL);
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
		if (!told)
			note_boot(w, &t);
		told = true;
		pg_notify("WATCHDOG=1\nSTATUS=A change is on trial: pve-gpu confirm keeps it.");
		why = pg_watch_why_over(w, &t);
		if (!why && is_told_wrong(w, &t))
			tell_waiting(w, &t);
		if (why && (r = pg_watch_take_back(w, why, ret, err)) != -EAGAIN)
			return r;
		pg_watch_look_at_addresses(w, &t);
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
	w.start = pg_trial_uptime(root);
	r = pg_trial_boot_id(root, &w.boot, &own);
	if (r == 0)
		r = pg_watch_finish(&w, &outcome, &own);
	if (r == 0)
		r = wait_and_see(&w, &outcome, &own);
	else if (r == 1 && !outcome.text)
		r = pg_outcome_set(&outcome, PG_OUTCOME_PUT_BACK, NULL,
				   "The change on trial was taken back. The node reboots.");
	if (r < 0 && own.code)
		r = pg_watch_refuse(&w, &outcome, r, &own);
	outcome.again = r >= 0 && pg_watch_is_due(&w);
	free(w.boot);
	r = pg_run_end(&w.run, r < 0 ? r : 0, &outcome, ret, err);
	pg_run_done(&w.run);
	return r;
}
