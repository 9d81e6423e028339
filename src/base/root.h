/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to the host's files.
 *
 * A root is the folder that stands for "/": the real one, a mounted disk, or a captured
 * tree. Every path is resolved below it by the kernel (openat2(2) with RESOLVE_IN_ROOT; by
 * hand where a kernel or a sandbox does not offer that), so that neither "..", nor an
 * absolute link, nor a link planted meanwhile leads out of it.
 * Paths are those of the host: "/etc/default/grub".
 *
 * Functions return 0 or a negative errno; those that write take a struct pg_err and name
 * the path and the cause in it.
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "src/base/err.h"
#include "src/base/macro.h"
#include "src/base/strbuf.h"
#include "src/base/vec.h"

struct pg_root;

/* Largest file that is read whole where the caller has no better limit. */
#define PG_ROOT_MAX ((size_t)16 << 20)

/* Opens `dir` as root. Errors: -ENOENT, -ENOTDIR, -EACCES. *ret is closed with
 * pg_root_close. */
int pg_root_open(const char *dir, struct pg_root **ret, struct pg_err *err);
/* Makes a new folder in $TMPDIR or /tmp that nobody else can look into, and opens that. What is
 * written there is not synced. */
int pg_root_scratch(struct pg_root **ret, struct pg_err *err);
/* Removes all that is in it, and itself. Whatever cannot be removed stays. */
void pg_root_scratch_remove(struct pg_root *root);
/* Whoever opens the folder from here on cannot write below it: -EROFS. */
int pg_root_seal(struct pg_root *root, struct pg_err *err);
bool pg_root_is_sealed(const struct pg_root *root);
void pg_root_close(struct pg_root *root);
void pg_root_closep(struct pg_root **root);

/* Is it the running system's own "/"? Only then commands may be run. */
bool pg_root_is_live(const struct pg_root *root);
/* That, or what was captured of a live one: what is not in it was not there, and the times of its
 * files tell something. Of a copy or a mounted disk neither is known. */
bool pg_root_is_whole(const struct pg_root *root);
#define PG_ROOT_LIVE_MARK "/var/lib/pve-gpu/capture/live"
/* The folder as it was given ("/" for the live one), for showing. */
const char *pg_root_prefix(const struct pg_root *root);

/* ---- reading ---- */

/* Reads a whole file, at most max bytes: -EFBIG if it holds more. Sizes are not trusted
 * (sysfs and procfs give wrong ones). Only regular files: -EMEDIUMTYPE, -EISDIR for others. */
int pg_root_read(const struct pg_root *root, const char *path, size_t max,
		 struct pg_bytes *ret);
/* The same of a table of the kernel's whose lines are short, as those of /proc/net/tcp: what does not fill half a page
 * is all of it, and asking for more would have it go through all of its sockets again. */
int pg_root_read_table(const struct pg_root *root, const char *path, size_t max,
		       struct pg_bytes *ret);
/* Reads a one-line attribute (sysfs, procfs): up to 4096 bytes, the line end and white
 * space around it cut off. */
int pg_root_read_attr(const struct pg_root *root, const char *path, char **ret);
int pg_root_readlink(const struct pg_root *root, const char *path, char **ret);
/* The last part of a link's target ("vfio-pci" of a driver link). */
int pg_root_readlink_name(const struct pg_root *root, const char *path, char **ret);
/* Follows links (stat) or not (lstat). */
int pg_root_stat(const struct pg_root *root, const char *path, struct stat *ret);
int pg_root_lstat(const struct pg_root *root, const char *path, struct stat *ret);
bool pg_root_exists(const struct pg_root *root, const char *path);
/* Names in a folder, sorted by byte value, without "." and "..". */
int pg_root_list(const struct pg_root *root, const char *path, struct pg_strv *ret);
/*
 * The path below the root with every link resolved ("/etc/pve/nodes/pve1/qemu-server").
 */
int pg_root_resolve(const struct pg_root *root, const char *path, char **ret);

/*
 * A folder held open: for reading many attributes of one device without walking the path
 * again, and its fd as "/proc/self/fd/N" for a library that wants a path. Freed with
 * pg_dir_done, which takes one of { .fd = -1 } too.
 */
struct pg_dir {
	const struct pg_root *root;
	char *path;	/* as it was given */
	int fd;
};

void pg_dir_done(struct pg_dir *dir);
int pg_root_open_dir(const struct pg_root *root, const char *path, struct pg_dir *ret);
/* A folder in it, or what a link of that name leads to: to anywhere below the root. */
int pg_root_open_dir_at(const struct pg_dir *dir, const char *name, struct pg_dir *ret);
/* As pg_root_read, pg_root_read_attr and pg_root_readlink_name, `name` being a path below
 * the folder; a link that leads out of that folder is refused with -EXDEV. */
int pg_root_read_at(const struct pg_dir *dir, const char *name, size_t max, struct pg_bytes *ret);
int pg_root_read_attr_at(const struct pg_dir *dir, const char *name, char **ret);
int pg_root_readlink_name_at(const struct pg_dir *dir, const char *name, char **ret);
/* Is there anything of that name in the folder, a dangling link included? Nothing is read. */
bool pg_root_exists_at(const struct pg_dir *dir, const char *name);

/* ---- writing ---- */

/* How a file is to look. Where a file is replaced, the old one's owner, mode and extended
 * attributes are kept and only mtime (if set) is taken from here. */
struct pg_meta {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool set_owner;		/* take mode, uid and gid from here even where a file is replaced */
	bool set_mtime;		/* undo gives back the time as well */
	struct timespec mtime;
};

/*
 * Replaces or creates a file whole: a temporary file beside it (O_EXCL, O_NOFOLLOW), owner,
 * mode and extended attributes, fsync, rename, fsync of the folder. A symbolic link as the
 * target is refused with -ELOOP. On failure the old file is as it was and no temporary file
 * stays. The folder must exist.
 */
int pg_root_replace(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		    const struct pg_meta *meta, struct pg_err *err);
/* Creates a file that must not exist yet: -EEXIST. Else as pg_root_replace. */
int pg_root_create(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		   const struct pg_meta *meta, struct pg_err *err);
/* Removes a file (not a folder) and syncs its folder. -ENOENT is an error. */
int pg_root_unlink(struct pg_root *root, const char *path, struct pg_err *err);
/* Makes one folder; -EEXIST if there is something of that name. */
int pg_root_mkdir(struct pg_root *root, const char *path, mode_t mode, struct pg_err *err);
/* Makes a folder with its parents. The paths of those that were made are appended to
 * `made`, outermost first, so that they can be removed again; made may be NULL. */
int pg_root_mkdirs(struct pg_root *root, const char *path, mode_t mode, struct pg_strv *made,
		   struct pg_err *err);
/* Removes an empty folder: -ENOTEMPTY. */
int pg_root_rmdir(struct pg_root *root, const char *path, struct pg_err *err);
/* Makes or replaces a symbolic link: for the demo node's reboot. */
int pg_root_symlink(struct pg_root *root, const char *target, const char *path,
		    struct pg_err *err);
/* Appends to a file (created with mode 0600 if missing) and syncs it. O_NOFOLLOW. */
int pg_root_append(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		   struct pg_err *err);
/* Takes an exclusive lock on a file (created, 0600, with a second name, ".lock" of "lock", under which
 * it is found where somebody removed the first) and writes `note` into it, if it can, for those who find it locked. -EAGAIN where another holds it. The lock lasts until *ret_fd is
 * closed; the note stays. */
int pg_root_lock(struct pg_root *root, const char *path, const char *note, int *ret_fd,
		 struct pg_err *err);
/* Is it held? 1, with its note (at most 4096 bytes) in *ret; 0; or a negative errno. Takes no
 * lock to find out, so that it is in nobody's way. */
int pg_root_lock_is_held(const struct pg_root *root, const char *path, struct pg_bytes *ret);
/* Replaces the content of an attribute or file in place (sysfs; the demo node). */
int pg_root_write_attr(struct pg_root *root, const char *path, const char *value,
		       struct pg_err *err);
/* Writes to a terminal that is there (/dev/console), as much as it takes at once: it neither
 * waits nor becomes our terminal. */
int pg_root_tell(const struct pg_root *root, const char *path, const char *text);
