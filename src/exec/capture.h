/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of what is read of a node, in one archive: how it is made, and how it is opened again.
 */
#pragma once

#include "src/base/record.h"
#include "src/exec/exec.h"

enum pg_entry_kind { PG_ENTRY_FOLDER, PG_ENTRY_FILE, PG_ENTRY_LINK };

/* One thing in the archive. */
struct pg_entry {
	char *path;		/* "/etc/default/grub"; no link on the way to it */
	enum pg_entry_kind kind;
	struct pg_bytes bytes;	/* of a file; where a link leads to */
	bool read;		/* a file whose content was read: else it is empty */
	bool named;		/* it stands for itself, not only on the way to something */
	mode_t mode;
	struct timespec mtime;	/* the later of both times */
};

struct pg_capture {
	struct pg_entry *v;	/* by path: folders before what is in them */
	size_t n;
	struct pg_strv left;	/* "PATH: why", of what was left out */
	struct pg_strv hidden;	/* "PATH: how many", of what was replaced */
	bool masked;
};

void pg_capture_done(struct pg_capture *c);

/*
 * capture.c: reads all that this program ever reads of a node and gives it, without keys and passwords;
 * with `mask` also without what pg_mask takes away. A root that is live needs root for all of it. Returns
 * 0, -ENOMEM, or negative with err where it is no node.
 */
int pg_capture_make(struct pg_root *root, bool mask, struct pg_capture *ret, struct pg_err *err);
/* capture_tree.c: what was recorded, as entries; what is gone since is left out. Returns 0 or -ENOMEM. */
int pg_capture_tree(const struct pg_root *root, const struct pg_record *record, struct pg_capture *ret);
/* capture_hide.c: takes away what is nobody's business. Returns 0 or -ENOMEM. */
int pg_capture_hide(struct pg_capture *c);
/* capture_mask.c */
int pg_capture_mask(struct pg_capture *c, const struct pg_facts *facts);

/* archive.c: as .tar.xz. Returns 0, -ENOMEM, or negative with err. */
int pg_archive_pack(const struct pg_capture *c, struct pg_bytes *ret, struct pg_err *err);
/*
 * Unpacks such an archive below the root, an empty folder of our own. It is taken for hostile: what is no
 * folder, file or symbolic link, a name with "..", a link that leads out, and what is too much of it is
 * refused. Returns 0, -ENOMEM, or negative with err.
 */
int pg_archive_unpack(const struct pg_bytes *archive, struct pg_root *root, struct pg_err *err);
/* archive_root.c: the archive, unpacked into a folder of its own that is opened; it can be read and not
 * written. pg_root_scratch_remove takes it away again. Negative with err. */
int pg_archive_open(const char *file, struct pg_root **ret, struct pg_err *err);
