/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard: what the host loses by the choices is refused, or warned about, each with a way
 * around it. Reads the simulation (effects.h), and nothing else decides what leaves. */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
/* ---- words ---- */

const char *pg_use_consequence(const struct pg_use *use)
{
	if (use->what == PG_USE_NETWORK)
		return _("The node would be cut off.");
	return _("The node would stop working.");
}

/* What to do where the device itself is chosen. */
static const char *instead(const struct pg_use *use)
{
	switch (use->what) {
	case PG_USE_NETWORK:
		return _("Give the VM another port, or a second network card; or move what is on this "
		       "one to another card first, with the interfaces' names pinned.");
	case PG_USE_USB_STORAGE:
		return _("Plug the disk into a port of another controller, or choose another device.");
	case PG_USE_STORAGE:
		return _("Choose another device, or move what is on its disks to another controller "
		       "first.");
	case PG_USE_INPUT:
		return _("Plug the keyboard into a port of another controller, or have a way in over "
		       "the network (ssh).");
	case PG_USE_DISPLAY:
		return _("Have a way in over the network (ssh) before you reboot.");
	default:
		return _("Make sure that the node does without it.");
	}
}

/* What to do where it is another function of the chosen card itself: no slot parts the two. */
static const char *instead_of_function(const struct pg_use *use)
{
	if (!use)
		return _("It is a part of the same card: choose it too, since it goes along anyway.");
	if (use->what == PG_USE_NETWORK)
		return _("It is a port of the same card, and another slot does not part the two: move what "
		       "is on this port to another network card first, or give the VM another card.");
	return _("It is a part of the same card, and another slot does not part the two: move what is "
	       "on it to another device first, or give the VM another card.");
}

/* What to do where the group brings it along. */
static const char *instead_of_group(const struct pg_use *use)
{
	if (use && use->what == PG_USE_NETWORK)
		return _("Put the card into another slot, one with a group of its own, or give the node a second network card in another one."
		       " Where there is no such slot, pcie_acs_override=downstream,multifunction may split the "
		       "group; its price is isolation: what the VM controls can then reach devices and memory "
		       "of the node.");
	if (use && (use->what == PG_USE_INPUT || use->what == PG_USE_USB_STORAGE))
		return _("Put the card into another slot, one with a group of its own, or plug what hangs on it into a port of another controller."
		       " Where there is no such slot, pcie_acs_override=downstream,multifunction may split the "
		       "group; its price is isolation: what the VM controls can then reach devices and memory "
		       "of the node.");
	if (use && use->vital)
		return _("Put the card into another slot, one with a group of its own, or move the disks to another controller."
		       " Where there is no such slot, pcie_acs_override=downstream,multifunction may split the "
		       "group; its price is isolation: what the VM controls can then reach devices and memory "
		       "of the node.");
	return _("Put the card into another slot, one with a group of its own, or choose all of the group if the node does without it."
		       " Where there is no such slot, pcie_acs_override=downstream,multifunction may split the "
		       "group; its price is isolation: what the VM controls can then reach devices and memory "
		       "of the node.");
}

/* ---- levels ---- */

/* What the node cannot do without is refused, unless the person has said that it can. */
static enum pg_level level_of_loss(const struct pg_checker *c, const struct pg_dev *dev)
{
	return pg_choices_accepts(c->choices, dev->addr) ? PG_LEVEL_WARN : PG_LEVEL_BLOCK;
}

/* Nothing but the boot screen, of which screen() speaks. */
static bool only_shows(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].what != PG_USE_DISPLAY || dev->use[i].vital)
			return false;
	return dev->boot_vga == PG_YES;
}

/* Neither a driver nor anything of the node would miss it (shared SRAM of a chipset). */
static bool is_idle(const struct pg_dev *dev)
{
	return !dev->driver && dev->n_use == 0 && dev->n_claim == 0 &&
	       dev->claim_known == PG_YES;
}

/* A VM other than the chosen one that has the device; 0: none. */
static uint32_t other_vm(const struct pg_checker *c, const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_vmid; i++)
		if (dev->vmid[i] != c->choices->vmid)
			return dev->vmid[i];
	return 0;
}

/* What to do, and why nothing else carries what is lost. */
static int advise(struct pg_checker *c, struct pg_finding *f, const struct pg_use *lost,
		  const char *advice)
{
	pg_autofree char *why = NULL;

	if (lost && pg_keeps_words(&c->effects.keeps, lost, &why) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s%s%s", advice, why ? " " : "", why ? why : "");
}

/* A set goes on without the device: the person is told what is left, and how to look at it. */
static int spared(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev,
		  const struct pg_use *use)
{
	const char *look = pg_keeps_look(&c->effects.keeps, use);
	pg_autofree char *left = NULL, *all = pg_dev_uses(dev);
	struct pg_finding *f;

	if (!all || pg_keeps_words(&c->effects.keeps, use, &left) < 0 || !left)
		return -ENOMEM;
	f = pg_findings_add(c->f, "redundancy-lost", PG_LEVEL_WARN, pg_bdf_str(e->by).s,
			    "Without %s the node goes on by what is left of a redundant set: %s, for "
			    "%s. The next loss may end it.", pg_bdf_str(dev->addr).s, left, use->detail);
	if (pg_finding_evidence(f, "%s", all) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "See that what is left carries it alone%s%s%s.%s",
				 look ? ": `" : "", look ? look : "", look ? "`" : "",
				 use->what == PG_USE_NETWORK ?
					 _(" An address by DHCP may change, since a bond has the hardware "
					 "address of one of its cards.") : "");
}

/* ---- by choice ---- */

static int screen(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_finding *f;

	if (dev->boot_vga != PG_YES)
		return 0;
	f = pg_findings_add(c->f, "boot-display", PG_LEVEL_WARN, pg_bdf_str(dev->addr).s,
			    "The node's own screen is on this GPU. Once it is taken, the screen "
			    "stays as it is (it looks frozen), and the firmware's framebuffer may "
			    "get in the way.");
	return pg_finding_advice(f, "Have a way in over the network (ssh) before you reboot, or make "
				    "another GPU the primary one in the firmware's setup.");
}

static int uses(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	const struct pg_use *vital = pg_keeps_vital(&c->effects.keeps, dev);
	const struct pg_use *kept = pg_keeps_first(&c->effects.keeps, dev);
	char *all pg_autofree = NULL;
	struct pg_finding *f;

	if (dev->n_use == 0 || only_shows(dev))
		return 0;
	if (!vital && kept)
		return spared(c, e, dev, kept);
	all = pg_dev_uses(dev);
	if (!all)
		return -ENOMEM;
	if (vital)
		f = pg_findings_add(c->f, "device-vital", level_of_loss(c, dev),
				    pg_bdf_str(dev->addr).s,
				    "The node cannot do without this device: it carries %s.",
				    vital->detail);
	else
		f = pg_findings_add(c->f, "device-in-use", PG_LEVEL_WARN, pg_bdf_str(dev->addr).s,
				    "The node uses this device, and loses it to the VM.");
	if (pg_finding_evidence(f, "%s", all) < 0 ||
	    (vital && pg_finding_loss(f, dev, vital) < 0))
		return -ENOMEM;
	return advise(c, f, vital, instead(vital ? vital : &dev->use[0]));
}

static int chosen(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	int r = uses(c, e, dev);

	return r < 0 ? r : screen(c, dev);
}

/* ---- brought along ---- */

static struct pg_finding *group_vital(struct pg_checker *c, const struct pg_effect *e,
				      const struct pg_dev *dev, const struct pg_use *vital)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "group-vital", level_of_loss(c, dev), pg_bdf_str(e->by).s,
		"When the VM starts, Proxmox takes all of IOMMU group %d from the host, and with it "
		"%s, which carries %s. %s",
		dev->group, pg_bdf_str(dev->addr).s, vital->detail, pg_use_consequence(vital));

	return pg_finding_loss(f, dev, vital) < 0 ? NULL : f;
}

static struct pg_finding *group_other_vm(struct pg_checker *c, const struct pg_effect *e,
					 const struct pg_dev *dev, uint32_t vmid)
{
	return pg_findings_add(c->f, "group-other-vm", PG_LEVEL_WARN, pg_bdf_str(e->by).s,
			       "%s of the same IOMMU group %d is given to VM %u. A group belongs to "
			       "one VM at a time: while that one runs, this one does not start.",
			       pg_bdf_str(dev->addr).s, dev->group, (unsigned)vmid);
}

static struct pg_finding *group_shared(struct pg_checker *c, const struct pg_effect *e,
				       const struct pg_dev *dev)
{
	const char *name = dev->n_use ? dev->use[0].detail : dev->name;

	return pg_findings_add(c->f, "group-shared", is_idle(dev) ? PG_LEVEL_NOTE : PG_LEVEL_WARN,
			       pg_bdf_str(e->by).s,
			       "When the VM starts, Proxmox takes all of IOMMU group %d from the "
			       "host, and with it %s%s%s.",
			       dev->group, pg_bdf_str(dev->addr).s, name ? ", " : "",
			       name ? name : "");
}

static int grouped(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	const struct pg_use *vital = pg_keeps_vital(&c->effects.keeps, dev);
	const struct pg_use *use = vital ? vital : dev->n_use ? &dev->use[0] : NULL;
	const struct pg_use *kept = pg_keeps_first(&c->effects.keeps, dev);
	uint32_t vmid = other_vm(c, dev);
	struct pg_finding *f;

	if (!vital && kept && spared(c, e, dev, kept) < 0)
		return -ENOMEM;
	if (vital)
		f = group_vital(c, e, dev, vital);
	else if (vmid)
		f = group_other_vm(c, e, dev, vmid);
	else if (pg_dev_on_vfio(dev) && !use)
		return 0;
	else
		f = group_shared(c, e, dev);
	if (pg_finding_evidence(f, "/sys/kernel/iommu_groups/%d/devices/%s; driver: %s", dev->group,
				pg_bdf_str(dev->addr).s, dev->driver ? dev->driver : _("none")) < 0)
		return -ENOMEM;
	return advise(c, f, vital, pg_bdf_same_slot(e->by, e->addr) ? instead_of_function(use) :
								      instead_of_group(use));
}

static int same_ids(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	const struct pg_use *vital = pg_keeps_vital(&c->effects.keeps, dev);
	struct pg_finding *f;

	const struct pg_use *kept = pg_keeps_first(&c->effects.keeps, dev);

	if (!vital) /* check_modules.c speaks of twins */
		return kept ? spared(c, e, dev, kept) : 0;
	f = pg_findings_add(c->f, "ids-vital", level_of_loss(c, dev), pg_bdf_str(e->by).s,
			    "%s has the same ids, so that ids= takes it at boot as well, and it "
			    "carries %s. %s",
			    pg_bdf_str(dev->addr).s, vital->detail, pg_use_consequence(vital));
	if (pg_finding_loss(f, dev, vital) < 0 ||
	    pg_finding_evidence(f, "%04x:%04x", dev->vendor, dev->device) < 0)
		return -ENOMEM;
	return advise(c, f, vital, _("Take these ids out of ids=, and bind by address."));
}

static int of_guest(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	const struct pg_use *vital = pg_keeps_vital(&c->effects.keeps, dev);
	const struct pg_use *kept = pg_keeps_first(&c->effects.keeps, dev);
	struct pg_vm_scope scope;
	struct pg_finding *f;

	if (!vital)
		return kept ? spared(c, e, dev, kept) : 0;
	pg_vm_scope(c->choices->vmid, &scope);
	f = pg_findings_add(c->f, "guest-vital", level_of_loss(c, dev), scope.s,
			    "The VM has %s already, which carries %s, and takes it when it starts. %s",
			    pg_bdf_str(dev->addr).s, vital->detail, pg_use_consequence(vital));
	if (pg_finding_loss(f, dev, vital) < 0)
		return -ENOMEM;
	return advise(c, f, vital, _("Delete that hostpci entry of the VM first."));
}

/* A chosen physical function is refused as it is; one that is brought along is not. */
static int vf(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	const struct pg_dev *pf = pg_facts_dev(c->facts, e->by);
	struct pg_finding *f;

	if (!e->lost || !pf || pg_planner_has(c->dev, c->n_dev, pf))
		return 0;
	f = pg_findings_add(c->f, "vf-lost", PG_LEVEL_WARN, pg_bdf_str(e->by).s,
			    "%s is taken from the host, and its virtual function %s goes with it: %s.",
			    pg_bdf_str(e->by).s, pg_bdf_str(dev->addr).s, e->lost);
	return pg_finding_advice(f, "Put the card into another slot, one with a group of its own.");
}

/* ---- what is not known ---- */

/* Does a disk, or a network adapter, hang on it? */
static bool has_below(const struct pg_checker *c, const struct pg_dev *dev, enum pg_kind own,
		      enum pg_usb_kind kind)
{
	for (size_t i = 0; dev->kind == PG_KIND_USB && i < c->facts->n_usb; i++)
		if (c->facts->usb[i].kind == kind && c->facts->usb[i].has_controller &&
		    pg_bdf_equal(c->facts->usb[i].controller, dev->addr))
			return true;
	return dev->kind == own;
}

static int say_unread(struct pg_checker *c, const struct pg_dev *dev, const struct pg_strv *unread,
		      const char *what, const char *advice)
{
	pg_autofree char *all = pg_strv_join(unread, "; ");
	struct pg_finding *f;

	if (!all)
		return -ENOMEM;
	f = pg_findings_add(c->f, "usage-unread", PG_LEVEL_WARN, pg_bdf_str(dev->addr).s,
			    "What could not be read tells whether %s %s: it may, although nothing is "
			    "shown of it here.", pg_bdf_str(dev->addr).s, what);
	if (pg_finding_evidence(f, "%.500s", all) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

static int unread(struct pg_checker *c, const struct pg_dev *dev)
{
	const struct pg_facts *facts = c->facts;
	int r = 0;

	if (facts->unread_net.n && has_below(c, dev, PG_KIND_NIC, PG_USB_NETWORK))
		r = say_unread(c, dev, &facts->unread_net, _("carries the way to the node"),
			       _("Look yourself before you go on: `ip -br address`, `ip route`, "
			       "/etc/network/interfaces, and `corosync-cfgtool -s` in a cluster."));
	if (r == 0 && facts->unread_disk.n && has_below(c, dev, PG_KIND_STORAGE, PG_USB_DISK))
		r = say_unread(c, dev, &facts->unread_disk, _("carries a disk that the node needs"),
			       _("Look yourself before you go on: `lsblk`, `findmnt`, `swapon --show`, "
			       "`zpool status`."));
	return r;
}

int pg_check_losses(struct pg_checker *c)
{
	static int (*const parts[])(struct pg_checker *c, const struct pg_effect *e,
				    const struct pg_dev *dev) = {
		[PG_CAUSE_CHOSEN] = chosen, [PG_CAUSE_IDS] = same_ids,
		[PG_CAUSE_GUEST] = of_guest, [PG_CAUSE_GROUP] = grouped, [PG_CAUSE_VF] = vf,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->effects.n; i++) {
		const struct pg_effect *e = &c->effects.v[i];
		const struct pg_dev *dev = pg_facts_dev(c->facts, e->addr);

		if (dev)
			r = parts[e->cause](c, e, dev);
		if (r == 0 && dev && !pg_dev_on_vfio(dev))
			r = unread(c, dev);
	}
	return r;
}
