/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB for VMs: what check_usb*.c and plan_usb*.c share. Private to src/plan.
 */
#pragma once

#include "src/plan/guest.h"

/* ---- usb_vm.c: what Proxmox makes of a VM's USB (PVE::QemuServer::USB get_usb_controllers) ---- */

/*
 * One xHCI controller with 14 ports and hot-plug: machine version 7.1 or newer, and ostype l26 or
 * Windows newer than 7. A version that is not written is that of the node's QEMU; for Windows that
 * with which the VM was made, or 5.1 (PVE::QemuServer::Machine get_vm_machine).
 */
bool pg_vm_usb_modern(const struct pg_facts *facts, const struct pg_guest *guest);
/* usb0 to this number, it not included: 14 or 5. */
unsigned pg_vm_usb_slots(const struct pg_facts *facts, const struct pg_guest *guest);
/* Does a change of the running VM take effect at once? */
bool pg_vm_usb_hotplug(const struct pg_facts *facts, const struct pg_guest *guest);
/* "machine: pc-i440fx-6.2, ostype: other": for evidence. NULL on -ENOMEM. */
char *pg_vm_usb_why(const struct pg_guest *guest);

/* ---- words ---- */

/* "1-3 Logitech USB Keyboard". NULL on -ENOMEM. */
char *pg_usb_called(const struct pg_usb_dev *dev);
/* "usb/1-3", "usb/046d:c31c": a finding's scope. NULL on -ENOMEM. */
char *pg_usb_scope(const struct pg_usb_spec *spec);
/* All uses, as pg_dev_uses(); and the first that is vital, or NULL. */
char *pg_usb_uses(const struct pg_usb_dev *dev);
const struct pg_use *pg_usb_vital(const struct pg_usb_dev *dev);
/* "4-1, 4-2": the ports of all that have these ids. NULL on -ENOMEM. */
char *pg_usb_ports(const struct pg_facts *facts, const struct pg_usb_spec *spec);

/* ---- the parts ---- */

/* check_usb_vm.c: what is wrong with a mapping on this node, a sentence; NULL: nothing. */
const char *pg_usb_mapping_wrong(const struct pg_facts *facts, const char *id);
/* check_usb_vm.c: what goes with a whole controller that leaves; nothing for other devices. */
int pg_check_usb_controller(struct pg_checker *c, const struct pg_dev *dev);
/* "1", "yes", "on", "true" of a VM's configuration */
bool pg_pve_true(const char *value);
int pg_vm_usb(struct pg_vm_plan *vm);		/* plan_usb.c */
/* plan_usb_mapping.c: `pvesh create /cluster/mapping/usb …`, if missing. */
int pg_vm_usb_mapping(struct pg_vm_plan *vm, const struct pg_usb_spec *spec);
