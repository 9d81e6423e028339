/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder that stands for a host, made for one test and removed after it. A failure here
 * fails the test.
 */
#pragma once

#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/root.h"

struct tree {
	char dir[PATH_MAX];
	struct pg_root *root;
};

/* A new folder "…/pve-gpu-WORD-…" where tests/lib/tmpdir.sh said; the caller removes it. */
static inline bool tree_mkdtemp(const char *word, char *dir, size_t n)
{
	const char *place = getenv("TMPDIR");
	int len = snprintf(dir, n, "%s/pve-gpu-%s-XXXXXX", place ? place : "/tmp", word);

	return len > 0 && (size_t)len < n && mkdtemp(dir);
}

static inline int tree_setup(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	if (!tree_mkdtemp("test", t->dir, sizeof(t->dir)) || pg_root_open(t->dir, &t->root, NULL) < 0)
		return -1;
	*state = t;
	return 0;
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int tree_teardown(void **state)
{
	struct tree *t = *state;

	pg_root_close(t->root);
	(void)nftw(t->dir, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}

#define tree_test(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

/* The path on this machine; the caller frees it. */
static inline char *tree_path(const struct tree *t, const char *path)
{
	char *full = pg_strf("%s%s", t->dir, path);

	assert_non_null(full);
	return full;
}

/* Makes a folder and those above it. */
static inline void tree_dir(const struct tree *t, const char *path)
{
	assert_int_equal(pg_root_mkdirs(t->root, path, 0755, NULL, NULL), 0);
}

static inline void tree_parent(const struct tree *t, const char *path)
{
	pg_autofree char *parent = strdup(path);

	assert_non_null(parent);
	*strrchr(parent, '/') = '\0';
	if (*parent)
		tree_dir(t, parent);
}

static inline void tree_bytes(const struct tree *t, const char *path, const char *p, size_t n)
{
	pg_autofree char *full = tree_path(t, path);
	pg_autoclose int fd = -1;

	tree_parent(t, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, p, n), n);
}

static inline void tree_file(const struct tree *t, const char *path, const char *text)
{
	tree_bytes(t, path, text, strlen(text));
}

/* A file of one line, as attributes are. */
static inline void tree_value(const struct tree *t, const char *path, const char *text)
{
	pg_autofree char *line = pg_strf("%s\n", text);

	assert_non_null(line);
	tree_file(t, path, line);
}

static inline void tree_link(const struct tree *t, const char *path, const char *target)
{
	pg_autofree char *full = tree_path(t, path);

	tree_parent(t, path);
	assert_int_equal(symlink(target, full), 0);
}

static inline void tree_fifo(const struct tree *t, const char *path)
{
	pg_autofree char *full = tree_path(t, path);

	tree_parent(t, path);
	assert_int_equal(mkfifo(full, 0644), 0);
}
