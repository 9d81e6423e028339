/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text from elsewhere, made safe; numbers, strictly; lines.
 */
#pragma once

#include "src/base/macro.h"

/*
 * A copy of n bytes that is safe on any terminal and in any JSON document: valid UTF-8
 * without control characters, escape sequences, bidirectional overrides or invisible
 * format characters; each offending byte or character becomes '?', a tab or line feed a
 * space. Returns NULL when memory ran out. The caller frees it.
 */
char *pg_text_clean(const char *s, size_t n);

/* Length of the valid, printable UTF-8 character at s (1 to 4), or 0 if there is none. */
size_t pg_text_char(const char *s, size_t n);

/* Whole string as an unsigned number in the given base (16 allows a 0x prefix), at most
 * max. Returns 0, -EINVAL or -ERANGE; *ret is written on success only. */
int pg_text_number(const char *s, unsigned base, uint64_t max, uint64_t *ret);

/* The width for printf's %-*s with which s, valid UTF-8, fills so many columns: printf counts bytes. */
int pg_text_pad(const char *s, int columns);

bool pg_text_starts(const char *s, const char *prefix);
bool pg_text_ends(const char *s, const char *suffix);

/* Cuts white space from both ends, in place, and returns the new start. */
char *pg_text_trim(char *s);

/*
 * Walks over lines: *pos starts at 0. Gives the line with its end cut off (LF or CR LF) in
 * *line and *len, and the full length with the end in *full. Returns false at the end.
 */
bool pg_text_line(const char *s, size_t n, size_t *pos, const char **line, size_t *len,
		  size_t *full);
