/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu passthrough: the choices from the command line. */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/cmd/passthrough.h"

/* PVE::JSONSchema, pve-vmid */
enum { VMID_MIN = 100, VMID_MAX = 999999999 };

int pg_cmd_take_trial(const struct pg_cmd_env *env, const char *command,
		      struct pg_choices *choices)
{
	uint64_t minutes = PG_TRIAL_MINUTES;

	if (optarg && (pg_text_number(optarg, 10, PG_TRIAL_MINUTES_MAX, &minutes) < 0 || !minutes))
		return pg_cmd_usage(env, command, "--trial takes minutes, from 1 to %d, not %s.",
				    PG_TRIAL_MINUTES_MAX, optarg);
	choices->trial = PG_YES;
	choices->trial_minutes = (unsigned)minutes;
	return 0;
}

int pg_cmd_take_loss(const struct pg_cmd_env *env, const char *command,
		     struct pg_choices *choices)
{
	struct pg_bdf addr;
	bool slot;

	if (pg_bdf_parse_loose(optarg, &addr, &slot) < 0 || slot)
		return pg_cmd_usage(env, command, "--accept-loss takes the whole address of one "
				    "function, like 0000:03:00.0, not %s.", optarg);
	return pg_choices_accept(choices, addr) < 0 ? pg_cmd_no_memory(env) : 0;
}

/* One option. Returns 0 or the exit status. */
static int take_option(const struct pg_cmd_env *env, int c, const char *command,
		       struct pg_choices *choices, struct pg_cmd_road *road)
{
	switch (c) {
	case 'b':
		if (pg_bind_parse(optarg, &choices->bind) == 0)
			return 0;
		return pg_cmd_usage(env, command, "--bind is early, address or at-start, not %s.",
				    optarg);
	case 't':
		return pg_cmd_take_trial(env, command, choices);
	case 'T':
		choices->trial = PG_NO;
		return 0;
	case 'l':
		return pg_cmd_take_loss(env, command, choices);
	case 'n':
		choices->pin_nics = true;
		return 0;
	case 'a':
		road->apply = true;
		return 0;
	case 'y':
		road->yes = true;
		return 0;
	case '?':
		return PG_EXIT_USAGE;
	default:
		return pg_cmd_take_vm_option(env, c, command, choices);
	}
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 struct pg_choices *choices)
{
	uint64_t vmid = 0;

	if (argc - optind < 2 && (argc == optind || !choices->remove.n))
		return pg_cmd_usage(env, argv[0],
				    "It needs the number of a VM and at least one address.");
	if (pg_text_number(argv[optind], 10, VMID_MAX, &vmid) < 0 || vmid < VMID_MIN)
		return pg_cmd_usage(env, argv[0], "%s is no VM number. They go from %d to %d.",
				    argv[optind], VMID_MIN, VMID_MAX);
	choices->vmid = (uint32_t)vmid;
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
		{ "trial", optional_argument, NULL, 't' },
		{ "no-trial", no_argument, NULL, 'T' },
		{ "accept-loss", required_argument, NULL, 'l' },
		{ "pin-nics", no_argument, NULL, 'n' },
		{ "apply", no_argument, NULL, 'a' },
		{ "yes", no_argument, NULL, 'y' },
		PG_CMD_VM_OPTIONS,
		{ 0 },
	};
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_cmd_road road = { 0 };
	bool begun = false;
	int c, status;

	if (!choices)
		return pg_cmd_no_memory(env);
	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		status = take_option(env, c, argv[0], choices, &road);
		if (status)
			return status;
	}
	if (road.yes && !road.apply)
		return pg_cmd_usage(env, argv[0], "--yes goes with --apply.");
	status = take_operands(env, argc, argv, choices);
	return status ? status : pg_cmd_take_road(env, choices, &road);
}
