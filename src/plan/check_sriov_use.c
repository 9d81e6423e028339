/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has virtual functions, and what a change of their number does to them. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/host/sriov.h"
#include "src/plan/sriov_check.h"
#include "src/plan/status.h"

/* The kernel takes another number only from zero (drivers/pci/iov.c, EBUSY): all go for a moment. */
static bool remakes(const struct pg_checker *c, const struct pg_dev *pf)
{
	return pf->num_vfs && c->choices->sriov.count != pf->num_vfs;
}

/* Does it go for good? */
static bool leaves(const struct pg_checker *c, size_t n)
{
	return n >= c->choices->sriov.count;
}

/* ---- VMs ---- */

static int vm_runs(struct pg_checker *c, const struct pg_dev *vf, const struct pg_guest *g)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "sriov-vm-runs", PG_LEVEL_BLOCK, pg_bdf_str(c->choices->sriov.pf).s,
		"VM %u runs with virtual function %s: the number cannot be changed under it, since the "
		"kernel takes another number only from zero.", (unsigned)g->vmid, pg_bdf_str(vf->addr).s);

	return pg_finding_advice(f, "Shut the VM down first.");
}

static int vm_loses(struct pg_checker *c, const struct pg_dev *vf, const struct pg_guest *g)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "sriov-vm-loses", PG_LEVEL_BLOCK, pg_bdf_str(c->choices->sriov.pf).s,
		"VM %u%s%s%s has virtual function %s, which would not be there any more: it would not "
		"start.", (unsigned)g->vmid, g->name ? " (" : "", g->name ? g->name : "",
		g->name ? ")" : "", pg_bdf_str(vf->addr).s);

	return pg_finding_advice(f, "Take it from the VM first: `pve-gpu passthrough %u --remove hostpciN`.",
				 (unsigned)g->vmid);
}

static bool is_reserved(const struct pg_facts *facts, const struct pg_dev *vf, uint32_t vmid)
{
	for (size_t i = 0; i < facts->n_reserved; i++)
		if (facts->reserved[i].vmid == vmid && pg_bdf_equal(facts->reserved[i].addr, vf->addr))
			return true;
	return false;
}

static int of_vms(struct pg_checker *c, const struct pg_dev *vf, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (!g->local || g->template || !pg_guest_names(g, vf))
			continue;
		if (g->running == PG_YES || is_reserved(c->facts, vf, g->vmid))
			r = vm_runs(c, vf, g);
		else if (leaves(c, n))
			r = vm_loses(c, vf, g);
	}
	return r;
}

/* ---- the host ---- */

static int of_host(struct pg_checker *c, const struct pg_dev *vf)
{
	const struct pg_use *vital = pg_dev_vital(vf);
	pg_autofree char *all = NULL;
	struct pg_finding *f;

	if (!vf->n_use)
		return 0;
	all = pg_dev_uses(vf);
	if (!all)
		return -ENOMEM;
	f = pg_findings_add(c->f, vital ? "sriov-vf-vital" : "sriov-vf-in-use",
			    vital && !pg_choices_accepts(c->choices, vf->addr) ? PG_LEVEL_BLOCK :
										 PG_LEVEL_WARN,
			    pg_bdf_str(c->choices->sriov.pf).s,
			    "The node itself uses virtual function %s, and loses it while the number is "
			    "changed.", pg_bdf_str(vf->addr).s);
	if (pg_finding_evidence(f, "%s", all) < 0 ||
	    (vital && pg_finding_loss(f, vf, vital) < 0))
		return -ENOMEM;
	return pg_finding_advice(f, "Move what is on it to another interface first.");
}

int pg_check_sriov_users(struct pg_checker *c, const struct pg_dev *pf)
{
	struct pg_finding *f;
	int r = 0;

	if (!remakes(c, pf))
		return 0;
	for (size_t i = 0; r == 0 && i < pf->n_vf; i++) {
		const struct pg_dev *vf = pg_facts_dev(c->facts, pf->vf[i]);

		if (vf)
			r = of_vms(c, vf, i);
		if (r == 0 && vf)
			r = of_host(c, vf);
	}
	if (r < 0 || !c->choices->sriov.count)
		return r;
	f = pg_findings_add(c->f, "sriov-remade", PG_LEVEL_NOTE, pg_bdf_str(pf->addr).s,
			    "The device has %u virtual functions: all of them go, and are made anew.",
			    pf->num_vfs);
	return pg_finding_evidence(f, "the kernel takes another number only from zero");
}

/* Those that are there already stay with the driver that has them. */
int pg_check_sriov_later(struct pg_checker *c, const struct pg_dev *pf)
{
	for (size_t i = 0; c->choices->sriov.host_driver == PG_NO && !remakes(c, pf) && i < pf->n_vf; i++) {
		const struct pg_dev *vf = pg_facts_dev(c->facts, pf->vf[i]);
		struct pg_finding *f;

		if (!vf || !vf->driver || pg_dev_on_vfio(vf))
			continue;
		f = pg_sriov_finding(c, "sriov-driver-later", PG_LEVEL_NOTE,
				     "A driver of the host has virtual functions that are there already: it "
				     "keeps them until the node is rebooted, or a VM takes one.");
		return pg_finding_evidence(f, "%s: %s", pg_bdf_str(vf->addr).s, vf->driver);
	}
	return 0;
}

/* ---- the card itself ---- */

int pg_check_sriov_link(struct pg_checker *c, const struct pg_dev *pf)
{
	const struct pg_use *vital = pg_dev_vital(pf);
	struct pg_finding *f;

	if (!vital || vital->what != PG_USE_NETWORK || c->choices->sriov.count == pf->num_vfs)
		return 0;
	f = pg_sriov_finding(c, "sriov-link", PG_LEVEL_WARN,
			     "The node is reached through this network card. When the number of virtual "
			     "functions is set, its link may go down for some seconds.");
	if (pg_finding_evidence(f, "%s", vital->detail) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Apply it at the local screen, or where a short break does no harm.");
}

/* ---- the VM that is to have one ---- */

static int future_note(struct pg_checker *c)
{
	const struct pg_dev *pf = pg_facts_dev(c->facts, c->choices->sriov.pf);
	const struct pg_dev *vf = c->dev[0];
	struct pg_finding *f;

	for (size_t i = 0; i < pf->n_vf; i++)
		if (pg_bdf_equal(pf->vf[i], vf->addr))
			return 0;
	f = pg_findings_add(c->f, "sriov-group-later", PG_LEVEL_NOTE, pg_bdf_str(vf->addr).s,
			    "This virtual function is made by the plan. Its IOMMU group is known only then; it "
			    "is expected to be kept apart as its card is.");
	return pg_finding_advice(f, "Before the VM starts, look at `pve-gpu iommu`.");
}

int pg_check_sriov_vm(struct pg_checker *c, const struct pg_dev *pf)
{
	struct pg_finding *f;

	if (!c->choices->vmid)
		return 0;
	if (c->n_dev)
		return future_note(c);
	f = pg_sriov_finding(c, "sriov-no-free", PG_LEVEL_BLOCK,
			     pf->vf_offset || pf->n_vf ?
				     N_("No virtual function of this device is free for the VM.") :
				     N_("Where the virtual functions will be is not known before they are "
				     "there."));
	return pg_finding_advice(f, pf->vf_offset || pf->n_vf ?
				    N_("Ask for more of them, or take one from another VM.") :
				    N_("Make them first, without a VM, then plan again."));
}

/* ---- doctor ---- */

static void status_done(struct pg_status *s)
{
	free(s->why);
	free(s->evidence);
	free(s->fix);
}

int pg_check_sriov_state(struct pg_checker *c, const struct pg_sriov_state *st)
{
	struct pg_status s PG_CLEANUP(status_done) = { 0 };
	struct pg_finding *f;
	int r = pg_sriov_judge(c->facts, st, &s);

	if (r < 0 || s.verdict != PG_STATUS_WRONG)
		return r;
	f = pg_findings_add(c->f, s.reason, PG_LEVEL_WARN, pg_bdf_str(st->card->id.addr).s, "%s", s.why);
	if (pg_finding_evidence(f, "%s", s.evidence) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", s.fix);
}
