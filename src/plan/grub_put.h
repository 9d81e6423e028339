/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts a replacement in a value into the file that the value is written in, inside its
 * quoting. Private to edit_grub.c.
 */
#pragma once

#include "src/plan/cmdline.h"
#include "src/plan/grub_file.h"

struct pg_grub_change {
	size_t at, len;
	char *text;		/* put in before them; or NULL */
	size_t order;
};

struct pg_grub_changes {
	struct pg_grub_change *v;
	size_t n;
	int file;		/* all in this one */
};

void pg_grub_changes_done(struct pg_grub_changes *c);
/* One replacement in the value of v. -EINVAL where it is not written in an assignment of
 * this variable, or not in the file of the changes so far. */
int pg_grub_replace(const struct pg_file *const *files, const struct pg_grub_var *v,
		    struct pg_cmdline_edit e, struct pg_grub_changes *c, struct pg_err *err);
/* A new word in the assignment that the value is built on, which f holds. */
int pg_grub_add(const struct pg_file *f, const struct pg_grub_var *v, const char *value,
		const char *word, struct pg_grub_changes *changes);
/* A new assignment at the end of f. The comment is our mark, and keeps the carriage return
 * of a file with such line ends out of the value. */
int pg_grub_append(const struct pg_file *f, const char *variable, const char *word,
		   struct pg_grub_changes *changes, struct pg_err *err);
/* The file with all changes made. */
int pg_grub_make(const struct pg_bytes *in, struct pg_grub_changes *c, struct pg_bytes *ret);
