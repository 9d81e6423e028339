/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table that no terminal cuts, wraps or colours: what goes into a file or a pipe. Measured once for
 * each cell, where libsmartcols (out.c), which does the others, needs half of the time of `list`.
 */
#pragma once

#include <stdio.h>

#include "src/base/macro.h"

struct pg_grid;
struct pg_grid_row;

struct pg_grid *pg_grid_new(void);
void pg_grid_free(struct pg_grid *grid);
/* Columns before rows, at most 8. -ENOMEM; flags are of enum pg_column. */
int pg_grid_column(struct pg_grid *grid, const char *title, unsigned flags);
/* NULL where memory ran out. parent: NULL but for trees. */
struct pg_grid_row *pg_grid_row(struct pg_grid *grid, struct pg_grid_row *parent);
/* The text was made safe; the row's cells come one behind the other. -ENOMEM. */
int pg_grid_cell(struct pg_grid *grid, struct pg_grid_row *row, size_t column, const char *text);
/* ascii: the branches of a tree. */
void pg_grid_print(const struct pg_grid *grid, bool ascii, FILE *to);
