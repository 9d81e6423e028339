/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written where they are: the journal, the lock, attributes. */
#include "src/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "src/base/root_private.h"

/* A file that is only ours: made if missing, and nothing but a regular file. O_NONBLOCK: a
 * FIFO of that name must not hang us. */
static int open_own(int dir, const char *name, int flags)
{
	struct stat st;
	int r = 0, fd;

	fd = openat(dir, name, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	if (r == 0)
		return fd;
	(void)close(fd);
	return r;
}

static int append_fd(int dir, const char *name, const struct pg_bytes *bytes)
{
	pg_autoclose int fd = open_own(dir, name, O_WRONLY | O_APPEND);
	int r;

	if (fd < 0)
		return fd;
	r = pg_write_all(fd, bytes->p, bytes->n);
	return r < 0 ? r : pg_sync_fd(fd);
}

int pg_root_append(struct pg_root *root, const char *path, const struct pg_bytes *bytes,
		   struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = append_fd(at.dir, at.name, bytes);
	if (r == 0)
		r = pg_sync_fd(at.dir);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The file cannot be extended: %s.",
				  pg_err_reason(r));
	return 0;
}

static int lock_fd(int dir, const char *name, int *ret_fd)
{
	pg_autoclose int fd = open_own(dir, name, O_RDWR);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int pg_root_lock(struct pg_root *root, const char *path, int *ret_fd, struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

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
	pg_autoclose int fd = pg_open_in(root, path, O_WRONLY | O_TRUNC | O_NONBLOCK);

	if (fd < 0)
		return fd;
	return pg_write_all(fd, value, strlen(value));
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

int pg_root_tell(const struct pg_root *root, const char *path, const char *text)
{
	pg_autoclose int fd = pg_open_in(root, path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}
