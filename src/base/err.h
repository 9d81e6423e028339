/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What went wrong, for a person: a sentence, and the place where there is one.
 *
 * Functions return a negative errno; those that can say more take a struct pg_err, which
 * may be NULL. The first cause wins: a caller that has something to add sets its own.
 */
#pragma once

#include "src/base/macro.h"

struct pg_err {
	int code;	/* negative errno, 0 if nothing was set */
	char *what;	/* "The kernel command line has no root= option." */
	char *path;	/* the file as the person knows it, or NULL */
	unsigned line;	/* from 1; 0 where there is none */
};

void pg_err_done(struct pg_err *err);

/*
 * Fills err (replacing what it held) and returns code, so that
 * `return pg_err_set(err, -EINVAL, path, line, "…")` reads as one step.
 */
int pg_err_set(struct pg_err *err, int code, const char *path, unsigned line,
	       const char *fmt, ...) PG_PRINTF(5, 6);

/* "path:line: what", with control characters made harmless; never NULL unless memory ran
 * out. A code without words becomes a sentence of its own. The caller frees it. */
char *pg_err_text(const struct pg_err *err);

/* Why the system refused, in plain words ("the disk is full"), for an errno of either sign. */
const char *pg_err_reason(int code);
