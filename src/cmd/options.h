/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options and operands that the commands which plan have in common. Private to src/cmd. */
#pragma once

#include "src/cmd/common.h"

/* Of every such command. */
#define PG_CMD_ROAD_OPTIONS                            \
	{ "accept-loss", required_argument, NULL, 'l' }, \
	{ "apply", no_argument, NULL, 'a' },             \
	{ "yes", no_argument, NULL, 'y' }

/* Of those that may change what the node boots with. */
#define PG_CMD_BOOT_OPTIONS                      \
	{ "trial", optional_argument, NULL, 't' }, \
	{ "no-trial", no_argument, NULL, 'T' },    \
	{ "pin-nics", no_argument, NULL, 'n' }

/* What such a command's line asks for. */
struct pg_cmd_change {
	const char *command;
	struct pg_choices *choices;	/* made by pg_cmd_take_options */
	struct pg_cmd_road road;
	bool any;			/* there was an option */
	unsigned own;			/* flags, of the command's own */
};

void pg_cmd_change_done(struct pg_cmd_change *change);
/* One of a command's own options, from optarg; it gives all others on to pg_cmd_take_change_option. Returns 0 or the
 * exit status. */
typedef int pg_cmd_take_fn(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change);
/* One of these options, from optarg; PG_EXIT_USAGE for any other. Returns 0 or the exit status. */
int pg_cmd_take_change_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change);
/* All options, and whether they go together; the operands are left from optind on. Returns 0 or the exit status. *ret is
 * to be freed in either case. */
int pg_cmd_take_options(const struct pg_cmd_env *env, int argc, char **argv, const struct option *options,
			pg_cmd_take_fn *take, struct pg_cmd_change *ret);
/* The number of a VM. Returns 0 or the exit status. */
int pg_cmd_take_vmid(const struct pg_cmd_env *env, const char *command, const char *text,
		     struct pg_choices *choices);
