/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the two halves of the reader of GRUB's files: commands (grub_file.c) and the
 * values of assignments (grub_value.c). Nobody else includes this.
 */
#pragma once

#include "src/plan/grub_file.h"
#include "src/base/i18n.h"

#define PG_GRUB_TOO_LARGE N_("The file assigns more than can be followed.")

/* Where reading stands. */
struct pg_grub_reader {
	struct pg_grub_env *env;
	const struct pg_file *f;
	int file;
	struct pg_sh sh;
	bool export;		/* the arguments of export are fields, not only assignments */
};

/* The value of one assignment. */
struct pg_grub_text {
	struct pg_grub_cell *cell;
	size_t n;
	const char *unknown;
	bool self;		/* it contains the variable's old value */
};

/* Notes what is wrong and returns -EINVAL. */
int pg_grub_problem(struct pg_grub_reader *r, size_t at, const char *what);
struct pg_grub_var *pg_grub_find(const struct pg_grub_env *env, const char *name, size_t n);
/* GRUB_CMDLINE_…: empty where it was never set. Of other names nothing is known. */
bool pg_grub_is_option(const char *name, size_t n);
/* Makes every variable unknown that this part of the file could set. */
int pg_grub_mentions(struct pg_grub_reader *r, size_t start, size_t end, const char *why);
/* Reads what follows NAME= up to end. The lexer has seen the word already: every quote is
 * closed before its end. */
int pg_grub_read_value(struct pg_grub_reader *r, const struct pg_sh_word *name, size_t end,
		       struct pg_grub_text *v);
