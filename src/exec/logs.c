/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/logs.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/run.h"

#define LOG_MAX ((size_t)64 << 20)
#define WAIT_S 30

int pg_log_text(struct pg_log *log, const char *where, const struct pg_bytes *text)
{
	const char *hole = strstr(where, "{n}"), *line;
	size_t pos = 0, len, full, n = 0;

	while (text->p && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		pg_autofree char *place = NULL;

		n++;
		if (len == 0)
			continue;
		if (hole)
			place = pg_strf("%.*s%zu%s", (int)(hole - where), where, n, hole + 3);
		if (!pg_log_add(log, place ? place : where, line, len))
			return -ENOMEM;
	}
	return 0;
}

/* ---- the kernel ---- */

static int ask(struct pg_run *run, const char *command, const char *name, const char *where,
	       struct pg_log *log)
{
	struct pg_bytes said PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(command, " ", &argv);

	if (r == 0)
		r = pg_run_ask_kept(run, name, &argv, LOG_MAX, WAIT_S, &said);
	return r < 0 ? r : pg_log_text(log, where, &said);
}

static int kernel(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_log *log)
{
	const char *now = _("kernel, this boot"), *before = _("kernel, the boot before");
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	int r;

	pg_run_init(&run, root, opts);
	run.commands &= geteuid() == 0;
	r = ask(&run, "journalctl -k -b 0 -o short-monotonic --no-pager -q", PG_KERNEL_LOG, now, log);
	if (r < 0 && r != -ENOMEM)
		r = ask(&run, "dmesg", PG_KERNEL_LOG, now, log);
	return r == -ENOMEM ? r :
	       ask(&run, "journalctl -k -b -1 -o short-monotonic --no-pager -q", PG_KERNEL_LOG_BEFORE,
		   before, log);
}

int pg_logs_collect(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_log *ret)
{
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	int r = kernel(root, opts, &log);

	if (r != -ENOMEM)
		r = pg_tasks_collect(root, &log);
	if (r == -ENOMEM)
		return r;
	*ret = log;
	log = (struct pg_log){ 0 };
	return 0;
}
