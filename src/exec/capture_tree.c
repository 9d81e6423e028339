/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From paths that were asked for to things in a tree. A path is walked as the kernel walks it, so that
 * each link on the way is there too: /sys/bus/pci/devices/X is one that leads to /sys/devices.
 */
#include "src/exec/capture.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/run.h"

#define LINKS_MAX 40

void pg_capture_done(struct pg_capture *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].path);
		pg_bytes_done(&c->v[i].bytes);
	}
	free(c->v);
	pg_strv_done(&c->left);
	pg_strv_done(&c->hidden);
	*c = (struct pg_capture){ 0 };
}

/* The entries so far, by path; they move to the capture at the end. */
struct tree {
	const struct pg_root *root;
	void *by_path;	/* tsearch(3) */
	struct pg_entry **all;
	size_t n;
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_entry *)a)->path, ((const struct pg_entry *)b)->path);
}

static void keep_node(void *p)
{
	(void)p; /* the array has it */
}

static void entry_free(struct pg_entry *e)
{
	if (!e)
		return;
	free(e->path);
	pg_bytes_done(&e->bytes);
	free(e);
}

static void tree_done(struct tree *t)
{
	tdestroy(t->by_path, keep_node);
	for (size_t i = 0; i < t->n; i++)
		entry_free(t->all[i]);
	free(t->all);
}

/* ---- one entry ---- */

static struct timespec later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec) ? a : b;
}

/* What is a device or the like is an empty file: something of that name is there. */
static int look_at(const struct pg_root *root, const char *path, struct pg_entry *ret)
{
	pg_autofree char *target = NULL;
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r < 0)
		return r;
	ret->mode = st.st_mode & 0777;
	ret->mtime = later(st.st_mtim, st.st_ctim);
	ret->kind = S_ISDIR(st.st_mode) ? PG_ENTRY_FOLDER :
		    S_ISLNK(st.st_mode) ? PG_ENTRY_LINK :
					  PG_ENTRY_FILE;
	if (ret->kind != PG_ENTRY_LINK)
		return 0;
	r = pg_root_readlink(root, path, &target);
	return r < 0 ? r : pg_bytes_copy(target, strlen(target), &ret->bytes);
}

static int add(struct tree *t, struct pg_entry *e)
{
	struct pg_entry **slot;

	if (!tsearch(e, &t->by_path, by_path))
		return -ENOMEM;
	slot = pg_vec_add(&t->all, &t->n, sizeof(struct pg_entry *));
	if (!slot) {
		(void)tdelete(e, &t->by_path, by_path);
		return -ENOMEM;
	}
	*slot = e;
	return 0;
}

/* The entry of a path without links on the way. *ret is NULL where there is nothing (any more). */
static int entry_at(struct tree *t, const char *path, struct pg_entry **ret)
{
	struct pg_entry key = { .path = (char *)(uintptr_t)path }, *e;
	struct pg_entry *const *found = tfind(&key, &t->by_path, by_path);
	int r;

	*ret = found ? *found : NULL;
	if (found)
		return 0;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	r = look_at(t->root, path, e);
	if (r == 0) {
		e->path = strdup(path);
		r = e->path ? add(t, e) : -ENOMEM;
	}
	if (r < 0) {
		entry_free(e);
		return r == -ENOMEM ? r : 0;
	}
	*ret = e;
	return 0;
}

/* ---- the walk ---- */

struct walk {
	char *here;	/* "" is the root */
	char *rest;
	unsigned links;
};

static void walk_done(struct walk *w)
{
	free(w->here);
	free(w->rest);
}

static void go_up(struct walk *w)
{
	char *slash = strrchr(w->here, '/');

	if (slash)
		*slash = '\0';
}

static int follow(struct walk *w, const char *target, const char *rest)
{
	char *longer = pg_strf("%s/%s", target, rest);

	if (!longer)
		return -ENOMEM;
	free(w->rest);
	w->rest = longer;
	if (*target == '/')
		*w->here = '\0';
	return ++w->links > LINKS_MAX ? -ELOOP : 0;
}

/* One part of the path. Returns 1 when there is none left, -ENOENT where it leads to nothing. */
static int step(struct tree *t, struct walk *w, bool follow_last, struct pg_entry **ret)
{
	const char *s = w->rest + strspn(w->rest, "/"), *rest;
	size_t n = strcspn(s, "/");
	pg_autofree char *next = NULL;
	int r;

	rest = s + n + strspn(s + n, "/");
	if (n == 0)
		return 1;
	next = n == 2 && memcmp(s, "..", 2) == 0 ? NULL : pg_strf("%s/%.*s", w->here, (int)n, s);
	if (!next && !(n == 2 && memcmp(s, "..", 2) == 0))
		return -ENOMEM;
	if (!next)
		go_up(w);
	if (next && (n != 1 || *s != '.')) {
		r = entry_at(t, next, ret);
		if (r < 0 || !*ret)
			return r < 0 ? r : -ENOENT;
		if ((*ret)->kind == PG_ENTRY_LINK && (*rest || follow_last))
			return follow(w, (*ret)->bytes.p, rest);
		free(w->here);
		w->here = PG_STEAL(next);
	}
	memmove(w->rest, rest, strlen(rest) + 1);
	return 0;
}

/* *ret: what the path leads to; NULL: nothing, or the root itself. */
static int walk(struct tree *t, const char *path, bool follow_last, struct pg_entry **ret)
{
	struct walk w PG_CLEANUP(walk_done) = { .here = strdup(""), .rest = strdup(path) };
	struct pg_entry *e = NULL;
	int r = w.here && w.rest ? 0 : -ENOMEM;

	while (r == 0)
		r = step(t, &w, follow_last, &e);
	*ret = NULL;
	if (r == 1 && *w.here)
		return entry_at(t, w.here, ret);
	return r == -ENOMEM ? r : 0;
}

/* ---- what was seen ---- */

static int list(struct tree *t, const char *folder)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(t->root, folder, &names);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
						 names.v[i]);
		struct pg_entry *e = NULL;

		r = path ? entry_at(t, path, &e) : -ENOMEM;
		if (e)
			e->named = true;
	}
	return r;
}

/* What a command said is nowhere on the node. */
static int add_kept(struct tree *t, const struct pg_seen *seen)
{
	struct pg_entry *e = calloc(1, sizeof(*e));
	int r = e ? 0 : -ENOMEM;

	if (e) {
		*e = (struct pg_entry){ .kind = PG_ENTRY_FILE, .mode = 0600, .read = true, .named = true,
					.path = strdup(seen->path) };
		r = e->path ? pg_bytes_copy(seen->bytes.p, seen->bytes.n, &e->bytes) : -ENOMEM;
	}
	if (r == 0)
		r = add(t, e);
	if (r < 0)
		entry_free(e);
	return r;
}

static int add_seen(struct tree *t, const struct pg_seen *seen, struct pg_strv *left)
{
	struct pg_entry *link = NULL, *e = NULL;
	int r = walk(t, seen->path, false, &link);

	if (r == 0 && seen->followed)
		r = walk(t, seen->path, true, &e);
	if (link)
		link->named = true;
	if (e)
		e->named = true;
	if (r == 0 && seen->listed && (e || strcmp(seen->path, "/") == 0))
		r = list(t, e ? e->path : "/");
	if (r < 0 || !seen->read)
		return r;
	if (!e && pg_text_starts(seen->path, PG_CAPTURE_DIR "/"))
		return add_kept(t, seen);
	if (!e)
		return pg_strv_addf(left, _("%s: it went away meanwhile"), seen->path);
	if (e->read || e->kind != PG_ENTRY_FILE)
		return 0;
	e->read = true;
	return pg_bytes_copy(seen->bytes.p, seen->bytes.n, &e->bytes);
}

static int take_all(struct tree *t, struct pg_capture *ret)
{
	ret->v = calloc(t->n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++) {
		ret->v[ret->n++] = *t->all[i];
		*t->all[i] = (struct pg_entry){ 0 };
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), by_path);
	return 0;
}

int pg_capture_tree(const struct pg_root *root, const struct pg_record *record, struct pg_capture *ret)
{
	struct pg_capture capture PG_CLEANUP(pg_capture_done) = { 0 };
	struct tree t PG_CLEANUP(tree_done) = { .root = root };
	const struct pg_seen *const *seen;
	size_t n;
	int r = pg_record_all(record, &seen, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_seen(&t, seen[i], &capture.left);
	if (r == 0)
		r = take_all(&t, &capture);
	if (r < 0)
		return r;
	*ret = capture;
	capture = (struct pg_capture){ 0 };
	return 0;
}
