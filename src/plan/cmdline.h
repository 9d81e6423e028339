/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel command line as a list of small replacements: shared by the editors of
 * /etc/kernel/cmdline and of GRUB's files, which put the same replacements into different
 * quoting. Private to this layer.
 */
#pragma once

#include "src/base/macro.h"
#include "src/plan/edit.h"

/*
 * One word, as next_arg() of the kernel's lib/cmdline.c cuts it: white space separates,
 * double quotes protect it, the first '=' ends the key; quotes around the whole word or
 * around the value belong to neither.
 */
struct pg_cmdline_word {
	size_t start, end;	/* the whole word, quotes included */
	size_t key, key_end;
	size_t val, val_end;	/* without quotes */
	bool has_val;
	bool quoted;		/* the word or its value is in double quotes */
};

/* The kernel's isspace(): ASCII white space, and 0xa0 (lib/ctype.c). */
bool pg_cmdline_space(char c);
/* The next word from *pos on; false at the end. */
bool pg_cmdline_next(const char *s, size_t n, size_t *pos, struct pg_cmdline_word *ret);

/* Bytes from..to become text. */
struct pg_cmdline_edit {
	size_t from, to;
	char *text;
};

struct pg_cmdline_edits {
	struct pg_cmdline_edit *v;	/* in order, none touching another */
	size_t n;
	char *add;			/* a new word to put anywhere before "--"; or NULL */
};

void pg_cmdline_edits_done(struct pg_cmdline_edits *edits);
/* What one wanted option changes; nothing where all is as wanted. Returns 0 or -ENOMEM. */
int pg_cmdline_edits(const char *cmdline, const struct pg_option *want,
		     struct pg_cmdline_edits *ret);
/* Where a new word goes: behind the last word before "--". *ret_first: there is none. */
size_t pg_cmdline_add_at(const char *cmdline, bool *ret_first);
