/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/announce.h"

#include <string.h>

#include "src/base/proc.h"

#define MOTD "/run/motd.d/pve-gpu"
#define ISSUE "/run/issue.d/pve-gpu.issue"
#define WALL_TIMEOUT 10

static void set_file(struct pg_root *root, const char *dir, const char *path, const char *text)
{
	const struct pg_meta meta = { .mode = 0644, .uid = geteuid(), .gid = getegid() };
	const struct pg_bytes bytes = { .p = (char *)(uintptr_t)text, .n = strlen(text) };

	(void)pg_store_sweep(root, path);
	if (pg_root_mkdirs(root, dir, 0755, NULL, NULL) == 0 || pg_root_exists(root, dir))
		(void)pg_root_replace(root, path, &bytes, &meta, NULL);
}

static void tell_logged_in(const struct pg_run *run, const char *text)
{
	const struct pg_bytes bytes = { .p = (char *)(uintptr_t)text, .n = strlen(text) };
	const struct pg_proc_opts opts = { .path = run->opts->path, .input = &bytes,
					   .timeout_s = WALL_TIMEOUT };
	struct pg_proc_result result = { 0 };
	char *argv[] = { (char[]) { "wall" }, NULL };

	if (run->commands && pg_proc_run(argv, &opts, &result, NULL) == 0)
		pg_proc_result_done(&result);
}

void pg_announce(const struct pg_run *run, const char *text)
{
	pg_autofree char *console = pg_strf("\r\n%s\r\n", text);

	set_file(run->root, "/run/motd.d", MOTD, text);
	set_file(run->root, "/run/issue.d", ISSUE, text);
	if (console)
		(void)pg_root_tell(run->root, "/dev/console", console);
	tell_logged_in(run, text);
}

bool pg_announce_is(const struct pg_run *run, const char *text)
{
	struct pg_bytes told PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t n = strlen(text);

	return pg_root_read(run->root, MOTD, n + 1, &told) == 0 && told.n == n &&
	       memcmp(told.p, text, n) == 0;
}

static void clear_file(struct pg_root *root, const char *path)
{
	(void)pg_store_sweep(root, path);
	if (pg_root_exists(root, path))
		(void)pg_root_unlink(root, path, NULL);
}

void pg_announce_clear(const struct pg_run *run)
{
	clear_file(run->root, MOTD);
	clear_file(run->root, ISSUE);
}

void pg_announce_tidy(const struct pg_run *run)
{
	struct pg_trials t PG_CLEANUP(pg_trials_done) = { 0 };

	if (pg_trials_read(run->root, &t) == 0 && !t.n)
		pg_announce_clear(run);
}
