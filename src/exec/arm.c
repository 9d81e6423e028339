/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unit that watches over a change on trial: written with it, taken away at its end. */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/announce.h"
#include "src/plan/unit.h"

#define UNIT_MAX ((size_t)64 << 10)

/* ---- what the files hold ---- */

static int read_template(const struct pg_run *run, struct pg_bytes *ret, struct pg_err *err)
{
	static const char path[] = "/systemd/pve-gpu-trial.service";
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	pg_autofree char *dir = run->opts->data ? strdup(run->opts->data) : pg_data_dir();
	int r = dir ? pg_root_open(dir, &root, err) : -ENOMEM;

	if (r == 0 && (r = pg_root_read(root, path, UNIT_MAX, ret)) < 0)
		return pg_err_set(err, r, path, 0,
				  "A part of pve-gpu itself cannot be read: %s. Install it again, "
				  "or apply without a trial.", pg_err_reason(r));
	return r;
}

static int make_unit(const struct pg_run *run, struct pg_bytes *ret, struct pg_err *err)
{
	struct pg_bytes template PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *program = NULL;
	int r = pg_own_program(&program, err);

	if (r == 0 && pg_root_is_live(run->root) && !pg_own_stays(program))
		r = pg_err_set(err, -EINVAL, program, 0,
			       "The running pve-gpu would not be there after the reboot, to watch over the "
			       "change. Install it, or apply without a trial.");
	if (r == 0)
		r = read_template(run, &template, err);
	return r < 0 ? r : pg_unit_fill(&template, program, ret);
}

/* ---- writing it down ---- */

/* The unit of an earlier change watches over this one as well. */
static int is_armed(const struct pg_root *root, bool *ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = 0; r == 0 && !*ret && i < ids.n; i++) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		r = pg_journal_read(root, ids.v[i], &j, NULL);
		if (r == 0)
			*ret = pg_journal_is_armed(j);
	}
	return r;
}

/* A file of that name that nobody answers for is taken as the person's own. */
static int prepare_file(struct pg_run *run, const char *path, const struct pg_bytes *after,
			struct pg_err *err)
{
	struct pg_bytes before PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *name = strdup(path);
	struct pg_plan_file f = { .path = name, .change = PG_CHANGE_CREATE, .after = *after,
				  .mode = 0644 };
	struct stat st;
	int r = pg_root_lstat(run->root, path, &st);

	if (!name)
		return -ENOMEM;
	if (r == 0) {
		r = S_ISREG(st.st_mode) ? pg_root_read(run->root, path, UNIT_MAX, &before) : -EINVAL;
		f.change = PG_CHANGE_EDIT;
		f.before = before;
	}
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return pg_err_set(err, r, path, 0, "It cannot be used for the trial: %s.",
				  pg_err_reason(r));
	return pg_prepare_is_change(&f) ? pg_prepare_file(run, &f, true, err) : 0;
}

static int prepare_unit(struct pg_run *run, struct pg_err *err)
{
	static const char want[] = "# Written by pve-gpu for a change on trial, and removed when it "
				   "ends.\n[Unit]\nWants=pve-gpu-trial.service\n";
	struct pg_bytes unit PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes drop = { .p = (char *)(uintptr_t)want, .n = sizeof(want) - 1 };
	bool armed = false;
	int r = run->live ? is_armed(run->root, &armed) : 0;

	if (r < 0 || !run->live)
		return r;
	/* By the records it is there still where its going away was cut off. */
	if (armed && pg_root_exists(run->root, PG_TRIAL_UNIT) &&
	    pg_root_exists(run->root, PG_TRIAL_WANT))
		return 0;
	r = make_unit(run, &unit, err);
	if (r == 0)
		r = prepare_file(run, PG_TRIAL_UNIT, &unit, err);
	return r < 0 ? r : prepare_file(run, PG_TRIAL_WANT, &drop, err);
}

int pg_trial_prepare(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	struct pg_trials others PG_CLEANUP(pg_trials_done) = { 0 };
	struct pg_strv address PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *boot = NULL;
	unsigned wait;
	int r = pg_trial_is_possible(run) ? pg_trials_read(run->root, &others) : 0;

	if (r < 0 || !pg_trial_is_possible(run) ||
	    (!others.n && (!plan->trial || !run->j->n_file)))
		return r;
	wait = pg_trials_wait(&others);
	wait = plan->trial > wait ? plan->trial : wait;
	r = pg_trial_boot_id(run->root, &boot, err);
	if (r == 0)
		r = pg_addresses_managing(run, &address);
	if (r == 0)
		r = pg_journal_add_trial(run->root, run->j, wait, boot, &address, err);
	return r < 0 ? r : prepare_unit(run, err);
}

/* ---- taking it away ---- */

/* A change that still needs the unit: on trial, or not taken back whole yet. */
static bool needs_unit(const struct pg_journal *j)
{
	return j->state == PG_TX_TRIAL || j->state == PG_TX_UNREADABLE || pg_journal_is_open(j);
}

/* Do the records say that the unit is there (*ret_armed), and that one needs it? */
static int look(const struct pg_root *root, struct pg_strv *ret_armed, bool *ret_needed)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = 0; r == 0 && i < ids.n; i++) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		r = pg_journal_read(root, ids.v[i], &j, NULL);
		if (r < 0)
			return r == -ENOENT ? 0 : r;
		*ret_needed |= needs_unit(j);
		if (pg_journal_is_armed(j))
			r = pg_strv_add(ret_armed, j->id);
	}
	return r;
}

bool pg_trial_is_untidy(const struct pg_root *root)
{
	struct pg_strv armed PG_CLEANUP(pg_strv_done) = { 0 };
	bool needed = false;

	return look(root, &armed, &needed) == 0 && armed.n && !needed;
}

static bool holds(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* Folders that were made for the unit, if nothing else lies in them by now. */
static int remove_folders(struct pg_root *root, const struct pg_journal *j)
{
	for (size_t i = j->folder.n; i > 0; i--) {
		int r = holds(j->folder.v[i - 1], PG_TRIAL_WANT) ?
				pg_root_rmdir(root, j->folder.v[i - 1], NULL) :
				0;

		if (r < 0 && r != -ENOENT && r != -ENOTEMPTY && r != -EEXIST && r != -ENOTDIR)
			return r;
	}
	return 0;
}

static int disarm_file(struct pg_root *root, struct pg_journal *j, size_t i, bool mark)
{
	const struct pg_jfile *f = &j->file[i];
	const enum pg_copy to = f->change == PG_CHANGE_CREATE ? PG_COPY_ABSENT : PG_COPY_BEFORE;
	const struct pg_meta meta = { .mode = f->mode, .uid = f->uid, .gid = f->gid,
				      .set_mtime = true, .mtime = f->mtime };
	struct pg_version old PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_version new PG_CLEANUP(pg_version_done) = { 0 };
	int r = pg_version_load(root, j, i, PG_COPY_AFTER, &old, NULL);

	if (r == 0)
		r = pg_version_load(root, j, i, to, &new, NULL);
	if (r == 0)
		r = pg_file_move(root, f->path, &old, &new, &meta, NULL);
	if (mark && r >= 0)
		(void)pg_journal_mark(root, j, "back", i, NULL);
	else if (mark && r == -ESTALE)
		(void)pg_journal_mark(root, j, "left", i, NULL);
	return r >= 0 || r == -ESTALE ? 0 : r;
}

/* The drop-in first: a unit that nobody wants does nothing. */
static int disarm_files(struct pg_root *root, struct pg_journal *j, bool mark)
{
	int r = 0;

	for (size_t i = j->n_file; i > 0; i--) {
		int one;

		if (!j->file[i - 1].trial || !j->file[i - 1].begun)
			continue;
		(void)pg_store_sweep(root, j->file[i - 1].path);
		one = disarm_file(root, j, i - 1, mark);
		r = r < 0 ? r : one;
	}
	return r;
}

/* It is told last, so that what is cut off is done again. */
static int disarm(struct pg_root *root, const char *id)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	int r = pg_journal_read(root, id, &j, NULL);

	if (r == 0)
		r = disarm_files(root, j, false);
	if (r == 0)
		r = remove_folders(root, j);
	return r < 0 ? r : disarm_files(root, j, true);
}

int pg_trial_tidy(struct pg_run *run)
{
	struct pg_strv armed PG_CLEANUP(pg_strv_done) = { 0 };
	bool needed = false;
	int r = look(run->root, &armed, &needed);

	for (size_t i = 0; r == 0 && !needed && i < armed.n; i++)
		r = disarm(run->root, armed.v[i]);
	return r == -ENOENT ? 0 : r;
}

int pg_trial_end(struct pg_run *run, int r)
{
	if (r < 0)
		return r;
	(void)pg_trial_tidy(run);
	pg_announce_tidy(run);
	return r;
}
