/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mktree makes a host tree (sysfs, /proc, /etc) out of one text file, for tests and for
 * the demo node. The format is at the head of mktree.c. A test tool, no part of the program.
 */
#pragma once

#include <sys/types.h>

#include "src/base/macro.h"
#include "src/base/strbuf.h"

/* What is being made. Paths are those of the tree; links are resolved inside it. */
struct tree {
	int root;		/* the folder that stands for "/" */
	char *kernel;		/* of the last `kernel` line, or NULL */
	const char *file;	/* the place for messages */
	unsigned line;
	uint64_t mem32, mem64, io;	/* where the next BAR goes */
};

/* Prints "file:line: message" and returns -1, so that `return bad(…)` reads as one step.
 * All functions below return 0, or -1 after they have said why. */
int bad(const struct tree *t, const char *fmt, ...) PG_PRINTF(2, 3);

/* mktree_fs.c: whatever is there under the same name is replaced, but for a folder. */
int fs_dir(struct tree *t, const char *path, mode_t mode);
int fs_write(struct tree *t, const char *path, mode_t mode, const void *p, size_t n);
int fs_text(struct tree *t, const char *path, const char *fmt, ...) PG_PRINTF(3, 4);
int fs_append(struct tree *t, const char *path, const char *text);
/* Writes over bytes in the middle of a file. A missing or shorter file is left alone. */
int fs_patch(struct tree *t, const char *path, off_t at, const void *p, size_t n);
int fs_link(struct tree *t, const char *path, const char *target);
/* A link with the shortest relative target, as sysfs makes them. */
int fs_link_rel(struct tree *t, const char *path, const char *to);
int fs_remove(struct tree *t, const char *path);
/* Removes everything in a folder that is not itself a folder. */
int fs_clear(struct tree *t, const char *path);
bool fs_exists(struct tree *t, const char *path);
/* Where a link leads: the target as it stands, below the tree; NULL if there is none. */
char *fs_target(struct tree *t, const char *path);

/* mktree_mdev.c: the words after "mdev", and its name; those after "instance". */
int mdev_type_line(struct tree *t, char *const *words, size_t n, const char *name);
int mdev_instance_line(struct tree *t, char *const *words, size_t n);

/* mktree_pci.c: the words after "pci". */
int pci_line(struct tree *t, char *const *words, size_t n);
