/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As much of the shell's grammar (POSIX, as dash reads it) as it takes to tell where each
 * command of a file begins and ends. What cannot be followed for sure is refused. The text
 * must hold no NUL. Private to this layer.
 */
#pragma once

#include "src/base/macro.h"

struct pg_sh {
	const char *s;
	size_t n;
	size_t pos;
	unsigned nested;
	const char *problem;	/* static; set where reading failed */
	size_t problem_at;
};

struct pg_sh_word {
	size_t start, end;
};

/* One complete command: up to the newline or ';' that ends it, lists, pipes, conditions
 * and loops taken whole. */
struct pg_sh_command {
	size_t start, end;
	bool plain;		/* only words: assignments, or a command and its arguments */
	bool opaque;		/* runs what is not written here: eval, . and their like */
	struct pg_sh_word *word;	/* of a plain one */
	size_t n_word;
};

void pg_sh_command_done(struct pg_sh_command *cmd);
/* The next command. Returns 1, 0 at the end, -ENOMEM, or -EINVAL with sh->problem. */
int pg_sh_next(struct pg_sh *sh, struct pg_sh_command *ret);
/* Steps over what begins with '$' or '`'; false with sh->problem. */
bool pg_sh_skip_expansion(struct pg_sh *sh, bool in_double);
/* Length of the name at s, 0 if there is none. */
size_t pg_sh_name(const char *s, size_t n);

enum pg_sh_token {
	PG_SH_END, PG_SH_NEWLINE, PG_SH_WORD, PG_SH_SEMI, PG_SH_DSEMI, PG_SH_AMP, PG_SH_LIST,
	PG_SH_PIPE, PG_SH_LPAREN, PG_SH_RPAREN, PG_SH_REDIR, PG_SH_BAD,
};

/* The next token; for a word, where it stands. PG_SH_BAD: see sh->problem. */
enum pg_sh_token pg_sh_token(struct pg_sh *sh, struct pg_sh_word *ret);
/* Notes the problem and returns false. */
bool pg_sh_fail(struct pg_sh *sh, size_t at, const char *problem);
