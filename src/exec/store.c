/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/journal.h"

#define STAMP_LEN 15 /* "20261123-064500" */
#define TEMP_MARK ".pve-gpu-"
#define TEMP_DIGITS 16
#define TEMP_NAME_MAX 200
#define COPY_MAX ((size_t)256 << 20)

/* ---- folders ---- */

/* What is recorded is carried out as root: nobody else may have written it. The owner of a tree
 * is who it belongs to. */
static bool is_ours(const struct pg_root *root, const struct stat *st)
{
	struct stat top;
	bool owned = st->st_uid == 0 || st->st_uid == geteuid() ||
		     (pg_root_stat(root, "/", &top) == 0 && st->st_uid == top.st_uid);

	if (st->st_mode & S_IWGRP && st->st_gid != 0 && st->st_gid != getegid())
		return false;
	return owned && !(st->st_mode & S_IWOTH);
}

/* What is there must be a folder itself, not a link to one. */
static int need_folder(struct pg_root *root, const char *path, struct pg_err *err)
{
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r == 0 && S_ISDIR(st.st_mode) && !is_ours(root, &st))
		return pg_err_set(err, -EINVAL, path, 0,
				  "Others than root can write there (owner %u, mode %o), so what is recorded "
				  "cannot be trusted. If it is yours: chown -R root:root %s && chmod go-w %s.",
				  (unsigned)st.st_uid, (unsigned)st.st_mode & 07777, path, path);

	if (r == 0 && !S_ISDIR(st.st_mode))
		return pg_err_set(err, -ENOTDIR, path, 0,
				  "It is not a folder, so pve-gpu cannot keep its records there. "
				  "Move it away.");
	if (r == -ENOENT) {
		r = pg_root_mkdirs(root, path, 0755, NULL, err);
		return r;
	}
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The folder cannot be used: %s.",
				  pg_err_reason(r));
	return 0;
}

static int need_private_folder(struct pg_root *root, const char *path, struct pg_err *err)
{
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r == -ENOENT)
		return pg_root_mkdir(root, path, 0700, err);
	return need_folder(root, path, err);
}

int pg_store_open(struct pg_root *root, struct pg_err *err)
{
	int r = need_folder(root, PG_STATE_DIR, err);

	return r < 0 ? r : need_private_folder(root, PG_TX_DIR, err);
}

/* ---- names ---- */

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

bool pg_store_is_id(const char *s)
{
	return digits(s) == 8 && s[8] == '-' && digits(s + 9) == 6 && s[STAMP_LEN] == '-' &&
	       digits(s + STAMP_LEN + 1) >= 1 && digits(s + STAMP_LEN + 1) <= 9 &&
	       strlen(s) == STAMP_LEN + 1 + digits(s + STAMP_LEN + 1);
}

static uint64_t counter(const char *id)
{
	uint64_t n = 0;

	(void)pg_text_number(id + STAMP_LEN + 1, 10, UINT32_MAX, &n);
	return n;
}

int pg_store_id_cmp(const char *a, const char *b)
{
	int c = strncmp(a, b, STAMP_LEN);

	return c ? c : (counter(a) > counter(b)) - (counter(a) < counter(b));
}

static int cmp_ids(const void *a, const void *b)
{
	return pg_store_id_cmp(*(char *const *)a, *(char *const *)b);
}

int pg_store_list(const struct pg_root *root, struct pg_strv *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, PG_TX_DIR, &names);

	if (r == -ENOENT)
		return 0;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (pg_store_is_id(names.v[i]))
			r = pg_strv_add(&ids, names.v[i]);
	if (r < 0)
		return r;
	if (ids.n)
		qsort(ids.v, ids.n, sizeof(*ids.v), cmp_ids);
	*ret = ids;
	ids = (struct pg_strv){ 0 };
	return 0;
}

static void stamp_of(time_t t, char stamp[STAMP_LEN + 1])
{
	struct tm tm = { 0 };

	/* A clock before 1900 or after 9999 gives no stamp of this length. */
	if (!gmtime_r(&t, &tm) ||
	    strftime(stamp, STAMP_LEN + 1, "%Y%m%d-%H%M%S", &tm) != STAMP_LEN)
		memcpy(stamp, "19700101-000000", STAMP_LEN + 1);
}

int pg_store_new(struct pg_root *root, time_t now, char **ret_id, struct pg_err *err)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	char stamp[STAMP_LEN + 1];
	uint64_t n = 1;
	int r = pg_store_list(root, &ids);

	if (r < 0)
		return pg_err_set(err, r, PG_TX_DIR, 0, "The records cannot be listed: %s.",
				  pg_err_reason(r));
	stamp_of(now, stamp);
	if (ids.n && strncmp(ids.v[ids.n - 1], stamp, STAMP_LEN) >= 0) {
		memcpy(stamp, ids.v[ids.n - 1], STAMP_LEN);
		n = counter(ids.v[ids.n - 1]) + 1;
	}
	for (;; n++) {
		pg_autofree char *id = pg_strf("%s-%llu", stamp, (unsigned long long)n);
		pg_autofree char *dir = pg_strf("%s/%s", PG_TX_DIR, id ? id : "");

		if (!id || !dir)
			return -ENOMEM;
		r = pg_root_mkdir(root, dir, 0700, err);
		if (r == -EEXIST)
			continue;
		if (r == 0)
			*ret_id = PG_STEAL(id);
		return r;
	}
}

/* ---- copies ---- */

char *pg_store_path(const struct pg_journal *j, size_t i, enum pg_copy copy)
{
	return pg_strf("%s/%zu.%s", j->dir, i, pg_copy_name(copy));
}

int pg_store_save(struct pg_root *root, const struct pg_journal *j, size_t i,
		  enum pg_copy copy, const struct pg_bytes *bytes, struct pg_err *err)
{
	const struct pg_meta meta = { .mode = 0600, .uid = geteuid(), .gid = getegid() };
	pg_autofree char *path = pg_store_path(j, i, copy);

	return path ? pg_root_replace(root, path, bytes, &meta, err) : -ENOMEM;
}

int pg_store_load(const struct pg_root *root, const struct pg_journal *j, size_t i,
		  enum pg_copy copy, struct pg_bytes *ret, struct pg_err *err)
{
	pg_autofree char *path = pg_store_path(j, i, copy);
	int r = path ? pg_root_read(root, path, COPY_MAX, ret) : -ENOMEM;

	if (r < 0)
		return pg_err_set(err, r, path, 0, "The saved copy cannot be read: %s.",
				  pg_err_reason(r));
	return 0;
}

/* "12.before" belongs to the thirteenth file: 13. No copy: 0. */
static size_t copy_end(const char *name)
{
	enum pg_copy copy = PG_COPY_ABSENT;
	size_t n = digits(name), end = 0;

	if (!n || n > 9 || name[n] != '.' || pg_copy_parse(name + n + 1, &copy) < 0 ||
	    copy == PG_COPY_ABSENT)
		return 0;
	for (size_t i = 0; i < n; i++)
		end = end * 10 + (size_t)(name[i] - '0');
	return end + 1;
}

int pg_store_copied(const struct pg_root *root, const struct pg_journal *j, size_t *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	size_t most = 0;
	int r = pg_root_list(root, j->dir, &names);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		size_t end = copy_end(names.v[i]);

		most = end > most ? end : most;
	}
	*ret = most;
	return 0;
}

/* Is it the name that root.c gives a temporary file of `target` (NULL: of any)? Told by its
 * end: files of our own have "pve-gpu-" in their names as well. */
static bool is_temp_of(const char *name, const char *target)
{
	const size_t len = strlen(name), tail = strlen(TEMP_MARK) + TEMP_DIGITS;
	const char *mark = len > tail ? name + len - tail : NULL;

	if (name[0] != '.' || !mark || strncmp(mark, TEMP_MARK, strlen(TEMP_MARK)) != 0 ||
	    strspn(mark + strlen(TEMP_MARK), "0123456789abcdef") != TEMP_DIGITS)
		return false;
	if (!target)
		return true;
	return len - tail - 1 == strnlen(target, TEMP_NAME_MAX) &&
	       strncmp(name + 1, target, len - tail - 1) == 0;
}

static int sweep(struct pg_root *root, const char *dir, const char *target)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, dir, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *full = NULL;

		if (!is_temp_of(names.v[i], target))
			continue;
		full = pg_strf("%s/%s", dir, names.v[i]);
		r = full ? pg_root_unlink(root, full, NULL) : -ENOMEM;
	}
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

int pg_store_sweep(struct pg_root *root, const char *path)
{
	const char *slash = strrchr(path, '/');
	pg_autofree char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;

	return dir ? sweep(root, dir, slash + 1) : -ENOMEM;
}

int pg_store_sweep_copies(struct pg_root *root, const struct pg_journal *j)
{
	return sweep(root, j->dir, NULL);
}

int pg_store_unfinished(const struct pg_root *root, struct pg_journal **ret,
			struct pg_err *err)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	if (r < 0)
		return pg_err_set(err, r, PG_TX_DIR, 0, "The records cannot be listed: %s.",
				  pg_err_reason(r));
	for (size_t i = ids.n; r == 0 && i > 0; i--) {
		struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

		r = pg_journal_read(root, ids.v[i - 1], &j, err);
		if (r == 0 && (j->state == PG_TX_UNREADABLE || pg_journal_is_open(j))) {
			*ret = PG_STEAL(j);
			return 0;
		}
	}
	return r;
}
