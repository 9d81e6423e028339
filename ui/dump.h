/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as UTF-8 text, for golden files. */
#pragma once

#include <stdio.h>

#include "ui/term.h"

/* Writes "== NAME ==", then each row without the blanks at its end, then "-- cursor ROW,COL"
 * (from 1). 0, or -EIO where it could not be written. */
int ui_dump(const struct ui_term *t, const char *name, FILE *f);
