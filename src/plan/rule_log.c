/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "src/plan/rule.h"

/* The kernel cuts its own lines there, and so do we. */
#define LINE_MAX_LENGTH 2048

void pg_log_done(struct pg_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		free(log->v[i].where);
		free(log->v[i].text);
	}
	free(log->v);
	*log = (struct pg_log){ .finder = log->finder };
}

/* A power cut leaves a run of NUL bytes in a log, and what was said next stands behind it. */
static char *copy_line(const char *text, size_t n)
{
	char *copy = malloc(n + 1);

	for (size_t i = 0; copy && i < n; i++)
		copy[i] = text[i] ? text[i] : ' ';
	if (copy)
		copy[n] = '\0';
	return copy;
}

struct pg_log_line *pg_log_add(struct pg_log *log, const char *where, const char *text, size_t n)
{
	struct pg_log_line *line = pg_vec_add(&log->v, &log->n, sizeof(*line));

	if (!line)
		return NULL;
	line->where = strdup(where);
	line->text = copy_line(text, n < LINE_MAX_LENGTH ? n : LINE_MAX_LENGTH);
	return line->where && line->text ? line : NULL;
}
