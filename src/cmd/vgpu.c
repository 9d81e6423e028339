/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu vgpu: what cards can be divided into; or a plan for a VM, or for the card. */
#include <errno.h>
#include <string.h>

#include "src/cmd/options.h"

static int take_address(const struct pg_cmd_env *env, const char *command, const char *text,
			struct pg_choices *choices)
{
	int r = strchr(text, ';') ? -EINVAL : pg_choices_pick_text(choices, text);

	if (r == -EINVAL)
		return pg_cmd_usage(env, command, "%s is no PCI address of one function. They look like "
				    "0000:00:02.0 or 00:02.0.", text);
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

/* ADDRESS alone prepares the card; VMID ADDRESS TYPE is a part of it for a VM. */
static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 struct pg_choices *choices)
{
	int n = argc - optind, status = 0;

	if (n != 1 && n != 3)
		return pg_cmd_usage(env, argv[0], "It needs the number of a VM, the address of a card and a "
				    "type; or the address of a card alone, to prepare it.");
	if (n == 3)
		status = pg_cmd_take_vmid(env, argv[0], argv[optind], choices);
	if (status == 0)
		status = take_address(env, argv[0], argv[optind + (n == 3)], choices);
	if (status)
		return status;
	if (n == 3 && (!*argv[argc - 1] || strpbrk(argv[argc - 1], "/.:,; ")))
		return pg_cmd_usage(env, argv[0], "%s is no type. `pve-gpu vgpu` lists those that there are.",
				    argv[argc - 1]);
	choices->mdev = strdup(n == 3 ? argv[argc - 1] : "");
	return choices->mdev ? 0 : pg_cmd_no_memory(env);
}

static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change)
{
	struct pg_choices *choices = change->choices;

	if (c != 'm')
		return pg_cmd_take_change_option(env, c, change);
	free(choices->mapping);
	choices->mapping = strdup(optarg);
	return choices->mapping ? 0 : pg_cmd_no_memory(env);
}

int pg_cmd_vgpu(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "mapping", required_argument, NULL, 'm' },
		PG_CMD_BOOT_OPTIONS,
		PG_CMD_ROAD_OPTIONS,
		{ 0 },
	};
	struct pg_cmd_change change PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &change);

	if (status)
		return status;
	if (optind == argc && !change.any)
		return pg_cmd_vgpu_list(env);
	status = take_operands(env, argc, argv, change.choices);
	return status ? status : pg_cmd_take_road(env, change.choices, &change.road);
}
