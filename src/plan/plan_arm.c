/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VM of aarch64: its machine is virt, which has PCI Express without pcie=1 (Proxmox takes that for
 * q35 alone), and knows nothing of x-vga, legacy-igd and the processor models of a PC
 * (PVE::QemuServer::Machine, ::PCI). It gets its device, and keeps the rest as it is.
 */
#include "src/plan/guest.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"

bool pg_guest_is_arm(const struct pg_facts *facts, const struct pg_guest *guest)
{
	const char *arch = pg_vm_value(guest, "arch");

	return arch ? strcmp(arch, "aarch64") == 0 : facts->system.arm;
}

bool pg_vm_is_arm(const struct pg_vm_plan *vm)
{
	return pg_guest_is_arm(vm->p->facts, vm->guest);
}

/* The option that such a VM cannot have; NULL: none was chosen. */
static const char *pc_only(const struct pg_choices *c)
{
	return c->pcie == PG_YES			? "pcie=1" :
	       c->primary				? "x-vga=1" :
	       c->pci.legacy_igd == PG_YES		? "legacy-igd=1" :
	       c->change_machine			? _("another machine type") :
							  NULL;
}

/* QEMU interprets every instruction of a guest whose processor is not the node's. */
static int emulated(struct pg_vm_plan *vm)
{
	struct pg_finding *f;

	if (vm->p->facts->system.arm)
		return 0;
	f = pg_vm_finding(vm, "arm-emulated", PG_LEVEL_WARN,
			  "The VM's processor is an aarch64 one, which this node emulates: it is slow, and few "
			  "devices work with it.");
	if (pg_finding_evidence(f, "arch: %s", pg_vm_value(vm->guest, "arch")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Give the device to a VM of the node's own kind.");
}

int pg_vm_arm(struct pg_vm_plan *vm)
{
	const char *what = pc_only(vm->p->choices);
	struct pg_finding *f;

	if (!pg_vm_is_arm(vm))
		return 0;
	if (!what)
		return emulated(vm);
	f = pg_vm_finding(vm, "arm-no-pc", PG_LEVEL_BLOCK,
			  "The VM is one of aarch64, and what was chosen is for PCs: it would not start.");
	if (pg_finding_evidence(f, "%s", what) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Leave it out: the machine type virt has PCI Express by itself.");
}
