/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One hostpciN of a VM, as its next start finds it. */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"
#include "src/plan/vm_check.h"

/* A finding with the entry as its evidence. */
static struct pg_finding *about(const struct pg_lint *l, const struct pg_hostpci *hp, const char *id,
				enum pg_level level, const char *text)
{
	struct pg_finding *f = pg_lint_add(l, id, level, "%s", text);

	return pg_lint_entry(l, f, hp) < 0 ? NULL : f;
}

/* ---- what it names ---- */

/* The rest has no meaning then. */
static int is_broken(const struct pg_lint *l, const struct pg_hostpci *hp, bool *ret)
{
	struct pg_finding *f;
	int r = pg_check_entry_form(l->g, hp, l->c->f, &f);

	*ret = r == 0 && f;
	if (!*ret)
		return r;
	return pg_lint_entry(l, f, hp) < 0 ? -ENOMEM : pg_lint_fix_remove(l, f, hp);
}

/* check_drift.c knows where it is, or that it is gone. */
static bool has_drifted(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < l->c->drifts->n; i++)
		if (l->c->drifts->v[i].hp == hp)
			return true;
	return false;
}

static bool names_missing(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	for (size_t k = 0; k < hp->n_addr; k++) {
		const struct pg_hostpci item = { .addr = &hp->addr[k], .slot = &hp->slot[k],
						 .n_addr = 1 };

		if (!pg_lint_dev(facts, &item))
			return true;
	}
	return false;
}

static int missing(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	struct pg_finding *f;

	if (has_drifted(l, hp) || !names_missing(l->c->facts, hp))
		return 0;
	f = about(l, hp, "hostpci-missing", PG_LEVEL_BLOCK,
		  _("The VM names a device that is not on this node: it will not start (no PCI device "
		  "found)."));
	if (pg_finding_advice(f, "Addresses change when cards are added or moved: name the device by its "
				 "new one, or delete the entry.") < 0)
		return -ENOMEM;
	return pg_lint_fix_remove(l, f, hp);
}

bool pg_lint_mappings_unread(const struct pg_facts *facts)
{
	static const char path[] = "/etc/pve/mapping/pci.cfg:";

	for (size_t i = 0; i < facts->unread.n; i++)
		if (strncmp(facts->unread.v[i], path, strlen(path)) == 0)
			return true;
	return false;
}

/* PVE::QemuServer::PCI dies at start: "PCI device mapping not found for 'X'". */
static int mapping(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);
	struct pg_finding *f;

	if (!hp->mapping || pg_lint_mappings_unread(l->c->facts) || (m && m->here))
		return 0;
	f = about(l, hp, "hostpci-no-mapping", PG_LEVEL_BLOCK,
		  m ? _("The VM names a resource mapping that has no device on this node: it will not "
		      "start (PCI device mapping not found).") :
		      _("The VM names a resource mapping that is not there: it will not start (PCI device "
		      "mapping not found)."));
	if (pg_finding_advice(f, "`pve-gpu mapping NAME ADDRESS` gives this node an entry with its device; or "
				 "delete the entry of the VM.") < 0)
		return -ENOMEM;
	return pg_lint_fix_remove(l, f, hp);
}

/* check_drift.c says it, once for all of its VMs, and mends it. */
static bool is_told(const struct pg_lint *l, const struct pg_mapping *m)
{
	for (size_t i = 0; i < l->c->drifts->n; i++)
		if (l->c->drifts->v[i].mapping == m && l->c->drifts->v[i].mdev)
			return true;
	return false;
}

/* PVE::Mapping::PCI, assert_valid: the flag must be what the hardware is. */
static int mapping_mdev(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);
	const struct pg_dev *dev = m && m->here ? pg_lint_dev(l->c->facts, hp) : NULL;
	struct pg_finding *f;

	if (!dev || dev->has_mdev == m->mdev || is_told(l, m))
		return 0;
	f = pg_lint_add(l, "mapping-mdev", PG_LEVEL_BLOCK,
			dev->has_mdev ? N_("The device of the mapping can be divided (mediated devices), and "
					"the mapping does not say so: the VM will not start ('mdev' does "
					"not match).") :
					N_("The mapping says that its device can be divided (mediated "
					"devices), and it cannot: the VM will not start ('mdev' does not "
					"match)."));
	if (pg_finding_evidence(f, "/etc/pve/mapping/pci.cfg: %s: mdev %s; %s", m->id,
				m->mdev ? "1" : _("is not set"), pg_bdf_str(dev->addr).s) < 0)
		return -ENOMEM;
	return dev->has_mdev ?
		       pg_finding_advice(f, "`pve-gpu mapping %s %s` sets it.", m->id,
					 pg_bdf_str(dev->addr).s) :
		       pg_finding_advice(f, "Load the driver that divides the device; or `pve-gpu "
					    "mapping %s %s` takes it out.", m->id, pg_bdf_str(dev->addr).s);
}

/* ---- what vfio-pci takes ---- */

/* A device that the entry names and that fits; NULL: none. Of a mapping with alternatives the VM gets
 * one of several: nothing is said then. */
static const struct pg_dev *find(const struct pg_lint *l, const struct pg_hostpci *hp,
				 bool (*fits)(const struct pg_dev *dev))
{
	const struct pg_facts *facts = l->c->facts;

	for (size_t i = 0; i < facts->n_dev; i++)
		if (fits(&facts->dev[i]) && pg_lint_entry_takes(facts, hp, &facts->dev[i]))
			return &facts->dev[i];
	return NULL;
}

static bool is_bridge(const struct pg_dev *dev)
{
	return dev->is_bridge;
}

/* Proxmox leaves bridges with their driver (PVE::SysFSTools, pci_dev_group_bind_to_vfio), and vfio-pci
 * would not have them. */
static int bridge(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_dev *dev = find(l, hp, is_bridge);
	struct pg_finding *f;

	if (!dev)
		return 0;
	f = pg_lint_add(l, "hostpci-bridge", PG_LEVEL_BLOCK,
			"The VM names a bridge (%s), which cannot be passed: it will not start. What is behind it "
			"can be passed.", pg_bdf_str(dev->addr).s);
	if (pg_lint_entry(l, f, hp) < 0 || pg_finding_advice(f, "Name the device behind the bridge.") < 0)
		return -ENOMEM;
	return pg_lint_fix_remove(l, f, hp);
}

static bool has_vfs(const struct pg_dev *dev)
{
	return dev->num_vfs > 0;
}

/* vfio-pci refuses it (drivers/vfio/pci/vfio_pci_core.c). */
static int card(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_dev *dev = hp->keep_driver ? NULL : find(l, hp, has_vfs);
	struct pg_finding *f;

	if (!dev)
		return 0;
	f = pg_findings_add(l->c->f, "hostpci-has-vfs", PG_LEVEL_BLOCK, pg_bdf_str(dev->addr).s,
			    "VM %s names this device, which has virtual functions: vfio-pci refuses it as long as "
			    "there are any (Cannot bind to PF with SR-IOV enabled), and the VM will not start.",
			    l->scope.number);
	if (pg_lint_entry(l, f, hp) < 0 ||
	    pg_finding_advice(f, "Give the VM one of the virtual functions instead; or take them away "
				 "(`pve-gpu sriov %s 0`).", pg_bdf_str(dev->addr).s) < 0)
		return -ENOMEM;
	return pg_lint_fix_remove(l, f, hp);
}

/* ---- what it says of it ---- */

static int pcie(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	struct pg_finding *f;

	if (!hp->pcie || pg_vm_is_q35(l->g))
		return 0;
	f = about(l, hp, "hostpci-pcie-i440fx", PG_LEVEL_BLOCK,
		  _("pcie=1 needs the q35 machine type: the VM will not start (q35 machine model is not "
		  "enabled)."));
	if (pg_finding_advice(f, pg_guest_is_arm(l->c->facts, l->g) ?
				 N_("Take pcie=1 out: the machine type virt has PCI Express by itself.") :
				 N_("Take pcie=1 out, which works for most devices; or set the machine to "
				    "q35 (--change-machine) after a backup.")) < 0)
		return -ENOMEM;
	return pg_lint_fix(l, f, hp, "--pcie off");
}

static int mdev(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	bool several = hp->n_addr > 1 || (hp->n_addr == 1 && hp->slot[0]);

	if (!hp->mdev || !several)
		return 0;
	return pg_finding_advice(about(l, hp, "hostpci-mdev-slot", PG_LEVEL_BLOCK,
				       _("A mediated device needs a single function, and a whole slot is "
				       "named: the VM will not start (cannot use mediated device with "
				       "multifunction device).")),
				 "Name one function.");
}

/* vfio-pci gives no VGA region then (drivers/vfio/pci, module parameter). */
static bool vga_is_disabled(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->modules.n_conf; i++) {
		const struct pg_modconf *c = &facts->modules.conf[i];

		if (c->kind == PG_MODCONF_OPTIONS && pg_same_module(c->module, "vfio_pci") &&
		    (strstr(c->value, "disable_vga=1") || strstr(c->value, "disable_vga=y") ||
		     strstr(c->value, "disable_vga=Y")))
			return true;
	}
	return false;
}

/* x-vga=on reaches QEMU under SeaBIOS only (PVE::QemuServer::PCI, print_hostpci_devices). */
static int xvga(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_dev *dev = pg_lint_dev(l->c->facts, hp);
	bool vga = !dev || pg_dev_is_vga(dev), off = vga_is_disabled(l->c->facts);
	struct pg_finding *f;
	char options[48];

	if (!hp->xvga || (vga && !off) || (vga && pg_vm_is_ovmf(l->g)))
		return 0;
	f = about(l, hp, "hostpci-xvga", pg_vm_is_ovmf(l->g) ? PG_LEVEL_NOTE : PG_LEVEL_BLOCK,
		  pg_vm_is_ovmf(l->g) ?
			  _("x-vga=1 is for a VGA display controller, and the device is none: it takes the "
			  "VM's own display away (vga) and gives no other.") :
		  vga ? _("x-vga=1 needs the VGA region of the device, and vfio-pci is told to leave it out "
			"(disable_vga=1): the VM will not start (device does not support requested "
			"feature x-vga).") :
			_("x-vga=1 is for a VGA display controller, and the device is none: the VM will not "
			"start (device does not support requested feature x-vga)."));
	if (pg_finding_advice(f, vga ? N_("Take disable_vga=1 out of modprobe.d, or x-vga=1 out of the "
				       "entry.") : N_("Take x-vga=1 out of the entry.")) < 0)
		return -ENOMEM;
	(void)snprintf(options, sizeof(options), "--replace hostpci%u", hp->index);
	return pg_lint_fix(l, f, hp, options);
}

/* ---- its ROM ---- */

static int rom(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	struct pg_finding *f;

	if (!hp->romfile)
		return 0;
	if (hp->no_rombar) {
		f = about(l, hp, "romfile-no-rombar", PG_LEVEL_WARN,
			  _("rombar=0 hides the card's ROM from the guest, and with it the ROM file."));
		if (pg_finding_advice(f, "Take one of both out.") < 0)
			return -ENOMEM;
		return pg_lint_fix(l, f, hp, "--rombar on");
	}
	return pg_check_rom(l->c, l->g, hp->romfile, pg_lint_dev(l->c->facts, hp),
			    pg_vm_is_ovmf(l->g));
}

int pg_lint_entry_rules(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	static int (*const rules[])(const struct pg_lint *l, const struct pg_hostpci *hp) = {
		missing, mapping, mapping_mdev, bridge, card, pcie, mdev, xvga, rom, pg_lint_igd,
	};
	bool broken;
	int r = is_broken(l, hp, &broken);

	for (size_t i = 0; r == 0 && !broken && i < PG_ARRAY_SIZE(rules); i++)
		r = rules[i](l, hp);
	return r;
}
