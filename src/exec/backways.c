/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/backways.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"

#define NOW_MAX ((size_t)64 << 20)

void pg_backways_done(struct pg_backways *w)
{
	for (size_t i = 0; i < w->n; i++) {
		pg_bytes_done(&w->v[i].found);
		pg_bytes_done(&w->v[i].merged);
	}
	free(w->v);
	pg_strv_done(&w->edited);
	pg_strv_done(&w->gone);
	pg_strbuf_done(&w->conflict);
}

static int add_diff(struct pg_backways *w, const char *what, const char *path,
		    const struct pg_bytes *a, const struct pg_bytes *b)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *la = pg_strf("a%s", path), *lb = pg_strf("b%s", path);
	pg_autofree char *diff = NULL;
	int r = la && lb ? pg_diff_bytes(la, a, lb, b, &diff, &err) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	pg_strbuf_addf(&w->conflict, "%s:\n%s", what, r < 0 ? err.what : diff);
	return 0;
}

static int add_conflict(struct pg_backways *w, const struct pg_jfile *f,
			const struct pg_version *before, const struct pg_version *after,
			const struct pg_version *now)
{
	int r;

	pg_strbuf_addf(&w->conflict,
		       _("%s was edited since, and our change cannot be told apart from the edit.\n"),
		       f->path);
	r = add_diff(w, _("Our change"), f->path, &before->bytes, &after->bytes);
	return r < 0 ? r : add_diff(w, _("What came later"), f->path, &after->bytes, &now->bytes);
}

static int read_now(const struct pg_root *root, const char *path, struct pg_version *ret)
{
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r == -ENOENT || r == -ENOTDIR) {
		ret->absent = true;
		return 0;
	}
	if (r < 0)
		return r;
	if (!S_ISREG(st.st_mode))
		return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	return pg_root_read(root, path, NOW_MAX, &ret->bytes);
}

/* It is neither as we left it nor as it was. */
static int decide_edited(struct pg_backways *w, const struct pg_jfile *f, struct pg_backway *way,
			 const struct pg_version *before, const struct pg_version *after,
			 struct pg_version *now)
{
	int r;

	if (now->absent) { /* with the file, our change is gone */
		way->from = way->to = PG_COPY_ABSENT;
		return before->absent ? 0 : pg_strv_add(&w->gone, f->path);
	}
	r = after->absent ? -ESTALE :
			    pg_take_out(&before->bytes, &after->bytes, &now->bytes, &way->merged);
	if (r == -ESTALE)
		return add_conflict(w, f, before, after, now);
	if (r < 0)
		return r;
	way->from = PG_COPY_FOUND;
	way->to = before->absent && !way->merged.n ? PG_COPY_ABSENT : PG_COPY_MERGED;
	way->found = now->bytes;
	now->bytes = (struct pg_bytes){ 0 };
	return pg_strv_add(&w->edited, f->path);
}

int pg_backways_decide(const struct pg_root *root, const struct pg_journal *j, size_t i,
		   struct pg_backways *w, struct pg_err *err)
{
	const struct pg_jfile *f = &j->file[i];
	struct pg_version before PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_version after PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_version now PG_CLEANUP(pg_version_done) = { 0 };
	struct pg_backway *way = pg_vec_add(&w->v, &w->n, sizeof(*way));
	int r;

	if (!way)
		return -ENOMEM;
	way->from = f->change == PG_CHANGE_REMOVE ? PG_COPY_ABSENT : PG_COPY_AFTER;
	way->to = f->change == PG_CHANGE_CREATE ? PG_COPY_ABSENT : PG_COPY_BEFORE;
	if (f->trial) /* pg_trial_tidy knows better when */
		return 0;
	r = pg_version_load(root, j, i, way->to, &before, err);
	if (r == 0)
		r = pg_version_load(root, j, i, way->from, &after, err);
	if (r < 0)
		return r;
	r = read_now(root, f->path, &now);
	if (r < 0)
		return pg_err_set(err, r, f->path, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	if (pg_version_equal(&now, &before) || pg_version_equal(&now, &after))
		return 0;
	return decide_edited(w, f, way, &before, &after, &now);
}

/* ---- what keeps a trial from being taken back ---- */

static bool has_file(const struct pg_journal *j, const char *path)
{
	for (size_t i = 0; i < j->n_file; i++)
		if (strcmp(j->file[i].path, path) == 0)
			return true;
	return false;
}

/* It goes back by the newest that has it; the older ones find it as they left it then. */
static bool is_newest(const struct pg_trials *t, size_t at, const char *path)
{
	for (size_t i = at + 1; i < t->n; i++)
		if (has_file(t->v[i], path))
			return false;
	return true;
}

int pg_backways_stuck(const struct pg_root *root, const struct pg_trials *t, struct pg_strv *ret)
{
	for (size_t k = 0; k < t->n; k++)
		for (size_t i = 0; i < t->v[k]->n_file; i++) {
			struct pg_backways w PG_CLEANUP(pg_backways_done) = { 0 };
			const char *path = t->v[k]->file[i].path;
			int r = is_newest(t, k, path) ? pg_backways_decide(root, t->v[k], i, &w, NULL) : 0;

			if (r == 0 && w.conflict.len)
				r = pg_strv_add(ret, path);
			if (r == -ENOMEM)
				return r;
		}
	return 0;
}
