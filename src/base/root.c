/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "src/base/log.h"
#include "src/base/text.h"

#define ATTR_MAX 4096
#define XATTR_LIST_MAX_BYTES 65536

struct pg_root {
	int fd;
	char *prefix;
	bool live;
};

/* ---- the door ---- */

static int open_below(int fd, const char *path, uint64_t flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	long got;

	do
		got = syscall(SYS_openat2, fd, path, &how, sizeof(how));
	while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got < 0 ? -errno : (int)got;
}

static int open_in(const struct pg_root *root, const char *path, uint64_t flags)
{
	int fd = open_below(root->fd, path, flags, 0, RESOLVE_IN_ROOT);

	pg_log(PG_LOG_ROOT, "open %s: %s", path, fd < 0 ? strerror(-fd) : "ok");
	return fd;
}

/* Is the opened folder the "/" of this process? */
static bool is_own_root(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat("/", &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int pg_root_open(const char *dir, struct pg_root **ret, struct pg_err *err)
{
	pg_autoclose int fd = -1;
	struct pg_root *root;
	int probe;

	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return pg_err_set(err, -errno, dir, 0, "The folder cannot be opened: %s.",
				  pg_err_reason(errno));
	probe = open_below(fd, "/", O_PATH | O_DIRECTORY, 0, RESOLVE_IN_ROOT);
	if (probe < 0)
		return pg_err_set(err, probe, dir, 0,
				  "This kernel cannot resolve paths below a folder (openat2): %s. "
				  "Linux 5.6 or newer is needed.", pg_err_reason(probe));
	(void)close(probe);
	root = calloc(1, sizeof(*root));
	if (!root)
		return -ENOMEM;
	root->live = is_own_root(fd);
	root->prefix = strdup(root->live ? "/" : dir);
	if (!root->prefix) {
		free(root);
		return -ENOMEM;
	}
	root->fd = fd;
	fd = -1;
	*ret = root;
	return 0;
}

void pg_root_close(struct pg_root *root)
{
	if (!root)
		return;
	(void)close(root->fd);
	free(root->prefix);
	free(root);
}

void pg_root_closep(struct pg_root **root)
{
	pg_root_close(*root);
}

bool pg_root_is_live(const struct pg_root *root)
{
	return root->live;
}

const char *pg_root_prefix(const struct pg_root *root)
{
	return root->prefix;
}

/* ---- reading ---- */

static int read_fd(int fd, size_t max, struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		if (b.len + (size_t)n > max)
			return -EFBIG;
		pg_strbuf_addn(&b, chunk, (size_t)n);
	}
	return pg_strbuf_steal_bytes(&b, ret);
}

/* O_NONBLOCK: a FIFO planted in a tree must not hang the reader. */
static int open_regular(int dirfd, const char *name, uint64_t resolve)
{
	struct stat st;
	int fd;

	fd = open_below(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, resolve);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	return fd;
}

static int read_file(int dirfd, const char *name, uint64_t resolve, size_t max,
		     struct pg_bytes *ret)
{
	pg_autoclose int fd = open_regular(dirfd, name, resolve);
	int r = fd < 0 ? fd : read_fd(fd, max, ret);

	pg_log(PG_LOG_ROOT, "read %s: %s", name, r < 0 ? strerror(-r) : "ok");
	return r;
}

static int read_attr(int dirfd, const char *name, uint64_t resolve, char **ret)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	char *trimmed;
	int r = read_file(dirfd, name, resolve, ATTR_MAX, &bytes);

	if (r < 0)
		return r;
	if (memchr(bytes.p, '\0', bytes.n))
		return -EBADMSG;
	trimmed = pg_text_trim(bytes.p);
	memmove(bytes.p, trimmed, strlen(trimmed) + 1);
	*ret = PG_STEAL(bytes.p);
	return 0;
}

int pg_root_read(const struct pg_root *root, const char *path, size_t max,
		 struct pg_bytes *ret)
{
	return read_file(root->fd, path, RESOLVE_IN_ROOT, max, ret);
}

int pg_root_read_attr(const struct pg_root *root, const char *path, char **ret)
{
	return read_attr(root->fd, path, RESOLVE_IN_ROOT, ret);
}

int pg_root_read_at(int dirfd, const char *name, size_t max, struct pg_bytes *ret)
{
	return read_file(dirfd, name, RESOLVE_BENEATH, max, ret);
}

int pg_root_read_attr_at(int dirfd, const char *name, char **ret)
{
	return read_attr(dirfd, name, RESOLVE_BENEATH, ret);
}

static int readlink_fd(int dirfd, const char *name, char **ret)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, target, sizeof(target));

	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(target))
		return -ENAMETOOLONG;
	*ret = strndup(target, (size_t)n);
	return *ret ? 0 : -ENOMEM;
}

int pg_root_readlink_name_at(int dirfd, const char *name, char **ret)
{
	pg_autofree char *target = NULL;
	const char *slash;
	int r = readlink_fd(dirfd, name, &target);

	if (r < 0)
		return r;
	slash = strrchr(target, '/');
	*ret = strdup(slash ? slash + 1 : target);
	return *ret ? 0 : -ENOMEM;
}

/* Opens what the path names without following it if it is a link: for lstat and readlink. */
static int open_path_nofollow(const struct pg_root *root, const char *path)
{
	return open_in(root, path, O_PATH | O_NOFOLLOW);
}

int pg_root_readlink(const struct pg_root *root, const char *path, char **ret)
{
	pg_autoclose int fd = open_path_nofollow(root, path);
	int r;

	if (fd < 0)
		return fd;
	r = readlink_fd(fd, "", ret);
	return r == -ENOENT ? -EINVAL : r; /* an empty path on something that is no link */
}

int pg_root_readlink_name(const struct pg_root *root, const char *path, char **ret)
{
	pg_autoclose int fd = open_path_nofollow(root, path);
	int r;

	if (fd < 0)
		return fd;
	r = pg_root_readlink_name_at(fd, "", ret);
	return r == -ENOENT ? -EINVAL : r;
}

int pg_root_stat(const struct pg_root *root, const char *path, struct stat *ret)
{
	pg_autoclose int fd = open_in(root, path, O_PATH);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

int pg_root_lstat(const struct pg_root *root, const char *path, struct stat *ret)
{
	pg_autoclose int fd = open_path_nofollow(root, path);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

bool pg_root_exists(const struct pg_root *root, const char *path)
{
	struct stat st;

	return pg_root_stat(root, path, &st) == 0;
}

int pg_root_open_dir(const struct pg_root *root, const char *path, int *ret_fd)
{
	int fd = open_in(root, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static void closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int pg_root_list(const struct pg_root *root, const char *path, struct pg_strv *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	DIR *dir PG_CLEANUP(closedirp) = NULL;
	const struct dirent *e;
	int fd = -1, r = pg_root_open_dir(root, path, &fd);

	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	for (errno = 0; (e = readdir(dir)); errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		r = pg_strv_add(&names, e->d_name);
		if (r < 0)
			return r;
	}
	if (errno)
		return -errno;
	pg_strv_sort(&names);
	*ret = names;
	names = (struct pg_strv){ 0 };
	return 0;
}

/* Where an open file is, as the kernel names it. */
static int path_of_fd(int fd, char **ret)
{
	pg_autofree char *self = pg_strf("/proc/self/fd/%d", fd);

	return self ? readlink_fd(AT_FDCWD, self, ret) : -ENOMEM;
}

int pg_root_resolve(const struct pg_root *root, const char *path, char **ret)
{
	pg_autoclose int fd = open_in(root, path, O_PATH);
	pg_autofree char *top = NULL, *full = NULL;
	size_t n;
	int r;

	if (fd < 0)
		return fd;
	r = path_of_fd(root->fd, &top);
	if (r < 0)
		return r;
	r = path_of_fd(fd, &full);
	if (r < 0)
		return r;
	n = strcmp(top, "/") == 0 ? 0 : strlen(top);
	if (strncmp(full, top, n) != 0 || (full[n] && full[n] != '/'))
		return -EXDEV;
	*ret = strdup(full[n] ? full + n : "/");
	return *ret ? 0 : -ENOMEM;
}

/* ---- writing ---- */

/* A target: its folder held open, and its name in it. */
struct place {
	int dir;
	char *name;
};

static void place_done(struct place *at)
{
	if (at->dir >= 0)
		(void)close(at->dir);
	free(at->name);
}

static int place_open(const struct pg_root *root, const char *path, struct place *ret)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	pg_autofree char *parent = NULL;
	int fd;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	parent = slash && slash != path ? strndup(path, (size_t)(slash - path)) : strdup("/");
	if (!parent)
		return -ENOMEM;
	fd = open_in(root, parent, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	*ret = (struct place){ .dir = fd, .name = strdup(name) };
	return ret->name ? 0 : -ENOMEM;
}

static int write_all(int fd, const char *p, size_t n)
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

static int sync_fd(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
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

static int open_temp(const struct place *at, char **ret_name)
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
static int move_in(const struct place *at, const char *temp, bool must_be_new)
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

static int fill(int fd, int old, const struct pg_bytes *bytes, const struct pg_meta *meta)
{
	int r = write_all(fd, bytes->p, bytes->n);

	if (r < 0)
		return r;
	r = dress(fd, old, meta);
	return r < 0 ? r : sync_fd(fd);
}

/* The file that is to be replaced: its descriptor, -ENOENT, or why it may not be replaced.
 * Opened with O_PATH first: a device or a FIFO must not be opened for real. */
static int open_old(const struct place *at)
{
	struct stat st;

	if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return open_below(at->dir, at->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0,
			  RESOLVE_BENEATH);
}

static int put_file(const struct place *at, const struct pg_bytes *bytes,
		    const struct pg_meta *meta, bool must_be_new)
{
	pg_autoclose int old = open_old(at);
	pg_autofree char *temp = NULL;
	pg_autoclose int fd = -1;
	int r;

	if (old < 0 && old != -ENOENT)
		return old;
	if (old >= 0 && must_be_new)
		return -EEXIST;
	fd = open_temp(at, &temp);
	if (fd < 0)
		return fd;
	r = fill(fd, old, bytes, meta);
	if (r == 0)
		r = move_in(at, temp, must_be_new);
	if (r < 0) {
		(void)unlinkat(at->dir, temp, 0);
		return r;
	}
	return sync_fd(at->dir);
}

static int put(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
	       const struct pg_meta *meta, bool must_be_new, struct pg_err *err)
{
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

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
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

	if (r == 0)
		r = unlinkat(at.dir, at.name, 0) < 0 ? -errno : sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be removed: %s.",
				  pg_err_reason(r));
	return 0;
}

int pg_root_mkdir(struct pg_root *root, const char *path, mode_t mode, struct pg_err *err)
{
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

	if (r == 0)
		r = mkdirat(at.dir, at.name, mode) < 0 ? -errno : sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The folder cannot be made: %s.",
				  pg_err_reason(r));
	return 0;
}

/* Makes one folder of a chain unless it is there. */
static int mkdir_step(struct pg_root *root, const char *path, mode_t mode,
		      struct pg_strv *made, struct pg_err *err)
{
	int r;

	if (pg_root_exists(root, path))
		return 0;
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
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

	if (r == 0)
		r = unlinkat(at.dir, at.name, AT_REMOVEDIR) < 0 ? -errno : sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The folder cannot be removed: %s.",
				  pg_err_reason(r));
	return 0;
}

int pg_root_symlink(struct pg_root *root, const char *target, const char *path,
		    struct pg_err *err)
{
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	struct stat st;
	int r = place_open(root, path, &at);

	if (r == 0 && fstatat(at.dir, at.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		r = unlinkat(at.dir, at.name, 0) < 0 ? -errno : 0;
	if (r == 0)
		r = symlinkat(target, at.dir, at.name) < 0 ? -errno : sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The link cannot be made: %s.",
				  pg_err_reason(r));
	return 0;
}

static int append_fd(int dir, const char *name, const struct pg_bytes *bytes)
{
	pg_autoclose int fd = openat(dir, name,
				     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes->p, bytes->n);
	return r < 0 ? r : sync_fd(fd);
}

int pg_root_append(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		   struct pg_err *err)
{
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

	if (r == 0)
		r = append_fd(at.dir, at.name, bytes);
	if (r == 0)
		r = sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be extended: %s.",
				  pg_err_reason(r));
	return 0;
}

static int lock_fd(int dir, const char *name, int *ret_fd)
{
	pg_autoclose int fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int pg_root_lock(struct pg_root *root, const char *path, int *ret_fd, struct pg_err *err)
{
	struct place at PG_CLEANUP(place_done) = { .dir = -1 };
	int r = place_open(root, path, &at);

	if (r == 0)
		r = lock_fd(at.dir, at.name, ret_fd);
	if (r == -EAGAIN)
		return pg_err_set(err, r, path, 0, "Another pve-gpu is changing this node.");
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The lock cannot be taken: %s.",
				  pg_err_reason(r));
	return 0;
}

static int write_in_place(const struct pg_root *root, const char *path, const char *value)
{
	pg_autoclose int fd = open_in(root, path, O_WRONLY | O_TRUNC | O_NONBLOCK);

	if (fd < 0)
		return fd;
	return write_all(fd, value, strlen(value));
}

int pg_root_write_attr(struct pg_root *root, const char *path, const char *value,
		       struct pg_err *err)
{
	int r = write_in_place(root, path, value);

	if (r < 0)
		return pg_err_set(err, r, path, 0, "The attribute cannot be set: %s.",
				  pg_err_reason(r));
	return 0;
}
