/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only code that changes a host: a plan, inside a transaction that can be undone, also
 * after a crash.
 *
 * State lives below the root in /var/lib/pve-gpu/transactions/ID/ (0700): `journal`, an
 * append-only, fsynced file with one JSON object a line, and byte-exact copies of every
 * file before and after.
 */
#pragma once

#include <time.h>

#include "src/base/err.h"
#include "src/base/root.h"
#include "src/plan/plan.h"

#define PG_STATE_DIR "/var/lib/pve-gpu"

/* ---- what is seen while it runs ---- */

enum pg_event_kind {
	PG_EVENT_STEP,		/* a file is about to be written, a command about to run */
	PG_EVENT_OUTPUT,	/* a line of a command's output (made safe) */
	PG_EVENT_DONE,		/* the step ended; status as for exit */
	PG_EVENT_BACK,		/* something failed: from here on things are put back */
};

struct pg_event {
	enum pg_event_kind kind;
	size_t step, n_steps;	/* from 1 */
	const char *text;
	int status;
};

struct pg_exec_opts {
	void (*event)(void *ctx, const struct pg_event *event);	/* or NULL */
	bool (*cancelled)(void *ctx);	/* asked often; true: stop and put back; or NULL */
	void *ctx;
	bool run_vm;		/* run the VM commands too, after the host's */
	/* Commands are run on the live root only, unless a test says otherwise here. */
	enum pg_tri run_commands;	/* unknown: as pg_root_is_live() */
	const char *path;	/* search path for commands; NULL: the usual */
	bool as_live;		/* a test's: trials as on the running system */
	const char *data;	/* the data folder; NULL: pg_data_dir() */
	/* For pg_apply: of pg_exec_stamp(), taken before the facts of the plan were read.
	 * NULL: not checked. */
	const char *stamp;
	/* For pg_apply: what the plan was made of, so that it is made once more of the node as it is now, and
	 * refused where another comes of it (again.c). NULL: not checked. */
	const struct pg_choices *choices;
	const struct pg_templates *templates;
};

enum pg_outcome_kind {
	PG_OUTCOME_NOTHING,	/* there was nothing to do */
	PG_OUTCOME_DONE,
	PG_OUTCOME_REFUSED,	/* not begun: locked, blocked, or the node changed since it was read */
	PG_OUTCOME_PUT_BACK,	/* failed, also before the first change; everything is as before */
	PG_OUTCOME_BROKEN,	/* failed, and something could not be put back */
};

struct pg_outcome {
	enum pg_outcome_kind kind;
	char *id;		/* of the transaction, or NULL */
	char *text;		/* sentences: what happened, what it means, what to do */
	struct pg_strv listed;	/* commands that were not run, since the root is not live */
	/* Of pg_apply, where it was done: what the files that the node boots from do not hold of
	 * what was planned; sentences. While there are any the node should not be rebooted. */
	struct pg_strv doubts;
	bool again;		/* of pg_trial_watch: something could not be done, and is to be tried again */
	unsigned trial;		/* of pg_apply: seconds that the change waits; 0: it is final */
	/* Of pg_apply, where it was begun and ended (done or put back): the stamp after it, taken
	 * before any other could begin. For what is applied next of the same plan. */
	char *stamp;
};

void pg_outcome_done(struct pg_outcome *outcome);
/* 0, 1, 3 or 4: DESIGN.md section 3. */
int pg_outcome_status(const struct pg_outcome *outcome);

/*
 * stamp.c: what pve-gpu has done on this root so far, as an opaque string: another step of
 * any transaction makes it another. Taken before facts are read and handed to pg_apply, it
 * keeps a plan from being applied that was made of a node which another pve-gpu was just
 * changing, and its commands from being run for a VM or mapping that was changed since. No right to look is no failure: then the stamp says so. Returns 0 or -ENOMEM;
 * the caller frees *ret.
 */
int pg_exec_stamp(const struct pg_root *root, char **ret);

/* apply.c. Returns 0 with *ret filled whatever the outcome; negative errno where not even
 * that could be said (-ENOMEM). */
int pg_apply(struct pg_root *root, const struct pg_plan *plan, const struct pg_exec_opts *opts,
	     struct pg_outcome *ret, struct pg_err *err);
/* rollback.c: undoes a transaction (id NULL: the newest that is applied). A file that was
 * edited since is put back only where exactly our change can be taken out; else REFUSED,
 * nothing touched, and the text shows both. REFUSED as well while a newer applied change
 * touches one of its files: the text names it. */
int pg_undo(struct pg_root *root, const char *id, const struct pg_exec_opts *opts,
	    struct pg_outcome *ret, struct pg_err *err);
/* recover.c: ends what a crash or power cut left. NOTHING where there is nothing. */
int pg_recover(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_outcome *ret,
	       struct pg_err *err);

/*
 * What a person asks for with `recover`: pg_recover; where that has nothing to end and the
 * node was booted with pve-gpu.off, the changes on trial are taken back, or else the newest
 * applied one with files. With a trial on a node booted as usual it says what is waited for.
 */
int pg_recover_asked(struct pg_root *root, const struct pg_exec_opts *opts,
		     struct pg_outcome *ret, struct pg_err *err);

/* ---- trial (trial.c, confirm.c, watch.c) ---- */

/*
 * A change on trial: pg_apply of a plan with `trial`, on the running system or the demo node.
 * After the reboot it waits for pg_confirm; a systemd unit that the transaction itself brings
 * along (and takes away at its end) runs pg_trial_watch, which puts everything back when
 * the time is over, or when an address of the node that was there before does not come up,
 * and reboots once.
 */
struct pg_trial {
	char *id;
	char *summary;
	unsigned wait;		/* seconds, as planned; 0: it is not on trial (pg_unseen_find) */
	unsigned left;		/* seconds until it is taken back; 0: over, or not begun */
	bool booted;		/* the node was rebooted since it was applied */
	bool off;		/* booted with pve-gpu.off: nothing waits */
	struct pg_strv doubts;	/* what the node boots from lacked when the change was made */
	/* "/etc/default/grub": files that were edited since, so that nothing goes back by itself; NULL: none.
	 * Not of pg_unseen_find. */
	char *stuck;
};

/* The newest change on trial; *ret is NULL where there is none. 0, or negative errno with err
 * (-EACCES: no right to look). The caller frees it with pg_trial_free. */
int pg_trial_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err);
void pg_trial_free(struct pg_trial *trial);
void pg_trial_freep(struct pg_trial **trial);
/* The newest change that is applied without a trial and took effect with a reboot since: it
 * stays, but nobody has looked yet whether all is as planned. As pg_trial_find. */
int pg_unseen_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err);
/* The newest change, on trial or not, that was made in this boot and takes effect with the next
 * reboot of the node. As pg_trial_find. */
int pg_waiting_find(const struct pg_root *root, struct pg_trial **ret, struct pg_err *err);
/* Keeps the changes on trial for good, all together; id (or NULL) is one of them. Where none
 * is on trial: says that all is well with those of pg_unseen_find. REFUSED before the
 * reboot. NOTHING where there is none. */
int pg_confirm(struct pg_root *root, const char *id, const struct pg_exec_opts *opts,
	       struct pg_outcome *ret, struct pg_err *err);
/* What the unit runs: announces the trial, waits, takes back. DONE: it was confirmed;
 * NOTHING: none waits; PUT_BACK: taken back, and the node is being rebooted if that was still
 * allowed. With `again` set it is to be run again after a while. Returns as pg_apply. */
int pg_trial_watch(struct pg_root *root, const struct pg_exec_opts *opts,
		   struct pg_outcome *ret, struct pg_err *err);

/* ---- proof ---- */

/*
 * verify.c: facts that need commands, for pg_status_list() and the planner to say why a device
 * is not where it should be: what the running kernel's initramfs holds, and the kernel's log.
 * Does nothing (0) unless a device is not as expected, the root is live (or
 * opts->run_commands says so), and pve-gpu runs as root. Call it after pg_facts_collect() with
 * PG_WANT_ALL. Takes some seconds where it has to look; opts (or NULL) gives events, cancelled
 * and path. What could not be looked at is in facts->unread. facts->boot.waits comes of the
 * records, on any root. Returns 0 or -ENOMEM.
 */
int pg_verify_probe(struct pg_root *root, const struct pg_exec_opts *opts,
		    struct pg_facts *facts);
/* Adds what is in the initramfs of that kernel and of the running one, where commands are run. Takes
 * seconds. Returns 0 or -ENOMEM. */
int pg_kernel_probe(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_facts *facts,
		    const char *release);

/*
 * klog.c: adds to the facts what the kernel said since its start of devices with SR-IOV, for the
 * findings of doctor. Does nothing (0) unless commands are run here, and pve-gpu runs as root; what
 * could not be asked stays unknown. Returns 0 or -ENOMEM.
 */
int pg_klog_probe(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_facts *facts);

/* ---- history (journal.c) ---- */

enum pg_tx_state {
	PG_TX_PLANNED, PG_TX_APPLYING, PG_TX_APPLIED, PG_TX_TRIAL, PG_TX_CONFIRMED,
	PG_TX_UNDOING, PG_TX_UNDONE, PG_TX_BROKEN, PG_TX_UNREADABLE,
};

struct pg_tx {
	char *id;		/* "20261123-064500-1": sorts by time */
	enum pg_tx_state state;
	/* As it is shown: that of pg_tx_state_name(); or, while another pve-gpu works at it,
	 * "applying" or "undoing". */
	const char *word;
	bool busy;		/* the latter */
	char *now;		/* busy: "update-initramfs -u -k all, for 42 s"; interrupted: what it was
				 * at; else NULL */
	time_t time;
	struct pg_strv files;
	struct pg_strv commands;	/* quoted, for showing */
	char *summary;		/* "Pass 01:00.0, 01:00.1 to VM 100" */
};

/* "applied", "trial", "confirmed", "undone", "unreadable" (summary then says why and where),
 * or "interrupted" for all that did not end. */
const char *pg_tx_state_name(enum pg_tx_state state);
/*
 * lock.c: is another pve-gpu changing this node now? *ret is a sentence that says which (process,
 * user, since when), or NULL: nobody is, or one has no right to know. The lock of a process that
 * is gone is none. Returns 0 or -ENOMEM. The caller frees it.
 */
int pg_busy(const struct pg_root *root, char **ret);
/* Newest first. No state folder is no error: none. The caller frees with pg_history_free. */
int pg_history(const struct pg_root *root, struct pg_tx **ret, size_t *ret_n,
	       struct pg_err *err);
void pg_history_free(struct pg_tx *tx, size_t n);

/* ---- beside the transaction ---- */

/* diff.c: fills plan->file[].diff by running `diff -u` over the bytes in memory. */
int pg_diff_plan(struct pg_plan *plan, struct pg_err *err);
/* shcheck.c: asks a real sh what the variable expands to with the planned bytes in place.
 * Live root only (a captured tree's files are not executed): else 0 with *ret NULL. */
int pg_sh_value(const struct pg_root *root, const struct pg_facts *facts,
		const struct pg_plan *plan, const char *variable, char **ret,
		struct pg_err *err);
/* templates.c: reads our own scripts from the data folder (installed, or beside the program
 * in a build tree). */
int pg_templates_load(const char *data_dir, struct pg_templates *ret, struct pg_err *err);
void pg_templates_done(struct pg_templates *templates);
/* The data folder: PKGDATADIR, or `data` beside the running program. The caller frees it. */
char *pg_data_dir(void);
/* The same for the catalogues of texts: LOCALEDIR, or `po` beside the running program. */
char *pg_locale_dir(void);
/* reboot.c: live: `systemctl reboot`; a demo node: shows it as it would come up, by setting
 * /proc/cmdline, drivers and groups of the tree to what the configuration asks for; any
 * other root: -ENOTSUP with err. */
int pg_reboot(struct pg_root *root, struct pg_err *err);
