/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of pve-gpu passthrough that are settings of hostpciN, or of the VM beside it. */
#include "src/cmd/passthrough.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static int keep(const struct pg_cmd_env *env, char **to)
{
	free(*to);
	*to = strdup(optarg);
	return *to ? 0 : pg_cmd_no_memory(env);
}

static int take_switch(const struct pg_cmd_env *env, const char *command, const char *option,
		       enum pg_tri *to)
{
	if (strcmp(optarg, "on") != 0 && strcmp(optarg, "off") != 0)
		return pg_cmd_usage(env, command, "--%s is on or off, not %s.", option, optarg);
	*to = strcmp(optarg, "on") == 0 ? PG_YES : PG_NO;
	return 0;
}

/* "10de", "0x10de" */
static int take_id(const struct pg_cmd_env *env, const char *command, enum pg_pci_id id,
		   struct pg_choices *choices)
{
	uint64_t value;

	if (pg_text_number(optarg, 16, 0xffff, &value) < 0)
		return pg_cmd_usage(env, command, "--%s takes four hexadecimal digits, like 10de, not "
				    "%s.", pg_pci_id_name(id), optarg);
	choices->pci.id[id] = (int32_t)value;
	return 0;
}

static int take_entry(const struct pg_cmd_env *env, const char *command, int c,
		      struct pg_choices *choices)
{
	if (pg_hostpci_key(optarg) < 0)
		return pg_cmd_usage(env, command, "--%s takes hostpci0 to hostpci15, not %s.",
				    c == PG_CMD_REPLACE ? "replace" : "remove", optarg);
	if (c == PG_CMD_REPLACE)
		return keep(env, &choices->replace);
	if (pg_strv_has(&choices->remove, optarg))
		return 0;
	return pg_strv_add(&choices->remove, optarg) < 0 ? pg_cmd_no_memory(env) : 0;
}

static char **text_of(struct pg_choices *c, int option)
{
	switch (option) {
	case PG_CMD_MAPPING:
		return &c->mapping;
	case PG_CMD_ROMFILE:
		return &c->romfile;
	case PG_CMD_EFI:
		return &c->efi_storage;
	case PG_CMD_VGA:
		return &c->vga;
	case PG_CMD_CPU:
		return &c->cpu;
	case PG_CMD_PAGES:
		return &c->hugepages;
	default:
		return NULL;
	}
}

static bool *flag_of(struct pg_choices *c, int option)
{
	switch (option) {
	case PG_CMD_PRIMARY:
		return &c->primary;
	case PG_CMD_SEPARATE:
		return &c->separate;
	case PG_CMD_SECURE_BOOT:
		return &c->secure_boot;
	case PG_CMD_NO_BALLOON:
		return &c->no_balloon;
	case PG_CMD_REACHABLE:
		return &c->guest_reachable;
	case PG_CMD_MACHINE:
		return &c->change_machine;
	case PG_CMD_FIRMWARE:
		return &c->change_firmware;
	default:
		return NULL;
	}
}

int pg_cmd_take_vm_option(const struct pg_cmd_env *env, int c, const char *command,
			  struct pg_choices *choices)
{
	char **text = text_of(choices, c);
	bool *flag = flag_of(choices, c);

	if (text)
		return keep(env, text);
	if (flag) {
		*flag = true;
		return 0;
	}
	switch (c) {
	case PG_CMD_PCIE:
		return take_switch(env, command, "pcie", &choices->pcie);
	case PG_CMD_ROMBAR:
		return take_switch(env, command, "rombar", &choices->pci.rombar);
	case PG_CMD_IGD:
		return take_switch(env, command, "legacy-igd", &choices->pci.legacy_igd);
	case PG_CMD_KEEP:
		return take_switch(env, command, "keep-driver", &choices->pci.keep_driver);
	case PG_CMD_REPLACE:
	case PG_CMD_REMOVE:
		return take_entry(env, command, c, choices);
	default:
		return take_id(env, command, (enum pg_pci_id)(c - PG_CMD_ID), choices);
	}
}
