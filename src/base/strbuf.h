/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing string, and bytes with a length.
 *
 * The buffer remembers that memory ran out: append as much as you like, then ask once, at
 * pg_strbuf_steal() or pg_strbuf_error().
 */
#pragma once

#include <stdarg.h>

#include "src/base/macro.h"

/* Bytes of a file or of a command. A NUL always follows p[n - 1]; p itself may hold NULs. */
struct pg_bytes {
	char *p;
	size_t n;
};

/* Frees the bytes and empties the struct. */
void pg_bytes_done(struct pg_bytes *b);
/* Copies n bytes. Returns 0 or -ENOMEM. */
int pg_bytes_copy(const char *p, size_t n, struct pg_bytes *ret);
/* Are both of the same length and content? */
bool pg_bytes_equal(const struct pg_bytes *a, const struct pg_bytes *b);

struct pg_strbuf {
	char *s;	/* NUL-terminated once anything was appended, else NULL */
	size_t len;
	size_t cap;
	bool failed;	/* memory ran out; every later append is ignored */
};

void pg_strbuf_done(struct pg_strbuf *b);
void pg_strbuf_add(struct pg_strbuf *b, const char *s);
void pg_strbuf_addn(struct pg_strbuf *b, const char *s, size_t n);
void pg_strbuf_addc(struct pg_strbuf *b, char c);
void pg_strbuf_addf(struct pg_strbuf *b, const char *fmt, ...) PG_PRINTF(2, 3);
void pg_strbuf_vaddf(struct pg_strbuf *b, const char *fmt, va_list ap) PG_PRINTF(2, 0);
/* Returns 0, or -ENOMEM where any append failed. */
int pg_strbuf_error(const struct pg_strbuf *b);
/* Hands the string over (an empty string if nothing was appended) and empties the buffer.
 * Returns NULL where any append failed. The caller frees it. */
char *pg_strbuf_steal(struct pg_strbuf *b);
/* The same with the length. Returns 0 or -ENOMEM. */
int pg_strbuf_steal_bytes(struct pg_strbuf *b, struct pg_bytes *ret);

/* asprintf that returns NULL on failure. The caller frees it. */
char *pg_strf(const char *fmt, ...) PG_PRINTF(1, 2);
