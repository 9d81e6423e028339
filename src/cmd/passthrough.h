/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What passthrough.c and passthrough_vm.c share. */
#pragma once

#include "src/cmd/common.h"

/* Values of getopt_long; those of passthrough.c are letters. */
enum pg_cmd_vm_option {
	PG_CMD_PRIMARY = 256,
	PG_CMD_MAPPING,
	PG_CMD_ROMFILE,
	PG_CMD_PCIE,
	PG_CMD_ROMBAR,
	PG_CMD_IGD,
	PG_CMD_KEEP,
	PG_CMD_SEPARATE,
	PG_CMD_REPLACE,
	PG_CMD_REMOVE,
	PG_CMD_EFI,
	PG_CMD_SECURE_BOOT,
	PG_CMD_MACHINE,
	PG_CMD_FIRMWARE,
	PG_CMD_VGA,
	PG_CMD_CPU,
	PG_CMD_PAGES,
	PG_CMD_NO_BALLOON,
	PG_CMD_REACHABLE,
	PG_CMD_ID,	/* the first of PG_N_PCI_IDS, in the order of enum pg_pci_id */
};

#define PG_CMD_VM_OPTIONS                                                         \
	{ "primary", no_argument, NULL, PG_CMD_PRIMARY },                         \
	{ "mapping", required_argument, NULL, PG_CMD_MAPPING },                   \
	{ "romfile", required_argument, NULL, PG_CMD_ROMFILE },                   \
	{ "pcie", required_argument, NULL, PG_CMD_PCIE },                         \
	{ "rombar", required_argument, NULL, PG_CMD_ROMBAR },                     \
	{ "legacy-igd", required_argument, NULL, PG_CMD_IGD },                    \
	{ "keep-driver", required_argument, NULL, PG_CMD_KEEP },                  \
	{ "separate", no_argument, NULL, PG_CMD_SEPARATE },                       \
	{ "replace", required_argument, NULL, PG_CMD_REPLACE },                   \
	{ "remove", required_argument, NULL, PG_CMD_REMOVE },                     \
	{ "efi-storage", required_argument, NULL, PG_CMD_EFI },                   \
	{ "secure-boot", no_argument, NULL, PG_CMD_SECURE_BOOT },                 \
	{ "change-machine", no_argument, NULL, PG_CMD_MACHINE },                  \
	{ "change-firmware", no_argument, NULL, PG_CMD_FIRMWARE },                \
	{ "vga", required_argument, NULL, PG_CMD_VGA },                           \
	{ "cpu", required_argument, NULL, PG_CMD_CPU },                           \
	{ "hugepages", required_argument, NULL, PG_CMD_PAGES },                   \
	{ "no-balloon", no_argument, NULL, PG_CMD_NO_BALLOON },                   \
	{ "guest-reachable", no_argument, NULL, PG_CMD_REACHABLE },               \
	{ "vendor-id", required_argument, NULL, PG_CMD_ID + PG_VENDOR_ID },       \
	{ "device-id", required_argument, NULL, PG_CMD_ID + PG_DEVICE_ID },       \
	{ "sub-vendor-id", required_argument, NULL, PG_CMD_ID + PG_SUB_VENDOR_ID }, \
	{ "sub-device-id", required_argument, NULL, PG_CMD_ID + PG_SUB_DEVICE_ID }

/* Returns 0 or the exit status. */
int pg_cmd_take_vm_option(const struct pg_cmd_env *env, int option, const char *command,
			  struct pg_choices *choices);
