/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/unit.h"

#include <errno.h>
#include <string.h>

#define PROGRAM "@PROGRAM@"

/* No specifier, no variable. A plain name stays plain. */
static void add_word(struct pg_strbuf *b, const char *s)
{
	bool plain = s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+")] == '\0';

	if (plain) {
		pg_strbuf_add(b, s);
		return;
	}
	pg_strbuf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			pg_strbuf_addc(b, '\\');
		if (*s == '%' || *s == '$')
			pg_strbuf_addc(b, *s);
		pg_strbuf_addc(b, *s);
	}
	pg_strbuf_addc(b, '"');
}

int pg_unit_fill(const struct pg_bytes *text, const char *program, struct pg_bytes *ret)
{
	struct pg_strbuf b = { 0 };
	const char *s, *at;

	for (s = text->p; (at = strstr(s, PROGRAM)); s = at + strlen(PROGRAM)) {
		pg_strbuf_addn(&b, s, (size_t)(at - s));
		add_word(&b, program);
	}
	pg_strbuf_add(&b, s);
	return pg_strbuf_steal_bytes(&b, ret);
}
