/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A strict reader of what /etc/default/grub is made of: a shell script that mostly assigns.
 * It follows plain assignments exactly and steps over everything else; a variable that
 * anything else might have set is unknown, and one that is unknown is never guessed.
 * Private to this layer.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/strbuf.h"
#include "src/host/facts.h"
#include "src/plan/sh.h"

/* ---- what the variables become (grub_file.c) ---- */

enum pg_grub_quote { PG_GRUB_BARE, PG_GRUB_SINGLE, PG_GRUB_DOUBLE };

/* One byte of a value, and where it is written. */
struct pg_grub_cell {
	size_t at;		/* in the file */
	int file;
	char c;
	uint8_t len;		/* of its source: 2 for an escaped one */
	uint8_t quote;		/* enum pg_grub_quote */
	bool own;		/* written in an assignment of this very variable */
};

struct pg_grub_var {
	char *name;
	struct pg_grub_cell *cell;
	size_t n;
	const char *unknown;	/* why its value is not known; or NULL */
	int file;		/* where it was set last, or became unknown */
	size_t at;
	/* The last assignment that does not extend the variable: what its value is built on.
	 * file -1: there is none. From `at` to `end` stands the value with its quotes. */
	struct {
		int file;
		size_t at, end;
	} base;
};

struct pg_grub_env {
	struct pg_grub_var *var;
	size_t n;
	size_t n_cell;		/* of all, for a bound */
	const char *opaque;	/* anything may have been set; or NULL */
	int opaque_file;
	size_t opaque_at;
};

void pg_grub_env_done(struct pg_grub_env *env);
/* Reads the files in order. -EINVAL with path and line where one cannot be followed. */
int pg_grub_read(const struct pg_file *const *files, size_t n, struct pg_grub_env *ret,
		 struct pg_err *err);
/* The variable; NULL where it was not set. */
const struct pg_grub_var *pg_grub_env_get(const struct pg_grub_env *env, const char *name);
/* As pg_grub_env_get, but -EINVAL where its value is unknown; *ret may be NULL. */
int pg_grub_env_known(const struct pg_grub_env *env, const struct pg_file *const *files,
		      const char *name, const struct pg_grub_var **ret, struct pg_err *err);
/* Its value; empty for NULL. The caller frees it. */
char *pg_grub_var_value(const struct pg_grub_var *var);
/* Number of the line that holds byte `at`. */
unsigned pg_grub_line(const struct pg_file *file, size_t at);
