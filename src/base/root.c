/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "src/base/log.h"
#include "src/base/root_private.h"

#define TRIES_MAX 1000

int pg_open_below(int fd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	unsigned tries = 0;
	long got;

	/* EAGAIN: something was renamed while a ".." was resolved, or a lease is held. */
	do
		got = syscall(SYS_openat2, fd, path, &how, sizeof(how));
	while (got < 0 && (errno == EINTR || (errno == EAGAIN && tries++ < TRIES_MAX)));
	if (got < 0 && errno == ENOSYS)
		return pg_walk_below(fd, path, flags, resolve);
	return got < 0 ? -errno : (int)got;
}

int pg_open_in(const struct pg_root *root, const char *path, uint64_t flags)
{
	int fd = pg_open_below(root->fd, path, flags, RESOLVE_IN_ROOT);

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

static bool was_live(int fd)
{
	pg_autoclose int mark = pg_open_below(fd, PG_ROOT_LIVE_MARK, O_PATH | O_NOFOLLOW,
					      RESOLVE_IN_ROOT);

	return mark >= 0;
}

int pg_root_open(const char *dir, struct pg_root **ret, struct pg_err *err)
{
	pg_autoclose int fd = -1;
	struct pg_root *root;

	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return pg_err_set(err, -errno, dir, 0, "The folder cannot be opened: %s.",
				  pg_err_reason(errno));
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
	root->captured = was_live(fd);
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

bool pg_root_is_whole(const struct pg_root *root)
{
	return root->live || root->captured;
}

const char *pg_root_prefix(const struct pg_root *root)
{
	return root->prefix;
}
