/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu usb: what is plugged in, in the tree of its controllers; or a plan for a VM. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/cmd/options.h"

static int keep(char **to, const char *value)
{
	free(*to);
	*to = strdup(value);
	return *to ? 0 : -ENOMEM;
}

/* ---- the choices ---- */

static int take_loss(const struct pg_cmd_env *env, const char *command,
		     struct pg_choices *choices)
{
	struct pg_bdf addr;
	bool slot;
	int r;

	if (pg_usb_is_port(optarg))
		r = pg_strv_add(&choices->usb_accept, optarg);
	else if (pg_bdf_parse_loose(optarg, &addr, &slot) == 0 && !slot)
		r = pg_choices_accept(choices, addr);
	else
		return pg_cmd_usage(env, command, "--accept-loss takes the port of a device, like 1-3, "
				    "or the address of a controller, not %s.", optarg);
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

/* Returns 0 or the exit status. */
static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change)
{
	struct pg_choices *choices = change->choices;
	int r = 0;

	switch (c) {
	case 'm':
		r = keep(&choices->usb_mapping, optarg);
		break;
	case 'd':
		if (!pg_is_usb_key(optarg))
			return pg_cmd_usage(env, change->command, "--remove takes usb0 to usb13, not %s.",
					    optarg);
		r = pg_strv_has(&choices->usb_remove, optarg) ?
			    0 : pg_strv_add(&choices->usb_remove, optarg);
		break;
	case 'l':
		return take_loss(env, change->command, choices);
	default:
		return pg_cmd_take_change_option(env, c, change);
	}
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

static int take_device(const struct pg_cmd_env *env, const char *command, const char *text,
		       struct pg_choices *choices)
{
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = pg_usb_spec_parse(text, &spec);
	struct pg_bdf addr;
	bool slot;

	if (r == 0)
		r = pg_choices_usb(choices, &spec);
	else if (r == -EINVAL && pg_bdf_parse_loose(text, &addr, &slot) == 0)
		r = pg_choices_pick(choices, addr, slot);
	if (r == -EINVAL)
		return pg_cmd_usage(env, command, "%s is no USB device. It is named by its ids "
				    "(046d:c31c), by its port (1-2.3), as mapping=NAME, as spice; or a "
				    "whole controller by its PCI address (0000:00:14.0).", text);
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

/* --mapping alone gives what stands under that name. */
static int take_mapping(const struct pg_cmd_env *env, struct pg_choices *choices)
{
	struct pg_usb_spec spec = { .by = PG_USB_BY_MAPPING, .name = choices->usb_mapping };

	if (!choices->usb_mapping || choices->n_usb || choices->n_pick)
		return 0;
	return pg_choices_usb(choices, &spec) < 0 ? pg_cmd_no_memory(env) : 0;
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 struct pg_choices *choices)
{
	int status = pg_cmd_take_vmid(env, argv[0], argv[optind], choices);

	for (int i = optind + 1; status == 0 && i < argc; i++)
		status = take_device(env, argv[0], argv[i], choices);
	if (status == 0)
		status = take_mapping(env, choices);
	if (status == 0 && !pg_choices_has_usb(choices) && !choices->n_pick)
		return pg_cmd_usage(env, argv[0],
				    "It needs a device behind the number of the VM, or --remove.");
	return status;
}

int pg_cmd_usb(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "mapping", required_argument, NULL, 'm' },
		{ "remove", required_argument, NULL, 'd' },
		PG_CMD_ROAD_OPTIONS,
		{ 0 },
	};
	struct pg_cmd_change change PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &change);

	if (status)
		return status;
	if (optind == argc && change.any)
		return pg_cmd_usage(env, argv[0], "It needs the number of a VM.");
	if (optind == argc)
		return pg_cmd_usb_list(env);
	status = take_operands(env, argc, argv, change.choices);
	return status ? status : pg_cmd_take_road(env, change.choices, &change.road);
}
