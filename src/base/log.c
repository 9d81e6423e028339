/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"
#include "src/base/vec.h"

static unsigned mask;

static const char *const names[] = { "root", "proc", "host", "plan", "exec", "wizard", "ui" };

static unsigned bit_of(const char *name)
{
	if (strcmp(name, "all") == 0)
		return ~0U;
	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return 1U << i;
	return 0;
}

int pg_log_set(const char *subjects)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	unsigned bits = 0;
	int r = pg_strv_split(subjects, ",", &parts);

	if (r < 0)
		return r;
	for (size_t i = 0; i < parts.n; i++) {
		unsigned bit = bit_of(parts.v[i]);

		if (!bit)
			return -EINVAL;
		bits |= bit;
	}
	mask = bits;
	return 0;
}

bool pg_log_on(enum pg_log_subject subject)
{
	return mask & subject;
}

void pg_log(enum pg_log_subject subject, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	pg_autofree char *clean = NULL;
	va_list ap;

	if (!pg_log_on(subject))
		return;
	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (pg_strbuf_error(&b) < 0)
		return;
	clean = pg_text_clean(b.s ? b.s : "", b.len);
	if (clean)
		(void)fprintf(stderr, "%s: %s\n", names[__builtin_ctz(subject)], clean);
}
