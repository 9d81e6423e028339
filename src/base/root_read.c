/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "src/base/log.h"
#include "src/base/root_private.h"
#include "src/base/text.h"

#define ATTR_MAX 4096
#define CHUNK ((size_t)16384)
#define HALF_A_PAGE 2048

static int check_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode) ? -EISDIR : -EMEDIUMTYPE;
}

/* A read that gives less than `more` was the last one. What gives nothing may be a FIFO. */
static int read_fd(int fd, size_t max, size_t more, struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char chunk[CHUNK];
	ssize_t n;
	int r;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (b.len + (size_t)n > max)
			return -EFBIG;
		pg_strbuf_addn(&b, chunk, (size_t)n);
	} while (n < 0 || (size_t)n >= more);
	r = b.len ? 0 : check_regular(fd);
	return r < 0 ? r : pg_strbuf_steal_bytes(&b, ret);
}

/* How a file is to be read: openat2's resolve; how much at most, and after how much at once there may be
 * more (an attribute comes whole); known: it was seen to be regular, or nothing else does any harm. */
struct way {
	uint64_t resolve;
	size_t max, more;
	bool known;
};

/* O_NONBLOCK: a FIFO planted in a tree must not hang the reader. A plain name that is no link leads nowhere else. */
static int open_file(const struct pg_dir *dir, const char *name, const struct way *way)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
	int fd;

	if (way->known && !strchr(name, '/')) {
		fd = openat(dir->fd, name, flags | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 || errno == ENOENT)
			return fd >= 0 ? fd : -ENOENT;
	}
	return pg_open_below(dir->fd, name, (uint64_t)flags, way->resolve);
}

/* What takes the place of a file that was seen to be regular is read as such or not at all. */
static int open_regular(const struct pg_dir *dir, const char *name, const struct way *way)
{
	int fd = open_file(dir, name, way), r = fd < 0 || way->known ? 0 : check_regular(fd);

	if (r == 0)
		return fd;
	(void)close(fd);
	return r;
}

/* Merely opening a device can do something (a watchdog starts). Only a tree from elsewhere
 * has one where a file is expected. */
static int refuse_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ? -EMEDIUMTYPE : 0;
}

static int check_in_tree(const struct pg_root *root, const char *path)
{
	struct stat st;
	int r = root->inert ? 0 : pg_root_stat(root, path, &st);

	return r < 0 || root->inert ? r : refuse_device(&st);
}

/* *ret_known: it is a regular file, or opening it did no harm: the folders of a running system that are held open are
 * the kernel's and have nothing else. */
static int check_at(const struct pg_dir *dir, const char *name, bool *ret_known)
{
	struct stat st;

	*ret_known = dir->root->inert;
	if (dir->root->inert)
		return 0;
	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	*ret_known = S_ISREG(st.st_mode);
	if (S_ISLNK(st.st_mode) && fstatat(dir->fd, name, &st, 0) < 0)
		return 0;
	return refuse_device(&st);
}

/* A device, where none can be opened, is told as what it is. */
static int why_denied(const struct pg_dir *dir, const char *name, const struct way *way)
{
	pg_autoclose int fd = pg_open_below(dir->fd, name, O_PATH, way->resolve);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && refuse_device(&st) < 0 ? -EMEDIUMTYPE : -EACCES;
}

/* dir->path is "" for the root itself, where name is a whole path. */
static int read_file(const struct pg_dir *dir, const char *name, const struct way *way,
		     struct pg_bytes *ret)
{
	pg_autoclose int fd = open_regular(dir, name, way);
	int r = fd < 0 ? fd : read_fd(fd, way->max, way->more, ret);

	if (fd == -EACCES && !dir->root->live)
		r = why_denied(dir, name, way);
	pg_log(PG_LOG_ROOT, "read %s: %s", name, r < 0 ? strerror(-r) : "ok");
	if (r == 0)
		pg_record_read(dir->root, dir->path, name, ret);
	else if (fd >= 0 || r == -EISDIR || r == -EMEDIUMTYPE)
		pg_record_there(dir->root, dir->path, name);
	return r;
}

static int read_attr(const struct pg_dir *dir, const char *name, uint64_t resolve, bool known,
		     char **ret)
{
	const struct way way = { .resolve = resolve, .max = ATTR_MAX, .more = CHUNK, .known = known };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	char *trimmed;
	int r = read_file(dir, name, &way, &bytes);

	if (r < 0)
		return r;
	if (memchr(bytes.p, '\0', bytes.n))
		return -EBADMSG;
	trimmed = pg_text_trim(bytes.p);
	memmove(bytes.p, trimmed, strlen(trimmed) + 1);
	*ret = PG_STEAL(bytes.p);
	return 0;
}

static struct pg_dir top_of(const struct pg_root *root)
{
	return (struct pg_dir){ .root = root, .path = (char *)(uintptr_t)"", .fd = root->fd };
}

static int read_path(const struct pg_root *root, const char *path, size_t max, size_t more,
		     struct pg_bytes *ret)
{
	const struct way way = { .resolve = RESOLVE_IN_ROOT, .max = max, .more = more };
	const struct pg_dir top = top_of(root);
	int r = check_in_tree(root, path);

	return r < 0 ? r : read_file(&top, path, &way, ret);
}

int pg_root_read(const struct pg_root *root, const char *path, size_t max,
		 struct pg_bytes *ret)
{
	return read_path(root, path, max, 1, ret);
}

int pg_root_read_table(const struct pg_root *root, const char *path, size_t max,
		       struct pg_bytes *ret)
{
	return read_path(root, path, max, HALF_A_PAGE, ret);
}

int pg_root_read_attr(const struct pg_root *root, const char *path, char **ret)
{
	const struct pg_dir top = top_of(root);
	int r = check_in_tree(root, path);

	return r < 0 ? r : read_attr(&top, path, RESOLVE_IN_ROOT, false, ret);
}

int pg_root_read_at(const struct pg_dir *dir, const char *name, size_t max, struct pg_bytes *ret)
{
	struct way way = { .resolve = RESOLVE_BENEATH, .max = max, .more = 1 };
	int r = check_at(dir, name, &way.known);

	return r < 0 ? r : read_file(dir, name, &way, ret);
}

int pg_root_read_attr_at(const struct pg_dir *dir, const char *name, char **ret)
{
	bool known;
	int r = check_at(dir, name, &known);

	return r < 0 ? r : read_attr(dir, name, RESOLVE_BENEATH, known, ret);
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

static int last_part(int dirfd, const char *name, char **ret)
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

/* readlinkat(2) would follow a folder's link on the way to anywhere; a plain name has none. */
int pg_root_readlink_name_at(const struct pg_dir *dir, const char *name, char **ret)
{
	pg_autoclose int fd = -1;
	int r;

	if (!strchr(name, '/') && strcmp(name, "..") != 0) {
		r = last_part(dir->fd, name, ret);
		if (r == 0 || r == -EINVAL)
			pg_record_link(dir->root, dir->path, name);
		return r;
	}
	fd = pg_open_below(dir->fd, name, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH);
	if (fd < 0)
		return fd;
	pg_record_link(dir->root, dir->path, name);
	r = last_part(fd, "", ret);
	return r == -ENOENT ? -EINVAL : r;
}

bool pg_root_exists_at(const struct pg_dir *dir, const char *name)
{
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	pg_record_link(dir->root, dir->path, name);
	return true;
}

/* Opens what the path names without following it if it is a link: for lstat and readlink. */
static int open_path_nofollow(const struct pg_root *root, const char *path)
{
	int fd = pg_open_in(root, path, O_PATH | O_NOFOLLOW);

	if (fd >= 0)
		pg_record_link(root, "", path);
	return fd;
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
	r = last_part(fd, "", ret);
	return r == -ENOENT ? -EINVAL : r;
}

/* When a file was changed in another way than by writing to it, no archive can hold: a captured
 * node's has the later of both times. */
static int stat_fd(const struct pg_root *root, int fd, struct stat *ret)
{
	if (fstat(fd, ret) < 0)
		return -errno;
	if (root->captured)
		ret->st_ctim = ret->st_mtim;
	return 0;
}

int pg_root_stat(const struct pg_root *root, const char *path, struct stat *ret)
{
	pg_autoclose int fd = pg_open_in(root, path, O_PATH);

	if (fd < 0)
		return fd;
	pg_record_there(root, "", path);
	return stat_fd(root, fd, ret);
}

int pg_root_lstat(const struct pg_root *root, const char *path, struct stat *ret)
{
	pg_autoclose int fd = open_path_nofollow(root, path);

	if (fd < 0)
		return fd;
	return stat_fd(root, fd, ret);
}

bool pg_root_exists(const struct pg_root *root, const char *path)
{
	struct stat st;

	return pg_root_stat(root, path, &st) == 0;
}

void pg_dir_done(struct pg_dir *dir)
{
	if (dir->fd >= 0)
		(void)close(dir->fd);
	free(dir->path);
	*dir = (struct pg_dir){ .fd = -1 };
}

int pg_root_open_dir(const struct pg_root *root, const char *path, struct pg_dir *ret)
{
	pg_autoclose int fd = pg_open_in(root, path, O_RDONLY | O_DIRECTORY);
	char *copy = fd < 0 ? NULL : strdup(path);

	if (!copy)
		return fd < 0 ? fd : -ENOMEM;
	pg_record_there(root, "", path);
	*ret = (struct pg_dir){ .root = root, .path = copy, .fd = fd };
	fd = -1;
	return 0;
}

/* On a running system every link leads below its root, and need not be followed from there. */
int pg_root_open_dir_at(const struct pg_dir *dir, const char *name, struct pg_dir *ret)
{
	pg_autofree char *path = pg_strf("%s/%s", dir->path, name);
	int fd;

	if (!path)
		return -ENOMEM;
	if (!dir->root->live)
		return pg_root_open_dir(dir->root, path, ret);
	fd = openat(dir->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pg_log(PG_LOG_ROOT, "open %s: %s", path, fd < 0 ? strerror(errno) : "ok");
	if (fd < 0)
		return -errno;
	pg_record_there(dir->root, "", path);
	*ret = (struct pg_dir){ .root = dir->root, .path = PG_STEAL(path), .fd = fd };
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
	int fd = pg_open_in(root, path, O_RDONLY | O_DIRECTORY), r;

	if (fd < 0)
		return fd;
	pg_record_list(root, path);
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
	pg_autoclose int fd = pg_open_in(root, path, O_PATH);
	pg_autofree char *top = NULL, *full = NULL;
	size_t n;
	int r;

	if (fd < 0)
		return fd;
	pg_record_there(root, "", path);
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
