/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/trial.h"
#include "src/host/bdf.h"

bool pg_prepare_is_change(const struct pg_plan_file *f)
{
	return f->change != PG_CHANGE_EDIT || !pg_bytes_equal(&f->before, &f->after);
}

/* ---- checks ---- */

static int check_file(const struct pg_root *root, const struct pg_plan_file *f,
		      struct pg_err *err)
{
	const struct pg_version before = { .absent = f->change == PG_CHANGE_CREATE,
					   .bytes = f->before };
	struct stat st;
	int r;

	if (f->path[0] != '/')
		return pg_err_set(err, -EINVAL, f->path, 0, "The path is not a whole one.");
	r = pg_root_lstat(root, f->path, &st);
	if (r == 0 && S_ISLNK(st.st_mode))
		return pg_err_set(err, -ELOOP, f->path, 0,
				  "It is a symbolic link. pve-gpu does not write through links: "
				  "put a file in its place.");
	r = pg_file_is(root, f->path, &before);
	if (r < 0)
		return pg_err_set(err, r, f->path, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	if (r == 0)
		return pg_err_set(err, -ESTALE, f->path, 0,
				  "The file was changed since it was read. Make the plan again.");
	return 0;
}

int pg_prepare_check(const struct pg_root *root, const struct pg_plan *plan,
		     struct pg_err *err)
{
	for (size_t i = 0; i < plan->n_file; i++) {
		int r = check_file(root, &plan->file[i], err);

		if (r < 0)
			return r;
	}
	return pg_grub_check(root, plan, err);
}

/* ---- what it is about ---- */

static const char *vm_of(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &plan->vm_cmd[i].argv;

		if (argv->n > 2 && strcmp(argv->v[0], "qm") == 0 && strcmp(argv->v[1], "set") == 0)
			return argv->v[2];
	}
	return NULL;
}

/* "Pass 01:00.0, 01:00.1 to VM 100" */
static char *summary_of(const struct pg_plan *plan)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *vm = vm_of(plan);

	if (plan->summary)
		return strdup(plan->summary);
	if (plan->repair)
		return vm ? pg_strf(_("Repair what has moved, for VM %s"), vm) :
			    strdup(_("Repair what has moved"));
	for (size_t i = 0; i < plan->n_effect; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ", " : "", pg_bdf_short(plan->effect[i].addr).s);
	if (pg_strbuf_error(&b) < 0)
		return NULL;
	if (!plan->n_effect)
		return vm ? pg_strf(_("Set up VM %s"), vm) : strdup(_("Set up the node"));
	return vm ? pg_strf(_("Pass %s to VM %s"), b.s, vm) : pg_strf(_("Pass %s through"), b.s);
}

/* ---- writing it down ---- */

static int describe(const struct pg_root *root, const struct pg_plan_file *f,
		    struct pg_jfile *ret, struct pg_err *err)
{
	struct stat st;
	int r;

	*ret = (struct pg_jfile){ .path = f->path, .change = f->change, .mode = f->mode,
				  .uid = geteuid(), .gid = getegid() };
	if (f->change == PG_CHANGE_CREATE)
		return 0;
	r = pg_root_lstat(root, f->path, &st);
	if (r < 0)
		return pg_err_set(err, r, f->path, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	ret->mode = st.st_mode & 07777;
	ret->uid = st.st_uid;
	ret->gid = st.st_gid;
	ret->mtime = st.st_mtim;
	return 0;
}

/* The folders above a new file that are not there yet, outermost first. One that is taken for
 * ours by mistake would be removed when the change is put back. */
static int prepare_folders(struct pg_run *run, const char *path, struct pg_err *err)
{
	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		pg_autofree char *part = strndup(path, (size_t)(p - path));
		struct stat st;
		int r;

		if (!part)
			return -ENOMEM;
		r = pg_root_stat(run->root, part, &st);
		if (r < 0 && r != -ENOENT)
			return pg_err_set(err, r, part, 0, "The folder cannot be looked at: %s.",
					  pg_err_reason(r));
		if (r == 0 || pg_strv_has(&run->j->folder, part))
			continue;
		r = pg_journal_add_folder(run->root, run->j, part, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int pg_prepare_file(struct pg_run *run, const struct pg_plan_file *f, bool trial,
		    struct pg_err *err)
{
	struct pg_jfile record;
	size_t i = run->j->n_file;
	int r = describe(run->root, f, &record, err);

	record.trial = trial;
	if (r == 0 && f->change == PG_CHANGE_CREATE)
		r = prepare_folders(run, f->path, err);
	if (r == 0 && f->change != PG_CHANGE_CREATE)
		r = pg_store_save(run->root, run->j, i, PG_COPY_BEFORE, &f->before, err);
	if (r == 0 && f->change != PG_CHANGE_REMOVE)
		r = pg_store_save(run->root, run->j, i, PG_COPY_AFTER, &f->after, err);
	return r < 0 ? r : pg_journal_add_file(run->root, run->j, &record, err);
}

static int prepare_cmds(struct pg_run *run, const struct pg_plan_cmd *cmd, size_t n, bool vm,
			struct pg_err *err)
{
	for (size_t i = 0; i < n; i++) {
		int r = pg_journal_add_cmd(run->root, run->j, &cmd[i], vm, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int prepare_begin(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	pg_autofree char *id = NULL, *summary = summary_of(plan);
	time_t now = time(NULL);
	int r = summary ? pg_store_new(run->root, now, &id, err) : -ENOMEM;

	if (r == 0)
		r = pg_journal_new(id, &run->j);
	return r < 0 ? r : pg_journal_begin(run->root, run->j, summary, now, err);
}

int pg_prepare(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err)
{
	int r = prepare_begin(run, plan, err);

	for (size_t i = 0; r == 0 && i < plan->n_file; i++)
		if (pg_prepare_is_change(&plan->file[i]))
			r = pg_prepare_file(run, &plan->file[i], false, err);
	if (r == 0)
		r = pg_trial_prepare(run, plan, err);
	if (r == 0)
		r = prepare_cmds(run, plan->cmd, plan->n_cmd, false, err);
	if (r == 0 && run->opts->run_vm)
		r = prepare_cmds(run, plan->vm_cmd, plan->n_vm_cmd, true, err);
	return r < 0 ? r : pg_journal_set_state(run->root, run->j, PG_TX_PLANNED, err);
}
