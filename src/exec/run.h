/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A transaction at work: its steps, commands and files. Private to src/exec.
 */
#pragma once

#include "src/base/proc.h"
#include "src/exec/journal.h"
#include "src/exec/lock.h"

struct pg_run {
	struct pg_root *root;
	const struct pg_exec_opts *opts;
	struct pg_journal *j;
	size_t step, n_steps;
	bool commands;		/* run them; else they go to `listed` */
	bool live;		/* the running system: here a trial has its unit */
	bool looked_again;	/* it was seen that the plan is right still (again.c) */
	bool folder_left;	/* one of ours could not be removed: the transaction stays open */
	struct pg_strv listed;
};

void pg_run_init(struct pg_run *run, struct pg_root *root, const struct pg_exec_opts *opts);
void pg_run_done(struct pg_run *run);
/* The end of every face of this room: hands the outcome and the listed commands over, or,
 * r being negative, frees it and says why in err. Returns r. */
int pg_run_end(struct pg_run *run, int r, struct pg_outcome *outcome, struct pg_outcome *ret,
	       struct pg_err *err);
bool pg_run_cancelled(const struct pg_run *run);

/* ---- run.c ---- */

/* Events. Texts are made safe. */
void pg_run_step(struct pg_run *run, const char *fmt, ...) PG_PRINTF(2, 3);
void pg_run_step_done(struct pg_run *run, int status);
void pg_run_back(struct pg_run *run, size_t n_steps, const char *why);

struct pg_ran {
	int status;		/* 127 where it could not be started */
	bool cancelled;
	char *tail;		/* last lines of its output, indented, or NULL */
};

void pg_ran_done(struct pg_ran *ran);
/* Runs a command as a step of its own. Returns 0 or -ENOMEM. */
int pg_run_command(struct pg_run *run, const struct pg_strv *argv, bool may_cancel,
		   struct pg_ran *ret);
/* "update-grub ended with status 1." and the last of what it said. NULL: no memory. */
char *pg_ran_text(const struct pg_strv *argv, const struct pg_ran *ran);
/*
 * Asks a command something, not as a step: its standard output, at most max bytes (0: 1 MiB)
 * of it. Returns 0; -EIO where it failed; -ECANCELED; another negative errno where it could not
 * be started.
 */
int pg_run_ask(struct pg_run *run, const struct pg_strv *argv, size_t max, unsigned timeout_s,
	       struct pg_proc_result *ret);
/* Adds a command to the list of those that were not run. */
int pg_run_list(struct pg_run *run, const struct pg_strv *argv);

/* ---- files.c ---- */

/* A file's content, or its absence. */
struct pg_version {
	bool absent;
	struct pg_bytes bytes;
};

void pg_version_done(struct pg_version *v);
bool pg_version_equal(const struct pg_version *a, const struct pg_version *b);
/* Loads a saved copy. */
int pg_version_load(const struct pg_root *root, const struct pg_journal *j, size_t i,
		    enum pg_copy copy, struct pg_version *ret, struct pg_err *err);
/* Is the file just so? A link or a folder in its place never is. 1, 0 or negative errno. */
int pg_file_is(const struct pg_root *root, const char *path, const struct pg_version *v);
/* 0: it is `from`; 1: it is `to` already; -ESTALE: it is neither. */
int pg_file_check(const struct pg_root *root, const char *path, const struct pg_version *from,
		  const struct pg_version *to, struct pg_err *err);
/* From one version to the other. 0: moved; else as above, and nothing is touched. */
int pg_file_move(struct pg_root *root, const char *path, const struct pg_version *from,
		 const struct pg_version *to, const struct pg_meta *meta, struct pg_err *err);

/* ---- kept.c ---- */

/* What was found on a node by commands when it was captured, below that folder. */
#define PG_CAPTURE_DIR PG_STATE_DIR "/capture"

/* May it be looked at by commands, or is it kept what they said? */
bool pg_run_can_look(const struct pg_run *run);
/* pg_run_ask, whose output is recorded under that name (record.h); where commands are not run, what was
 * recorded then: at most max bytes. */
int pg_run_ask_kept(struct pg_run *run, const char *name, const struct pg_strv *argv, size_t max,
		    unsigned timeout_s, struct pg_bytes *ret);
/* The two halves, for what is made of more than one command. */
int pg_kept_read(const struct pg_run *run, const char *name, size_t max, struct pg_bytes *ret);
int pg_kept_write(const struct pg_run *run, const char *name, const struct pg_bytes *bytes);

/* ---- putback.c ---- */

/*
 * Puts back every file that was begun, removes folders that were made, runs the rebuild
 * commands again and the inverse of VM commands. Goes on when something fails; what is
 * not as it was is told in `trouble`, what is worth knowing in `notes`. Returns 0 or -ENOMEM.
 */
int pg_put_back(struct pg_run *run, struct pg_strv *trouble, struct pg_strv *notes);
/* Its two halves: the files; then folders and commands. */
int pg_put_back_files(struct pg_run *run, struct pg_strv *trouble);
int pg_put_back_rest(struct pg_run *run, struct pg_strv *trouble, struct pg_strv *notes);
/* Undoes pg_put_back_files: every file goes to where it was before. */
int pg_put_forward_files(struct pg_run *run, struct pg_strv *trouble);
size_t pg_put_back_steps(const struct pg_run *run);
/* Puts back after a failure and says how it went. */
int pg_back_out(struct pg_run *run, const char *cause, struct pg_outcome *ret);
/* Writes down and says that something is not back. */
int pg_back_broken(struct pg_run *run, const char *cause, const struct pg_strv *trouble,
		   struct pg_outcome *ret);

/* rollback.c, recover.c: their work under the lock; the first of run->j. */
int pg_undo_journal(struct pg_run *run, struct pg_outcome *ret, struct pg_err *err);
int pg_recover_locked(struct pg_run *run, struct pg_outcome *ret);

/* ---- outcome.c ---- */

/* Fill the outcome; return 0 or -ENOMEM. */
int pg_outcome_set(struct pg_outcome *ret, enum pg_outcome_kind kind, const char *id,
		   const char *fmt, ...) PG_PRINTF(4, 5);
/* Not begun, because of r (negative), in the words of err; where that has none the records of
 * pve-gpu could not be read. Refused; or, where the machine failed (its disk is full, …), an
 * outcome as of a change that was put back. Returns 0 or -ENOMEM. */
int pg_outcome_refuse(struct pg_outcome *ret, int r, const struct pg_err *err);
/* Refused for a transaction that did not end. */
int pg_outcome_refuse_unfinished(struct pg_outcome *ret, const struct pg_journal *j,
				 const struct pg_err *err);

/* ---- vmcmd.c ---- */

/* *ret is a sentence why the inverse of a VM command must not be run, since the VM is gone or was
 * changed by another; else it stays NULL. The caller frees it. Returns 0 or -ENOMEM. */
int pg_vm_keeps(const struct pg_root *root, const struct pg_jcmd *cmd, char **ret);

/* ---- own.c ---- */

/* Where the running program lies, for units that start it. Negative errno with err. */
int pg_own_program(char **ret, struct pg_err *err);
/* Is it there after a reboot? What lies in memory is not, and /tmp is emptied at the start
 * (tmpfiles.d(5)). */
bool pg_own_stays(const char *path);

/* ---- diff.c ---- */

/* A unified diff of two versions of a file under two labels; "" where they are equal. */
int pg_diff_bytes(const char *label_a, const struct pg_bytes *a, const char *label_b,
		  const struct pg_bytes *b, char **ret, struct pg_err *err);

/* ---- takeout.c ---- */

/* Takes our change (before to after) out of what the file is now. 0, or -ESTALE where it
 * cannot be told apart from what came later. */
int pg_take_out(const struct pg_bytes *before, const struct pg_bytes *after,
		const struct pg_bytes *now, struct pg_bytes *ret);

/* ---- shcheck.c, grubcheck.c ---- */

/* The GRUB files as they will be, in the order in which they are sourced. What they hold is
 * borrowed from facts and plan. */
struct pg_grub_files {
	struct pg_file *v;
	size_t n;
};

void pg_grub_files_done(struct pg_grub_files *g);
bool pg_grub_is_file(const char *path);
int pg_grub_files_planned(const struct pg_facts *facts, const struct pg_plan *plan,
			  struct pg_grub_files *ret);

/* Live root, and the plan edits a GRUB file: does a real shell see what we computed? 0, or
 * -EINVAL with both values in err. */
int pg_grub_check(const struct pg_root *root, const struct pg_plan *plan, struct pg_err *err);

/* ---- stamp.c ---- */

/* Is the stamp (NULL: not checked) still right? 0, or -ESTALE with err. Under the lock. */
int pg_stamp_check(const struct pg_root *root, const char *then, struct pg_err *err);

/* ---- stamp_pve.c ---- */

/* Lines of the stamp about the files of VMs and mappings. Returns 0 or -ENOMEM. */
int pg_stamp_pve(const struct pg_root *root, struct pg_strbuf *b);
bool pg_stamp_is_pve(const char *line);
/* Is the file that the command for a VM changes as it was then? As pg_stamp_check(). */
int pg_stamp_check_command(const struct pg_root *root, const char *then, const struct pg_strv *argv,
			   struct pg_err *err);

/* ---- again.c ---- */

/* Does the plan still come of opts->choices (NULL: not checked)? 0, or -ESTALE and another negative errno
 * with err. */
int pg_again_check(const struct pg_root *root, const struct pg_plan *plan,
		   const struct pg_exec_opts *opts, struct pg_err *err);

/* ---- prepare.c ---- */

/* Can the plan be applied to the node as it is now? 0, or negative errno with err. */
int pg_prepare_check(const struct pg_root *root, const struct pg_plan *plan,
		     struct pg_err *err);
/* Writes down the whole plan: journal and saved copies, up to the state `planned`. */
int pg_prepare(struct pg_run *run, const struct pg_plan *plan, struct pg_err *err);
/* Writes down one file; trial: it belongs to the trial's unit. */
int pg_prepare_file(struct pg_run *run, const struct pg_plan_file *f, bool trial,
		    struct pg_err *err);
/* Does the entry change anything? */
bool pg_prepare_is_change(const struct pg_plan_file *f);
