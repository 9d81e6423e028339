/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes on trial. All that are on trial at one time are confirmed or taken back together:
 * they were made before the same reboot, or one on top of the other. Private to src/exec.
 *
 * The unit (its file and its drop-in) belongs to the first of them, as two files more of that
 * transaction. It stays until none is on trial and none is being taken back (pg_trial_tidy).
 */
#pragma once

#include "src/exec/run.h"

#define PG_TRIAL_UNIT "/etc/systemd/system/pve-gpu-trial.service"
#define PG_TRIAL_WANT "/etc/systemd/system/sysinit.target.d/pve-gpu-trial.conf"

/* ---- trial.c ---- */

/* The transactions on trial, oldest first. */
struct pg_trials {
	struct pg_journal **v;
	size_t n;
};

void pg_trials_done(struct pg_trials *t);
/* Records that cannot be read are left out. Returns 0 or what reading the folder gave. */
int pg_trials_read(const struct pg_root *root, struct pg_trials *ret);
/* Id of the running boot (random(4)). 0, or a negative errno with err. */
int pg_trial_boot_id(const struct pg_root *root, char **ret, struct pg_err *err);
/* Was the node booted since? What has no file is in effect at once. */
bool pg_trial_is_in_effect(const struct pg_journal *j, const char *boot);
/* Has it files that the node boots with, those of the unit aside? */
bool pg_trial_has_files(const struct pg_journal *j);
/* May any be confirmed: is a change in effect, or is there none that needs a boot? */
bool pg_trials_are_in_effect(const struct pg_trials *t, const char *boot);
/* Seconds that they wait: the longest of them. */
unsigned pg_trials_wait(const struct pg_trials *t);
/* Seconds that the node is up (proc_uptime(5)); 0 where that cannot be read. */
uint64_t pg_trial_uptime(const struct pg_root *root);
/* Seconds of the wait that are over in this boot: since the watch began, or since the start
 * where that is not on record. */
uint64_t pg_trials_waited(const struct pg_root *root, const struct pg_trials *t,
			  const char *boot);
/* Can there be a trial: the running system, or the demo node? */
bool pg_trial_is_possible(const struct pg_run *run);
/* Their ids, with commas between. NULL: no memory. */
char *pg_trials_ids(const struct pg_trials *t);

/* ---- unseen.c ---- */

/* Changes that are applied without a trial, with files, and in effect since the node was
 * rebooted: nobody has said yet that all is well. Oldest first. */
int pg_unseen_read(const struct pg_root *root, struct pg_trials *ret);

/* ---- arm.c ---- */

/* Writes down the trial of a transaction that is being prepared, and the unit's files; does
 * nothing where the plan asks for none and none is on trial. */
int pg_trial_prepare(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err);
/* Takes the unit away where nothing needs it any more; under the lock. Best effort: the next
 * start does what could not be done. */
int pg_trial_tidy(struct pg_run *run);
/* What each change of the records ends with: tidies, the announcements too. Returns r. */
int pg_trial_end(struct pg_run *run, int r);
/* Is there anything for pg_trial_tidy to do? */
bool pg_trial_is_untidy(const struct pg_root *root);

/* ---- address.c ---- */

/* Addresses by which the node is reached, and that it keeps: that of this SSH session, or else
 * those on the interfaces of the default routes; none where there is no `ip`, or where all are
 * on lease. Returns 0 or -ENOMEM. */
int pg_addresses_managing(const struct pg_run *run, struct pg_strv *ret);
/* Is one of each family there, on an interface that leads out of the node and is up? Unknown:
 * `ip` gives nothing. */
enum pg_tri pg_addresses_are_up(const struct pg_run *run, const struct pg_strv *address);
