/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a command said of a node when it was captured: a file below PG_CAPTURE_DIR, which stands for the
 * command where none is run.
 */
#include <errno.h>
#include <string.h>

#include "src/base/record.h"
#include "src/exec/run.h"

bool pg_run_can_look(const struct pg_run *run)
{
	return run->commands ? geteuid() == 0 : pg_root_is_whole(run->root);
}

static char *path_of(const char *name)
{
	return pg_strf(PG_CAPTURE_DIR "/%s", name);
}

int pg_kept_read(const struct pg_run *run, const char *name, size_t max, struct pg_bytes *ret)
{
	pg_autofree char *path = path_of(name);

	return path ? pg_root_read(run->root, path, max, ret) : -ENOMEM;
}

int pg_kept_write(const struct pg_run *run, const char *name, const struct pg_bytes *bytes)
{
	pg_autofree char *path = path_of(name);

	if (path)
		pg_root_record_file(run->root, path, bytes);
	return path ? 0 : -ENOMEM;
}

int pg_run_ask_kept(struct pg_run *run, const char *name, const struct pg_strv *argv, size_t max,
		    unsigned timeout_s, struct pg_bytes *ret)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	int r;

	if (!run->commands)
		return pg_kept_read(run, name, max, ret);
	r = pg_run_ask(run, argv, max, timeout_s, &result);
	if (r == 0)
		r = pg_kept_write(run, name, &result.output);
	if (r < 0)
		return r;
	*ret = result.output;
	result.output = (struct pg_bytes){ 0 };
	return 0;
}
