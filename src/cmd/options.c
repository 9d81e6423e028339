/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/options.h"

#include "src/base/text.h"

/* PVE::JSONSchema, pve-vmid */
enum { VMID_MIN = 100, VMID_MAX = 999999999 };

static int refuse_both(const struct pg_cmd_env *env, const char *command)
{
	return pg_cmd_usage(env, command, "Of --trial and --no-trial it takes one.");
}

static int take_trial(const struct pg_cmd_env *env, const char *command,
		      struct pg_choices *choices)
{
	uint64_t minutes = 0; /* as the node has it */

	if (choices->trial == PG_NO)
		return refuse_both(env, command);
	if (optarg && (pg_text_number(optarg, 10, PG_TRIAL_MINUTES_MAX, &minutes) < 0 || !minutes))
		return pg_cmd_usage(env, command, "--trial takes minutes, from 1 to %d, not %s.",
				    PG_TRIAL_MINUTES_MAX, optarg);
	choices->trial = PG_YES;
	choices->trial_minutes = (unsigned)minutes;
	return 0;
}

static int take_no_trial(const struct pg_cmd_env *env, const char *command, struct pg_choices *choices)
{
	if (choices->trial == PG_YES)
		return refuse_both(env, command);
	choices->trial = PG_NO;
	return 0;
}

static int take_loss(const struct pg_cmd_env *env, const char *command,
		     struct pg_choices *choices)
{
	struct pg_bdf addr;
	bool slot;

	if (pg_bdf_parse_loose(optarg, &addr, &slot) < 0 || slot)
		return pg_cmd_usage(env, command, "--accept-loss takes the whole address of one "
				    "function, like 0000:03:00.0, not %s.", optarg);
	return pg_choices_accept(choices, addr) < 0 ? pg_cmd_no_memory(env) : 0;
}

int pg_cmd_take_change_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change)
{
	switch (c) {
	case 'l':
		return take_loss(env, change->command, change->choices);
	case 't':
		return take_trial(env, change->command, change->choices);
	case 'T':
		return take_no_trial(env, change->command, change->choices);
	case 'n':
		change->choices->pin_nics = true;
		return 0;
	case 'a':
		change->road.apply = true;
		return 0;
	case 'y':
		change->road.yes = true;
		return 0;
	default:
		return PG_EXIT_USAGE;
	}
}

void pg_cmd_change_done(struct pg_cmd_change *change)
{
	pg_choices_free(change->choices);
}

int pg_cmd_take_options(const struct pg_cmd_env *env, int argc, char **argv, const struct option *options,
			pg_cmd_take_fn *take, struct pg_cmd_change *ret)
{
	bool begun = false;
	int c, status;

	*ret = (struct pg_cmd_change){ .command = argv[0], .choices = pg_choices_new() };
	if (!ret->choices)
		return pg_cmd_no_memory(env);
	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		status = take(env, c, ret);
		if (status)
			return status;
		ret->any = true;
	}
	return ret->road.yes && !ret->road.apply ?
		       pg_cmd_usage(env, ret->command, "--yes goes with --apply.") : 0;
}

int pg_cmd_take_vmid(const struct pg_cmd_env *env, const char *command, const char *text,
		     struct pg_choices *choices)
{
	uint64_t vmid = 0;

	if (pg_text_number(text, 10, VMID_MAX, &vmid) < 0 || vmid < VMID_MIN)
		return pg_cmd_usage(env, command, "%s is no VM number. They go from %d to %d.", text,
				    VMID_MIN, VMID_MAX);
	choices->vmid = (uint32_t)vmid;
	return 0;
}
