/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/mktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define TRIES_MAX 1000

static int open_in(const struct tree *t, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC),
				.resolve = RESOLVE_IN_ROOT };
	int fd, tries = 0;

	/* EAGAIN: something was renamed, anywhere, while a ".." was resolved. */
	do
		fd = (int)syscall(SYS_openat2, t->root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && tries++ < TRIES_MAX);
	return fd;
}

static int check_path(const struct tree *t, const char *path)
{
	if (path[0] != '/' || !path[1])
		return bad(t, "'%s': a path begins with / and names something", path);
	if (strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../") ||
	    path[strlen(path) - 1] == '/')
		return bad(t, "'%s': no '//', '.', '..' or final '/' in a path", path);
	return 0;
}

static int open_parent(struct tree *t, const char *path, int *ret, const char **ret_name);

/* Makes a folder, or what a link of that name leads to. */
static int make_folder(struct tree *t, const char *dir)
{
	char *target pg_autofree = fs_target(t, dir);
	const char *name = NULL;
	int up pg_autoclose = -1;

	if (target)
		return make_folder(t, target);
	if (open_parent(t, dir, &up, &name) < 0)
		return -1;
	if (mkdirat(up, name, 0755) < 0 && errno != EEXIST)
		return bad(t, "%s: %s", dir, strerror(errno));
	return 0;
}

/* Opens the folder of a path, made where missing; *ret_name is the last part. */
static int open_parent(struct tree *t, const char *path, int *ret, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *dir pg_autofree = strndup(path, (size_t)(slash - path));
	int fd;

	if (!dir)
		return bad(t, "memory ran out");
	fd = open_in(t, *dir ? dir : "/", O_PATH | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT) {
		if (make_folder(t, dir) < 0)
			return -1;
		fd = open_in(t, dir, O_PATH | O_DIRECTORY);
	}
	if (fd < 0)
		return bad(t, "%s: %s", dir, strerror(errno));
	*ret_name = slash + 1;
	*ret = fd;
	return 0;
}

/* The folder of a path, with nothing but perhaps a folder under that name. */
static int make_room(struct tree *t, const char *path, int *ret, const char **ret_name)
{
	if (check_path(t, path) < 0 || open_parent(t, path, ret, ret_name) < 0)
		return -1;
	if (unlinkat(*ret, *ret_name, 0) == 0 || errno == ENOENT || errno == EISDIR)
		return 0;
	return bad(t, "%s: %s", path, strerror(errno));
}

int fs_dir(struct tree *t, const char *path, mode_t mode)
{
	const char *name = NULL;
	int up pg_autoclose = -1;

	if (make_room(t, path, &up, &name) < 0)
		return -1;
	if (mkdirat(up, name, mode) < 0 && errno != EEXIST)
		return bad(t, "%s: %s", path, strerror(errno));
	if (fchmodat(up, name, mode, 0) < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	return 0;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int fs_write(struct tree *t, const char *path, mode_t mode, const void *p, size_t n)
{
	const char *name = NULL;
	int up pg_autoclose = -1;
	int fd pg_autoclose = -1;

	if (make_room(t, path, &up, &name) < 0)
		return -1;
	fd = openat(up, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return bad(t, "%s: is a folder; remove it first", path);
	if (fd < 0 || write_all(fd, p, n) < 0 || fchmod(fd, mode) < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	return 0;
}

int fs_text(struct tree *t, const char *path, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	return fs_write(t, path, 0644, b.len ? b.s : "", b.len);
}

int fs_append(struct tree *t, const char *path, const char *text)
{
	int fd pg_autoclose = open_in(t, path, O_WRONLY | O_APPEND);

	if (fd < 0 || write_all(fd, text, strlen(text)) < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	return 0;
}

int fs_patch(struct tree *t, const char *path, off_t at, const void *p, size_t n)
{
	int fd pg_autoclose = open_in(t, path, O_WRONLY);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	if (st.st_size < at + (off_t)n)
		return 0;
	if (pwrite(fd, p, n, at) != (ssize_t)n)
		return bad(t, "%s: %s", path, strerror(errno));
	return 0;
}

int fs_link(struct tree *t, const char *path, const char *target)
{
	const char *name = NULL;
	int up pg_autoclose = -1;

	if (make_room(t, path, &up, &name) < 0)
		return -1;
	if (symlinkat(target, up, name) < 0)
		return bad(t, "%s: %s", path,
			   errno == EEXIST ? "is a folder; remove it first"
					   : strerror(errno));
	return 0;
}

int fs_link_rel(struct tree *t, const char *path, const char *to)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t same = 0;

	for (size_t i = 0; path[i] && path[i] == to[i]; i++)
		if (path[i] == '/')
			same = i;
	for (const char *p = strchr(path + same + 1, '/'); p; p = strchr(p + 1, '/'))
		pg_strbuf_add(&b, "../");
	pg_strbuf_add(&b, to + same + 1);
	if (pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	return fs_link(t, path, b.s);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int fs_remove(struct tree *t, const char *path)
{
	const char *name = NULL;
	char *full pg_autofree = NULL;
	int up pg_autoclose = -1;

	if (check_path(t, path) < 0 || open_parent(t, path, &up, &name) < 0)
		return -1;
	if (unlinkat(up, name, 0) == 0)
		return 0;
	full = pg_strf("/proc/self/fd/%d/%s", up, name);
	if (errno != EISDIR || !full ||
	    nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	return 0;
}

int fs_clear(struct tree *t, const char *path)
{
	int fd = open_in(t, path, O_RDONLY | O_DIRECTORY);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	int r = 0;

	if (!d)
		return bad(t, "%s: %s", path, strerror(errno));
	for (struct dirent *e = readdir(d); e && r == 0; e = readdir(d))
		if (e->d_type != DT_DIR && unlinkat(fd, e->d_name, 0) < 0)
			r = bad(t, "%s/%s: %s", path, e->d_name, strerror(errno));
	(void)closedir(d);
	return r;
}

bool fs_exists(struct tree *t, const char *path)
{
	int fd pg_autoclose = open_in(t, path, O_PATH);

	return fd >= 0;
}

/* Resolves "../" of a link's own target, which is all that sysfs links need. */
char *fs_target(struct tree *t, const char *path)
{
	int fd pg_autoclose = open_in(t, path, O_PATH | O_NOFOLLOW);
	char target[4096];
	ssize_t n = fd >= 0 ? readlinkat(fd, "", target, sizeof(target) - 1) : -1;
	const char *rest = target;
	char *base pg_autofree = strdup(path);

	if (n < 0 || !base)
		return NULL;
	target[n] = '\0';
	if (*target == '/')
		return strdup(target);
	*strrchr(base, '/') = '\0';
	for (; strncmp(rest, "../", 3) == 0 && *base; rest += 3)
		*strrchr(base, '/') = '\0';
	return pg_strf("%s/%s", base, rest);
}
