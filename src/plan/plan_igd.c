/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * legacy-igd: the graphics of an Intel processor as the VM's only display. Proxmox starts the VM
 * under nine conditions only (PVE::QemuServer::PCI, parse_hostpci_devices); each has its check
 * here, but for mdev=, which is not planned with it.
 */
#include "src/plan/hostpci.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
static int refuse(struct pg_vm_plan *vm, const char *id, const char *text, const char *evidence,
		  const char *advice)
{
	struct pg_finding *f = pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text);

	if (evidence && pg_finding_evidence(f, "%s", evidence) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

/* ---- of the device ---- */

static int device(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	struct pg_bdf addr = e->dev[0]->addr;

	if (e->n > 1)
		return refuse(vm, "igd-functions",
			      _("legacy-igd passes one function alone, and several of the slot were "
			      "chosen."), e->host, _("Choose the function .0 only."));
	if (addr.dev == 2 && addr.fn == 0)
		return 0;
	return refuse(vm, "igd-address",
		      _("legacy-igd is for the processor's own graphics at 00:02.0: this device has "
		      "another address."), pg_bdf_str(addr).s,
		      _("Leave legacy-igd out: other cards do not need it."));
}

/* Several lines of the node in a mapping are alternatives. */
static int alternatives(struct pg_vm_plan *vm)
{
	const struct pg_facts *facts = vm->p->facts;
	const char *id = vm->p->choices->mapping;
	size_t n = 0;

	for (size_t i = 0; id && i < facts->n_mapping; i++)
		for (size_t k = 0; strcmp(facts->mapping[i].id, id) == 0 &&
				   k < facts->mapping[i].n_map; k++)
			n += facts->mapping[i].map[k].here;
	if (n < 2)
		return 0;
	return refuse(vm, "igd-alternatives",
		      _("legacy-igd takes no mapping with several devices of this node."), id,
		      _("Name the device itself, or a mapping of its own."));
}

/* ---- of the VM ---- */

static int settings(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;

	if (vm->q35)
		return refuse(vm, "igd-machine",
			      _("legacy-igd works on the i440fx machine type only, and the VM is q35."),
			      pg_vm_value(vm->guest, "machine"),
			      _("Use a VM with i440fx, or pass the device without legacy-igd."));
	if (c->pcie == PG_YES)
		return refuse(vm, "igd-pcie", _("legacy-igd and PCI Express exclude each other."), NULL,
			      _("Leave pcie out."));
	if (c->primary)
		return refuse(vm, "igd-primary", _("legacy-igd and x-vga exclude each other: with "
			      "legacy-igd the device is the primary display anyway."), NULL,
			      _("Leave primary out."));
	if (c->pci.rombar == PG_NO)
		return refuse(vm, "igd-rombar", _("legacy-igd needs the ROM of the device: rombar=0 "
			      "takes it away."), NULL, _("Leave rombar out."));
	return 0;
}

static bool has_word(const char *value, const char *word)
{
	return strstr(value, word) != NULL;
}

static int others(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	struct pg_have have = pg_vm_have(vm, e);

	for (size_t i = 0; i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];

		if (hp == have.hp || !hp->legacy_igd ||
		    hp != pg_vm_hostpci_at(vm->guest, hp->index) ||
		    vm->leaving >> hp->index & 1)
			continue;
		return refuse(vm, "igd-one", _("The VM has a device with legacy-igd already, and there "
			      "can be one only."), hp->value, _("Take that entry from the VM first."));
	}
	if (!have.hp || vm->p->choices->replace)
		return 0;
	if (have.hp->xvga || have.hp->no_rombar || have.hp->pcie || has_word(have.hp->value, "mdev="))
		return refuse(vm, "igd-entry",
			      _("The VM's entry of the device has a setting that legacy-igd excludes "
			      "(x-vga, rombar=0, pcie or mdev)."), have.hp->value,
			      _("Write the entry anew with --replace."));
	return 0;
}

/* ---- all ---- */

/* legacy-igd is taken out of the entries of the chosen devices only. */
static bool is_put_off(const struct pg_vm_plan *vm, const struct pg_hostpci *hp)
{
	if (vm->p->choices->pci.legacy_igd != PG_NO)
		return false;
	for (size_t i = 0; i < vm->p->n_dev; i++)
		if (pg_hostpci_names(hp, vm->p->dev[i]->addr))
			return true;
	return false;
}

bool pg_vm_has_igd(const struct pg_vm_plan *vm)
{

	for (size_t i = 0; i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];

		if (hp->legacy_igd && hp == pg_vm_hostpci_at(vm->guest, hp->index) &&
		    !(vm->leaving >> hp->index & 1) && !is_put_off(vm, hp))
			return true;
	}
	return vm->p->choices->pci.legacy_igd == PG_YES;
}

/* Chosen, or the VM has it so already. */
static bool is_igd(const struct pg_vm_plan *vm, const struct pg_entry *e)
{
	const struct pg_choices *c = vm->p->choices;
	struct pg_have have = pg_vm_have(vm, e);

	if (e->igd || c->pci.legacy_igd != PG_UNKNOWN)
		return e->igd;
	return have.hp && have.hp->legacy_igd && !c->replace;
}

static int check(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	int r = device(vm, e);

	if (r == 0)
		r = alternatives(vm);
	if (r == 0)
		r = settings(vm);
	return r < 0 ? r : others(vm, e);
}

int pg_vm_igd(struct pg_vm_plan *vm, const struct pg_entries *entries)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < entries->n; i++) {
		if (!is_igd(vm, &entries->v[i]))
			continue;
		any = true;
		r = check(vm, &entries->v[i]);
	}
	if (r < 0 || any || vm->p->choices->pci.legacy_igd != PG_YES)
		return r;
	return refuse(vm, "igd-no-vga", _("None of the chosen devices is a VGA display controller, "
		      "which legacy-igd is for."), NULL, _("Leave legacy-igd out."));
}
