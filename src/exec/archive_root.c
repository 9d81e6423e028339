/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An archive as a root: unpacked into a folder of its own, which nobody can write to after that. */
#include "src/exec/capture.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/conf.h"
#include "src/base/i18n.h"

/* Packed; what comes out of it has a bound of its own. */
#define ARCHIVE_MAX ((size_t)64 << 20)

static int unpack(const struct pg_bytes *archive, struct pg_root *root, struct pg_err *err)
{
	int r = pg_archive_unpack(archive, root, err);

	return r < 0 ? r : pg_root_seal(root, err);
}

int pg_archive_open(const char *file, struct pg_root **ret, struct pg_err *err)
{
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct stat st;
	int r = pg_conf_read(_("archive"), file, ARCHIVE_MAX, &archive, err);

	if (r == 0)
		r = pg_root_scratch(&root, err);
	if (r < 0)
		return r;
	r = unpack(&archive, root, err);
	if (r < 0 && !err->path)
		err->path = strdup(file);
	if (r == 0 && pg_root_stat(root, "/sys/bus/pci", &st) < 0)
		r = pg_err_set(err, -ENOENT, file, 0, "No node is in this archive: it has no /sys/bus/pci.");
	if (r < 0) {
		pg_root_scratch_remove(root);
		return r;
	}
	*ret = PG_STEAL(root);
	return 0;
}
