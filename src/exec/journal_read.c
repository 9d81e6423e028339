/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/journal.h"

#define JOURNAL_MAX ((size_t)64 << 20)
#define SUM_TAIL (sizeof(",\"sum\":\"0123456789abcdef\"}") - 1)

/* ---- one record ---- */

/* A copy of the escaped string of a member, or NULL. */
static char *get_path(const struct pg_jval *v, const char *key)
{
	const char *s = pg_jval_get_str(v, key);

	return s ? pg_journal_unescape(s) : NULL;
}

static int get_argv(const struct pg_jval *v, const char *key, struct pg_strv *ret)
{
	const struct pg_jval *array = pg_jval_get(v, key);

	for (size_t i = 0; i < pg_jval_length(array); i++) {
		const char *s = pg_jval_str(pg_jval_at(array, i));
		int r = s ? pg_strv_take(ret, pg_journal_unescape(s)) : -EPROTO;

		if (r < 0)
			return r;
	}
	return 0;
}

static int take_begin(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	const char *summary = pg_jval_get_str(v, "summary");
	int64_t format = pg_jval_get_int(v, "format", 0);
	char *copy;

	if (format != PG_JOURNAL_FORMAT)
		return pg_err_set(err, -EPROTO, NULL, 0,
				  "It was written by another version of pve-gpu (format %lld).",
				  (long long)format);
	copy = strdup(summary ? summary : "");
	if (!copy)
		return -ENOMEM;
	free(j->summary);
	j->summary = copy;
	j->time = (time_t)pg_jval_get_int(v, "time", 0);
	return 0;
}

static int parse_change(const char *s, enum pg_change *ret)
{
	if (!s)
		return -EPROTO;
	if (strcmp(s, "create") == 0)
		*ret = PG_CHANGE_CREATE;
	else if (strcmp(s, "edit") == 0)
		*ret = PG_CHANGE_EDIT;
	else if (strcmp(s, "remove") == 0)
		*ret = PG_CHANGE_REMOVE;
	else
		return -EPROTO;
	return 0;
}

static int take_file(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	pg_autofree char *path = get_path(v, "path");
	enum pg_change change = PG_CHANGE_EDIT;
	struct pg_jfile *f;

	(void)err;
	if (!path || path[0] != '/' || parse_change(pg_jval_get_str(v, "change"), &change) < 0)
		return -EPROTO;
	f = pg_vec_add(&j->file, &j->n_file, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->path = PG_STEAL(path);
	f->change = change;
	f->mode = (mode_t)pg_jval_get_int(v, "mode", 0644);
	f->uid = (uid_t)pg_jval_get_int(v, "uid", 0);
	f->gid = (gid_t)pg_jval_get_int(v, "gid", 0);
	f->mtime.tv_sec = (time_t)pg_jval_get_int(v, "mtime", 0);
	f->mtime.tv_nsec = (long)pg_jval_get_int(v, "mtime_ns", 0);
	f->from = change == PG_CHANGE_REMOVE ? PG_COPY_ABSENT : PG_COPY_AFTER;
	f->to = change == PG_CHANGE_CREATE ? PG_COPY_ABSENT : PG_COPY_BEFORE;
	return 0;
}

static int take_command(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	struct pg_jcmd *cmd = pg_vec_add(&j->cmd, &j->n_cmd, sizeof(*cmd));
	int r;

	(void)err;
	if (!cmd)
		return -ENOMEM;
	r = get_argv(v, "argv", &cmd->argv);
	if (r == 0)
		r = get_argv(v, "undo", &cmd->undo);
	cmd->vm = pg_jval_get_bool(v, "vm", false);
	return r == 0 && cmd->argv.n == 0 ? -EPROTO : r;
}

static int take_folder(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	pg_autofree char *path = get_path(v, "path");

	(void)err;
	return path && path[0] == '/' ? pg_strv_take(&j->folder, PG_STEAL(path)) : -EPROTO;
}

static int take_state(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	enum pg_tx_state state = PG_TX_PLANNED;

	(void)err;
	if (pg_journal_state_parse(pg_jval_get_str(v, "state"), &state) < 0)
		return -EPROTO;
	j->state = state;
	j->planned = true;
	j->in_undo = state == PG_TX_UNDOING || (j->in_undo && state != PG_TX_APPLIED);
	return 0;
}

static struct pg_jfile *file_of(struct pg_journal *j, const struct pg_jval *v)
{
	int64_t i = pg_jval_get_int(v, "i", -1);

	return i >= 0 && (uint64_t)i < j->n_file ? &j->file[i] : NULL;
}

static int take_file_mark(struct pg_journal *j, const struct pg_jval *v, const char *type)
{
	struct pg_jfile *f = file_of(j, v);

	if (!f)
		return -EPROTO;
	if (strcmp(type, "write") == 0)
		f->begun = true;
	else if (strcmp(type, "back") == 0)
		f->back = true;
	else if (strcmp(type, "left") == 0)
		f->left = true;
	return 0;
}

static int take_target(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	struct pg_jfile *f = file_of(j, v);
	enum pg_copy from = PG_COPY_AFTER, to = PG_COPY_BEFORE;

	(void)err;
	if (!f || pg_copy_parse(pg_jval_get_str(v, "from"), &from) < 0 ||
	    pg_copy_parse(pg_jval_get_str(v, "to"), &to) < 0)
		return -EPROTO;
	f->from = from;
	f->to = to;
	f->back = f->left = false;
	return 0;
}

static int take_cmd_mark(struct pg_journal *j, const struct pg_jval *v, const char *type)
{
	int64_t i = pg_jval_get_int(v, "i", -1);
	struct pg_jcmd *cmd = i >= 0 && (uint64_t)i < j->n_cmd ? &j->cmd[i] : NULL;
	int status = (int)pg_jval_get_int(v, "status", -1);

	if (!cmd)
		return -EPROTO;
	if (strcmp(type, "run") == 0) {
		cmd->begun = true;
	} else if (strcmp(type, "ran") == 0) {
		cmd->ended = true;
		cmd->status = status;
	} else {
		cmd->reran = true;
		cmd->again = status;
	}
	return 0;
}

static const struct {
	const char *type;
	int (*take)(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err);
	int (*mark)(struct pg_journal *j, const struct pg_jval *v, const char *type);
} records[] = {
	{ "begin", take_begin, NULL },	  { "file", take_file, NULL },
	{ "command", take_command, NULL }, { "folder", take_folder, NULL },
	{ "state", take_state, NULL },	  { "target", take_target, NULL },
	{ "write", NULL, take_file_mark }, { "written", NULL, take_file_mark },
	{ "back", NULL, take_file_mark },  { "left", NULL, take_file_mark },
	{ "run", NULL, take_cmd_mark },	  { "ran", NULL, take_cmd_mark },
	{ "reran", NULL, take_cmd_mark },
};

static int take_record(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	const char *type = pg_jval_get_str(v, "type");

	for (size_t i = 0; type && i < PG_ARRAY_SIZE(records); i++)
		if (strcmp(records[i].type, type) == 0)
			return records[i].take ? records[i].take(j, v, err) :
						 records[i].mark(j, v, type);
	return -EPROTO;
}

/* A whole line ends with the check sum of what stands before it. */
static bool is_whole(const char *line, size_t n)
{
	char tail[SUM_TAIL + 1];

	if (n <= SUM_TAIL)
		return false;
	(void)snprintf(tail, sizeof(tail), ",\"sum\":\"%016llx\"}",
		       (unsigned long long)pg_journal_sum(line, n - SUM_TAIL));
	return memcmp(line + n - SUM_TAIL, tail, SUM_TAIL) == 0;
}

/* After a record that failed to be written, its number may be there or not. */
static int check_number(const struct pg_journal *j, const struct pg_jval *v,
			struct pg_err *err)
{
	bool torn = pg_jval_get_bool(v, "torn", false);
	int64_t n = pg_jval_get_int(v, "n", 0);

	if (j->torn && !torn)
		return pg_err_set(err, -EPROTO, NULL, 0, "The record before this one is damaged.");
	if (torn ? n < j->seq || n > UINT32_MAX : n != j->seq)
		return pg_err_set(err, -EPROTO, NULL, 0, "A record is missing before this one.");
	return 0;
}

int pg_journal_take(struct pg_journal *j, const char *line, size_t n, struct pg_err *err)
{
	struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;
	int r = is_whole(line, n) ? pg_json_parse(line, n, &v) : -EBADMSG;

	if (r == 0)
		r = check_number(j, v, err);
	if (r < 0)
		return r;
	r = take_record(j, v, err);
	if (r == -EPROTO && err && !err->code)
		return pg_err_set(err, r, NULL, 0, "The record makes no sense here.");
	if (r < 0)
		return r;
	j->seq = (unsigned)pg_jval_get_int(v, "n", 0) + 1;
	j->torn = false;
	return 0;
}

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
	(void)pg_err_set(err, code, j->path, line, "%s",
			 what ? what : pg_err_reason(code));
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

bool pg_journal_is_open(const struct pg_journal *j)
{
	if (j->state == PG_TX_PLANNED || j->state == PG_TX_APPLYING || j->state == PG_TX_UNDOING)
		return true;
	if (j->state != PG_TX_BROKEN)
		return false;
	for (size_t i = 0; i < j->n_file; i++)
		if (j->file[i].begun && !j->file[i].back && !j->file[i].left)
			return true;
	for (size_t i = 0; i < j->n_cmd; i++)
		if (pg_journal_must_rerun(j, &j->cmd[i]))
			return true;
	return false;
}
