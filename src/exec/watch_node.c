/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch on the running system: a second is a second, and systemd reboots. */
#include <errno.h>
#include <time.h>

#include "src/base/proc.h"
#include "src/exec/watch.h"

#define REBOOT_TIMEOUT 60

static void pause_second(void *ctx)
{
	const struct timespec second = { .tv_sec = 1 };

	(void)ctx;
	pg_notify("WATCHDOG=1");
	(void)nanosleep(&second, NULL);
}

static int reboot_node(void *ctx, const struct pg_run *run, struct pg_err *err)
{
	char *argv[] = { (char[]) { "systemctl" }, (char[]) { "--no-block" },
			 (char[]) { "reboot" }, NULL };
	const struct pg_proc_opts opts = { .path = run->opts->path, .timeout_s = REBOOT_TIMEOUT };
	struct pg_proc_result result = { 0 };
	int r = run->commands ? pg_proc_run(argv, &opts, &result, err) : 0;

	(void)ctx;
	if (r == 0 && result.status != 0)
		r = pg_err_set(err, -EIO, NULL, 0,
			       "The change was taken back, but the node could not be rebooted: "
			       "systemctl ended with status %d. Reboot it by hand.", result.status);
	pg_proc_result_done(&result);
	return r;
}

int pg_trial_watch(struct pg_root *root, const struct pg_exec_opts *opts,
		   struct pg_outcome *ret, struct pg_err *err)
{
	static const struct pg_watch_hooks hooks = { .pause = pause_second,
						     .reboot = reboot_node };

	return pg_watch_run(root, opts, &hooks, ret, err);
}
