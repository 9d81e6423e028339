/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

/* A finding about the device whose scope is its address; NULL on -ENOMEM. */
static struct pg_finding *about(struct pg_checker *c, const struct pg_dev *dev, const char *id,
				enum pg_level level, const char *text)
{
	return pg_findings_add(c->f, id, level, pg_bdf_str(dev->addr).s, "%s", text);
}

static int say(struct pg_checker *c, const struct pg_dev *dev, const char *id,
	       enum pg_level level, const char *text, const char *advice)
{
	struct pg_finding *f = about(c, dev, id, level, text);

	return advice ? pg_finding_advice(f, "%s", advice) : f ? 0 : -ENOMEM;
}

/* ---- what was named ---- */

static bool is_there(const struct pg_facts *facts, const struct pg_pick *pick)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (pick->slot ? pg_bdf_same_slot(facts->dev[i].addr, pick->addr) :
				 pg_bdf_equal(facts->dev[i].addr, pick->addr))
			return true;
	return false;
}

static int picks(struct pg_checker *c)
{
	struct pg_finding *f;

	for (size_t i = 0; i < c->choices->n_pick; i++) {
		const struct pg_pick *pick = &c->choices->pick[i];
		struct pg_bdf_str s = pick->slot ? pg_bdf_slot_str(pick->addr) :
						   pg_bdf_str(pick->addr);

		if (is_there(c->facts, pick))
			continue;
		f = pg_findings_add(c->f, "device-missing", PG_LEVEL_BLOCK, s.s,
				    "There is no device %s on this node.", s.s);
		if (pg_finding_advice(f, "`pve-gpu list --all` shows what there is; addresses "
					 "change when cards are added or moved.") < 0)
			return -ENOMEM;
	}
	if (c->choices->n_pick)
		return 0;
	f = pg_findings_add(c->f, "nothing-chosen", PG_LEVEL_BLOCK, "host",
			    "No device was chosen.");
	return pg_finding_advice(f, "`pve-gpu list` shows the GPUs.");
}

/* ---- what cannot be passed ---- */

static int is_passable(struct pg_checker *c, const struct pg_dev *dev)
{
	if (dev->is_bridge)
		return say(c, dev, "device-bridge", PG_LEVEL_BLOCK,
			   "This is a bridge: what is behind it can be passed, a bridge cannot.",
			   "Choose the device below it.");
	if (dev->dead)
		return say(c, dev, "device-dead", PG_LEVEL_BLOCK,
			   "The device does not answer: all that is read from it is ones.",
			   "Switch the machine off and on again (a restart may not do), and look "
			   "at its seat and power.");
	if (dev->num_vfs)
		return say(c, dev, "device-has-vfs", PG_LEVEL_BLOCK,
			   "The device has virtual functions in use: vfio-pci refuses it as long "
			   "as there are any.",
			   "Pass a virtual function instead, or set their number to 0.");
	return 0;
}

/* ---- what the host does with it ---- */

/* Nothing but the boot screen, of which screen() speaks. */
static bool only_shows(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].what != PG_USE_DISPLAY || dev->use[i].vital)
			return false;
	return dev->boot_vga == PG_YES;
}

/* What the node cannot do without is refused, unless the person has said that it can. */
static enum pg_level level_of_loss(const struct pg_checker *c, const struct pg_dev *dev)
{
	return pg_choices_accepts(c->choices, dev->addr) ? PG_LEVEL_WARN : PG_LEVEL_BLOCK;
}

static int uses(struct pg_checker *c, const struct pg_dev *dev)
{
	const struct pg_use *vital = pg_dev_vital(dev);
	char *all pg_autofree = NULL;
	struct pg_finding *f;

	if (dev->n_use == 0 || only_shows(dev))
		return 0;
	all = pg_dev_uses(dev);
	if (!all)
		return -ENOMEM;
	if (vital)
		f = pg_findings_add(c->f, "device-vital", level_of_loss(c, dev),
				    pg_bdf_str(dev->addr).s,
				    "The node cannot do without this device: it carries %s.",
				    vital->detail);
	else
		f = about(c, dev, "device-in-use", PG_LEVEL_WARN,
			  "The node uses this device, and loses it to the VM.");
	if (pg_finding_evidence(f, "%s", all) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, vital ? "Choose another device, or move what it carries first." :
					    "Make sure that the node does without it.");
}

static int screen(struct pg_checker *c, const struct pg_dev *dev)
{
	if (dev->boot_vga != PG_YES)
		return 0;
	return say(c, dev, "boot-display", PG_LEVEL_WARN,
		   "The node's own screen is on this GPU. Once it is taken, the screen stays as "
		   "it is (it looks frozen), and the firmware's framebuffer may get in the way.",
		   "Have a way in over the network (ssh) before you reboot, or make another GPU "
		   "the primary one in the firmware's setup.");
}

/* ---- reset, reserved memory ---- */

static int reset(struct pg_checker *c, const struct pg_dev *dev)
{
	if (dev->can_reset != PG_NO)
		return 0;
	return say(c, dev, "no-reset", PG_LEVEL_NOTE,
		   "The device cannot be reset by itself: it may not start in a VM a second time "
		   "until the node is rebooted.",
		   NULL);
}

static int rmrr(struct pg_checker *c, const struct pg_dev *dev, const struct pg_group *group)
{
	struct pg_finding *f;

	if (!group->rmrr)
		return 0;
	f = about(c, dev, "rmrr", PG_LEVEL_WARN,
		  "The firmware keeps memory for itself with this device (RMRR). The kernel "
		  "refuses to pass such devices.");
	if (pg_finding_evidence(f, "/sys/kernel/iommu_groups/%d/reserved_regions: direct",
				group->id) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Look for a setting for this slot in the firmware (on HP: "
				    "shared memory features).");
}

/* ---- the group ---- */

static bool stays(const struct pg_checker *c, const struct pg_dev *dev)
{
	return !dev->is_bridge && !pg_planner_has(c->dev, c->n_dev, dev);
}

/* Neither a driver nor anything of the node would miss it (shared SRAM of a chipset). */
static bool is_idle(const struct pg_dev *dev)
{
	return !dev->driver && dev->n_use == 0 && dev->n_claim == 0 &&
	       dev->claim_known == PG_YES;
}

static int member(struct pg_checker *c, const struct pg_dev *dev, const struct pg_dev *other,
		  int group)
{
	const struct pg_use *vital = pg_dev_vital(other);
	struct pg_bdf_str addr = pg_bdf_str(other->addr);
	struct pg_finding *f;

	if (vital)
		f = pg_findings_add(c->f, "group-vital", level_of_loss(c, other),
				    pg_bdf_str(dev->addr).s,
				    "When the VM starts, Proxmox takes all of IOMMU group %d from the "
				    "host, and with it %s, which carries %s. The node would be cut "
				    "off.",
				    group, addr.s, vital->detail);
	else
		f = pg_findings_add(c->f, "group-shared", is_idle(other) ? PG_LEVEL_NOTE : PG_LEVEL_WARN,
				    pg_bdf_str(dev->addr).s,
				    "When the VM starts, Proxmox takes all of IOMMU group %d from the "
				    "host, and with it %s%s%s.",
				    group, addr.s, other->name ? ", " : "",
				    other->name ? other->name : "");
	if (pg_finding_evidence(f, "/sys/kernel/iommu_groups/%d/devices/%s; driver: %s", group,
				addr.s, other->driver ? other->driver : "none") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Put the card into another slot, or choose all of the group "
				    "if the node does without it.");
}

static int members(struct pg_checker *c, const struct pg_dev *dev, const struct pg_group *group)
{
	bool alone = true;

	for (size_t i = 0; i < group->n_dev; i++) {
		const struct pg_dev *other = &c->facts->dev[group->dev[i]];

		if (other == dev || !stays(c, other))
			continue;
		alone = false;
		if (pg_dev_on_vfio(other) && other->n_use == 0)
			continue;
		if (member(c, dev, other, group->id) < 0)
			return -ENOMEM;
	}
	if (!alone)
		return 0;
	return pg_finding_evidence(about(c, dev, "group-clean", PG_LEVEL_OK,
					 "Nothing else that stays with the host is in the device's "
					 "IOMMU group."),
				   "IOMMU group %d", group->id);
}

/* What holds for the group is said of the first chosen device in it. */
static bool said_before(const struct pg_checker *c, const struct pg_dev *dev)
{
	for (size_t i = 0; i < c->n_dev && c->dev[i] != dev; i++)
		if (c->dev[i]->group == dev->group)
			return true;
	return false;
}

static int in_group(struct pg_checker *c, const struct pg_dev *dev)
{
	const struct pg_group *group = pg_facts_group(c->facts, dev->group);
	int r;

	if (said_before(c, dev))
		return 0;
	if (!group && c->facts->iommu.active == PG_YES)
		return say(c, dev, "no-group", PG_LEVEL_BLOCK,
			   "The IOMMU is active, but this device is in none of its groups: it "
			   "cannot be passed.",
			   "Look for a firmware update, or use another slot.");
	if (!group)
		return say(c, dev, "group-unknown", PG_LEVEL_WARN,
			   "The IOMMU groups are not known before the IOMMU is active: what goes "
			   "with the device when the VM starts is not known either.",
			   "After the reboot, and before the VM starts, look at `pve-gpu iommu`.");
	r = rmrr(c, dev, group);
	return r < 0 ? r : members(c, dev, group);
}

/* ---- its slot ---- */

static int left_behind(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	if (dev->kind != PG_KIND_GPU || dev->is_vf)
		return 0;
	for (size_t i = 0; i < c->facts->n_dev; i++) {
		const struct pg_dev *other = &c->facts->dev[i];

		if (other != dev && pg_bdf_same_slot(other->addr, dev->addr) &&
		    other->kind != PG_KIND_GPU && stays(c, other) && !other->is_vf)
			pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "", pg_bdf_str(other->addr).s);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = about(c, dev, "slot-incomplete", PG_LEVEL_NOTE,
		  "Functions of the same card were not chosen. A GPU's sound and USB belong with "
		  "it.");
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose the whole slot, %s.", pg_bdf_slot_str(dev->addr).s);
}

static int one(struct pg_checker *c, const struct pg_dev *dev)
{
	static int (*const parts[])(struct pg_checker *c, const struct pg_dev *dev) = {
		is_passable, uses, screen, reset, in_group, left_behind,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++) {
		r = parts[i](c, dev);
		if (dev->is_bridge)
			break;
	}
	return r;
}

int pg_check_devices(struct pg_checker *c)
{
	int r;

	if (!c->choices)
		return 0;
	r = picks(c);
	for (size_t i = 0; r == 0 && i < c->n_dev; i++)
		r = one(c, c->dev[i]);
	return r;
}
