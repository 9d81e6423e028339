/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a trial that was not confirmed: the node reboots, once. */
#include "src/exec/watch.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/announce.h"

void pg_watch_tell(struct pg_watch *w, const char *text)
{
	pg_autofree char *framed = pg_strf(_("\n*** pve-gpu: %s\n\n"), text);

	if (framed && !pg_announce_is(&w->run, framed))
		pg_announce(&w->run, framed);
}

bool pg_watch_is_back(const struct pg_journal *j)
{
	if (j->state != PG_TX_UNDONE && j->state != PG_TX_BROKEN)
		return false;
	for (size_t i = 0; i < j->n_file; i++)
		if (pg_journal_is_due(&j->file[i]) || (j->file[i].left && !j->file[i].trial))
			return false;
	for (size_t i = 0; j->state == PG_TX_BROKEN && i < j->n_cmd; i++)
		if (!j->cmd[i].vm && pg_journal_must_rerun(j, &j->cmd[i]))
			return false;
	return true;
}

static int read_all(const struct pg_root *root, struct pg_trials *ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = 0; r == 0 && i < ids.n; i++) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
		struct pg_journal **place;

		r = pg_journal_read(root, ids.v[i], &j, NULL);
		if (r < 0)
			return r;
		place = pg_vec_add(&ret->v, &ret->n, sizeof(*ret->v));
		if (!place)
			return -ENOMEM;
		*place = PG_STEAL(j);
	}
	return r;
}

/* Is a reboot due: was something taken back in this boot, whole, and none rebooted for it
 * before? Under the lock. */
static bool is_reboot_due(const struct pg_watch *w, const struct pg_trials *all)
{
	bool due = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct pg_jtrial *trial = &all->v[i]->trial;

		if (!trial->expired || strcmp(trial->expired, w->boot) != 0)
			continue;
		if (!pg_watch_is_back(all->v[i]) ||
		    (trial->reboot && strcmp(trial->reboot, w->boot) != 0))
			return false;
		due = true;
	}
	return due;
}

static int record_reboot(struct pg_watch *w, const struct pg_trials *all, struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++) {
		const struct pg_jtrial *trial = &all->v[i]->trial;

		if (trial->expired && strcmp(trial->expired, w->boot) == 0 && !trial->reboot)
			r = pg_journal_mark_boot(w->run.root, all->v[i], "reboot", w->boot, err);
	}
	return r;
}

int pg_watch_reboot(struct pg_watch *w, struct pg_err *err)
{
	struct pg_trials all PG_CLEANUP(pg_trials_done) = { 0 };
	int r = read_all(w->run.root, &all);

	if (r < 0 || !is_reboot_due(w, &all))
		return r;
	r = record_reboot(w, &all, err);
	if (r < 0)
		return r;
	pg_watch_tell(w, _("The change on trial was taken back. The node reboots now."));
	r = w->hooks->reboot(w->hooks->ctx, &w->run, err);
	return r < 0 ? r : 1;
}
