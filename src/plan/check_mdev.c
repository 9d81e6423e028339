/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mediated devices: what was chosen of them, and cards that must stay with their drivers for them. */
#include "src/plan/mdev.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/vgpu.h"

/* ---- a card that is divided stays with its driver ---- */

/* No plan takes it: neither as chosen, nor by its group, nor by ids=. What a VM has already is only
 * told of. */
static int taken(struct pg_checker *c, const struct pg_effect *e, const struct pg_dev *dev)
{
	bool chosen = e->cause == PG_CAUSE_CHOSEN;
	struct pg_finding *f = pg_findings_add(
		c->f, "mdev-card-taken", e->cause == PG_CAUSE_GUEST ? PG_LEVEL_WARN : PG_LEVEL_BLOCK,
		pg_bdf_str(dev->addr).s,
		chosen ? N_("The card is divided into mediated devices or vGPUs, which its own driver makes: "
			 "with vfio-pci there would be none.") :
			 N_("%s is divided into mediated devices or vGPUs, which its own driver makes, and it "
			 "would go to vfio-pci with %s (%s)."),
		pg_bdf_str(dev->addr).s, pg_bdf_str(e->by).s, e->why);

	if (pg_finding_evidence(f, "/sys/bus/pci/devices/%s: mdev_supported_types or nvidia/; driver: %s",
				pg_bdf_str(dev->addr).s, dev->driver ? dev->driver : _("none")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, chosen ? N_("Give the VM a part of it: `pve-gpu vgpu VMID %s TYPE`. To pass "
					     "it whole, switch off first what divides it (i915.enable_gvt, "
					     "the vGPU driver), and reboot.") :
					     N_("Put the other card into another slot, or leave %s out of ids=."),
				 pg_bdf_str(dev->addr).s);
}

static int guard(struct pg_checker *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->effects.n; i++) {
		const struct pg_dev *dev = pg_facts_dev(c->facts, c->effects.v[i].addr);

		if (dev && dev->has_mdev && !pg_dev_on_vfio(dev))
			r = taken(c, &c->effects.v[i], dev);
	}
	return r;
}

/* ---- what was chosen ---- */

static int refuse(struct pg_checker *c, const char *scope, const char *id, const char *text,
		  const char *evidence, const char *advice)
{
	struct pg_finding *f = pg_findings_add(c->f, id, PG_LEVEL_BLOCK, scope, "%s", text);

	if (evidence && pg_finding_evidence(f, "%s", evidence) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

/* *ret: they make sense as far as they go. */
static int form(struct pg_checker *c, bool *ret)
{
	const struct pg_choices *ch = c->choices;

	*ret = false;
	if (ch->n_pick > 1)
		return refuse(c, "host", "mdev-several",
			      _("A part is of one device, and several were chosen."), NULL,
			      _("Plan one at a time: what the VM has already stays."));
	if (ch->n_pick && ch->pick->slot)
		return refuse(c, pg_bdf_slot_str(ch->pick->addr).s, "mdev-slot",
			      _("A mediated device is of a single function, and a whole slot was named (cannot "
			      "use mediated device with multifunction device)."), NULL,
			      _("Name one function, like 0000:00:02.0."));
	if (ch->primary || ch->pci.legacy_igd == PG_YES || ch->bind == PG_BIND_EARLY ||
	    ch->bind == PG_BIND_ADDRESS)
		return refuse(c, "host", "mdev-excludes",
			      _("A part of a card is neither the VM's primary display nor legacy-igd, and the "
			      "card is not bound to vfio-pci for it."), NULL, _("Leave these settings out."));
	*ret = c->n_dev == 1;
	return 0;
}

static int later(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_finding *f;

	if (!c->choices->vmid)
		return 0;
	f = pg_findings_add(c->f, "mdev-after-reboot", PG_LEVEL_WARN, pg_bdf_str(dev->addr).s,
			    "GVT-g is to be switched on first. The types are known after the reboot, so that "
			    "the VM gets nothing yet.");
	return pg_finding_advice(f, "Apply this, reboot, and give the same command again.");
}

/* The card was named, and none of its functions can. */
static int no_part(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_finding *f;

	for (size_t i = 0; i < dev->n_vf; i++) {
		if (!pg_mdev_at(c->facts, dev->vf[i]))
			continue;
		f = pg_findings_add(c->f, "mdev-no-function", PG_LEVEL_BLOCK, pg_bdf_str(dev->addr).s,
				    "No virtual function of the card is free for a vGPU of this type: each "
				    "can be one only.");
		if (pg_finding_evidence(f, "%u virtual functions; mdev=%s", dev->num_vfs,
					c->choices->mdev) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "`pve-gpu vgpu` shows the types and who has them: take another "
					    "type, or take one from a VM.");
	}
	return pg_gvt_can_be_planned(c->facts, dev) ? later(c, dev) :
						      pg_vgpu_why(c->facts, dev, PG_LEVEL_BLOCK, c->f);
}

static char *types_of(const struct pg_mdev_parent *parent)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < parent->n_type; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ", " : "", parent->type[i].id);
	return pg_strbuf_steal(&b);
}

/* "00000000-…100 (VM 100), c2177883-…": what there is of the type. */
static char *instances(const struct pg_facts *facts, const struct pg_mdev_parent *parent,
		       const char *type)
{
	struct pg_strbuf b = { 0 };

	if (parent->current)
		pg_strbuf_addf(&b, _("current_vgpu_type: %u"), parent->current);
	for (size_t i = 0; i < facts->n_mdev; i++) {
		const struct pg_mdev *m = &facts->mdev[i];

		if (!m->parent || strcmp(m->parent, parent->name) != 0)
			continue;
		pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "", m->uuid);
		if (m->vmid)
			pg_strbuf_addf(&b, _(" (VM %u)"), m->vmid);
		else
			pg_strbuf_add(&b, _(" (not made by Proxmox)"));
	}
	if (!b.len)
		pg_strbuf_addf(&b, "%s: available_instances 0", type);
	return pg_strbuf_steal(&b);
}

static int no_type(struct pg_checker *c, const struct pg_mdev_parent *parent)
{
	pg_autofree char *types = types_of(parent);

	if (!types)
		return -ENOMEM;
	if (!*c->choices->mdev)
		return refuse(c, parent->name, "mdev-no-type", _("Which part of the card the VM is to have was not "
			      "said."), types, _("Name one of its types."));
	return refuse(c, parent->name, "mdev-type-missing",
		      _("The card offers no such type: the VM would not start."), types,
		      _("Name one of its types; `pve-gpu vgpu` describes them."));
}

static int exhausted(struct pg_checker *c, const struct pg_mdev_parent *parent)
{
	pg_autofree char *who = instances(c->facts, parent, c->choices->mdev);

	return who ? refuse(c, parent->name, "mdev-exhausted",
			    _("Of this type no more can be made now: the VM would not start (has no available "
			    "instances)."), who,
			    _("Take a smaller type, or stop what has the parts of the card; what was not made "
			    "by Proxmox is mdevctl's (`mdevctl list`).")) : -ENOMEM;
}

static int part(struct pg_checker *c, const struct pg_mdev_parent *parent)
{
	const struct pg_choices *ch = c->choices;
	const struct pg_guest *guest = ch->vmid ? pg_facts_guest(c->facts, ch->vmid) : NULL;

	if ((!ch->vmid && !*ch->mdev) || pg_mdev_is_had(c->facts, guest, parent->addr, ch->mdev))
		return 0;
	if (strpbrk(ch->mdev, "/.:,; \t\n"))
		return no_type(c, parent); /* no value of mdev= */
	switch (pg_mdev_state(parent, ch->mdev)) {
	case PG_MDEV_NO_TYPE:
		return no_type(c, parent);
	case PG_MDEV_EXHAUSTED:
		return exhausted(c, parent);
	case PG_MDEV_CAN:
		break;
	}
	if ((parent->way == PG_MDEV_VENDOR || pg_facts_dev(c->facts, parent->addr)->is_vf) &&
	    pg_mdev_is_taken(c->facts, parent, ch->vmid))
		return refuse(c, parent->name, "mdev-function-taken",
			      _("Another VM has this virtual function, which can be one vGPU only."), NULL,
			      _("Name the card itself: a free function is taken then."));
	return 0;
}

static int chosen(struct pg_checker *c)
{
	const struct pg_mdev_parent *parent;
	bool good;
	int r = form(c, &good);

	if (r < 0 || !good)
		return r;
	parent = pg_mdev_at(c->facts, c->dev[0]->addr);
	return parent ? part(c, parent) : no_part(c, c->dev[0]);
}

int pg_check_mdev(struct pg_checker *c)
{
	int r;

	if (!c->choices)
		return pg_check_mdev_guests(c);
	r = guard(c);
	return r == 0 && c->choices->mdev ? chosen(c) : r;
}

/* ---- for the list ---- */

static int not_pci(struct pg_findings *found, const struct pg_mdev_parent *parent)
{
	struct pg_finding *f = pg_findings_add(
		found, "mdev-not-pci", PG_LEVEL_NOTE, "host",
		"%s is no PCI device. Proxmox names what it divides by a PCI address, so that no VM can be "
		"given a part of it.", parent->name);

	if (pg_finding_evidence(f, "/sys/class/mdev_bus/%s", parent->name) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "There is nothing to do: it is a driver for tests, or for another program.");
}

static int foreign(struct pg_findings *found, const struct pg_mdev *m)
{
	struct pg_finding *f = pg_findings_add(
		found, "mdev-foreign", PG_LEVEL_NOTE, "host",
		"%s was not made by Proxmox. It counts against what can be made of %s.", m->uuid,
		m->parent ? m->parent : _("its card"));

	if (pg_finding_evidence(f, "/sys/bus/mdev/devices/%s: %s", m->uuid, m->type ? m->type : "?") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`mdevctl list -d` shows whether it is made at every boot. pve-gpu leaves it "
				    "alone.");
}

/* Proxmox removes it when the VM stops. */
static int left_over(const struct pg_facts *facts, struct pg_findings *found,
		     const struct pg_mdev *m)
{
	const struct pg_guest *g = pg_facts_guest(facts, m->vmid);
	struct pg_finding *f;

	if (g && g->running != PG_NO)
		return 0;
	f = pg_findings_add(found, "mdev-left-over", PG_LEVEL_NOTE, "host",
			    "%s was made for VM %u, which does not run: it was left over.", m->uuid, m->vmid);
	if (pg_finding_evidence(f, "/sys/bus/mdev/devices/%s: %s", m->uuid, m->type ? m->type : "?") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "The next start of that VM takes it; `echo 1 > "
				    "/sys/bus/mdev/devices/%s/remove` removes it.", m->uuid);
}

static int look(const struct pg_facts *facts, struct pg_findings *found)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		if (facts->dev[i].kind == PG_KIND_GPU && !facts->dev[i].is_vf)
			r = pg_vgpu_why(facts, &facts->dev[i], PG_LEVEL_NOTE, found);
	for (size_t i = 0; r == 0 && i < facts->n_mdev_parent; i++)
		if (!facts->mdev_parent[i].is_pci)
			r = not_pci(found, &facts->mdev_parent[i]);
	for (size_t i = 0; r == 0 && i < facts->n_mdev; i++)
		r = facts->mdev[i].vmid ? left_over(facts, found, &facts->mdev[i]) :
					  foreign(found, &facts->mdev[i]);
	return r;
}

int pg_vgpu_findings(const struct pg_facts *facts, struct pg_findings *ret)
{
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_checker c = { .facts = facts, .f = &found };
	int r = pg_check_iommu(&c);

	if (r == 0)
		r = pg_check_mdev_guests(&c);
	if (r == 0)
		r = look(facts, &found);
	if (r == 0)
		r = pg_findings_sort(&found);
	if (r < 0)
		return r;
	pg_findings_done(ret);
	*ret = found;
	found = (struct pg_findings){ 0 };
	return 0;
}
