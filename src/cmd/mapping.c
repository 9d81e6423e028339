/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu mapping: resource mappings over the cluster; or a plan for this node's entry of one. */
#include "src/cmd/mapping.h"
#include "src/cmd/options.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* --usb: of two mappings of the name, that one. */
enum { OF_USB = 1 << 0 };

static int take_task(const struct pg_cmd_env *env, const char *command, enum pg_map_task task,
		     struct pg_choices *choices)
{
	if (choices->map_task && choices->map_task != task)
		return pg_cmd_usage(env, command, "Of --add, --replace and --remove it takes one.");
	choices->map_task = task;
	return 0;
}

/* Returns 0 or the exit status. */
static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *call)
{
	switch (c) {
	case 'd':
		return take_task(env, call->command, PG_MAP_REMOVE, call->choices);
	case 'r':
		return take_task(env, call->command, PG_MAP_REPLACE, call->choices);
	case '+':
		return take_task(env, call->command, PG_MAP_ADD, call->choices);
	case 'u':
		call->own |= OF_USB;
		return 0;
	default:
		return pg_cmd_take_change_option(env, c, call);
	}
}

/* A PCI device by its address, a USB device by its port or its ids. */
static int take_device(const struct pg_cmd_env *env, const char *command, const char *text,
		       struct pg_choices *choices)
{
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = pg_usb_spec_parse(text, &spec);

	if (r == 0 && (spec.by == PG_USB_BY_ID || spec.by == PG_USB_BY_PORT))
		r = pg_choices_usb(choices, &spec);
	else if (r != -ENOMEM)
		r = pg_choices_pick_text(choices, text);
	if (r == -EINVAL)
		return pg_cmd_usage(env, command, "%s is no device. A PCI device is named by its address "
				    "(0000:01:00.0, or 01:00 for a whole slot), a USB device by its port "
				    "(1-2.3) or its ids (046d:c31c).", text);
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

static int keep(const struct pg_cmd_env *env, const char *name, char **to)
{
	*to = strdup(name);
	return *to ? 0 : pg_cmd_no_memory(env);
}

static int take_name(const struct pg_cmd_env *env, const char *command, const char *name,
		     const struct pg_cmd_change *call)
{
	struct pg_choices *c = call->choices;
	bool remove = c->map_task == PG_MAP_REMOVE;
	bool usb = call->own & OF_USB || c->n_usb;
	int status = 0;

	if (remove && (c->n_pick || c->n_usb))
		return pg_cmd_usage(env, command, "--remove takes this node's entry away, whatever its "
				    "device; it goes without one.");
	if (!remove && !c->n_pick && !c->n_usb)
		return pg_cmd_usage(env, command, "It needs a device behind the name of the mapping, or "
				    "--remove.");
	if (c->n_pick && usb)
		return pg_cmd_usage(env, command, "A mapping is one of PCI devices or one of USB devices.");
	if (!usb)
		status = keep(env, name, &c->mapping);
	if (status == 0 && (usb || remove))
		status = keep(env, name, &c->usb_mapping);
	return status;
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 const struct pg_cmd_change *call)
{
	int status = 0;

	if (!call->choices->map_task)
		call->choices->map_task = PG_MAP_GIVE;
	for (int i = optind + 1; status == 0 && i < argc; i++)
		status = take_device(env, argv[0], argv[i], call->choices);
	return status ? status : take_name(env, argv[0], argv[optind], call);
}

int pg_cmd_mapping(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "add", no_argument, NULL, '+' },
		{ "replace", no_argument, NULL, 'r' },
		{ "remove", no_argument, NULL, 'd' },
		{ "usb", no_argument, NULL, 'u' },
		{ "apply", no_argument, NULL, 'a' },
		{ "yes", no_argument, NULL, 'y' },
		{ 0 },
	};
	struct pg_cmd_change call PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &call);

	if (status)
		return status;
	if (optind == argc && call.any)
		return pg_cmd_usage(env, argv[0], "It needs the name of a mapping.");
	if (optind == argc)
		return pg_cmd_mapping_list(env);
	status = take_operands(env, argc, argv, &call);
	return status ? status : pg_cmd_take_road(env, call.choices, &call.road);
}
