/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answers.c and answers_check.c share. */
#pragma once

#include "src/base/err.h"
#include "src/plan/choices.h"

/* answers_check.c: do they go together, and is there anything to be done? Returns 0 or -EINVAL. */
int wiz_answers_check(const char *path, const struct pg_choices *choices, struct pg_err *err);
