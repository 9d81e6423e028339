/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes without a trial at which nobody has looked since the reboot, and those that still wait
 * for it. */
#include <errno.h>
#include <string.h>

#include "src/exec/trial.h"

/* Of what was applied before the boot was recorded nothing can be said. */
static bool is_unseen(const struct pg_journal *j, const char *boot)
{
	return j->state == PG_TX_APPLIED && pg_trial_has_files(j) && j->boot &&
	       strcmp(j->boot, boot) != 0;
}

/* Its boot files are of this boot, which did not begin with them. */
static bool is_waiting(const struct pg_journal *j, const char *boot)
{
	return (j->state == PG_TX_APPLIED || j->state == PG_TX_TRIAL) && pg_trial_has_files(j) &&
	       j->boot && strcmp(j->boot, boot) == 0;
}

typedef bool wanted_fn(const struct pg_journal *j, const char *boot);

static int read_one(const struct pg_root *root, const char *id, const char *boot,
		    wanted_fn *wanted, struct pg_trials *t)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_journal **place;
	int r = pg_journal_read(root, id, &j, NULL);

	if (r == -ENOENT) /* gone since the folder was listed */
		return 0;
	if (r < 0 || !wanted(j, boot))
		return r;
	place = pg_vec_add(&t->v, &t->n, sizeof(*t->v));
	if (!place)
		return -ENOMEM;
	*place = PG_STEAL(j);
	return 0;
}

static int read_all(const struct pg_root *root, wanted_fn *wanted, struct pg_trials *ret)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *boot = NULL;
	int r = pg_store_list(root, &ids);

	if (r == 0 && ids.n && pg_trial_boot_id(root, &boot, NULL) < 0)
		return 0;
	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = read_one(root, ids.v[i], boot, wanted, &t);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct pg_trials){ 0 };
	return 0;
}

int pg_unseen_read(const struct pg_root *root, struct pg_trials *ret)
{
	return read_all(root, is_unseen, ret);
}

static int fill(const struct pg_root *root, const struct pg_journal *j, bool booted,
		struct pg_trial *ret)
{
	(void)pg_boot_is_off(root, &ret->off);
	ret->booted = booted;
	ret->wait = j->state == PG_TX_TRIAL ? j->trial.wait : 0;
	ret->id = strdup(j->id);
	ret->summary = strdup(j->summary);
	if (!ret->id || !ret->summary)
		return -ENOMEM;
	return pg_strv_copy(&j->doubts, &ret->doubts);
}

static int find(const struct pg_root *root, wanted_fn *wanted, struct pg_trial **ret,
		struct pg_err *err)
{
	struct pg_trial *trial PG_CLEANUP(pg_trial_freep) = NULL;
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	int r = read_all(root, wanted, &t);

	if (r < 0)
		return pg_err_set(err, r, PG_TX_DIR, 0, "The records cannot be read: %s.",
				  pg_err_reason(r));
	if (t.n) {
		trial = calloc(1, sizeof(*trial));
		r = trial ? fill(root, t.v[t.n - 1], wanted == is_unseen, trial) : -ENOMEM;
	}
	if (r < 0)
		return r;
	*ret = PG_STEAL(trial);
	return 0;
}

int pg_unseen_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err)
{
	return find(root, is_unseen, ret, err);
}

int pg_waiting_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err)
{
	return find(root, is_waiting, ret, err);
}
