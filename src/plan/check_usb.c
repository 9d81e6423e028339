/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The USB devices that were chosen. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/lint.h"
#include "src/plan/usb.h"

/* One of the chosen, while it is looked at. */
struct chosen {
	struct pg_checker *c;
	const struct pg_guest *guest;
	const struct pg_usb_spec *spec;
	const struct pg_usb_dev *dev;	/* the first that it stands for, or NULL */
	size_t n;			/* how many it stands for */
	char *scope, *called;
};

static void chosen_done(struct chosen *u)
{
	free(u->scope);
	free(u->called);
}

static int say(struct chosen *u, const char *id, enum pg_level level, const char *text,
	       const char *evidence, const char *advice)
{
	struct pg_finding *f = pg_findings_add(u->c->f, id, level, u->scope, "%s", text);

	if (evidence && pg_finding_evidence(f, "%s", evidence) < 0)
		return -ENOMEM;
	return advice ? pg_finding_advice(f, "%s", advice) : f ? 0 : -ENOMEM;
}

/* ---- is it there, and is it one? ---- */

static int is_there(struct chosen *u)
{
	if (u->dev || u->spec->by == PG_USB_BY_SPICE || u->spec->by == PG_USB_BY_MAPPING)
		return 0;
	if (u->spec->by == PG_USB_BY_PORT)
		return say(u, "usb-empty-port", PG_LEVEL_WARN,
			   _("Nothing is plugged in at this port now. The VM gets what will be, also "
			   "while it runs."),
			   NULL, _("`pve-gpu usb` shows what there is; a socket has one port for USB 2 "
				 "and another for USB 3."));
	return say(u, "usb-absent", PG_LEVEL_WARN,
		   _("No device with these ids is plugged in now. The VM starts without it, and gets "
		   "it when it is."),
		   NULL, _("`pve-gpu usb` shows what there is."));
}

static int is_one(struct chosen *u)
{
	pg_autofree char *ports = NULL;
	struct pg_finding *f;

	if (u->spec->by != PG_USB_BY_ID || u->n < 2)
		return 0;
	ports = pg_usb_ports(u->c->facts, u->spec);
	f = pg_findings_add(u->c->f, "usb-twins", PG_LEVEL_BLOCK, u->scope,
			    "%zu devices have these ids. Which of them the VM would get is left to "
			    "chance.", u->n);
	if (!ports || pg_finding_evidence(f, "%s", ports) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Name it by its port: %s.", ports);
}

/* Two entries for one device: QEMU gets it for the first only. */
static int is_once(struct chosen *u)
{
	const struct pg_choices *choices = u->c->choices;

	for (size_t i = 0; u->dev && i < choices->n_usb && &choices->usb[i] != u->spec; i++)
		if (pg_usb_names(u->c->facts, &choices->usb[i], u->dev))
			return say(u, "usb-twice", PG_LEVEL_BLOCK,
				   _("The same device was chosen twice, in two ways."), u->called,
				   _("Name it once."));
	return 0;
}

static int is_hub(struct chosen *u)
{
	if (!u->dev || !u->dev->is_hub)
		return 0;
	return say(u, "usb-hub", PG_LEVEL_BLOCK,
		   _("This is a hub: QEMU passes what is plugged into it, never the hub."), u->called,
		   _("Choose the devices behind it, or pass the whole controller."));
}

/* ---- what the host does with it ---- */

static size_t count_keyboards(const struct pg_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_usb; i++)
		n += facts->usb[i].kind == PG_USB_KEYBOARD;
	return n;
}

static int is_vital(struct chosen *u)
{
	const struct pg_use *vital = u->dev ? pg_usb_vital(u->dev) : NULL;
	bool accepted = u->dev && pg_strv_has(&u->c->choices->usb_accept, u->dev->name);
	pg_autofree char *uses = NULL;
	struct pg_finding *f;

	if (!vital)
		return 0;
	uses = pg_usb_uses(u->dev);
	f = pg_findings_add(u->c->f, "usb-vital", accepted ? PG_LEVEL_WARN : PG_LEVEL_BLOCK, u->scope,
			    "The node cannot do without this device: it carries %s.", vital->detail);
	if (!uses || pg_finding_evidence(f, "%s: %s", u->called, uses) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose another device, or move what it carries first.");
}

static int is_used(struct chosen *u)
{
	pg_autofree char *uses = NULL;
	struct pg_finding *f;

	if (!u->dev || u->dev->n_use == 0 || pg_usb_vital(u->dev))
		return 0;
	if (u->dev->kind == PG_USB_KEYBOARD)
		return say(u, "usb-keyboard", PG_LEVEL_WARN,
			   count_keyboards(u->c->facts) > 1 ?
				   _("This is a keyboard of the node's own screen, which loses it while "
				   "the VM runs.") :
				   _("This is the only keyboard of the node: while the VM runs, nobody "
				   "can type at the node's own screen."),
			   u->called, _("Have a way in over the network (ssh), or another keyboard."));
	uses = pg_usb_uses(u->dev);
	f = pg_findings_add(u->c->f, "usb-in-use", PG_LEVEL_WARN, u->scope,
			    "The node uses this device, and loses it while the VM runs: %s.",
			    uses ? uses : "");
	if (!uses || pg_finding_evidence(f, "%s", u->called) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, u->dev->kind == PG_USB_DISK ?
					    N_("Unmount it first, or what is being written may be lost.") :
					    N_("Make sure that the node does without it."));
}

/* ---- who else has it ---- */

/* The same thing, or the same words where nothing is plugged in. */
static bool has_it(const struct chosen *u, const struct pg_guest *g)
{
	for (size_t i = 0; i < g->n_usb; i++) {
		const struct pg_guest_usb *usb = &g->usb[i];

		if (!pg_guest_usb_counts(g, usb))
			continue;
		if (u->dev ? pg_usb_names(u->c->facts, &usb->spec, u->dev) :
			     u->spec->by != PG_USB_BY_SPICE &&
				     pg_usb_spec_equal(&usb->spec, u->spec))
			return true;
	}
	return false;
}

static bool starts_itself(const struct pg_guest *g)
{
	return g && pg_lint_starts_itself(g);
}

static int other_vm(struct chosen *u, const struct pg_guest *g)
{
	bool both = starts_itself(u->guest) && starts_itself(g);
	bool warn = both || g->running == PG_YES;
	struct pg_finding *f = pg_findings_add(
		u->c->f, "usb-other-vm", warn ? PG_LEVEL_WARN : PG_LEVEL_NOTE, u->scope,
		"VM %u has this device too%s. Proxmox does not keep it for either: only one of them "
		"can have it, and the other one starts without it.",
		g->vmid,
		g->running == PG_YES ? _(" and is running") :
		both ? _(", and both start by themselves") : "");

	if (pg_finding_evidence(f, "%s", g->path) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take it from VM %u if it is to stay with this one.", g->vmid);
}

static int others(struct chosen *u)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->c->facts->n_guest; i++) {
		const struct pg_guest *g = &u->c->facts->guest[i];

		if (g != u->guest && g->local && !g->template && has_it(u, g))
			r = other_vm(u, g);
	}
	return r;
}

/* Where its controller goes to a VM, or is with vfio-pci, the host has no devices of it. */
static int controller(struct chosen *u)
{
	const struct pg_dev *dev = u->dev && u->dev->has_controller ?
					   pg_facts_dev(u->c->facts, u->dev->controller) : NULL;
	struct pg_finding *f;

	if (!dev)
		return 0;
	if (pg_planner_has(u->c->dev, u->c->n_dev, dev))
		return say(u, "usb-with-controller", PG_LEVEL_BLOCK,
			   _("Its whole controller was chosen too: the device goes with that already."),
			   pg_bdf_str(dev->addr).s, _("Choose the controller or the device, not both."));
	for (size_t i = 0; i < u->c->facts->n_guest; i++) {
		const struct pg_guest *g = &u->c->facts->guest[i];

		if (!g->local || g->template || !pg_guest_names(g, dev))
			continue;
		f = pg_findings_add(u->c->f, "usb-controller-vm", PG_LEVEL_WARN, u->scope,
				    "VM %u has the controller that it is plugged into: when that VM "
				    "starts, the device is gone from the node.", g->vmid);
		if (pg_finding_evidence(f, "%s: %s", g->path, pg_bdf_str(dev->addr).s) < 0 ||
		    pg_finding_advice(f, "Plug the device into another controller.") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- good to know ---- */

static int by_port(struct chosen *u)
{
	if (u->spec->by != PG_USB_BY_PORT)
		return 0;
	return say(u, "usb-by-port", PG_LEVEL_NOTE,
		   _("By port the VM gets whatever is plugged in there. Bus numbers may change when a "
		   "card with USB is added or taken out."),
		   NULL, NULL);
}

static int streams(struct chosen *u)
{
	if (!u->dev || (u->dev->kind != PG_USB_AUDIO && u->dev->kind != PG_USB_VIDEO))
		return 0;
	return say(u, "usb-streams", PG_LEVEL_NOTE,
		   _("Sound and pictures over USB need exact timing, which QEMU does not always keep."),
		   u->called, _("If it stutters, pass the whole controller instead."));
}

/* PVE::QemuServer, check_local_resources */
static int stays_here(struct chosen *u)
{
	if (u->spec->by == PG_USB_BY_SPICE || u->spec->by == PG_USB_BY_MAPPING ||
	    u->c->choices->usb_mapping)
		return 0;
	for (size_t i = 0; i < u->c->facts->n_guest; i++)
		if (!u->c->facts->guest[i].local)
			return say(u, "usb-no-migration", PG_LEVEL_NOTE,
				   _("With a device of this node the VM cannot be migrated."), NULL,
				   _("A resource mapping (--mapping NAME) lets it move while it is "
				   "stopped."));
	return 0;
}

static int spice(struct chosen *u)
{
	const char *vga = u->guest ? pg_vm_value(u->guest, "vga") : NULL;

	if (u->spec->by != PG_USB_BY_SPICE || !u->guest ||
	    (vga && (strstr(vga, "qxl") || strstr(vga, "virtio"))))
		return 0;
	return say(u, "usb-spice-vga", PG_LEVEL_WARN,
		   _("Redirected devices come from a SPICE client, and this VM's display has no SPICE."),
		   vga ? vga : _("vga: (not set)"), _("Set the VM's display to qxl or virtio."));
}

/* ---- all ---- */

static int mapped(struct chosen *u)
{
	const char *wrong = u->spec->by == PG_USB_BY_MAPPING ?
				    pg_usb_mapping_wrong(u->c->facts, u->spec->name) : NULL;

	if (!wrong)
		return 0;
	return say(u, "usb-mapping-wrong", PG_LEVEL_BLOCK, wrong, "/etc/pve/mapping/usb.cfg",
		   _("Mend the mapping under Datacenter, Resource Mappings, or choose the device "
		   "itself."));
}

static int one(struct pg_checker *c, const struct pg_guest *guest, const struct pg_usb_spec *spec)
{
	static int (*const parts[])(struct chosen *u) = {
		mapped, is_there,   is_one,  is_once, is_hub,	  is_vital, is_used,
		others, controller, by_port, streams, stays_here, spice,
	};
	struct chosen u PG_CLEANUP(chosen_done) = { .c = c, .guest = guest, .spec = spec };
	int r = 0;

	u.dev = pg_usb_first(c->facts, spec, &u.n);
	u.scope = pg_usb_scope(spec);
	u.called = u.dev ? pg_usb_called(u.dev) : NULL;
	if (!u.scope || (u.dev && !u.called))
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&u);
	return r;
}

static int without_vm(struct pg_checker *c)
{
	struct pg_finding *f;

	if (c->choices->vmid || !pg_choices_has_usb(c->choices))
		return 0;
	f = pg_findings_add(c->f, "usb-no-vm", PG_LEVEL_BLOCK, "host",
			    "USB devices are given to a VM, and none was chosen.");
	return pg_finding_advice(f, "Choose a VM.");
}

int pg_check_usb(struct pg_checker *c)
{
	const struct pg_choices *choices = c->choices;
	const struct pg_guest *guest;
	int r;

	if (!choices)
		return 0;
	guest = choices->vmid ? pg_facts_guest(c->facts, choices->vmid) : NULL;
	r = without_vm(c);
	for (size_t i = 0; r == 0 && i < choices->n_usb; i++)
		r = one(c, guest, &choices->usb[i]);
	for (size_t i = 0; r == 0 && i < c->effects.n; i++) {
		const struct pg_dev *dev = pg_facts_dev(c->facts, c->effects.v[i].addr);

		if (dev)
			r = pg_check_usb_controller(c, dev);
	}
	return r;
}
