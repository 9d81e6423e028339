/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answers.c and answers_text.c share. */
#pragma once

#include "src/base/err.h"
#include "src/base/strbuf.h"
#include "src/plan/choices.h"

/* Reads the file; a relative path is taken from the current folder. 0, or negative with err. */
int wiz_answers_read(const char *path, struct pg_bytes *ret, struct pg_err *err);
/* Refuses what libconfuse would take for more than text: -EINVAL with err. */
int wiz_answers_hazards(const char *path, const struct pg_bytes *bytes, struct pg_err *err);
/* Comments become blanks. */
void wiz_answers_blank(struct pg_bytes *bytes);
/* answers_check.c: do they go together, and is there anything to be done? Returns 0 or -EINVAL. */
int wiz_answers_check(const char *path, const struct pg_choices *choices, struct pg_err *err);
