/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/exec/run.h"

/* A journal only ever grows: what a transaction does makes it longer. */
static int add_record(const struct pg_root *root, const char *id, struct pg_strbuf *b)
{
	pg_autofree char *path = pg_strf("%s/%s/journal", PG_TX_DIR, id);
	struct stat st;
	int r = path ? pg_root_lstat(root, path, &st) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		pg_strbuf_addf(b, "%s none\n", id);
	else
		pg_strbuf_addf(b, "%s %lld\n", id, (long long)st.st_size);
	return 0;
}

int pg_exec_stamp(const struct pg_root *root, char **ret)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char *stamp;
	int r = pg_store_list(root, &ids);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		pg_strbuf_addf(&b, "%s\n", pg_err_reason(r));
	for (size_t i = 0; i < ids.n; i++)
		if (add_record(root, ids.v[i], &b) < 0)
			return -ENOMEM;
	if (pg_stamp_pve(root, &b) < 0)
		return -ENOMEM;
	stamp = pg_strbuf_steal(&b);
	if (!stamp)
		return -ENOMEM;
	*ret = stamp;
	return 0;
}

/* The records of pve-gpu in a stamp. */
static int records(const char *stamp, struct pg_strv *ret)
{
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(stamp, "\n", &line);

	for (size_t i = 0; r == 0 && i < line.n; i++)
		if (!pg_stamp_is_pve(line.v[i]))
			r = pg_strv_add(ret, line.v[i]);
	return r;
}

/* The newest record of `now` that is not in `then`, or NULL: some record is gone. */
static const char *newest_change(const struct pg_strv *then, const struct pg_strv *now)
{
	for (size_t i = now->n; i > 0; i--)
		if (!pg_strv_has(then, now->v[i - 1]))
			return now->v[i - 1];
	return NULL;
}

static int tell_changed(const struct pg_strv *then, const struct pg_strv *now, struct pg_err *err)
{
	const char *line = newest_change(then, now);

	if (!line)
		return pg_err_set(err, -ESTALE, NULL, 0,
				  "This node was changed meanwhile: a record of pve-gpu was taken "
				  "away. Look again and repeat.");
	return pg_err_set(err, -ESTALE, NULL, 0,
			  "This node was changed meanwhile: the change %.*s was made, ended or "
			  "taken back after the node was looked at. Look again and repeat.",
			  (int)strcspn(line, " "), line);
}

int pg_stamp_check(const struct pg_root *root, const char *then, struct pg_err *err)
{
	struct pg_strv old PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv new PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *now = NULL;
	int r = then ? pg_exec_stamp(root, &now) : 0;

	if (r < 0 || !then)
		return r;
	if (records(then, &old) < 0 || records(now, &new) < 0)
		return -ENOMEM;
	return pg_strv_equal(&old, &new) ? 0 : tell_changed(&old, &new, err);
}
