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

/* One of these options, from optarg; PG_EXIT_USAGE for any other. Returns 0 or the exit status. */
int pg_cmd_take_change_option(const struct pg_cmd_env *env, int c, const char *command,
			      struct pg_choices *choices, struct pg_cmd_road *road);
/* Whether they go together, once all are read. */
int pg_cmd_check_road(const struct pg_cmd_env *env, const char *command,
		      const struct pg_cmd_road *road);
/* The number of a VM. Returns 0 or the exit status. */
int pg_cmd_take_vmid(const struct pg_cmd_env *env, const char *command, const char *text,
		     struct pg_choices *choices);
