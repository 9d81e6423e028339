/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of hostpciN that were chosen, and ROM files. */
#include "src/plan/planner.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"

static struct pg_finding *about(struct pg_checker *c, const struct pg_guest *g, const char *id,
				enum pg_level level, const char *text)
{
	struct pg_vm_scope scope;

	pg_vm_scope(g->vmid, &scope);
	return pg_findings_add(c->f, id, level, scope.s, "%s", text);
}

/* ---- ROM files ---- */

bool pg_rom_missing(const struct pg_facts *facts, const char *name)
{
	return facts->rom_known == PG_YES && !strchr(name, '/') && !pg_facts_rom(facts, name);
}

static int no_rom(struct pg_checker *c, const struct pg_guest *g, const struct pg_rom *rom)
{
	bool signature = rom->look == PG_ROM_NO_SIGNATURE;
	struct pg_finding *f = about(
		c, g, "romfile-no-rom", PG_LEVEL_WARN,
		signature ? _("The file is no ROM of a card: it does not begin with 55 AA. The guest's "
			    "firmware ignores it.") :
			    _("The file begins like a ROM of a card, and lacks the part that says what "
			    "it is for (PCIR). The guest's firmware ignores it."));
	int r = rom->begins ? pg_finding_evidence(f, "/usr/share/kvm/%s: a ROM begins at byte %zu",
						  rom->name, rom->begins) :
			      pg_finding_evidence(f, "/usr/share/kvm/%s", rom->name);

	if (r < 0)
		return r;
	return pg_finding_advice(f, rom->begins ? N_("Cut off what stands before it.") :
						  N_("Read the ROM from the card again, while it is not "
						  "the screen that the machine booted with."));
}

static int other_card(struct pg_checker *c, const struct pg_guest *g, const struct pg_rom *rom,
		      const struct pg_dev *dev)
{
	struct pg_finding *f;

	if (!dev || rom->vendor == dev->vendor)
		return 0;
	f = about(c, g, "romfile-other-vendor", PG_LEVEL_WARN,
		  _("The ROM file is for a card of another maker."));
	if (pg_finding_evidence(f, "/usr/share/kvm/%s: %04x:%04x; %s: %04x:%04x", rom->name,
				rom->vendor, rom->device, pg_bdf_str(dev->addr).s, dev->vendor,
				dev->device) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Use the ROM of this card.");
}

static int no_image(struct pg_checker *c, const struct pg_guest *g, const struct pg_rom *rom,
		    bool ovmf)
{
	struct pg_finding *f;

	if (ovmf ? rom->uefi : rom->legacy)
		return 0;
	f = about(c, g, ovmf ? "romfile-no-uefi" : "romfile-no-legacy", PG_LEVEL_WARN,
		  ovmf ? _("The ROM file has no UEFI image: under OVMF the card shows nothing before the "
			 "guest's own driver runs.") :
			 _("The ROM file has no image for a BIOS: under SeaBIOS the card shows nothing "
			 "before the guest's own driver runs."));
	if (pg_finding_evidence(f, "/usr/share/kvm/%s", rom->name) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, ovmf ? N_("Use a ROM with UEFI (GOP), or SeaBIOS in a new VM.") :
					   N_("Use OVMF in a new VM, or another ROM."));
}

int pg_check_rom(struct pg_checker *c, const struct pg_guest *g, const char *name,
		 const struct pg_dev *dev, bool ovmf)
{
	const struct pg_rom *rom = pg_facts_rom(c->facts, name);
	int r;

	if (pg_rom_missing(c->facts, name))
		return pg_finding_advice(about(c, g, "romfile-missing", PG_LEVEL_WARN,
					       _("The ROM file is not in /usr/share/kvm: the "
					       "VM will not start (failed to find romfile).")),
					 "Copy it to /usr/share/kvm/%s.", name);
	if (!rom || rom->look == PG_ROM_UNREAD)
		return 0;
	if (rom->look != PG_ROM_GOOD)
		return no_rom(c, g, rom);
	r = other_card(c, g, rom, dev);
	return r < 0 ? r : no_image(c, g, rom, ovmf);
}

/* ---- entries that are there ---- */

int pg_check_entry_form(const struct pg_guest *guest, const struct pg_hostpci *hp,
			struct pg_findings *f, struct pg_finding **ret)
{
	bool both = hp->mapping && hp->n_addr, none = !hp->mapping && !hp->n_addr;
	struct pg_vm_scope scope;

	*ret = NULL;
	if (!both && !none)
		return 0;
	pg_vm_scope(guest->vmid, &scope);
	*ret = pg_findings_add(f, both ? "hostpci-both" : "hostpci-empty", PG_LEVEL_BLOCK, scope.s, "%s",
			       both ? _("The entry names its device and a mapping: the VM will not start "
				      "(cannot set both host and mapping).") :
				      _("The entry names neither a device nor a mapping: the VM will not start "
				      "(either host or mapping must be set)."));
	return pg_finding_advice(*ret, both ? N_("Take one of both out.") : N_("Delete the entry, or name a device."));
}

/* Those that stay. */
static int forms(struct pg_checker *c, const struct pg_guest *g)
{
	unsigned leaving = pg_choices_leaving(c->choices);
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &g->hostpci[i];
		struct pg_finding *f;

		if (!pg_hostpci_counts(g, hp) || leaving >> hp->index & 1)
			continue;
		r = pg_check_entry_form(g, hp, c->f, &f);
		if (r == 0 && f)
			r = pg_finding_evidence(f, "%s: hostpci%u: %s", g->path, hp->index, hp->value);
		if (r == 0 && f)
			r = pg_finding_advice(f, "Take the entry out (--remove hostpci%u), or write it anew "
						 "(--replace hostpci%u).", hp->index, hp->index);
	}
	return r;
}

/* ---- what was chosen ---- */

static const struct pg_dev *first_gpu(const struct pg_checker *c)
{
	for (size_t i = 0; i < c->n_dev; i++)
		if (c->dev[i]->kind == PG_KIND_GPU)
			return c->dev[i];
	return c->n_dev ? c->dev[0] : NULL;
}

/* As it will be: a VM without an installed system gets OVMF with a GPU. */
static bool will_be_ovmf(const struct pg_checker *c, const struct pg_guest *g)
{
	const struct pg_dev *gpu = first_gpu(c);

	bool ovmf = pg_vm_is_ovmf(g);

	if (ovmf || c->choices->pci.legacy_igd == PG_YES || !gpu || gpu->kind != PG_KIND_GPU)
		return ovmf;
	return !g->has_disk || c->choices->change_firmware;
}

static int romfile(struct pg_checker *c, const struct pg_guest *g)
{
	const char *name = c->choices->romfile;

	if (!name)
		return 0;
	if (*name && *name != '.' && !strpbrk(name, ",;/ \t\n"))
		return pg_check_rom(c, g, name, first_gpu(c), will_be_ovmf(c, g));
	return pg_finding_advice(about(c, g, "romfile-name", PG_LEVEL_BLOCK,
				       _("This is no name of a ROM file.")),
				 "Name a file in /usr/share/kvm, without a folder, comma or space.");
}

static int rombar(struct pg_checker *c, const struct pg_guest *g)
{
	if (c->choices->pci.rombar != PG_NO || !c->choices->romfile)
		return 0;
	return pg_finding_advice(
		about(c, g, "romfile-no-rombar", PG_LEVEL_WARN,
		      _("rombar=0 hides the card's ROM from the guest, and with it the ROM file.")),
		"Choose one of both.");
}

/* "9.0.25" against 9.0.25: which driver= came with (qemu-server's changelog). */
static bool knows_keep(const char *version)
{
	unsigned long part[3] = { 0 };
	const char *p = version;

	for (size_t i = 0; i < PG_ARRAY_SIZE(part) && p && *p; i++) {
		char *end;

		part[i] = strtoul(p, &end, 10);
		p = *end == '.' ? end + 1 : NULL;
	}
	if (part[0] != 9)
		return part[0] > 9;
	return part[1] > 0 || part[2] >= 25;
}

static bool is_vfio(const struct pg_dev *dev)
{
	return dev->driver && strstr(dev->driver, "vfio");
}

/* Proxmox leaves the driver that the device has: QEMU wants one of VFIO. */
static int keep_bound(struct pg_checker *c, const struct pg_guest *g)
{
	const char *why;
	struct pg_finding *f;

	if (pg_plan_bind(c->facts, c->choices, &why) != PG_BIND_AT_START)
		return 0;
	for (size_t i = 0; i < c->n_dev; i++) {
		const char *driver = c->dev[i]->driver ? c->dev[i]->driver : "none";

		if (is_vfio(c->dev[i]))
			continue;
		f = about(c, g, "keep-not-bound", PG_LEVEL_BLOCK,
			  _("driver=keep leaves the device with the driver that it has, and that is "
			  "none of VFIO: the VM will not start."));
		if (pg_finding_evidence(f, "%s: %s", pg_bdf_str(c->dev[i]->addr).s, driver) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "Bind it early (--bind early), load the vendor's VFIO "
					    "driver, or leave driver=keep out.");
	}
	return 0;
}

static int keep(struct pg_checker *c, const struct pg_guest *g)
{
	const char *version = c->facts->system.qemu_server;
	struct pg_finding *f;

	if (c->choices->pci.keep_driver != PG_YES)
		return 0;
	if (version && !knows_keep(version)) {
		f = about(c, g, "keep-unknown", PG_LEVEL_BLOCK,
			  _("This version of Proxmox does not know driver=keep yet."));
		if (pg_finding_evidence(f, "qemu-server %s", version) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "It is there from qemu-server 9.0.25 on.");
	}
	return keep_bound(c, g);
}

static bool any_id(const struct pg_pci_opts *opts)
{
	for (size_t i = 0; i < PG_N_PCI_IDS; i++)
		if (opts->id[i] >= 0)
			return true;
	return false;
}

static int ids(struct pg_checker *c, const struct pg_guest *g)
{
	if (!any_id(&c->choices->pci))
		return 0;
	return about(c, g, "hostpci-ids", PG_LEVEL_NOTE,
		     _("The guest sees other ids than the card has, on its first function only: its "
		     "driver takes the card for another one.")) ? 0 : -ENOMEM;
}

int pg_check_hostpci(struct pg_checker *c, const struct pg_guest *g)
{
	int r = forms(c, g);

	if (r == 0)
		r = romfile(c, g);
	if (r == 0)
		r = rombar(c, g);
	if (r == 0)
		r = keep(c, g);
	return r < 0 ? r : ids(c, g);
}
