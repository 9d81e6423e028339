/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/lint.h"
#include "src/plan/sriov.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
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

/* One of them may be of the same slot or group, or hold what the guard looks for. */
static int unread(struct pg_checker *c)
{
	struct pg_finding *f;

	if (!c->facts->n_unread_dev || !c->choices->n_pick)
		return 0;
	f = pg_findings_add(c->f, "device-unread", PG_LEVEL_BLOCK, "host",
			    "Of the PCI devices %zu could not be read, so what this would take from the "
			    "node is not known.", c->facts->n_unread_dev);
	return pg_finding_advice(f, "`pve-gpu doctor` says which, and why.");
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
	if (c->choices->n_pick || c->choices->repair || pg_choices_has_vm_only(c->choices))
		return 0;
	f = pg_findings_add(c->f, "nothing-chosen", PG_LEVEL_BLOCK, "host",
			    "No device was chosen.");
	return pg_finding_advice(f, "`pve-gpu list` shows the GPUs.");
}

/* ---- what cannot be passed ---- */

static int has_vfs(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f = about(c, dev, "device-has-vfs", PG_LEVEL_BLOCK,
				     _("The device has virtual functions in use: vfio-pci refuses "
				     "it as long as there are any."));

	for (size_t i = 0; i < c->effects.n; i++) {
		const struct pg_effect *e = &c->effects.v[i];

		if (e->cause == PG_CAUSE_VF && pg_bdf_equal(e->by, dev->addr) && e->lost)
			pg_strbuf_addf(&b, "%s%s: %s", b.len ? "; " : "",
				       pg_bdf_str(e->addr).s, e->lost);
	}
	if (pg_strbuf_error(&b) < 0 || (b.len && pg_finding_evidence(f, "%s", b.s) < 0))
		return -ENOMEM;
	return pg_finding_advice(f, "Pass a virtual function instead, or set their number to 0.");
}

/* There are none now, but the next start of the node makes some. */
static int makes_vfs(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_sriov_states s PG_CLEANUP(pg_sriov_states_done) = { 0 };
	const struct pg_sriov_state *st;
	struct pg_finding *f;
	int r = dev->total_vfs ? pg_sriov_states(c->facts, &s) : 0;

	st = r == 0 ? pg_sriov_state_of(&s, dev) : NULL;
	if (!st)
		return r;
	f = about(c, dev, "device-makes-vfs", PG_LEVEL_BLOCK,
		  _("Virtual functions of this device are set up: with vfio-pci it makes none."));
	if (pg_finding_evidence(f, PG_PATH_SRIOV ":%u", st->card->line) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Pass one of them instead; or take them away first: "
				    "`pve-gpu sriov %s 0`.", pg_bdf_str(dev->addr).s);
}

/* Its group holds its card: what the VM takes then is the card, without whose driver there are none. */
static int with_card(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_finding *f;

	for (size_t i = 0; i < c->effects.n; i++)
		if (c->effects.v[i].cause == PG_CAUSE_GROUP &&
		    pg_bdf_equal(c->effects.v[i].addr, dev->physfn)) {
			f = about(c, dev, "vf-with-card", PG_LEVEL_BLOCK,
				  _("This virtual function is in one IOMMU group with its card. When the VM "
				  "starts, Proxmox takes the card as well, and all its functions are gone."));
			if (pg_finding_evidence(f, "IOMMU group %d: %s", dev->group,
						pg_bdf_str(dev->physfn).s) < 0)
				return -ENOMEM;
			return pg_finding_advice(f, "Put the card into another slot, one with a group of "
						    "its own (a port with ACS).");
		}
	return 0;
}

/* Host bridge and ISA bridge: no PCI-to-PCI bridges (is_bridge), and still nothing that a node can spare.
 * Not all of class 06: 0680 is a device of its own (an NVSwitch). */
static bool is_board(const struct pg_dev *dev)
{
	return dev->class >> 8 == 0x0600 || dev->class >> 8 == 0x0601;
}

static int board(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_bdf_str s = pg_bdf_str(dev->addr);

	return pg_finding_advice(pg_findings_add(c->f, "device-board", PG_LEVEL_BLOCK, s.s,
		dev->class >> 8 == 0x0600 ?
		N_("%s is a host bridge: it joins processor, memory and devices of the node, which cannot do "
		   "without it. It cannot be passed.") :
		N_("%s is the ISA bridge (LPC): the clock, the interrupts and the firmware of the board hang on "
		   "it, and the node cannot do without it. It cannot be passed."), s.s),
		"Choose another device; of a slot with such a bridge in it, not the whole slot but the "
		"function that is meant (`pve-gpu list --all`).");
}

static int is_passable(struct pg_checker *c, const struct pg_dev *dev)
{
	if (is_board(dev))
		return board(c, dev);
	if (dev->is_bridge)
		return say(c, dev, "device-bridge", PG_LEVEL_BLOCK,
			   _("This is a bridge: what is behind it can be passed, a bridge cannot."),
			   _("Choose the device below it."));
	if (dev->dead)
		return say(c, dev, "device-dead", PG_LEVEL_BLOCK,
			   _("The device does not answer: all that is read from it is ones."),
			   _("Switch the machine off and on again (a restart may not do), and look "
			   "at its seat and power."));
	if (dev->is_vf)
		return with_card(c, dev);
	return dev->num_vfs ? has_vfs(c, dev) : makes_vfs(c, dev);
}

/* ---- reserved memory ---- */

static int rmrr(struct pg_checker *c, const struct pg_dev *dev, const struct pg_group *group)
{
	struct pg_finding *f;

	if (!group->rmrr)
		return 0;
	f = about(c, dev, "rmrr", PG_LEVEL_WARN,
		  _("The firmware keeps memory for itself with this device (RMRR). The kernel "
		  "refuses to pass such devices."));
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

static int alone(struct pg_checker *c, const struct pg_dev *dev, const struct pg_group *group)
{
	for (size_t i = 0; i < c->effects.n; i++) {
		const struct pg_effect *e = &c->effects.v[i];
		const struct pg_dev *other = pg_facts_dev(c->facts, e->addr);

		if (e->cause == PG_CAUSE_GROUP && other && other->group == group->id)
			return 0;
	}
	return pg_finding_evidence(about(c, dev, "group-clean", PG_LEVEL_OK,
					 _("Nothing else that stays with the host is in the device's "
					 "IOMMU group.")),
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
			   _("The IOMMU is active, but this device is in none of its groups: it "
			   "cannot be passed."),
			   _("Look for a firmware update, or use another slot."));
	if (!group)
		return say(c, dev, "group-unknown", PG_LEVEL_WARN,
			   _("The IOMMU groups are not known before the IOMMU is active: what goes "
			   "with the device when the VM starts is not known either."),
			   _("After the reboot, and before the VM starts, look at `pve-gpu iommu`."));
	r = rmrr(c, dev, group);
	return r < 0 ? r : alone(c, dev, group);
}

/* ---- its slot ---- */

/* Has the VM it already, and keeps it? */
static bool is_had(const struct pg_checker *c, const struct pg_dev *dev)
{
	const struct pg_guest *guest = c->choices->vmid ?
		pg_facts_guest(c->facts, c->choices->vmid) : NULL;

	return guest && !c->choices->remove.n && !c->choices->replace &&
	       pg_lint_takes(c->facts, guest, dev);
}

static int left_behind(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	if (dev->kind != PG_KIND_GPU || dev->is_vf)
		return 0;
	for (size_t i = 0; i < c->facts->n_dev; i++) {
		const struct pg_dev *other = &c->facts->dev[i];

		if (other != dev && pg_bdf_same_slot(other->addr, dev->addr) &&
		    other->kind != PG_KIND_GPU && stays(c, other) && !other->is_vf && !is_had(c, other))
			pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "", pg_bdf_str(other->addr).s);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = about(c, dev, "slot-incomplete", PG_LEVEL_NOTE,
		  _("Functions of the same card were not chosen. A GPU's sound and USB belong with "
		  "it."));
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose the whole slot, %s.", pg_bdf_slot_str(dev->addr).s);
}

static int one(struct pg_checker *c, const struct pg_dev *dev)
{
	static int (*const parts[])(struct pg_checker *c, const struct pg_dev *dev) = {
		is_passable, pg_check_hardware, in_group, left_behind,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++) {
		r = parts[i](c, dev);
		if (dev->is_bridge || is_board(dev))
			break;
	}
	return r;
}

int pg_check_devices(struct pg_checker *c)
{
	int r;

	if (!c->choices)
		return 0;
	r = unread(c);
	if (r == 0)
		r = picks(c);
	/* a part of a card: check_mdev.c; the rest is about what leaves */
	for (size_t i = 0; r == 0 && !c->choices->mdev && i < c->n_dev; i++)
		r = one(c, c->dev[i]);
	return r;
}
