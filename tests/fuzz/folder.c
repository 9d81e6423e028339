/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* libFuzzer gives no context: the one folder of the program. */
static struct fuzz_folder the = { .folder.fd = -1 };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_folder(void)
{
	pg_root_close(the.root);
	the.root = NULL;
	pg_dir_done(&the.folder);
	(void)nftw(the.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const struct fuzz_folder *fuzz_folder(const char *path)
{
	static const char *const places[] = { "/dev/shm", "/tmp" };

	for (size_t i = 0; !the.root && i < PG_ARRAY_SIZE(places); i++) {
		(void)snprintf(the.dir, sizeof(the.dir), "%s/pve-gpu-fuzz-XXXXXX", places[i]);
		if (mkdtemp(the.dir))
			FUZZ_ASSERT(pg_root_open(the.dir, &the.root, NULL) == 0);
	}
	FUZZ_ASSERT(the.root);
	if (the.folder.fd < 0) {
		FUZZ_ASSERT(pg_root_mkdirs(the.root, path, 0755, NULL, NULL) == 0);
		FUZZ_ASSERT(pg_root_open_dir(the.root, path, &the.folder) == 0);
		FUZZ_ASSERT(atexit(remove_folder) == 0);
	}
	return &the;
}

void fuzz_folder_remove(const char *name)
{
	FUZZ_ASSERT(unlinkat(the.folder.fd, name, 0) == 0 || errno == ENOENT);
}

void fuzz_folder_write(const char *name, const char *p, size_t n)
{
	int fd = openat(the.folder.fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	FUZZ_ASSERT(fd >= 0);
	FUZZ_ASSERT(write(fd, p, n) == (ssize_t)n);
	(void)close(fd);
}

/* A target that no link can have (empty, too long, with a NUL) is as if there were none. */
void fuzz_folder_link(const char *name, const char *target, size_t n)
{
	pg_autofree char *copy = strndup(target, n);

	FUZZ_ASSERT(copy);
	fuzz_folder_remove(name);
	if (symlinkat(copy, the.folder.fd, name) < 0)
		FUZZ_ASSERT(errno == ENOENT || errno == ENAMETOOLONG);
}
