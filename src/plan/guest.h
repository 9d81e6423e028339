/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VM's side of a plan: what plan_guest.c and plan_hostpci.c share. Private to src/plan.
 */
#pragma once

#include "src/plan/planner.h"

struct pg_entries;

/* What the VM is and will be. */
struct pg_vm_plan {
	struct pg_planner *p;
	const struct pg_guest *guest;
	struct pg_vm_scope scope;
	const char *vmid;		/* "100" */
	bool q35, ovmf;			/* is, or becomes */
	struct pg_entries *entries;	/* the hostpciN that are asked for (hostpci.h) */
	/* Numbers of hostpciN that go, a bit each: what is to be taken away, unless it is just what
	 * is asked for. So the same choices a second time change nothing. */
	unsigned leaving;
};

/* Is the key there at all, be it that it waits to be deleted? */
bool pg_vm_mentions(const struct pg_guest *guest, const char *key);
/*
 * The boot order as it is just before the key is taken from the VM, for the inverse: Proxmox takes
 * the key out of it as well (PVE::API2::Qemu, update_vm_api), and refuses an order with a device
 * that is not there (yet). *ret NULL: the key is not in it. Returns 0 or -ENOMEM.
 */
int pg_vm_boot_with(const struct pg_vm_plan *vm, const char *key, char **ret);
/*
 * `qm set VMID --KEY VALUE`, with the inverse: the old value, or --delete KEY. Returns 0 or
 * -ENOMEM.
 */
int pg_vm_set(struct pg_vm_plan *vm, const char *key, const char *value, const char *why);
/* The words of a command, NULL-terminated; undo may be NULL. Returns 0 or -ENOMEM. */
int pg_vm_command(struct pg_vm_plan *vm, const char *const *argv, const char *const *undo,
		  const char *why);
/* A finding whose scope is the VM; NULL on -ENOMEM. */
struct pg_finding *pg_vm_finding(struct pg_vm_plan *vm, const char *id, enum pg_level level,
				 const char *text);
/* Is there a GPU among the chosen; one with VGA (x-vga is for these only)? */
bool pg_vm_has_gpu(const struct pg_vm_plan *vm);

/* plan_hostpci.c: fills entries (the caller's) and leaving; then the commands */
int pg_vm_hostpci_prepare(struct pg_vm_plan *vm, struct pg_entries *entries);
int pg_vm_hostpci(struct pg_vm_plan *vm);
/* plan_arm.c: is it a VM of aarch64 (arch:, else as the node)? */
bool pg_vm_is_arm(const struct pg_vm_plan *vm);
/* Adds what of the choices such a VM cannot have. Returns 0 or -ENOMEM. */
int pg_vm_arm(struct pg_vm_plan *vm);
/* plan_igd.c: has it a device with legacy-igd at its next start? */
bool pg_vm_has_igd(const struct pg_vm_plan *vm);
int pg_vm_machine(struct pg_vm_plan *vm);	/* plan_machine.c */
int pg_vm_display(struct pg_vm_plan *vm);	/* plan_display.c */
/* plan_mapping.c: the chosen mapping gets this node's entry for these functions, unless it has it. */
int pg_vm_mapping(struct pg_vm_plan *vm, const struct pg_dev *const *dev, size_t n,
		  const char *path);
/* plan_efi.c: the EFI disk, where OVMF is or becomes the firmware */
int pg_vm_efidisk(struct pg_vm_plan *vm);
