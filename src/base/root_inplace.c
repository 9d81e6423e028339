/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written where they are: the journal, the lock, attributes. */
#include "src/base/i18n.h"
#include "src/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/root_private.h"

#define NOTE_MAX 4096

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

/* The lock is of the open file, not of the process (fcntl(2), open file description locks):
 * it goes when that is closed, and asking who has it takes none. */
static int set_lock(int fd, int command, short type, struct flock *ret)
{
	*ret = (struct flock){ .l_type = type, .l_whence = SEEK_SET };
	return fcntl(fd, command, ret) < 0 ? -errno : 0;
}

static void write_note(int fd, const char *note)
{
	if (ftruncate(fd, 0) == 0)
		(void)pg_write_all(fd, note, strlen(note));
}

static int link_name(int dir, const char *from, const char *to)
{
	if (linkat(dir, from, dir, to, 0) == 0 || errno == EEXIST)
		return 0;
	/* a file system without hard links: it has to do without */
	return errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK ? 0 : -errno;
}

/*
 * The file has a second name, ".lock": whoever removes the first one while it is locked, taking it
 * for stale, would let the next process make, and lock, another file.
 */
static int open_lock(int dir, const char *name)
{
	pg_autofree char *twin = pg_strf(".%s", name);
	int r = twin ? link_name(dir, twin, name) : -ENOMEM, fd;

	if (r < 0 && r != -ENOENT)
		return r;
	fd = open_own(dir, name, O_RDWR);
	if (fd >= 0 && r == -ENOENT && (r = link_name(dir, name, twin)) < 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}

static int lock_fd(int dir, const char *name, const char *note, int *ret_fd)
{
	pg_autoclose int fd = open_lock(dir, name);
	struct flock lock;
	int r = fd < 0 ? fd : set_lock(fd, F_OFD_SETLK, F_WRLCK, &lock);

	if (r < 0)
		return r == -EACCES && fd >= 0 ? -EAGAIN : r;
	write_note(fd, note);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int pg_root_lock(struct pg_root *root, const char *path, const char *note, int *ret_fd,
		 struct pg_err *err)
{
	struct pg_place at PG_CLEANUP(pg_place_done) = { .dir = -1 };
	int r = pg_place_open(root, path, &at);

	if (r == 0)
		r = lock_fd(at.dir, at.name, note, ret_fd);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The lock cannot be taken: %s.",
				  r == -EAGAIN ? _("another process has it") : pg_err_reason(r));
	return 0;
}

static int is_held(const struct pg_root *root, const char *path, struct pg_bytes *ret)
{
	pg_autoclose int fd = pg_open_in(root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	struct flock lock;
	int r = fd < 0 ? fd : set_lock(fd, F_OFD_GETLK, F_WRLCK, &lock);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (lock.l_type == F_UNLCK)
		return 0;
	r = pg_root_read(root, path, NOTE_MAX, ret);
	return r == 0 || r == -EFBIG ? 1 : r;
}

int pg_root_lock_is_held(const struct pg_root *root, const char *path, struct pg_bytes *ret)
{
	const char *name = strrchr(path, '/') + 1;
	pg_autofree char *twin = NULL;

	if (pg_root_exists(root, path))
		return is_held(root, path, ret);
	twin = pg_strf("%.*s.%s", (int)(name - path), path, name);
	return twin ? is_held(root, twin, ret) : -ENOMEM;
}

static int write_in_place(const struct pg_root *root, const char *path, const char *value)
{
	pg_autoclose int fd = root->sealed ? -EROFS :
					     pg_open_in(root, path, O_WRONLY | O_TRUNC | O_NONBLOCK);

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
	pg_autoclose int fd = root->sealed ? -EROFS :
					     pg_open_in(root, path, O_WRONLY | O_APPEND |
							O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}
