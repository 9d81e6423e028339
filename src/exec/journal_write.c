/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/exec/trial.h"

int pg_journal_new(const char *id, struct pg_journal **ret)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	j->id = strdup(id);
	j->dir = pg_strf("%s/%s", PG_TX_DIR, id);
	j->path = pg_strf("%s/%s/journal", PG_TX_DIR, id);
	j->summary = strdup("");
	j->seq = 1;
	if (!j->id || !j->dir || !j->path || !j->summary)
		return -ENOMEM;
	*ret = PG_STEAL(j);
	return 0;
}

/* The line: the record, closed by its check sum. */
static int frame(const struct pg_journal *j, struct pg_json *record, const char *type,
		 struct pg_bytes *ret)
{
	struct pg_strbuf b = { 0 };
	pg_autofree char *text = NULL;
	size_t n;

	pg_json_set_str(record, "type", type);
	pg_json_set_int(record, "n", j->seq);
	if (j->torn)
		pg_json_set_bool(record, "torn", true);
	text = pg_json_text(record, false);
	if (!text)
		return -ENOMEM;
	n = strlen(text) - 1; /* without the closing brace */
	if (j->open_line)
		pg_strbuf_addc(&b, '\n');
	pg_strbuf_addn(&b, text, n);
	pg_strbuf_addf(&b, ",\"sum\":\"%016llx\"}\n",
		       (unsigned long long)pg_journal_sum(text, n));
	return pg_strbuf_steal_bytes(&b, ret);
}

int pg_journal_add(struct pg_root *root, struct pg_journal *j, const char *type,
		   struct pg_json *record, struct pg_err *err)
{
	struct pg_bytes line PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t skip;
	int r = record ? frame(j, record, type, &line) : -ENOMEM;

	pg_json_free(record);
	if (r < 0)
		return r;
	r = pg_root_append(root, j->path, &line, err);
	if (r < 0) {
		/* All of the line may be there, or a part: what comes next starts a new one. */
		j->seq++;
		j->torn = true;
		j->open_line = true;
		return r;
	}
	skip = j->open_line ? 1 : 0;
	j->open_line = false;
	return pg_journal_take(j, line.p + skip, line.n - skip - 1, err);
}

int pg_journal_mark(struct pg_root *root, struct pg_journal *j, const char *type, size_t i,
		    struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_int(record, "i", (int64_t)i);
	return pg_journal_add(root, j, type, record, err);
}

int pg_journal_mark_status(struct pg_root *root, struct pg_journal *j, const char *type,
			   size_t i, int status, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_int(record, "i", (int64_t)i);
	pg_json_set_int(record, "status", status);
	return pg_journal_add(root, j, type, record, err);
}

int pg_journal_set_state(struct pg_root *root, struct pg_journal *j, enum pg_tx_state state,
			 struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_str(record, "state", pg_journal_state_word(state));
	return pg_journal_add(root, j, "state", record, err);
}

int pg_journal_begin(struct pg_root *root, struct pg_journal *j, const char *summary,
		     time_t now, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();
	pg_autofree char *boot = NULL;

	(void)pg_trial_boot_id(root, &boot, NULL);
	pg_json_set_int(record, "format", PG_JOURNAL_FORMAT);
	pg_json_set_str(record, "version", PACKAGE_VERSION);
	pg_json_set_str(record, "id", j->id);
	pg_json_set_int(record, "time", now);
	pg_json_set_str(record, "summary", summary);
	pg_json_set_str(record, "boot", boot);
	return pg_journal_add(root, j, "begin", record, err);
}

static void set_escaped(struct pg_json *record, const char *key, const char *s)
{
	pg_autofree char *safe = pg_journal_escape(s);

	if (safe)
		pg_json_set_str(record, key, safe);
}

static int set_argv(struct pg_json *record, const char *key, const struct pg_strv *argv)
{
	struct pg_strv safe PG_CLEANUP(pg_strv_done) = { 0 };

	for (size_t i = 0; i < argv->n; i++) {
		int r = pg_strv_take(&safe, pg_journal_escape(argv->v[i]));

		if (r < 0)
			return r;
	}
	pg_json_set_strv(record, key, &safe);
	return 0;
}

static const char *change_name(enum pg_change change)
{
	return change == PG_CHANGE_CREATE ? "create" :
	       change == PG_CHANGE_EDIT	  ? "edit" :
					    "remove";
}

int pg_journal_add_file(struct pg_root *root, struct pg_journal *j, const struct pg_jfile *f,
			struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	set_escaped(record, "path", f->path);
	pg_json_set_str(record, "change", change_name(f->change));
	pg_json_set_int(record, "mode", f->mode);
	pg_json_set_int(record, "uid", f->uid);
	pg_json_set_int(record, "gid", f->gid);
	pg_json_set_int(record, "mtime", f->mtime.tv_sec);
	pg_json_set_int(record, "mtime_ns", f->mtime.tv_nsec);
	if (f->trial)
		pg_json_set_bool(record, "trial", true);
	return pg_journal_add(root, j, "file", record, err);
}

int pg_journal_add_cmd(struct pg_root *root, struct pg_journal *j,
		       const struct pg_plan_cmd *cmd, bool vm, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();
	int r = set_argv(record, "argv", &cmd->argv);

	if (r == 0)
		r = set_argv(record, "undo", &cmd->undo);
	if (r < 0) {
		pg_json_free(record);
		return r;
	}
	pg_json_set_bool(record, "vm", vm);
	return pg_journal_add(root, j, "command", record, err);
}

int pg_journal_add_folder(struct pg_root *root, struct pg_journal *j, const char *path,
			  struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	set_escaped(record, "path", path);
	return pg_journal_add(root, j, "folder", record, err);
}

int pg_journal_add_doubt(struct pg_root *root, struct pg_journal *j, const char *text,
			 struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	set_escaped(record, "text", text);
	return pg_journal_add(root, j, "doubt", record, err);
}

int pg_journal_add_target(struct pg_root *root, struct pg_journal *j, size_t i,
			  enum pg_copy from, enum pg_copy to, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_int(record, "i", (int64_t)i);
	pg_json_set_str(record, "from", pg_copy_name(from));
	pg_json_set_str(record, "to", pg_copy_name(to));
	return pg_journal_add(root, j, "target", record, err);
}

int pg_journal_add_trial(struct pg_root *root, struct pg_journal *j, unsigned wait,
			 const char *boot, const struct pg_strv *address, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();
	int r = set_argv(record, "address", address);

	if (r < 0) {
		pg_json_free(record);
		return r;
	}
	pg_json_set_int(record, "wait", wait);
	pg_json_set_str(record, "boot", boot);
	return pg_journal_add(root, j, "trial", record, err);
}

int pg_journal_mark_wait(struct pg_root *root, struct pg_journal *j, const char *boot,
			 uint64_t since, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_str(record, "boot", boot);
	pg_json_set_int(record, "since", (int64_t)since);
	return pg_journal_add(root, j, "boot", record, err);
}

int pg_journal_mark_boot(struct pg_root *root, struct pg_journal *j, const char *type,
			 const char *boot, struct pg_err *err)
{
	struct pg_json *record = pg_json_object();

	pg_json_set_str(record, "boot", boot);
	return pg_journal_add(root, j, type, record, err);
}
