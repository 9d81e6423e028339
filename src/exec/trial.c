/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/trial.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/backways.h"

/* ---- those on trial ---- */

void pg_trials_done(struct pg_trials *t)
{
	for (size_t i = 0; i < t->n; i++)
		pg_journal_free(t->v[i]);
	free(t->v);
	*t = (struct pg_trials){ 0 };
}

static int read_one(const struct pg_root *root, const char *id, struct pg_trials *t)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_journal **place;
	int r = pg_journal_read(root, id, &j, NULL);

	if (r == -ENOENT) /* gone since the folder was listed */
		return 0;
	if (r < 0 || j->state != PG_TX_TRIAL)
		return r;
	place = pg_vec_add(&t->v, &t->n, sizeof(*t->v));
	if (!place)
		return -ENOMEM;
	*place = PG_STEAL(j);
	return 0;
}

int pg_trials_read(const struct pg_root *root, struct pg_trials *ret)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = read_one(root, ids.v[i], &t);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct pg_trials){ 0 };
	return 0;
}

int pg_trial_boot_id(const struct pg_root *root, char **ret, struct pg_err *err)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	int r = pg_root_read_attr(root, path, ret);

	if (r < 0)
		return pg_err_set(err, r, path, 0,
				  "It cannot be told whether the node was rebooted: %s.",
				  pg_err_reason(r));
	return 0;
}

bool pg_trial_has_files(const struct pg_journal *j)
{
	for (size_t i = 0; i < j->n_file; i++)
		if (!j->file[i].trial && pg_plan_is_boot_file(j->file[i].path))
			return true;
	return false;
}

bool pg_trial_is_in_effect(const struct pg_journal *j, const char *boot)
{
	return !pg_trial_has_files(j) || strcmp(j->trial.boot, boot) != 0;
}

bool pg_trials_are_in_effect(const struct pg_trials *t, const char *boot)
{
	bool waits = false;

	for (size_t i = 0; i < t->n; i++) {
		if (pg_trial_has_files(t->v[i]) && pg_trial_is_in_effect(t->v[i], boot))
			return true;
		waits |= pg_trial_has_files(t->v[i]);
	}
	return t->n && !waits;
}

unsigned pg_trials_wait(const struct pg_trials *t)
{
	unsigned wait = 0;

	for (size_t i = 0; i < t->n; i++)
		wait = t->v[i]->trial.wait > wait ? t->v[i]->trial.wait : wait;
	return wait;
}

uint64_t pg_trial_uptime(const struct pg_root *root)
{
	pg_autofree char *text = NULL;
	uint64_t up = 0;

	if (pg_root_read_attr(root, "/proc/uptime", &text) < 0)
		return 0;
	text[strcspn(text, ". ")] = '\0';
	return pg_text_number(text, 10, UINT32_MAX, &up) < 0 ? 0 : up;
}

uint64_t pg_trials_waited(const struct pg_root *root, const struct pg_trials *t,
			  const char *boot)
{
	uint64_t up = pg_trial_uptime(root), since = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct pg_jtrial *trial = &t->v[i]->trial;

		if (trial->watched && strcmp(trial->watched, boot) == 0 && trial->since > since)
			since = trial->since;
	}
	return up > since ? up - since : 0;
}

bool pg_trial_is_possible(const struct pg_run *run)
{
	return run->live || pg_root_exists(run->root, "/etc/pve-gpu/demo");
}

char *pg_trials_ids(const struct pg_trials *t)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < t->n; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ", " : "", t->v[i]->id);
	return pg_strbuf_steal(&b);
}

/* ---- for the faces ---- */

void pg_trial_free(struct pg_trial *trial)
{
	if (!trial)
		return;
	free(trial->id);
	free(trial->summary);
	pg_strv_done(&trial->doubts);
	free(trial->stuck);
	free(trial);
}

void pg_trial_freep(struct pg_trial **trial)
{
	pg_trial_free(*trial);
}

static int find_stuck(const struct pg_root *root, const struct pg_trials *t, char **ret)
{
	struct pg_strv paths PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_backways_stuck(root, t, &paths) < 0)
		return -ENOMEM;
	if (!paths.n)
		return 0;
	*ret = pg_strv_join(&paths, ", ");
	return *ret ? 0 : -ENOMEM;
}

/* On the demo node nobody's clock runs. */
static unsigned left_of(const struct pg_root *root, const struct pg_trials *t, const char *boot)
{
	bool demo = pg_root_exists(root, "/etc/pve-gpu/demo");
	uint64_t waited = demo ? 0 : pg_trials_waited(root, t, boot);
	unsigned wait = pg_trials_wait(t);

	return waited < wait ? wait - (unsigned)waited : 0;
}

static int fill(const struct pg_root *root, const struct pg_trials *t, struct pg_trial *ret,
		struct pg_err *err)
{
	const struct pg_journal *j = t->v[t->n - 1];
	pg_autofree char *boot = NULL;
	int r = pg_trial_boot_id(root, &boot, err);

	if (r < 0)
		return r;
	(void)pg_boot_is_off(root, &ret->off);
	ret->id = strdup(j->id);
	ret->summary = strdup(j->summary);
	ret->wait = pg_trials_wait(t);
	ret->booted = pg_trials_are_in_effect(t, boot);
	ret->left = ret->booted && !ret->off ? left_of(root, t, boot) : 0;
	return ret->id && ret->summary ? find_stuck(root, t, &ret->stuck) : -ENOMEM;
}

int pg_trial_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err)
{
	struct pg_trial *trial PG_CLEANUP(pg_trial_freep) = NULL;
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };
	int r = pg_trials_read(root, &t);

	if (r < 0)
		return pg_err_set(err, r, PG_TX_DIR, 0, "The records cannot be read: %s.",
				  pg_err_reason(r));
	if (t.n) {
		trial = calloc(1, sizeof(*trial));
		r = trial ? fill(root, &t, trial, err) : -ENOMEM;
	}
	if (r < 0)
		return r;
	*ret = PG_STEAL(trial);
	return 0;
}
