/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch on the running system: a second is a second, and systemd reboots. */
#include <errno.h>
#include <string.h>
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

/* 0, -EIO where it ended with a failure, or what keeps it from being run. */
static int systemctl_reboot(const struct pg_run *run, const char *how)
{
	char name[] = "systemctl", verb[] = "reboot";
	pg_autofree char *option = strdup(how);
	char *argv[] = { name, option, verb, NULL };
	const struct pg_proc_opts opts = { .path = run->opts->path, .timeout_s = REBOOT_TIMEOUT };
	struct pg_proc_result result = { 0 };
	int r = option ? pg_proc_run(argv, &opts, &result, NULL) : -ENOMEM;

	if (r == 0 && result.status != 0)
		r = -EIO;
	pg_proc_result_done(&result);
	return r;
}

/* --force does without the service manager's jobs, should they be what fails. */
int pg_watch_reboot_node(void *ctx, const struct pg_run *run, struct pg_err *err)
{
	int r = run->commands ? systemctl_reboot(run, "--no-block") : 0;

	(void)ctx;
	if (r < 0)
		r = systemctl_reboot(run, "--force");
	if (r < 0)
		return pg_err_set(err, r, NULL, 0,
				  "The change was taken back, but the node could not be rebooted: "
				  "systemctl failed. Reboot it by hand.");
	return 0;
}

int pg_trial_watch(struct pg_root *root, const struct pg_exec_opts *opts,
		   struct pg_outcome *ret, struct pg_err *err)
{
	static const struct pg_watch_hooks hooks = { .pause = pause_second,
						     .reboot = pg_watch_reboot_node };

	return pg_watch_run(root, opts, &hooks, ret, err);
}
