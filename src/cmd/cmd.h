/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subcommands: one small file each, and the table of them.
 */
#pragma once

#include <stdio.h>

#include "src/base/err.h"
#include "src/base/root.h"
#include "src/plan/choices.h"

enum { PG_EXIT_OK = 0, PG_EXIT_REFUSED = 1, PG_EXIT_USAGE = 2, PG_EXIT_PUT_BACK = 3,
       PG_EXIT_BROKEN = 4 };

/* What every subcommand gets from main. */
struct pg_cmd_env {
	const char *root_dir;	/* --root, or "/" */
	bool json;
	bool ascii;		/* --ascii, or a locale without UTF-8 */
	bool color;		/* decided */
	int columns;		/* of the terminal; 0: not a terminal */
	FILE *out;		/* stdout */
	FILE *diag;		/* stderr */
	bool *changed;		/* set where the node was changed; may be NULL */
};

struct pg_cmd {
	const char *name;
	const char *synopsis;	/* "VMID ADDRESS... [--primary] …" */
	const char *summary;	/* one line for --help; NULL: not told there */
	const char *help;	/* the options of its own, a line each, or NULL */
	/* argv[0] is the subcommand's name. Returns the exit status. */
	int (*run)(const struct pg_cmd_env *env, int argc, char **argv);
};

/* The table, ended by an entry without a name. plan and apply have no run: the answer file is
 * the wizard's, so that they are main's. */
const struct pg_cmd *pg_cmd_table(void);

/* "pve-gpu: what" and, if there is one, a line of advice, to env->diag. */
void pg_cmd_complain(const struct pg_cmd_env *env, const struct pg_err *err);
/* The same where memory ran out. Returns PG_EXIT_REFUSED. */
int pg_cmd_no_memory(const struct pg_cmd_env *env);
/* "pve-gpu COMMAND: what", then how it is used. Returns PG_EXIT_USAGE. */
int pg_cmd_usage(const struct pg_cmd_env *env, const char *command, const char *fmt, ...)
	PG_PRINTF(3, 4);

/* The road from choices to a shown plan, and on to its application: shared by passthrough
 * and by the answer file. Shows the plan (text or JSON) and applies it where asked. */
struct pg_cmd_road {
	bool apply;
	bool yes;	/* do not ask */
};
struct pg_outcome;
/* Ends what a crash left, before anything is changed, and says so. Returns 0 to go on, or
 * the exit status; *ret is filled either way. */
int pg_cmd_recover_first(const struct pg_cmd_env *env, struct pg_root *root,
			 struct pg_outcome *ret);
/* The arguments of plan and apply. Returns 0, or PG_EXIT_USAGE, complained about. *ret_file
 * is borrowed from argv. */
int pg_cmd_read_answers_args(const struct pg_cmd_env *env, int argc, char **argv,
			     const char **ret_file, struct pg_cmd_road *ret);
int pg_cmd_take_road(const struct pg_cmd_env *env, const struct pg_choices *choices,
		     const struct pg_cmd_road *road);
