/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that a person gives us, and text that libconfuse is to read, made ready for it: the answer
 * file, the rules and the node's settings.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/strbuf.h"

/*
 * Reads a file that the person names, `what` being what it is for them ("answer file"): a relative path
 * is taken from the current folder. Returns 0, or a negative errno with a sentence in err.
 */
int pg_conf_read(const char *what, const char *path, size_t max, struct pg_bytes *ret,
		 struct pg_err *err);
/* Refuses what libconfuse would take for more than text: a NUL byte; "${", for which it would put the
 * environment in; a '\' at the end, which its lexer writes to stdout. Returns 0, or -EINVAL with file
 * and line in err. */
int pg_conf_hazards(const char *path, const struct pg_bytes *bytes, struct pg_err *err);
/* Comments become blanks: libconfuse 3.3 counts lines wrongly after them, and an error would be told
 * in the wrong place. bytes->p is not NULL. */
void pg_conf_blank(struct pg_bytes *bytes);
