/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "src/base/log.h"
#include "src/base/root_private.h"

#define TRIES_MAX 1000
/* Folders in one another; an archive with more is not unpacked. */
#define DEPTH_MAX 256
#define SEAL "/.pve-gpu-archive"

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

static bool has_mark(int fd, const char *path)
{
	pg_autoclose int mark = pg_open_below(fd, path, O_PATH | O_NOFOLLOW, RESOLVE_IN_ROOT);

	return mark >= 0;
}

/*
 * The same folder as a mount of our own, in which no device can be opened, with what is mounted below it (open_tree(2),
 * mount_setattr(2); Linux 5.12, CAP_SYS_ADMIN). Where there is none to be had *fd stays as it is, and each file is looked
 * at before it is opened.
 */
static bool mount_without_devices(int *fd)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV };
	pg_autoclose int own = open_tree(*fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (own < 0 || mount_setattr(own, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return false;
	(void)close(*fd);
	*fd = own;
	own = -1;
	return true;
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
	root->captured = has_mark(fd, PG_ROOT_LIVE_MARK);
	root->sealed = !root->live && has_mark(fd, SEAL);
	root->inert = root->live || mount_without_devices(&fd);
	root->fd = fd;
	fd = -1;
	*ret = root;
	return 0;
}

int pg_root_scratch(struct pg_root **ret, struct pg_err *err)
{
	const char *tmp = secure_getenv("TMPDIR");
	pg_autofree char *dir = pg_strf("%s/pve-gpu-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	int r;

	if (!dir)
		return -ENOMEM;
	if (!mkdtemp(dir))
		return pg_err_set(err, -errno, dir, 0, "A folder for it cannot be made: %s.",
				  pg_err_reason(errno));
	r = pg_root_open(dir, ret, err);
	if (r < 0) {
		(void)rmdir(dir);
		return r;
	}
	(*ret)->scratch = true;
	return 0;
}

int pg_root_seal(struct pg_root *root, struct pg_err *err)
{
	const struct pg_bytes none = { 0 };
	const struct pg_meta meta = { .mode = 0400, .uid = geteuid(), .gid = getegid() };

	return pg_root_create(root, SEAL, &none, &meta, err);
}

bool pg_root_is_sealed(const struct pg_root *root)
{
	return root->sealed;
}

/* Links are removed and not followed: the path to them has none, since each folder on it was seen
 * to be one. */
static void remove_below(struct pg_root *root, const char *path, unsigned depth)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	if (!depth || pg_root_list(root, *path ? path : "/", &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *at = pg_strf("%s/%s", path, names.v[i]);
		struct stat st;

		if (!at || pg_root_lstat(root, at, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			remove_below(root, at, depth - 1);
		(void)(S_ISDIR(st.st_mode) ? pg_root_rmdir(root, at, NULL) :
					     pg_root_unlink(root, at, NULL));
	}
}

void pg_root_scratch_remove(struct pg_root *root)
{
	if (!root || !root->scratch)
		return;
	remove_below(root, "", DEPTH_MAX);
	(void)rmdir(root->prefix);
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
