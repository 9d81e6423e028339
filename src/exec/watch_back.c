/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trial that is over: everything is taken back. */
#include "src/exec/watch.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
void pg_watch_at_work(void)
{
	pg_notify("WATCHDOG_USEC=3600000000\nSTATUS=Taking a change back.");
}

/* As WatchdogSec= of the unit has it. */
void pg_watch_at_rest(void)
{
	pg_notify("WATCHDOG_USEC=60000000");
}

/* Here PUT_BACK means that the trial was taken back. */
int pg_watch_refuse(struct pg_watch *w, struct pg_outcome *ret, int r, const struct pg_err *err)
{
	w->failed = true;
	r = pg_outcome_refuse(ret, r, err);
	ret->kind = r == 0 ? PG_OUTCOME_REFUSED : ret->kind;
	return r;
}

static int mark_expired(struct pg_watch *w, const struct pg_trials *t, struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n; i++)
		r = pg_journal_mark_boot(w->run.root, t->v[i], "expired", w->boot, err);
	return r;
}

/* From the newest to the oldest. VM commands that fail do not keep the node from coming back.
 * What a person's edit keeps from being taken back would be kept from it the next time, too;
 * what a failure did is tried again. */
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
		w->failed |= one.kind == PG_OUTCOME_PUT_BACK;
		if (r == 0)
			pg_strbuf_addf(&b, "%s%s", b.len ? "\n" : "", one.text);
	}
	t->n = 0;
	if (r == 0)
		*ret_text = pg_strbuf_steal(&b);
	return r < 0 ? r : *ret_text ? 0 : -ENOMEM;
}

/* Another change that was cut off is no reason to leave this one as it is. 1: the outcome
 * says why it cannot be ended. */
static int end_others(struct pg_watch *w, struct pg_outcome *ret)
{
	struct pg_outcome ended PG_CLEANUP(pg_outcome_done) = { 0 };
	struct pg_journal *open PG_CLEANUP(pg_journal_freep) = NULL;
	int r = pg_watch_find_open(w->run.root, &open, NULL);

	if (r < 0 || !open)
		return r;
	r = pg_recover_locked(&w->run, &ended);
	pg_journal_free(open);
	open = NULL;
	if (r == 0)
		r = pg_watch_find_open(w->run.root, &open, NULL);
	if (r < 0 || !open)
		return r;
	w->failed = true;
	r = pg_outcome_set(ret, ended.kind, NULL, "%s", ended.text);
	return r < 0 ? r : 1;
}

static int take_back_locked(struct pg_watch *w, const char *why, struct pg_outcome *ret,
			    struct pg_err *err)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	pg_autofree char *text = NULL;
	bool whole = false;
	int r = end_others(w, ret);

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
			      "%s %s%s", why, text, r == 1 ? _(" The node reboots.") :
			      _(" The node is not rebooted by itself."));
}

int pg_watch_take_back(struct pg_watch *w, const char *why, struct pg_outcome *ret,
		       struct pg_err *err)
{
	pg_autoclose int lock = -1;
	int r = pg_store_lock(w->run.root, PG_DOING_TRIAL, &lock, err);

	if (r == -EAGAIN)
		return r;
	pg_watch_at_work();
	if (r == 0)
		r = take_back_locked(w, why, ret, err);
	pg_watch_at_rest();
	if (r == -EAGAIN || r == -ENOMEM)
		return r;
	if (r < 0)
		r = pg_watch_refuse(w, ret, r, err);
	if (r == 0 && (ret->kind == PG_OUTCOME_REFUSED || ret->kind == PG_OUTCOME_BROKEN))
		pg_watch_tell(w, ret->text);
	return r;
}
