/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/journal.h"

#define JOURNAL_MAX ((size_t)64 << 20)

/* ---- the file ---- */

static int take_all(struct pg_journal *j, const struct pg_bytes *bytes, unsigned *ret_line,
		    struct pg_err *err)
{
	size_t pos = 0, len, full;
	unsigned number = 0;
	const char *line;

	while (pg_text_line(bytes->p, bytes->n, &pos, &line, &len, &full)) {
		int r = pg_journal_take(j, line, len, err);

		*ret_line = ++number;
		if (r == -EBADMSG)
			j->torn = true;
		else if (r < 0)
			return r;
	}
	j->open_line = bytes->n && bytes->p[bytes->n - 1] != '\n';
	return 0;
}

/*
 * A copy is saved when all records before it are synced. So a crash leaves no copies without
 * a record, and copies of one file at most that is not written down yet. Nor does it leave
 * more than a part of the first line, where no record can be read.
 */
static int check_lost(const struct pg_root *root, const struct pg_journal *j,
		      const struct pg_bytes *bytes, struct pg_err *err)
{
	bool none = j->seq == 1;
	size_t copied = 0;
	int r = j->planned ? 0 : pg_store_copied(root, j, &copied);

	if (r < 0)
		return r;
	if (none && (copied || (bytes->n && memchr(bytes->p, '\n', bytes->n))))
		return pg_err_set(err, -EPROTO, NULL, 0, "No record can be read in it.");
	if (copied > j->n_file + 1)
		return pg_err_set(err, -EPROTO, NULL, 0,
				  "Records are missing after this one: there are saved copies of "
				  "files that it does not tell of.");
	return 0;
}

static int unreadable(struct pg_journal *j, unsigned line, int code, struct pg_err *err)
{
	pg_autofree char *what = NULL;

	if (code == -ENOMEM)
		return code;
	what = err && err->what ? strdup(err->what) : NULL;
	j->state = PG_TX_UNREADABLE;
	if (what)
		(void)pg_err_set(err, code, j->path, line, "%s", what);
	else
		(void)pg_err_set(err, code, j->path, line, "It cannot be read: %s.",
				 pg_err_reason(code));
	return 0;
}

/* None where there is no journal yet. */
static int read_bytes(const struct pg_root *root, const char *path, struct pg_bytes *ret)
{
	struct stat st;
	int r = pg_root_lstat(root, path, &st);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return S_ISREG(st.st_mode) ? pg_root_read(root, path, JOURNAL_MAX, ret) : -EINVAL;
}

int pg_journal_read(const struct pg_root *root, const char *id, struct pg_journal **ret,
		    struct pg_err *err)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err own PG_CLEANUP(pg_err_done) = { 0 };
	struct stat st;
	unsigned line = 0;
	int r = pg_journal_new(id, &j);

	if (r < 0)
		return r;
	r = pg_root_lstat(root, j->dir, &st);
	if (r == -ENOENT)
		return r;
	if (r == 0 && !S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	if (r == 0)
		r = read_bytes(root, j->path, &bytes);
	if (r == 0)
		r = take_all(j, &bytes, &line, &own);
	if (r == 0 && (r = check_lost(root, j, &bytes, &own)) < 0 && j->seq == 1)
		line = 1;
	if (r < 0)
		r = unreadable(j, line, r, &own);
	if (r < 0)
		return r;
	if (own.code && err) {
		pg_err_done(err);
		*err = own;
		own = (struct pg_err){ 0 };
	}
	*ret = PG_STEAL(j);
	return 0;
}

/* ---- what is to be done about it ---- */

bool pg_journal_must_rerun(const struct pg_journal *j, const struct pg_jcmd *cmd)
{
	if (cmd->reran && (cmd->again == 0 ||
			   (!cmd->vm && cmd->ended && cmd->again == cmd->status)))
		return false;
	/*
	 * qm writes the configuration of a VM in one go, at the end: one that said no has changed
	 * nothing, and there is nothing to take back. One that was killed, or of which a crash
	 * left no status, may have.
	 */
	if (cmd->vm)
		return cmd->undo.n && cmd->begun &&
		       (!cmd->ended || cmd->status == 0 || pg_journal_was_killed(cmd->status));
	return cmd->begun || j->in_undo;
}

bool pg_journal_is_due(const struct pg_jfile *f)
{
	return !f->trial && f->begun && !f->back && !f->left;
}

bool pg_journal_is_armed(const struct pg_journal *j)
{
	for (size_t i = 0; i < j->n_file; i++)
		if (j->file[i].trial && j->file[i].begun && !j->file[i].back && !j->file[i].left)
			return true;
	return false;
}

bool pg_journal_is_open(const struct pg_journal *j)
{
	if (j->state == PG_TX_PLANNED || j->state == PG_TX_APPLYING || j->state == PG_TX_UNDOING)
		return true;
	if (j->state != PG_TX_BROKEN)
		return false;
	for (size_t i = 0; i < j->n_file; i++)
		if (pg_journal_is_due(&j->file[i]))
			return true;
	for (size_t i = 0; i < j->n_cmd; i++)
		if (pg_journal_must_rerun(j, &j->cmd[i]))
			return true;
	return false;
}
