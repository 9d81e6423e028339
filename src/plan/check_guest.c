/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift.h"
#include "src/plan/planner.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

static struct pg_finding *about(struct pg_checker *c, const struct pg_guest *g, const char *id,
				enum pg_level level, const char *text)
{
	struct pg_vm_scope scope;

	pg_vm_scope(g->vmid, &scope);
	return pg_findings_add(c->f, id, level, scope.s, "%s", text);
}

static int refuse(struct pg_checker *c, const struct pg_guest *g, const char *id,
		  const char *text, const char *evidence, const char *advice)
{
	struct pg_finding *f = about(c, g, id, PG_LEVEL_BLOCK, text);

	if (evidence && pg_finding_evidence(f, "%s: %s", g->path, evidence) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

static bool is_on(const char *value)
{
	return value && (strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 ||
			 strcmp(value, "on") == 0 || strcmp(value, "true") == 0);
}

/* ---- may the chosen VM be changed at all? ---- */

static int is_missing(struct pg_checker *c, uint32_t vmid)
{
	struct pg_vm_scope scope;
	struct pg_finding *f;

	pg_vm_scope(vmid, &scope);
	f = pg_findings_add(c->f, "vm-missing", PG_LEVEL_BLOCK, scope.s, "There is no VM %u.",
			    vmid);
	return pg_finding_advice(f, "`qm list` shows the VMs of this node.");
}

static int no_vm(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(c->f, "no-vm", PG_LEVEL_BLOCK, "host",
					       "Entries are to be taken from a VM, and no VM was "
					       "chosen.");

	return pg_finding_advice(f, "Name the VM.");
}

int pg_check_changeable(struct pg_checker *c, const struct pg_guest *g)
{
	if (!g->local)
		return refuse(c, g, "vm-other-node",
			      "The VM lives on another node: its devices are those of that node.",
			      g->node, "Run pve-gpu on that node.");
	if (g->error)
		return refuse(c, g, "vm-unreadable", "The VM's configuration could not be read.",
			      pg_err_reason(g->error), "Run pve-gpu as root.");
	if (g->template)
		return refuse(c, g, "vm-template",
			      "This is a template: it never runs, and a passed device would be in "
			      "every clone.",
			      "template: 1", "Choose a VM, or clone the template first.");
	if (g->lock)
		return refuse(c, g, "vm-locked",
			      "The VM is locked by another task, and Proxmox changes nothing of "
			      "it until that ends.",
			      g->lock, "Wait for the task to end, then plan again.");
	if (g->bad.n)
		return refuse(c, g, "vm-bad-config",
			      "The VM's configuration holds a line that Proxmox cannot read, and "
			      "would lose with the next change.",
			      g->bad.v[0], "Mend or remove the line first.");
	return 0;
}

static int is_running(struct pg_checker *c, const struct pg_guest *g)
{
	struct pg_finding *f;

	if (g->running != PG_YES)
		return 0;
	f = about(c, g, "vm-running", PG_LEVEL_NOTE,
		  "The VM is running: the change waits (pending) until it is stopped and started "
		  "again. A reboot from within is not enough.");
	return pg_finding_advice(f, "Shut it down and start it, or use `qm reboot`.");
}

/* ---- who else has the device ---- */

enum { NAMED = 8 }; /* VMs that are named one by one; of the others, the number */

static bool both_start(const struct pg_guest *own, const struct pg_guest *g)
{
	return own && is_on(pg_guest_get(own, "onboot")) && is_on(pg_guest_get(g, "onboot"));
}

static int other_vm(struct pg_checker *c, const struct pg_guest *own, const struct pg_guest *g,
		    const struct pg_dev *dev)
{
	bool both = both_start(own, g);
	bool warn = both || g->running == PG_YES;
	struct pg_finding *f = pg_findings_add(
		c->f, "device-other-vm", warn ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
		pg_bdf_str(dev->addr).s,
		"VM %u has this device too%s. Only one of them can run at a time; a backup of the "
		"stopped one takes the device as well.",
		g->vmid,
		g->running == PG_YES ? " and is running" :
		both ? ", and both start with the node" : "");

	if (pg_finding_evidence(f, "%s", g->path) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take it from VM %u if it is to stay with this one.", g->vmid);
}

static int more_vms(struct pg_checker *c, const struct pg_dev *dev, size_t n)
{
	struct pg_finding *f;

	if (n == 0)
		return 0;
	f = pg_findings_add(c->f, "device-other-vms", PG_LEVEL_NOTE, pg_bdf_str(dev->addr).s,
			    "%zu more VMs have this device too.", n);
	return pg_finding_advice(f, "`pve-gpu status` names them.");
}

static int others_of(struct pg_checker *c, const struct pg_guest *own, const struct pg_dev *dev)
{
	size_t named = 0, more = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (g == own || !g->local || g->template || !pg_guest_names(g, dev))
			continue;
		if (named >= NAMED && g->running != PG_YES && !both_start(own, g))
			more++;
		else
			r = other_vm(c, own, g, dev);
		named++;
	}
	return r < 0 ? r : more_vms(c, dev, more);
}

static int others(struct pg_checker *c, const struct pg_guest *own)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_dev; i++)
		r = others_of(c, own, c->dev[i]);
	return r;
}

int pg_check_guest(struct pg_checker *c)
{
	const struct pg_guest *g = NULL;
	int r = 0;

	if (!c->choices || c->choices->repair)
		return 0;
	if (c->choices->vmid) {
		g = pg_facts_guest(c->facts, c->choices->vmid);
		if (!g)
			r = is_missing(c, c->choices->vmid);
		else
			r = pg_check_changeable(c, g);
		/* USB has its own words for it. */
		if (r == 0 && g && (c->n_dev || pg_choices_has_vm_only(c->choices)))
			r = is_running(c, g);
		if (r == 0 && g)
			r = pg_check_hostpci(c, g);
	} else if (pg_choices_has_vm_only(c->choices)) {
		r = no_vm(c);
	}
	return r < 0 ? r : others(c, g);
}

/* ---- doctor: every VM of this node with a device ---- */

static int hostpci(struct pg_checker *c, const struct pg_guest *g, const struct pg_hostpci *hp,
		   const char *id, enum pg_level level, const char *text, const char *advice)
{
	struct pg_finding *f = about(c, g, id, level, text);

	if (pg_finding_evidence(f, "%s: hostpci%u: %s%s", g->path, hp->index, hp->value,
				hp->pending ? " (pending)" : "") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

static bool any_there(const struct pg_facts *facts, struct pg_bdf addr, bool slot)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (slot ? pg_bdf_same_slot(facts->dev[i].addr, addr) :
			   pg_bdf_equal(facts->dev[i].addr, addr))
			return true;
	return false;
}

/* check_drift.c knows where it is, or that it is gone. */
static bool has_drifted(const struct pg_checker *c, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < c->drifts->n; i++)
		if (c->drifts->v[i].hp == hp)
			return true;
	return false;
}

static int names_missing(struct pg_checker *c, const struct pg_guest *g,
			 const struct pg_hostpci *hp)
{
	if (has_drifted(c, hp))
		return 0;
	for (size_t i = 0; i < hp->n_addr; i++)
		if (!any_there(c->facts, hp->addr[i], hp->slot[i]))
			return hostpci(c, g, hp, "hostpci-missing", PG_LEVEL_BLOCK,
				       "The VM names a device that is not on this node: it will "
				       "not start.",
				       "Addresses change when cards are added or moved: name the "
				       "device by its new one, or delete the entry.");
	return 0;
}

static bool mappings_unread(const struct pg_facts *facts)
{
	static const char path[] = "/etc/pve/mapping/pci.cfg:";

	for (size_t i = 0; i < facts->unread.n; i++)
		if (strncmp(facts->unread.v[i], path, strlen(path)) == 0)
			return true;
	return false;
}

/* PVE::QemuServer::PCI dies at start: "PCI device mapping not found for 'X'". */
static int mapping_missing(struct pg_checker *c, const struct pg_guest *g,
			   const struct pg_hostpci *hp)
{
	if (!hp->mapping || mappings_unread(c->facts))
		return 0;
	for (size_t i = 0; i < c->facts->n_mapping; i++)
		if (c->facts->mapping[i].here &&
		    strcmp(c->facts->mapping[i].id, hp->mapping) == 0)
			return 0;
	return hostpci(c, g, hp, "hostpci-no-mapping", PG_LEVEL_BLOCK,
		       "The VM names a resource mapping that has no device on this node: it will "
		       "not start.",
		       "Add this node's device to it under Datacenter, Resource Mappings, or "
		       "delete the entry.");
}

static int entry(struct pg_checker *c, const struct pg_guest *g, const struct pg_hostpci *hp)
{
	int r;

	if (hp->leaving)
		return 0;
	if (!hp->mapping && hp->n_addr == 0)
		return hostpci(c, g, hp, "hostpci-empty", PG_LEVEL_BLOCK,
			       "The entry names neither a device nor a mapping: the VM will not "
			       "start.",
			       "Delete the entry, or name a device.");
	if (hp->pcie && !g->q35)
		return hostpci(c, g, hp, "hostpci-pcie-i440fx", PG_LEVEL_BLOCK,
			       "pcie=1 needs the q35 machine type: the VM will not start.",
			       "Set the machine to q35, or take pcie=1 out.");
	if (hp->mdev && hp->n_addr == 1 && hp->slot[0])
		return hostpci(c, g, hp, "hostpci-mdev-slot", PG_LEVEL_BLOCK,
			       "A mediated device needs a single function, and a whole slot is "
			       "named: the VM will not start.",
			       "Name one function.");
	if (hp->romfile && pg_rom_missing(c->facts, hp->romfile) &&
	    hostpci(c, g, hp, "romfile-missing", PG_LEVEL_WARN,
		    "The ROM file is not in /usr/share/kvm: the VM will not start (failed to find "
		    "romfile).",
		    "Copy the file to /usr/share/kvm, or take romfile= out.") < 0)
		return -ENOMEM;
	r = mapping_missing(c, g, hp);
	return r < 0 ? r : names_missing(c, g, hp);
}

/* What a start of the VM meets: Proxmox applies [PENDING] first. */
static bool is_active(const struct pg_hostpci *hp)
{
	return !hp->pending && !hp->leaving;
}

static int named_twice(struct pg_checker *c, const struct pg_guest *g, const struct pg_dev *dev)
{
	const struct pg_hostpci *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < g->n_hostpci; i++) {
		if (!is_active(&g->hostpci[i]) || !pg_hostpci_names(&g->hostpci[i], dev->addr))
			continue;
		last = &g->hostpci[i];
		n++;
	}
	if (n < 2)
		return 0;
	return hostpci(c, g, last, "hostpci-twice", PG_LEVEL_BLOCK,
		       "Two entries of the VM name the same device: it will not start.",
		       "Delete one of them.");
}

/* Starting the VM takes what the host needs. */
static int takes(struct pg_checker *c, const struct pg_guest *g)
{
	struct pg_effects effects PG_CLEANUP(pg_effects_done) = { 0 };
	struct pg_vm_scope scope;
	int r = pg_effects_make(c->facts, &(struct pg_taking){ .guest = g }, &effects);

	pg_vm_scope(g->vmid, &scope);
	for (size_t i = 0; r == 0 && i < effects.n; i++) {
		const struct pg_effect *e = &effects.v[i];
		const struct pg_dev *dev = pg_facts_dev(c->facts, e->addr);
		const struct pg_use *vital = dev ? pg_keeps_vital(&effects.keeps, dev) : NULL;
		struct pg_finding *f;

		if (!vital)
			continue;
		f = pg_findings_add(c->f, "group-vital", PG_LEVEL_BLOCK, scope.s,
				    "When VM %u starts, Proxmox takes %s from the host, which "
				    "carries %s. %s",
				    g->vmid, pg_bdf_str(e->addr).s, vital->detail,
				    pg_use_consequence(vital));
		if (pg_finding_evidence(f, "%s is in IOMMU group %d with %s",
					pg_bdf_str(e->addr).s, dev->group,
					pg_bdf_str(e->by).s) < 0 ||
		    pg_finding_advice(f, "Do not start the VM like this; put the card into "
					 "another slot.") < 0)
			r = -ENOMEM;
	}
	return r;
}

static int both_onboot(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;
	size_t n = 0, onboot = 0;

	for (size_t i = 0; i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (!g->local || g->template || !pg_guest_names(g, dev))
			continue;
		onboot += is_on(pg_guest_get(g, "onboot"));
		if (n < NAMED)
			pg_strbuf_addf(&b, "%s%u", n ? ", " : "", g->vmid);
		n++;
	}
	if (n > NAMED)
		pg_strbuf_addf(&b, " and %zu more", n - NAMED);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (n < 2)
		return 0;
	f = pg_findings_add(c->f, "device-several-vms", onboot > 1 ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
			    pg_bdf_str(dev->addr).s,
			    "Several VMs have this device: only one of them can run at a time%s.",
			    onboot > 1 ? ", and more than one starts with the node" : "");
	if (pg_finding_evidence(f, "VMs %s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Backups of a stopped VM take the device as well.");
}

static int settings(struct pg_checker *c, const struct pg_guest *g)
{
	struct pg_finding *f;

	if (g->n_hostpci == 0 || !g->ovmf || pg_guest_get(g, "efidisk0"))
		return 0;
	f = about(c, g, "efidisk-missing", PG_LEVEL_NOTE,
		  "The VM starts with OVMF and has no EFI disk: its firmware settings are lost "
		  "at every stop.");
	if (pg_finding_evidence(f, "%s: bios: ovmf", g->path) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`qm set %u --efidisk0 STORAGE:1,efitype=4m`", g->vmid);
}

static int guest(struct pg_checker *c, const struct pg_guest *g)
{
	int r = settings(c, g);

	for (size_t i = 0; r == 0 && i < g->n_hostpci; i++)
		r = entry(c, g, &g->hostpci[i]);
	for (size_t i = 0; r == 0 && i < c->facts->n_dev; i++) {
		if (!pg_guest_names(g, &c->facts->dev[i]))
			continue;
		r = named_twice(c, g, &c->facts->dev[i]);
	}
	return r < 0 ? r : takes(c, g);
}

int pg_check_guests(struct pg_checker *c)
{
	int r = 0;

	if (c->choices)
		return 0;
	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (g->local && !g->error && !g->template)
			r = guest(c, g);
	}
	for (size_t i = 0; r == 0 && i < c->facts->n_dev; i++)
		if (c->facts->dev[i].n_vmid > 1)
			r = both_onboot(c, &c->facts->dev[i]);
	return r;
}
