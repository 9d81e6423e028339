/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why VMs did not start: the index of ended tasks has a line "UPID:NODE:PID:PSTART:STARTTIME:TYPE:ID:USER:
 * ENDTIME STATUS" for each, and the log of one is tasks/X/UPID, where X is the last digit of its start
 * time (PVE::RESTEnvironment, PVE::Tools::upid_decode).
 */
#include "src/exec/logs.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define TASKS "/var/log/pve/tasks"
#define INDEX_MAX ((size_t)16 << 20)
#define TASK_MAX ((size_t)1 << 20)
/* VMs whose last start is looked at. */
#define STARTS_MAX 256

struct start {
	uint32_t vmid;
	char *upid;
	bool failed;
};

struct starts {
	struct start *v;
	size_t n;
};

static void starts_done(struct starts *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].upid);
	free(s->v);
}

static struct start *start_of(struct starts *s, uint32_t vmid)
{
	struct start *start;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].vmid == vmid)
			return &s->v[i];
	start = s->n < STARTS_MAX ? pg_vec_add(&s->v, &s->n, sizeof(*start)) : NULL;
	if (start)
		start->vmid = vmid;
	return start;
}

/* A part of a path, whatever the index says. */
static bool is_upid(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(":-_.@!", *s))
			return false;
	return true;
}

/* The newest task of each VM is the last one in the index. */
static int take_line(struct starts *all, char *line)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	struct start *start;
	uint64_t vmid;
	int r = pg_strv_split(line, " ", &words);

	if (r == 0 && words.n >= 3)
		r = pg_strv_split(words.v[0], ":", &part);
	if (r < 0 || part.n < 7 || strcmp(part.v[0], "UPID") != 0 ||
	    strcmp(part.v[5], "qmstart") != 0 || !is_upid(words.v[0]) ||
	    pg_text_number(part.v[6], 10, 999999999, &vmid) < 0)
		return r;
	start = start_of(all, (uint32_t)vmid);
	if (!start)
		return 0;
	free(start->upid);
	start->upid = strdup(words.v[0]);
	start->failed = strcmp(words.v[2], "OK") != 0 && !pg_text_starts(words.v[2], "WARNINGS");
	return start->upid ? 0 : -ENOMEM;
}

static int read_index(const struct pg_root *root, struct starts *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_root_read(root, TASKS "/index", INDEX_MAX, &text);

	while (r == 0 && text.p && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? take_line(ret, copy) : -ENOMEM;
	}
	return r;
}

/* "start of VM 100, 2026-11-29 10:04 UTC": the fifth part is when it began. */
static char *words_for(const struct start *start)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	uint64_t seconds;
	char when[32];
	struct tm tm;
	time_t t;

	if (pg_strv_split(start->upid, ":", &part) < 0)
		return NULL;
	if (pg_text_number(part.v[4], 16, UINT32_MAX, &seconds) < 0)
		return pg_strf(_("start of VM %u"), start->vmid);
	t = (time_t)seconds;
	if (!gmtime_r(&t, &tm) || !strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm))
		return NULL;
	return pg_strf(_("start of VM %u, %s"), start->vmid, when);
}

static int read_task(const struct pg_root *root, const struct start *start, struct pg_log *log)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *path = NULL, *where = words_for(start);
	size_t had = log->n;
	int r = pg_strv_split(start->upid, ":", &part);

	if (r < 0 || !where)
		return -ENOMEM;
	path = pg_strf(TASKS "/%c/%s", part.v[4][strlen(part.v[4]) - 1], start->upid);
	r = path ? pg_root_read(root, path, TASK_MAX, &text) : -ENOMEM;
	if (r == 0)
		r = pg_log_text(log, where, &text);
	for (size_t i = had; i < log->n; i++)
		log->v[i].vmid = start->vmid;
	return r == -ENOMEM ? r : 0;
}

int pg_tasks_collect(const struct pg_root *root, struct pg_log *ret)
{
	struct starts starts PG_CLEANUP(starts_done) = { 0 };
	int r = read_index(root, &starts);

	for (size_t i = 0; r == 0 && i < starts.n; i++)
		if (starts.v[i].failed)
			r = read_task(root, &starts.v[i], ret);
	return r == -ENOMEM ? r : 0;
}
