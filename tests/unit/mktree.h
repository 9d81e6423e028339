/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host trees out of tests/trees/NAME.tree (or any path below the source folder), made with
 * tests/tools/mktree in a folder of the test's own.
 */
#pragma once

#include "tests/unit/tree.h"

#include "src/base/proc.h"

static inline void mktree_at(struct tree *t, char *path)
{
	const char *build = getenv("top_builddir");
	pg_autofree char *tool = pg_strf("%s/tests/tools/mktree", build ? build : ".");
	struct pg_proc_result result = { 0 };

	/* mktree makes the folder itself, also where it stands empty */
	pg_root_close(t->root);
	t->root = NULL;
	assert_int_equal(
		pg_proc_run((char *[]) { tool, path, t->dir, NULL }, NULL, &result, NULL),
		0);
	if (result.status != 0)
		print_error("%s\n", result.output.p);
	assert_int_equal(result.status, 0);
	pg_proc_result_done(&result);
	assert_int_equal(pg_root_open(t->dir, &t->root, NULL), 0);
}

static inline void mktree(struct tree *t, const char *file)
{
	const char *src = getenv("top_srcdir");
	pg_autofree char *path = pg_strf("%s/%s", src ? src : ".", file);

	mktree_at(t, path);
}
