/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arguments of pve-gpu plan and apply. Reading the answer file is the wizard's. */
#include <string.h>

#include "src/cmd/common.h"

int pg_cmd_read_answers_args(const struct pg_cmd_env *env, int argc, char **argv,
			     const char **ret_file, struct pg_cmd_road *ret)
{
	static const struct option options[] = {
		{ "answers", required_argument, NULL, 'a' },
		{ "yes", no_argument, NULL, 'y' },
		{ 0 },
	};
	struct pg_cmd_road road = { .apply = strcmp(argv[0], "apply") == 0 };
	const char *file = NULL;
	bool begun = false;
	int c;

	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c == '?')
			return PG_EXIT_USAGE;
		if (c == 'a')
			file = optarg;
		else
			road.yes = true;
	}
	if (optind < argc)
		return pg_cmd_usage(env, argv[0], "%s is one argument too many.", argv[optind]);
	if (!file)
		return pg_cmd_usage(env, argv[0], "It needs --answers FILE.");
	if (road.yes && !road.apply)
		return pg_cmd_usage(env, argv[0], "--yes goes with apply.");
	*ret_file = file;
	*ret = road;
	return PG_EXIT_OK;
}
