/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * openat2(2) by hand, one part of the path at a time, for kernels before 5.6 and sandboxes
 * that do not know the call (valgrind, older container runtimes).
 *
 * Each part is opened with O_NOFOLLOW below a folder that is already held open, and ".."
 * goes back to the folder that was held before, so that neither a link nor a rename at any
 * moment leads out. Links are read and walked as text, but for the magic links of /proc,
 * which are refused as the kernel does.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "src/base/root_private.h"
#include "src/base/vec.h"

#define LINKS_MAX 40	/* as the kernel's MAXSYMLINKS */
#define PATH_LEN_MAX 65536

/* The folders from the top to where the walk stands, and what is left to walk. */
struct walk {
	int *dir;
	size_t n_dir;
	char *rest;
	unsigned links;
	bool in_root;
	bool want_dir;	/* the path ended in a slash */
};

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->n_dir; i++)
		(void)close(w->dir[i]);
	free(w->dir);
	free(w->rest);
}

static int here(const struct walk *w)
{
	return w->dir[w->n_dir - 1];
}

/* Takes the descriptor over. */
static int push(struct walk *w, int fd)
{
	int *slot = pg_vec_add(&w->dir, &w->n_dir, sizeof(*w->dir));

	if (!slot) {
		(void)close(fd);
		return -ENOMEM;
	}
	*slot = fd;
	return 0;
}

static int pop_to(struct walk *w, size_t n)
{
	while (w->n_dir > n)
		(void)close(w->dir[--w->n_dir]);
	return 0;
}

static int go_up(struct walk *w)
{
	if (w->n_dir > 1)
		return pop_to(w, w->n_dir - 1);
	return w->in_root ? 0 : -EXDEV; /* the root's ".." is the root */
}

/* Links of procfs that are text have a relative target ("self/mounts"); those that lead
 * straight to a file, folder or namespace show an absolute path or "net:[4026531840]". */
static bool is_magic(int link, const char *target)
{
	struct statfs fs;

	return fstatfs(link, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	       (*target == '/' || strchr(target, ':'));
}

/* Puts a link's target in front of what is left. */
static int follow(struct walk *w, int link, const char *rest)
{
	char target[PATH_MAX + 1];
	ssize_t n = readlinkat(link, "", target, PATH_MAX);
	char *longer;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (n == PATH_MAX || strlen(rest) + (size_t)n > PATH_LEN_MAX)
		return -ENAMETOOLONG;
	if (++w->links > LINKS_MAX || is_magic(link, target))
		return -ELOOP;
	if (target[0] == '/' && !w->in_root)
		return -EXDEV;
	if (target[0] == '/')
		(void)pop_to(w, 1);
	longer = pg_strf("%s%s%s", target, *rest ? "/" : "", rest);
	if (!longer)
		return -ENOMEM;
	free(w->rest);
	w->rest = longer;
	return 0;
}

/* Cuts the next part off: *ret is it (empty at the end), *ret_rest what follows, without
 * leading slashes. */
static int next_part(struct walk *w, char **ret, const char **ret_rest)
{
	const char *s = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(s, "/");
	const char *rest = s + n + strspn(s + n, "/");

	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	if (n && !*rest && s[n] == '/')
		w->want_dir = true;
	*ret = strndup(s, n);
	*ret_rest = rest;
	return *ret ? 0 : -ENOMEM;
}

static int open_last(const struct walk *w, const char *name, uint64_t flags)
{
	int fd;

	if (w->want_dir)
		flags |= O_DIRECTORY;
	fd = openat(here(w), name, (int)(flags | O_NOFOLLOW | O_CLOEXEC));
	return fd < 0 ? -errno : fd;
}

/* Drops the part that was walked. */
static void step_over(struct walk *w, const char *rest)
{
	memmove(w->rest, rest, strlen(rest) + 1);
}

/* Walks one part. Returns 1 when the path is at its end, with the result in *ret_fd. */
static int walk_part(struct walk *w, uint64_t flags, int *ret_fd)
{
	pg_autofree char *name = NULL;
	pg_autoclose int fd = -1;
	const char *rest = NULL;
	struct stat st;
	int r = next_part(w, &name, &rest);

	if (r < 0)
		return r;
	if (!*name || (strcmp(name, ".") == 0 && !*rest)) {
		*ret_fd = open_last(w, ".", flags);
		return *ret_fd < 0 ? *ret_fd : 1;
	}
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		step_over(w, rest);
		return name[1] ? go_up(w) : 0;
	}
	fd = openat(here(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && (*rest || w->want_dir || !(flags & O_NOFOLLOW)))
		return follow(w, fd, rest);
	if (!*rest) {
		*ret_fd = open_last(w, name, flags);
		return *ret_fd < 0 ? *ret_fd : 1;
	}
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	step_over(w, rest);
	r = push(w, fd);
	fd = -1;
	return r;
}

int pg_walk_below(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct walk w PG_CLEANUP(walk_done) = { .in_root = resolve & RESOLVE_IN_ROOT };
	int fd = -1, r;

	if (!*path)
		return -ENOENT;
	if (*path == '/' && !w.in_root)
		return -EXDEV;
	w.rest = strdup(path);
	if (!w.rest)
		return -ENOMEM;
	r = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = r < 0 ? -errno : push(&w, r);
	while (r == 0)
		r = walk_part(&w, flags, &fd);
	return r < 0 ? r : fd;
}
