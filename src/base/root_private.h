/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What root.c (the door), root_walk.c, root_read.c, root_write.c and root_inplace.c share. For no one else.
 */
#pragma once

#include <linux/openat2.h>

#include "src/base/record.h"

struct pg_root {
	int fd;
	char *prefix;
	bool live;
	bool inert;	/* to open a file does nothing: it is no device, or no device can be opened there */
	bool captured;	/* it was captured live: pg_root_is_whole */
	struct pg_record *record;
	bool sealed;	/* nothing is to be written there */
	bool scratch;	/* nothing in it is to outlast a power cut */
};

/* openat2(2) below a folder, for what exists; resolve is RESOLVE_IN_ROOT or RESOLVE_BENEATH,
 * and magic links are never followed. Returns a descriptor or a negative errno. */
int pg_open_below(int fd, const char *path, uint64_t flags, uint64_t resolve);
/* The same where the kernel does not offer openat2 (root_walk.c). */
int pg_walk_below(int dirfd, const char *path, uint64_t flags, uint64_t resolve);
/* The same from the root, for an existing path. */
int pg_open_in(const struct pg_root *root, const char *path, uint64_t flags);

/* ---- root_record.c: each does nothing where nothing is recorded; dir may be "" ---- */

void pg_record_link(const struct pg_root *root, const char *dir, const char *name);
void pg_record_there(const struct pg_root *root, const char *dir, const char *name);
void pg_record_list(const struct pg_root *root, const char *path);
void pg_record_read(const struct pg_root *root, const char *dir, const char *name,
		    const struct pg_bytes *bytes);

/* ---- root_write.c ---- */

/* A target: its folder held open, and its name in it. */
struct pg_place {
	int dir;
	char *name;
	bool scratch;
};

void pg_place_done(struct pg_place *at);
/* -EINVAL where the last part is no name ("..", "/"). */
int pg_place_open(const struct pg_root *root, const char *path, struct pg_place *ret);
int pg_write_all(int fd, const char *p, size_t n);
int pg_sync_fd(int fd);
