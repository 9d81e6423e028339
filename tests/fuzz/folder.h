/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A root with one folder that a fuzzer fills anew for each input: made once, in memory where
 * that is possible, and removed at the end.
 */
#pragma once

#include "src/base/root.h"

struct fuzz_folder {
	struct pg_root *root;
	char dir[64];
	struct pg_dir folder;
};

/* The folder of this path below the root; made at the first call. */
const struct fuzz_folder *fuzz_folder(const char *path);
/* Entries of that folder, by a path below it whose folders are there. */
void fuzz_folder_write(const char *name, const char *p, size_t n);
void fuzz_folder_link(const char *name, const char *target, size_t n);
void fuzz_folder_remove(const char *name);
