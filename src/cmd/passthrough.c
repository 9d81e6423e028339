/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu passthrough: the choices from the command line. */
#include <errno.h>
#include <string.h>

#include "src/cmd/options.h"
#include "src/cmd/passthrough.h"

/* One option. Returns 0 or the exit status. */
static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change)
{
	if (c >= PG_CMD_PRIMARY)
		return pg_cmd_take_vm_option(env, c, change->command, change->choices);
	if (c != 'b')
		return pg_cmd_take_change_option(env, c, change);
	if (pg_bind_parse(optarg, &change->choices->bind) == 0)
		return 0;
	return pg_cmd_usage(env, change->command, "--bind is early, address or at-start, not %s.", optarg);
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 struct pg_choices *choices)
{
	int status;

	if (argc - optind < 2 && (argc == optind || !choices->remove.n))
		return pg_cmd_usage(env, argv[0],
				    "It needs the number of a VM and at least one address.");
	status = pg_cmd_take_vmid(env, argv[0], argv[optind], choices);
	if (status)
		return status;
	for (int i = optind + 1; i < argc; i++) {
		int r = pg_choices_pick_text(choices, argv[i]);

		if (r == -EINVAL)
			return pg_cmd_usage(env, argv[0], "%s is no PCI address. Addresses look like "
					    "0000:01:00.0, 01:00.0, or 01:00 for a whole slot.",
					    argv[i]);
		if (r < 0)
			return pg_cmd_no_memory(env);
	}
	if (choices->replace && optind + 1 == argc)
		return pg_cmd_usage(env, argv[0], "--replace needs the address of the device that "
				    "takes the entry's place.");
	return 0;
}

int pg_cmd_passthrough(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "bind", required_argument, NULL, 'b' },
		PG_CMD_BOOT_OPTIONS,
		PG_CMD_ROAD_OPTIONS,
		PG_CMD_VM_OPTIONS,
		{ 0 },
	};
	struct pg_cmd_change change PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &change);

	if (status == 0)
		status = take_operands(env, argc, argv, change.choices);
	return status ? status : pg_cmd_take_road(env, change.choices, &change.road);
}
