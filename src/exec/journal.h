/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of one transaction. Private to src/exec.
 *
 * The folder /var/lib/pve-gpu/transactions/ID holds `journal` and the saved copies N.before,
 * N.after and, for an undo, N.found and N.merged. The journal is JSON, a record a line, each
 * with its number and a check sum, each synced before the next thing is done:
 *
 *	begin		format, program version, id, time, summary
 *	file		N: path, change, and how the file looked
 *	command		N: argv, undo, vm
 *	folder		a folder that will be made
 *	state		planned, applying, applied, trial, confirmed, undoing, undone, broken
 *	write, written	file N is about to be changed, was changed
 *	run, ran	command N is about to run, ended with a status
 *	target		the undo of file N goes from one saved copy to another
 *	back, left	file N is back; differs from all we know and stays
 *	doubt		a sentence of the proof: what the node boots from lacks this
 *	reran		command N was run again (or its inverse) with the old files in place
 *	trial		wait, boot id, addresses: it is to wait for its confirmation
 *	boot		a boot in which the trial's watch waits
 *	expired		boot id: it was not confirmed, and is taken back in this boot
 *	reboot		boot id: after that the node is rebooted. Never in a second boot
 *
 * A torn last line is no record. What is written after one says so (`torn`), so that any
 * other damage is told apart.
 */
#pragma once

#include "src/base/json.h"
#include "src/exec/exec.h"

#define PG_TX_DIR PG_STATE_DIR "/transactions"
#define PG_LOCK PG_STATE_DIR "/lock"
#define PG_JOURNAL_FORMAT 1

/* A saved copy, or what stands for one. */
enum pg_copy { PG_COPY_ABSENT, PG_COPY_BEFORE, PG_COPY_AFTER, PG_COPY_FOUND, PG_COPY_MERGED };

struct pg_jfile {
	char *path;
	enum pg_change change;
	mode_t mode;		/* before; of a created file: as planned */
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	enum pg_copy from, to;	/* of putting back */
	bool begun;		/* may have been changed */
	bool back, left;
	bool trial;		/* not of the plan: the trial's unit, taken away at its end */
};

/* A change on trial: see trial.h. Strings are NULL where the record is missing. */
struct pg_jtrial {
	bool asked;
	unsigned wait;		/* seconds */
	char *boot;		/* id of the boot in which it was applied */
	struct pg_strv address;	/* of the node, that must come up again */
	char *watched;		/* the last boot in which it was waited */
	uint64_t since;		/* seconds after its start at which the wait began */
	unsigned boots;		/* and how many there were */
	char *expired, *reboot;
};

struct pg_jcmd {
	struct pg_strv argv, undo;
	bool vm;
	bool begun, ended;
	int status;
	bool reran;
	int again;		/* status of the second run */
};

struct pg_journal {
	char *id;
	char *dir;
	char *path;		/* of the journal */
	enum pg_tx_state state;
	time_t time;
	char *summary;
	char *boot;		/* id of the boot in which it was begun, or NULL */
	enum pg_tx_state settled;	/* applied, trial or confirmed: where a failed undo goes
					 * back to; planned where it never ended well */
	bool planned;		/* all that it is to do is written down */
	bool in_undo;		/* the undo of one that had */
	struct pg_jfile *file;
	size_t n_file;
	struct pg_jcmd *cmd;
	size_t n_cmd;
	struct pg_strv folder;
	struct pg_jtrial trial;
	struct pg_strv doubts;
	unsigned seq;		/* number of the next record */
	bool torn;		/* it ends with lines that do not count */
	bool open_line;		/* the file does not end with a line feed */
};

void pg_journal_free(struct pg_journal *j);
void pg_journal_freep(struct pg_journal **j);

/* ---- journal_take.c, journal_read.c ---- */

/*
 * Reads the journal of a transaction. A folder without any record and without saved copies
 * is one that did not get beyond its first step: PG_TX_PLANNED. Damage is no failure, nor
 * are records that must have been there: PG_TX_UNREADABLE, with err saying where. Returns 0,
 * -ENOENT (no such transaction) or -ENOMEM.
 */
int pg_journal_read(const struct pg_root *root, const char *id, struct pg_journal **ret,
		    struct pg_err *err);
/* Reads one line into the journal: what the reader does with each line of the file, and the
 * writer with each line it has written, so that memory and disk never disagree. Returns 0,
 * -EBADMSG (no whole record), -EPROTO (a record that makes no sense here; err says why) or
 * -ENOMEM. */
int pg_journal_take(struct pg_journal *j, const char *line, size_t n, struct pg_err *err);
/* Must recover look at it? */
bool pg_journal_is_open(const struct pg_journal *j);
/* A file of the plan that putting back has still to put back. */
bool pg_journal_is_due(const struct pg_jfile *f);
/* Are its unit's files there still? */
bool pg_journal_is_armed(const struct pg_journal *j);
/* A command that putting back has still to run (again). */
bool pg_journal_must_rerun(const struct pg_journal *j, const struct pg_jcmd *cmd);

/* ---- now.c ---- */

/* What one that did not end is at, or was: "update-initramfs -u -k all". NULL: no memory. */
char *pg_journal_now(const struct pg_journal *j);

/* ---- journal_write.c ---- */

/* A journal in memory for the transaction `id`, with nothing in it and nothing on disk. */
int pg_journal_new(const char *id, struct pg_journal **ret);
/* Appends a record and syncs it. Takes `record` over; NULL is -ENOMEM. `type` and the rest
 * of the frame are added here. */
int pg_journal_add(struct pg_root *root, struct pg_journal *j, const char *type,
		   struct pg_json *record, struct pg_err *err);
/* Records that name one file or command by number. */
int pg_journal_mark(struct pg_root *root, struct pg_journal *j, const char *type, size_t i,
		    struct pg_err *err);
int pg_journal_mark_status(struct pg_root *root, struct pg_journal *j, const char *type,
			   size_t i, int status, struct pg_err *err);
int pg_journal_set_state(struct pg_root *root, struct pg_journal *j, enum pg_tx_state state,
			 struct pg_err *err);
int pg_journal_begin(struct pg_root *root, struct pg_journal *j, const char *summary,
		     time_t now, struct pg_err *err);
int pg_journal_add_file(struct pg_root *root, struct pg_journal *j, const struct pg_jfile *f,
			struct pg_err *err);
int pg_journal_add_cmd(struct pg_root *root, struct pg_journal *j,
		       const struct pg_plan_cmd *cmd, bool vm, struct pg_err *err);
int pg_journal_add_folder(struct pg_root *root, struct pg_journal *j, const char *path,
			  struct pg_err *err);
int pg_journal_add_doubt(struct pg_root *root, struct pg_journal *j, const char *text,
			 struct pg_err *err);
int pg_journal_add_target(struct pg_root *root, struct pg_journal *j, size_t i,
			  enum pg_copy from, enum pg_copy to, struct pg_err *err);

int pg_journal_add_trial(struct pg_root *root, struct pg_journal *j, unsigned wait,
			 const char *boot, const struct pg_strv *address, struct pg_err *err);
/* The wait began in this boot, `since` seconds after the start. */
int pg_journal_mark_wait(struct pg_root *root, struct pg_journal *j, const char *boot,
			 uint64_t since, struct pg_err *err);
/* "expired", "reboot" */
int pg_journal_mark_boot(struct pg_root *root, struct pg_journal *j, const char *type,
			 const char *boot, struct pg_err *err);

/* ---- journal.c: words, the check sum, escapes; shared by both ---- */

const char *pg_journal_state_word(enum pg_tx_state state);
int pg_journal_state_parse(const char *word, enum pg_tx_state *ret);
const char *pg_copy_name(enum pg_copy copy);
int pg_copy_parse(const char *word, enum pg_copy *ret);
/* Does a status tell of a command that was ended by a signal (128 and its number, 1 to 64)?
 * 255 is none: it is what qm ends with when it says no. */
bool pg_journal_was_killed(int status);
uint64_t pg_journal_sum(const char *s, size_t n);
/* Any bytes as printable ASCII and back ("%0a"): paths and arguments must survive JSON. */
char *pg_journal_escape(const char *s);
char *pg_journal_unescape(const char *s);

/* ---- store.c: the folders, the copies; the lock is in lock.h ---- */

/* Makes the folders. Refuses what is there but is no folder of ours. */
int pg_store_open(struct pg_root *root, struct pg_err *err);
/* "20261123-064500-1"? */
bool pg_store_is_id(const char *s);
int pg_store_id_cmp(const char *a, const char *b);
/* Names of the transactions, oldest first; none where there is no folder. */
int pg_store_list(const struct pg_root *root, struct pg_strv *ret);
/* Makes the folder of a new transaction; its id sorts after all others, whatever the
 * clock says. */
int pg_store_new(struct pg_root *root, time_t now, char **ret_id, struct pg_err *err);
int pg_store_save(struct pg_root *root, const struct pg_journal *j, size_t i,
		  enum pg_copy copy, const struct pg_bytes *bytes, struct pg_err *err);
int pg_store_load(const struct pg_root *root, const struct pg_journal *j, size_t i,
		  enum pg_copy copy, struct pg_bytes *ret, struct pg_err *err);
/* How many files must have been written down for the saved copies that are there: one more
 * than the highest number of a copy, 0 where there is none. */
int pg_store_copied(const struct pg_root *root, const struct pg_journal *j, size_t *ret);
/* Where a saved copy lies, for a person. The caller frees it. */
char *pg_store_path(const struct pg_journal *j, size_t i, enum pg_copy copy);
/* Removes temporary files that a crash left beside a file. */
int pg_store_sweep(struct pg_root *root, const char *path);
int pg_store_sweep_copies(struct pg_root *root, const struct pg_journal *j);
/* The first transaction that did not end, or a damaged one; NULL with 0 where there is
 * none. err says what is damaged. */
int pg_store_unfinished(const struct pg_root *root, struct pg_journal **ret,
			struct pg_err *err);
