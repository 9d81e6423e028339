/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the subcommands print for people: lines, tables and trees. Every text is made safe
 * for the terminal here, and reduced to ASCII where that was asked for. The file that
 * includes libsmartcols is out.c.
 */
#pragma once

#include "src/base/json.h"
#include "src/cmd/cmd.h"

enum pg_tone { PG_TONE_PLAIN, PG_TONE_GOOD, PG_TONE_WARN, PG_TONE_BAD, PG_TONE_STRONG,
	       PG_TONE_FAINT };

/* A copy that can be shown under env: safe, and ASCII where that is asked for. NULL when
 * memory ran out; s NULL gives an empty string. The caller frees it. */
char *pg_out_text(const struct pg_cmd_env *env, const char *s);
/* One line to stdout, in a tone where there is colour. Without memory nothing is printed. */
void pg_out_line(const struct pg_cmd_env *env, enum pg_tone tone, const char *fmt, ...)
	PG_PRINTF(3, 4);
/* The same with a word in tone before it: "block  The IOMMU is off." */
void pg_out_labelled(const struct pg_cmd_env *env, enum pg_tone tone, const char *label,
		     const char *fmt, ...) PG_PRINTF(4, 5);
/* Lines of a text, each made safe, indented by so many spaces; to stdout or stderr. */
void pg_out_lines(const struct pg_cmd_env *env, FILE *to, unsigned indent, const char *text);
/* Lines of a text as they are (a diff), coloured by their first byte. */
void pg_out_diff(const struct pg_cmd_env *env, const char *diff);
/* The document to stdout, and frees it. Returns 0 or -ENOMEM (and then says so). */
int pg_out_json(const struct pg_cmd_env *env, struct pg_json *doc);

/* ---- tables and trees ---- */

struct pg_table;
struct pg_row;

enum pg_column {
	PG_COLUMN_TREE = 1 << 0,	/* carries the branches */
	PG_COLUMN_CUT = 1 << 1,		/* cut where the terminal is narrow */
	PG_COLUMN_WRAP = 1 << 2,	/* wrapped where the terminal is narrow */
	PG_COLUMN_RIGHT = 1 << 3,
};

/* All of these take NULL for what could not be made, and pg_table_print says so. */
struct pg_table *pg_table_new(const struct pg_cmd_env *env);
void pg_table_free(struct pg_table *table);
void pg_table_freep(struct pg_table **table);
void pg_table_column(struct pg_table *table, const char *title, unsigned flags);
/* parent: NULL but for trees. The row belongs to the table. */
struct pg_row *pg_table_row(struct pg_table *table, struct pg_row *parent);
void pg_table_cell(struct pg_table *table, struct pg_row *row, size_t column,
		   enum pg_tone tone, const char *text);
/* Returns 0 or -ENOMEM. */
int pg_table_print(struct pg_table *table);
