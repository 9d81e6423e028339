/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/logs.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/run.h"

#define LOG_MAX ((size_t)64 << 20)
#define WAIT_S 30

static int add_line(struct pg_log *log, const char *where, size_t number, const char *line, size_t len)
{
	const char *hole = strstr(where, "{n}");
	pg_autofree char *place = NULL;

	if (len == 0)
		return 0;
	if (hole)
		place = pg_strf("%.*s%zu%s", (int)(hole - where), where, number, hole + 3);
	return (hole && !place) || !pg_log_add(log, place ? place : where, line, len) ? -ENOMEM : 0;
}

/* Goes on to the beginning of the line that a place is in, and counts those before it. */
static size_t count_to(const char *s, size_t place, size_t *pos)
{
	const char *end;
	size_t n = 0;

	while ((end = memchr(s + *pos, '\n', place - *pos))) {
		*pos = (size_t)(end - s) + 1;
		n++;
	}
	return n;
}

/* A finder that looks for blanks would not find them where a power cut left NUL bytes. */
static int all_lines(struct pg_log *log, const char *where, const struct pg_bytes *text,
		     const struct pg_finder *finder)
{
	size_t pos = 0, place = 0, len, full, n = 0;
	const char *line;
	int r = 0;

	while (r == 0 && pos < text->n) {
		if (finder && !pg_finder_next(finder, text->p, text->n, &place))
			break;
		n += finder ? count_to(text->p, place, &pos) : 0;
		(void)pg_text_line(text->p, text->n, &pos, &line, &len, &full);
		r = add_line(log, where, ++n, line, len);
		place = pos;
	}
	return r;
}

int pg_log_text(struct pg_log *log, const char *where, const struct pg_bytes *text)
{
	bool torn = text->n && memchr(text->p, '\0', text->n);

	return all_lines(log, where, text, torn ? NULL : log->finder);
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
	struct pg_log log PG_CLEANUP(pg_log_done) = { .finder = ret->finder };
	int r = kernel(root, opts, &log);

	if (r != -ENOMEM)
		r = pg_tasks_collect(root, &log);
	if (r == -ENOMEM)
		return r;
	*ret = log;
	log = (struct pg_log){ 0 };
	return 0;
}
