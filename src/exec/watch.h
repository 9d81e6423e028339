/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The watch over a change on trial, with what a test replaces. Private to src/exec.
 *
 * What it decides is in the journal before it is done: `expired` with this boot's id before
 * anything is taken back, `reboot` with it before the node is rebooted. So a watch that is
 * started again goes on where it was, and a boot in which a `reboot` of an earlier boot is on
 * record is never followed by another.
 */
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
	uint64_t start;	/* seconds after the node's start at which it began */
	bool reached;	/* the node has come up with its addresses */
	bool failed;	/* something could not be done: to be tried again */
	unsigned rounds;
	time_t end;	/* as it was announced */
};

/* ---- watch_judge.c ---- */

/* Is an address of the node still missing when it should be there? */
bool pg_watch_is_missing(const struct pg_watch *w, const struct pg_journal *j, unsigned wait);
/* The sentence says why the trial is over; NULL: it is not. */
const char *pg_watch_why_over(struct pg_watch *w, const struct pg_trials *t);
/* Once every address was there, the network has come up. */
void pg_watch_look_at_addresses(struct pg_watch *w, const struct pg_trials *t);

/* ---- watch_back.c ---- */

/* The service manager hears nothing for minutes, or each second. */
void pg_watch_at_work(void);
void pg_watch_at_rest(void);
/* What the failure says is the outcome; it is to be tried again. */
int pg_watch_refuse(struct pg_watch *w, struct pg_outcome *ret, int r, const struct pg_err *err);
/* Takes everything back that is on trial, and reboots. -EAGAIN: the lock is held, or it was
 * decided meanwhile. */
int pg_watch_take_back(struct pg_watch *w, const char *why, struct pg_outcome *ret,
		       struct pg_err *err);

/* ---- watch_left.c ---- */

/* The newest change that did not end and can be read; *ret is NULL where there is none. Of
 * those that cannot be read *ret_damaged (unless NULL) says the first. */
int pg_watch_find_open(const struct pg_root *root, struct pg_journal **ret, char **ret_damaged);
/* Ends what an earlier watch, or a power cut, left. 1: the watch has ended with that; 0:
 * there is nothing, or nothing more. */
int pg_watch_finish(struct pg_watch *w, struct pg_outcome *ret, struct pg_err *err);
/* Is there something that must be tried again, which another start of the watch would do? */
bool pg_watch_is_due(const struct pg_watch *w);

/* ---- watch_reboot.c ---- */

/* A sentence on the console, on terminals and for logins; once, however often it is told. */
void pg_watch_tell(struct pg_watch *w, const char *text);
/* Nothing of the host's is left to be put back; VM commands may be. */
bool pg_watch_is_back(const struct pg_journal *j);
/* Reboots the node if something was taken back in this boot, whole, and none rebooted for it
 * before. Under the lock. 1: the node is rebooting; 0: no reboot is due. */
int pg_watch_reboot(struct pg_watch *w, struct pg_err *err);

/* ---- watch_node.c ---- */

/* The hook of the running system: by the service manager. */
int pg_watch_reboot_node(void *ctx, const struct pg_run *run, struct pg_err *err);

/* ---- watch.c ---- */

int pg_watch_run(struct pg_root *root, const struct pg_exec_opts *opts,
		 const struct pg_watch_hooks *hooks, struct pg_outcome *ret, struct pg_err *err);

/* notify.c: tells the service manager (sd_notify(3)): "READY=1", "WATCHDOG=1". */
void pg_notify(const char *state);
