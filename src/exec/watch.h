/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch over a change on trial, with what a test replaces. Private to src/exec. */
#pragma once

#include "src/exec/trial.h"

struct pg_watch_hooks {
	void *ctx;
	void (*pause)(void *ctx);	/* about a second */
	int (*reboot)(void *ctx, const struct pg_run *run, struct pg_err *err);
};

struct pg_watch {
	struct pg_run run;
	const struct pg_watch_hooks *hooks;
	char *boot;
	bool reached;	/* every address was seen */
	unsigned rounds;
};

/* ---- watch_reboot.c ---- */

/* A sentence on the console, on terminals and for logins. */
void pg_watch_tell(struct pg_watch *w, const char *text);
/* Nothing of the host's is left to be put back; VM commands may be. */
bool pg_watch_is_back(const struct pg_journal *j);
/* Reboots the node if something was taken back in this boot, whole, and none rebooted for it
 * before. Under the lock. 1: the node is rebooting; 0: no reboot is due. */
int pg_watch_reboot(struct pg_watch *w, struct pg_err *err);

/* ---- watch.c ---- */

int pg_watch_run(struct pg_root *root, const struct pg_exec_opts *opts,
		 const struct pg_watch_hooks *hooks, struct pg_outcome *ret, struct pg_err *err);

/* notify.c: tells the service manager (sd_notify(3)): "READY=1", "WATCHDOG=1". */
void pg_notify(const char *state);
