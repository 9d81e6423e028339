/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch over a change on trial, with what a test replaces. Private to src/exec. */
#pragma once

#include "src/exec/trial.h"

struct pg_watch_hooks {
	void *ctx;
	void (*pause)(void *ctx);	/* about a second */
	int (*reboot)(void *ctx, const struct pg_run *run, struct pg_err *err);
};

int pg_watch_run(struct pg_root *root, const struct pg_exec_opts *opts,
		 const struct pg_watch_hooks *hooks, struct pg_outcome *ret, struct pg_err *err);

/* notify.c: tells the service manager (sd_notify(3)): "READY=1", "WATCHDOG=1". */
void pg_notify(const char *state);
