/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read through a root (root.h), written down while it is read: for a copy of a node that holds
 * just that. What was looked for and is not there is not in it.
 */
#pragma once

#include "src/base/root.h"

/* One path, as it was asked for: "/sys/bus/pci/devices/0000:01:00.0/vendor". */
struct pg_seen {
	char *path;
	bool as_link;		/* it itself was looked at, be it a link */
	bool followed;		/* or what it leads to */
	bool listed;		/* a folder, and what is in it */
	bool read;		/* a file: its bytes, as they were the first time */
	struct pg_bytes bytes;
};

struct pg_record;

/* NULL: no memory. */
struct pg_record *pg_record_new(void);
void pg_record_free(struct pg_record *record);
void pg_record_freep(struct pg_record **record);

/* From here on what is read through the root is recorded; NULL: no longer. The record is borrowed. */
void pg_root_record(struct pg_root *root, struct pg_record *record);
/* Is it? Then the libraries that read by themselves are to be done without. */
bool pg_root_is_recorded(const struct pg_root *root);
/* Adds a file that nobody read: what a command said. Nothing where nothing is recorded. */
void pg_root_record_file(const struct pg_root *root, const char *path, const struct pg_bytes *bytes);

/* All of it, by path. Returns 0, or -ENOMEM where memory ran out on the way. What is given is the
 * record's. */
int pg_record_all(const struct pg_record *record, const struct pg_seen *const **ret, size_t *ret_n);
