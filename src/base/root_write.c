/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/xattr.h>

#include "src/base/log.h"
#include "src/base/root_private.h"

#define XATTR_LIST_MAX_BYTES 65536

void pg_place_done(struct pg_place *at)
{
	if (at->dir >= 0)
		(void)close(at->dir);
	free(at->name);
}

int pg_place_open(const struct pg_root *root, const char *path, struct pg_place *ret)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	pg_autofree char *parent = NULL;
	int fd;

	if (root->sealed)
		return -EROFS;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	parent = slash && slash != path ? strndup(path, (size_t)(slash - path)) : strdup("/");
	if (!parent)
		return -ENOMEM;
	fd = pg_open_in(root, parent, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	*ret = (struct pg_place){ .dir = fd, .name = strdup(name),
				  .scratch = root->scratch };
	return ret->name ? 0 : -ENOMEM;
}

int pg_write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int pg_sync_fd(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* The folder of a target, after a change in it. */
static int sync_place(const struct pg_place *at)
{
	return at->scratch ? 0 : pg_sync_fd(at->dir);
}

static int copy_xattr(int from, int to, const char *name)
{
	pg_autofree char *value = NULL;
	ssize_t n = fgetxattr(from, name, NULL, 0);

	if (n < 0)
		return -errno;
	value = malloc((size_t)n + 1);
	if (!value)
		return -ENOMEM;
	n = fgetxattr(from, name, value, (size_t)n);
	if (n < 0 || fsetxattr(to, name, value, (size_t)n, 0) < 0)
		return -errno;
	return 0;
}

/* Extended attributes: access lists and security labels are part of a file's permissions. */
static int copy_xattrs(int from, int to)
{
	pg_autofree char *names = malloc(XATTR_LIST_MAX_BYTES);
	ssize_t n;

	if (!names)
		return -ENOMEM;
	n = flistxattr(from, names, XATTR_LIST_MAX_BYTES);
	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (const char *p = names; p < names + n; p += strlen(p) + 1) {
		int r = copy_xattr(from, to, p);

		if (r < 0)
			return r;
	}
	return 0;
}

static int set_owner(int fd, uid_t uid, gid_t gid)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid == uid && st.st_gid == gid)
		return 0;
	return fchown(fd, uid, gid) < 0 ? -errno : 0;
}

/* Gives the new file what the old one had, or what meta says. The mode comes after the
 * owner, since changing the owner clears set-id bits. */
static int dress(int fd, int old, const struct pg_meta *meta)
{
	struct stat st = { .st_mode = meta->mode, .st_uid = meta->uid, .st_gid = meta->gid };
	int r;

	if (old >= 0 && !meta->set_owner && fstat(old, &st) < 0)
		return -errno;
	if (old >= 0) {
		r = copy_xattrs(old, fd);
		if (r < 0)
			return r;
	}
	r = set_owner(fd, st.st_uid, st.st_gid);
	if (r < 0)
		return r;
	if (fchmod(fd, st.st_mode & 07777) < 0)
		return -errno;
	if (meta->set_mtime) {
		const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, meta->mtime };

		if (futimens(fd, times) < 0)
			return -errno;
	}
	return 0;
}

static int open_temp(const struct pg_place *at, char **ret_name)
{
	for (int tries = 0; tries < 16; tries++) {
		pg_autofree char *name = NULL;
		uint64_t nonce = 0;
		int fd;

		if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
			return -errno;
		name = pg_strf(".%.200s.pve-gpu-%016llx", at->name, (unsigned long long)nonce);
		if (!name)
			return -ENOMEM;
		fd = openat(at->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
		if (fd < 0 && errno == EEXIST)
			continue;
		if (fd < 0)
			return -errno;
		*ret_name = PG_STEAL(name);
		return fd;
	}
	return -EEXIST;
}

/* Puts the temporary file in its place. A file system without RENAME_NOREPLACE gets a hard
 * link, which refuses an existing name as well. */
static int move_in(const struct pg_place *at, const char *temp, bool must_be_new)
{
	if (!must_be_new)
		return renameat(at->dir, temp, at->dir, at->name) < 0 ? -errno : 0;
	if (renameat2(at->dir, temp, at->dir, at->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(at->dir, temp, at->dir, at->name, 0) < 0)
		return -errno;
	return unlinkat(at->dir, temp, 0) < 0 ? -errno : 0;
}

static int fill(int fd, int old, const struct pg_bytes *bytes, const struct pg_meta *meta, bool sync)
{
	int r = pg_write_all(fd, bytes->p, bytes->n);

	if (r < 0)
		return r;
	r = dress(fd, old, meta);
	return r < 0 || !sync ? r : pg_sync_fd(fd);
}

/* The file that is to be replaced: its descriptor, -ENOENT, or why it may not be replaced.
 * Opened with O_PATH first: a device or a FIFO must not be opened for real. */
static int open_old(const struct pg_place *at)
{
	struct stat st;

	if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return pg_open_below(at->dir, at->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
			  RESOLVE_BENEATH);
}

/* Is the name still that of the file, and was that not written to since? */
static bool is_same(const struct pg_place *at, const struct stat *then)
{
	struct stat now;

	return fstatat(at->dir, at->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
	       now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

static int put_file(const struct pg_place *at, const struct pg_bytes *bytes,
		    const struct pg_meta *meta, bool must_be_new)
{
	pg_autoclose int old = open_old(at);
	pg_autofree char *temp = NULL;
	pg_autoclose int fd = -1;
	struct stat then;
	int r;

	if (old < 0 && old != -ENOENT)
		return old;
	if (old >= 0 && must_be_new)
		return -EEXIST;
	if (old >= 0 && fstat(old, &then) < 0)
		return -errno;
	fd = open_temp(at, &temp);
	if (fd < 0)
		return fd;
	r = fill(fd, old, bytes, meta, !at->scratch);
	if (r == 0 && old >= 0 && !is_same(at, &then))
		r = -ESTALE;
	if (r == 0)
		r = move_in(at, temp, must_be_new);
	if (r < 0) {
		(void)unlinkat(at->dir, temp, 0);
		return r;
	}
	return sync_place(at);
}

static int put(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
	       const struct pg_meta *meta, bool must_be_new, struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = put_file(&at, bytes, meta, must_be_new);
	pg_log(PG_LOG_ROOT, "write %s: %s", path, r < 0 ? strerror(-r) : "ok");
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be written: %s.",
				  pg_err_reason(r));
	return 0;
}

int pg_root_replace(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		    const struct pg_meta *meta, struct pg_err *err)
{
	return put(root, path, bytes, meta, false, err);
}

int pg_root_create(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		   const struct pg_meta *meta, struct pg_err *err)
{
	return put(root, path, bytes, meta, true, err);
}

int pg_root_unlink(struct pg_root *root, const char *path, struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = unlinkat(at.dir, at.name, 0) < 0 ? -errno : sync_place(&at);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be removed: %s.",
				  pg_err_reason(r));
	return 0;
}

/* The mode is set apart: mkdir(2) would cut it by the umask. */
static int make_dir(const struct pg_place *at, mode_t mode)
{
	pg_autoclose int fd = -1;

	if (mkdirat(at->dir, at->name, 0700) < 0)
		return -errno;
	fd = openat(at->dir, at->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, mode) < 0)
		return -errno;
	return sync_place(at);
}

int pg_root_mkdir(struct pg_root *root, const char *path, mode_t mode, struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = make_dir(&at, mode);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The folder cannot be made: %s.",
				  pg_err_reason(r));
	return 0;
}

/* Makes one folder of a chain unless it is there. */
static int mkdir_step(struct pg_root *root, const char *path, mode_t mode,
		      struct pg_strv *made, struct pg_err *err)
{
	struct stat st;
	int r = pg_root_stat(root, path, &st);

	if (r == 0)
		return 0;
	if (r != -ENOENT)
		return pg_err_set(err, r, path, 0, "The folder cannot be looked at: %s.",
				  pg_err_reason(r));
	r = pg_root_mkdir(root, path, mode, err);
	if (r < 0)
		return r;
	return made ? pg_strv_add(made, path) : 0;
}

int pg_root_mkdirs(struct pg_root *root, const char *path, mode_t mode, struct pg_strv *made,
		   struct pg_err *err)
{
	for (const char *p = path; *p; p++) {
		pg_autofree char *part = NULL;
		int r;

		if (p == path || (p[1] && p[1] != '/'))
			continue;
		part = strndup(path, (size_t)(p - path) + 1);
		if (!part)
			return -ENOMEM;
		r = mkdir_step(root, part, mode, made, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int pg_root_rmdir(struct pg_root *root, const char *path, struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = unlinkat(at.dir, at.name, AT_REMOVEDIR) < 0 ? -errno : sync_place(&at);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The folder cannot be removed: %s.",
				  pg_err_reason(r));
	return 0;
}

int pg_root_symlink(struct pg_root *root, const char *target, const char *path,
		    struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	struct stat st;
	int r = pg_place_open(root, path, &at);

	if (r == 0 && fstatat(at.dir, at.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		r = unlinkat(at.dir, at.name, 0) < 0 ? -errno : 0;
	if (r == 0)
		r = symlinkat(target, at.dir, at.name) < 0 ? -errno : sync_place(&at);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The link cannot be made: %s.",
				  pg_err_reason(r));
	return 0;
}
