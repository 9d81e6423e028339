/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and words of modprobe.d as libkmod reads them. Private to this layer. */
#pragma once

#include "src/base/macro.h"
#include "src/base/strbuf.h"

/* A line as libkmod's getline_wrapped() joins it: a backslash before the line feed goes with
 * it, any other backslash goes alone. at[i] is where byte i stands in the file. */
struct pg_kmod_line {
	char *s;
	size_t n;
	size_t *at;
	unsigned line;		/* number of its first line */
};

/* Room for any line of the file. Returns 0 or -ENOMEM. */
int pg_kmod_line_alloc(const struct pg_bytes *in, struct pg_kmod_line *ret);
void pg_kmod_line_done(struct pg_kmod_line *j);
/* The next line from *pos on; *line counts them from 1. False at the end. */
bool pg_kmod_line_next(const struct pg_bytes *in, size_t *pos, unsigned *line,
		       struct pg_kmod_line *j);
/* The next word as libkmod's strtok_r("\t ") cuts it; false at the end. */
bool pg_kmod_word(const struct pg_kmod_line *j, size_t *pos, const char **word, size_t *len);
