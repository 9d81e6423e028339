/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void pg_bytes_done(struct pg_bytes *b)
{
	free(b->p);
	*b = (struct pg_bytes){ 0 };
}

int pg_bytes_copy(const char *p, size_t n, struct pg_bytes *ret)
{
	char *copy = malloc(n + 1);

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	*ret = (struct pg_bytes){ copy, n };
	return 0;
}

bool pg_bytes_equal(const struct pg_bytes *a, const struct pg_bytes *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

void pg_strbuf_done(struct pg_strbuf *b)
{
	free(b->s);
	*b = (struct pg_strbuf){ 0 };
}

/* Makes room for n more bytes and the NUL. */
static bool grow(struct pg_strbuf *b, size_t n)
{
	size_t want, cap;
	char *s;

	if (b->failed)
		return false;
	if (__builtin_add_overflow(b->len, n, &want) || want >= SIZE_MAX / 2) {
		b->failed = true;
		return false;
	}
	if (b->s && want < b->cap)
		return true;
	for (cap = b->cap ? b->cap : 64; cap <= want; cap *= 2)
		;
	s = realloc(b->s, cap);
	if (!s) {
		b->failed = true;
		return false;
	}
	b->s = s;
	b->cap = cap;
	return true;
}

void pg_strbuf_addn(struct pg_strbuf *b, const char *s, size_t n)
{
	if (!grow(b, n))
		return;
	if (n)
		memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void pg_strbuf_add(struct pg_strbuf *b, const char *s)
{
	pg_strbuf_addn(b, s, strlen(s));
}

void pg_strbuf_addc(struct pg_strbuf *b, char c)
{
	pg_strbuf_addn(b, &c, 1);
}

void pg_strbuf_vaddf(struct pg_strbuf *b, const char *fmt, va_list ap)
{
	char s[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(s, sizeof(s), fmt, ap);
	if (n < 0)
		b->failed = true;
	else if ((size_t)n < sizeof(s))
		pg_strbuf_addn(b, s, (size_t)n);
	else if (grow(b, (size_t)n)) {
		(void)vsnprintf(b->s + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void pg_strbuf_addf(struct pg_strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(b, fmt, ap);
	va_end(ap);
}

int pg_strbuf_error(const struct pg_strbuf *b)
{
	return b->failed ? -ENOMEM : 0;
}

char *pg_strbuf_steal(struct pg_strbuf *b)
{
	struct pg_bytes bytes;

	return pg_strbuf_steal_bytes(b, &bytes) < 0 ? NULL : bytes.p;
}

int pg_strbuf_steal_bytes(struct pg_strbuf *b, struct pg_bytes *ret)
{
	pg_strbuf_addn(b, "", 0);
	if (b->failed) {
		pg_strbuf_done(b);
		return -ENOMEM;
	}
	*ret = (struct pg_bytes){ b->s, b->len };
	*b = (struct pg_strbuf){ 0 };
	return 0;
}

char *pg_strf(const char *fmt, ...)
{
	struct pg_strbuf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	return pg_strbuf_steal(&b);
}
