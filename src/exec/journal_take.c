/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/exec/journal.h"

#define SUM_TAIL (sizeof(",\"sum\":\"0123456789abcdef\"}") - 1)
#define WAIT_MAX (7 * 24 * 3600)

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

static int set_string(char **to, const char *s)
{
	char *copy = s ? strdup(s) : NULL;

	if (!copy)
		return s ? -ENOMEM : -EPROTO;
	free(*to);
	*to = copy;
	return 0;
}

static int take_begin(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	const char *summary = pg_jval_get_str(v, "summary");
	const char *boot = pg_jval_get_str(v, "boot");
	int64_t format = pg_jval_get_int(v, "format", 0);
	int r;

	if (format != PG_JOURNAL_FORMAT)
		return pg_err_set(err, -EPROTO, NULL, 0,
				  "It was written by another version of pve-gpu (format %lld).",
				  (long long)format);
	j->time = (time_t)pg_jval_get_int(v, "time", 0);
	r = set_string(&j->summary, summary ? summary : "");
	return r < 0 || !boot ? r : set_string(&j->boot, boot);
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
	f->trial = pg_jval_get_bool(v, "trial", false);
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

static int take_doubt(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	const char *text = pg_jval_get_str(v, "text");
	pg_autofree char *plain = text ? pg_journal_unescape(text) : NULL;

	(void)err;
	if (!text)
		return -EPROTO;
	return plain ? pg_strv_take(&j->doubts, PG_STEAL(plain)) : -ENOMEM;
}

static int take_state(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	enum pg_tx_state state = PG_TX_PLANNED;

	(void)err;
	if (pg_journal_state_parse(pg_jval_get_str(v, "state"), &state) < 0)
		return -EPROTO;
	if (state == PG_TX_TRIAL && !j->trial.asked)
		return -EPROTO;
	j->state = state;
	j->planned = true;
	if (state == PG_TX_UNDOING)
		j->in_undo = true;
	if (state == PG_TX_APPLIED || state == PG_TX_TRIAL || state == PG_TX_CONFIRMED) {
		j->in_undo = false;
		j->settled = state;
	}
	return 0;
}

static int take_trial(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	int64_t wait = pg_jval_get_int(v, "wait", 0);

	(void)err;
	if (j->trial.asked || wait < 1 || wait > WAIT_MAX)
		return -EPROTO;
	j->trial.asked = true;
	j->trial.wait = (unsigned)wait;
	if (get_argv(v, "address", &j->trial.address) < 0)
		return -EPROTO;
	return set_string(&j->trial.boot, pg_jval_get_str(v, "boot"));
}

/* Each boot is told once. */
static int take_boot(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	int64_t since = pg_jval_get_int(v, "since", 0);

	(void)err;
	j->trial.boots++;
	j->trial.since = since > 0 ? (uint64_t)since : 0;
	return set_string(&j->trial.watched, pg_jval_get_str(v, "boot"));
}

static int take_expired(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	(void)err;
	return set_string(&j->trial.expired, pg_jval_get_str(v, "boot"));
}

static int take_reboot(struct pg_journal *j, const struct pg_jval *v, struct pg_err *err)
{
	(void)err;
	return set_string(&j->trial.reboot, pg_jval_get_str(v, "boot"));
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
	{ "trial", take_trial, NULL },	  { "boot", take_boot, NULL },
	{ "expired", take_expired, NULL }, { "reboot", take_reboot, NULL },
	{ "write", NULL, take_file_mark }, { "written", NULL, take_file_mark },
	{ "back", NULL, take_file_mark },  { "left", NULL, take_file_mark },
	{ "run", NULL, take_cmd_mark },	  { "ran", NULL, take_cmd_mark },
	{ "reran", NULL, take_cmd_mark },  { "doubt", take_doubt, NULL },
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
