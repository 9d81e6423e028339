/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "src/exec/run.h"

void pg_version_done(struct pg_version *v)
{
	pg_bytes_done(&v->bytes);
}

bool pg_version_equal(const struct pg_version *a, const struct pg_version *b)
{
	return a->absent == b->absent && pg_bytes_equal(&a->bytes, &b->bytes);
}

int pg_version_load(const struct pg_root *root, const struct pg_journal *j, size_t i,
		    enum pg_copy copy, struct pg_version *ret, struct pg_err *err)
{
	if (copy == PG_COPY_ABSENT) {
		*ret = (struct pg_version){ .absent = true };
		return 0;
	}
	ret->absent = false;
	return pg_store_load(root, j, i, copy, &ret->bytes, err);
}

int pg_file_is(const struct pg_root *root, const char *path, const struct pg_version *v)
{
	struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r == -ENOENT || r == -ENOTDIR)
		return v->absent;
	if (r < 0)
		return r;
	if (v->absent || !S_ISREG(st.st_mode))
		return 0;
	r = pg_root_read(root, path, v->bytes.n, &now);
	if (r == -EFBIG)
		return 0;
	return r < 0 ? r : pg_bytes_equal(&now, &v->bytes);
}

int pg_file_check(const struct pg_root *root, const char *path, const struct pg_version *from,
		  const struct pg_version *to, struct pg_err *err)
{
	int r = pg_file_is(root, path, to);

	if (r > 0)
		return 1;
	if (r == 0)
		r = pg_file_is(root, path, from);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	if (r == 0)
		return pg_err_set(err, -ESTALE, path, 0, "The file was changed meanwhile.");
	return 0;
}

int pg_file_move(struct pg_root *root, const char *path, const struct pg_version *from,
		 const struct pg_version *to, const struct pg_meta *meta, struct pg_err *err)
{
	int r = pg_file_check(root, path, from, to, err);

	if (r != 0)
		return r;
	if (to->absent)
		return pg_root_unlink(root, path, err);
	if (from->absent)
		return pg_root_create(root, path, &to->bytes, meta, err);
	return pg_root_replace(root, path, &to->bytes, meta, err);
}
