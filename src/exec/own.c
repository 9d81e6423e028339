/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running program, for units that start it again. */
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "src/base/text.h"
#include "src/exec/run.h"

bool pg_own_stays(const char *path)
{
	struct statfs fs;

	if (pg_text_starts(path, "/tmp/") || pg_text_ends(path, " (deleted)"))
		return false;
	return statfs(path, &fs) < 0 ||
	       (fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC);
}

int pg_own_program(char **ret, struct pg_err *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return pg_err_set(err, -errno, NULL, 0,
				  "It cannot be told where the running pve-gpu lies, so that it "
				  "cannot be started after the reboot.");
	self[n] = '\0';
	for (ssize_t i = 0; i < n; i++)
		if ((unsigned char)self[i] < 0x20)
			return pg_err_set(err, -EINVAL, self, 0,
					  "A unit cannot start a program of that name.");
	*ret = strdup(self);
	return *ret ? 0 : -ENOMEM;
}
