/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtual functions that are asked for: can the device have them, and what is in the way. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/sriov.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"
#include "src/plan/sriov_check.h"

struct pg_finding *pg_sriov_finding(struct pg_checker *c, const char *id, enum pg_level level,
				    const char *text)
{
	return pg_findings_add(c->f, id, level, pg_bdf_str(c->choices->sriov.pf).s, "%s", _(text));
}

static int refuse(struct pg_checker *c, const char *id, const char *text, const char *advice)
{
	return pg_finding_advice(pg_sriov_finding(c, id, PG_LEVEL_BLOCK, text), "%s", advice);
}

/* ---- is it one that can have them ---- */

static int no_device(struct pg_checker *c)
{
	return refuse(c, "sriov-no-device", _("There is no such device on this node."),
		      _("`pve-gpu sriov` shows the devices that can have virtual functions; addresses "
		      "change when cards are added or moved."));
}

/* 1: it cannot, and that is said; 0; or -ENOMEM. */
static int is_none(struct pg_checker *c, const struct pg_dev *pf)
{
	int r = 0;

	if (pf->is_vf)
		r = refuse(c, "sriov-is-vf", _("This is a virtual function itself."),
			   _("Name the physical one, which has them."));
	else if (pf->total_vfs == 0)
		r = refuse(c, "sriov-none", _("This device has no SR-IOV, or it is off."),
			   _("Where the card has it, switch SR-IOV on in the firmware's setup, and for some "
			   "network cards in the card's own (mlxconfig: SRIOV_EN, NUM_OF_VFS)."));
	else
		return 0;
	return r < 0 ? r : 1;
}

static int too_many(struct pg_checker *c, const struct pg_dev *pf)
{
	unsigned count = c->choices->sriov.count, by_bus = pg_vf_max_by_bus(c->facts, pf);
	struct pg_finding *f;

	if (count > pf->total_vfs) {
		f = pg_sriov_finding(c, "sriov-too-many", PG_LEVEL_BLOCK,
				     "The device cannot have so many virtual functions.");
		if (pg_finding_evidence(f, "sriov_totalvfs: %u", pf->total_vfs) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "Ask for at most %u.", pf->total_vfs);
	}
	if (count <= by_bus)
		return 0;
	f = pg_sriov_finding(c, "sriov-no-bus", PG_LEVEL_BLOCK,
			     "There are no bus numbers for so many virtual functions: the kernel would "
			     "refuse them.");
	if (pg_finding_evidence(f, "sriov_offset %u, sriov_stride %u; the buses below %s end at %02x",
				pf->vf_offset, pf->vf_stride, pg_bdf_str(pf->parent).s,
				pg_facts_dev(c->facts, pf->parent) ?
					pg_facts_dev(c->facts, pf->parent)->last_bus : 0) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Ask for at most %u; or switch on ARI and SR-IOV in the firmware; else "
				    "boot with pci=assign-busses, which may rename network cards "
				    "(--pin-nics keeps their names).", by_bus);
}

static int no_memory(struct pg_checker *c, const struct pg_dev *pf)
{
	struct pg_finding *f;

	if (pf->vf_memory != PG_NO || pf->num_vfs)
		return 0;
	f = pg_sriov_finding(c, "sriov-no-memory", PG_LEVEL_WARN,
			     "The firmware has given no memory to the virtual functions of this device: "
			     "the kernel may refuse to make them. Nothing is left changed then.");
	if (pg_finding_evidence(f, "no VF BAR of the SR-IOV capability has an address") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Switch on Above 4G Decoding in the firmware; else boot with "
				    "pci=realloc.");
}

/* ---- its driver ---- */

static int no_driver(struct pg_checker *c, const struct pg_dev *pf)
{
	const char *advice = NULL, *why = pg_sriov_driver_why_not(pf, &advice);
	struct pg_finding *f;

	if (!pf->driver)
		return refuse(c, "sriov-no-driver",
			      _("The device has no driver, and its driver is what makes virtual functions."),
			      _("Load the driver (`pve-gpu list --all` shows which device has none), or install "
			      "it, then plan again."));
	if (!why)
		return 0;
	f = pg_sriov_finding(c, "sriov-driver", PG_LEVEL_BLOCK, why);
	if (pg_finding_evidence(f, "driver: %s", pf->driver) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

static int is_passed(struct pg_checker *c, const struct pg_dev *pf)
{
	const char *expected = pg_plan_expected_driver(c->facts, pf);
	bool bound = expected && strcmp(expected, "vfio-pci") == 0;
	struct pg_finding *f;

	if (pg_dev_on_vfio(pf) || (!pf->n_vmid && !bound))
		return 0;
	f = pg_sriov_finding(c, "sriov-passed", PG_LEVEL_BLOCK,
			     "The device itself is given to a VM: with vfio-pci it can have no virtual "
			     "functions.");
	if ((pf->n_vmid ? pg_finding_evidence(f, "VM %u has it", (unsigned)pf->vmid[0]) :
			  pg_finding_evidence(f, "vfio-pci takes it at boot")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take it from the VM, and out of what binds it, first.");
}

/* ---- who makes them already ---- */

static int elsewhere(struct pg_checker *c, const struct pg_dev *pf)
{
	const struct pg_vf_maker *m = pg_vf_maker_of(c->facts, pf);
	bool same = c->choices->sriov.count == pf->num_vfs && pf->num_vfs;
	struct pg_finding *f;

	if (!m)
		return 0;
	f = pg_findings_add(c->f, "sriov-elsewhere", same ? PG_LEVEL_NOTE : PG_LEVEL_BLOCK,
			    pg_bdf_str(pf->addr).s,
			    "The virtual functions of this device are made by %s already: pve-gpu sets up "
			    "none of its own beside that.", pg_vf_maker_words(m->kind));
	if ((m->line ? pg_finding_evidence(f, "%s:%u", m->path, m->line) :
		       pg_finding_evidence(f, "%s", m->path)) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, m->kind == PG_VF_NVIDIA ?
				    N_("Leave it to that unit; the driver decides the number.") :
				    N_("Change the number there; or take the line out, then plan again."));
}

static int inert(struct pg_checker *c, const struct pg_dev *pf)
{
	const struct pg_vf_maker *m = pg_vf_inert_of(c->facts, pf);
	struct pg_finding *f;
	int r;

	if (!m)
		return 0;
	f = pg_findings_add(c->f, "sriov-inert", PG_LEVEL_NOTE, pg_bdf_str(pf->addr).s,
			    "A line of /etc/pve/sriov.conf asks for %u virtual functions, but nothing in "
			    "Proxmox reads that file: after a reboot there are none.", m->count);
	if (pg_finding_evidence(f, "%s:%u", m->path, m->line) < 0)
		return -ENOMEM;
	r = pg_finding_advice(f, "`pve-gpu sriov %s %u` plans them for good. Then delete the line by hand: "
				 "the file is the whole cluster's, and its other lines are another node's "
				 "perhaps.", pg_bdf_str(pf->addr).s, m->count);
	return r < 0 || c->choices ? r : pg_finding_fix(f, "pve-gpu sriov %s %u", pg_bdf_str(pf->addr).s,
							m->count);
}

/* ---- settings of single ones ---- */

static int settings(struct pg_checker *c, const struct pg_dev *pf)
{
	const struct pg_sriov_want *want = &c->choices->sriov;

	for (size_t i = 0; i < want->n_vf; i++)
		if (want->vf[i].n >= want->count)
			return refuse(c, "sriov-vf-number",
				      _("A virtual function with settings would not be there."),
				      _("They are counted from 0: the last one has a number that is one below "
				      "how many there are."));
	if (!want->n_vf || pf->kind == PG_KIND_NIC)
		return 0;
	return refuse(c, "sriov-not-nic",
		      _("MAC address, VLAN, trust and spoof check are settings of network cards."),
		      _("Leave them out."));
}

/* ---- all together ---- */

static int wanted(struct pg_checker *c)
{
	static int (*const some[])(struct pg_checker *c, const struct pg_dev *pf) = {
		no_driver, is_passed, too_many, no_memory,
	};
	static int (*const always[])(struct pg_checker *c, const struct pg_dev *pf) = {
		elsewhere, inert, settings, pg_check_sriov_users, pg_check_sriov_link,
		pg_check_sriov_later, pg_check_sriov_vm,
	};
	const struct pg_dev *pf = pg_facts_dev(c->facts, c->choices->sriov.pf);
	int r = pf ? is_none(c, pf) : no_device(c);
	bool makes = pf && c->choices->sriov.count && c->choices->sriov.count != pf->num_vfs;

	if (!pf || r)
		return r < 0 ? r : 0;
	for (size_t i = 0; r == 0 && makes && i < PG_ARRAY_SIZE(some); i++)
		r = some[i](c, pf);
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(always); i++)
		r = always[i](c, pf);
	return r;
}

/* ---- the node as it is ---- */

static int bad_lines(struct pg_checker *c, const struct pg_sriov_conf *conf)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < conf->bad.n; i++) {
		struct pg_finding *f = pg_findings_add(c->f, "sriov-bad-line", PG_LEVEL_WARN, "host",
						       "A line of %s cannot be read, and nothing "
						       "comes of it.", PG_PATH_SRIOV);

		r = pg_finding_evidence(f, "%s", conf->bad.v[i]);
		if (r == 0)
			r = pg_finding_advice(f, "Put the line right; `pve-gpu sriov ADDRESS COUNT` writes "
						 "new ones.");
	}
	return r;
}

/* Two that set the number of one card: the last one wins, whichever that is. */
static int twice(struct pg_checker *c, const struct pg_sriov_state *st)
{
	const struct pg_vf_maker *m = st->dev ? pg_vf_maker_of(c->facts, st->dev) : NULL;
	struct pg_finding *f;

	if (!m)
		return 0;
	f = pg_findings_add(c->f, "sriov-twice", PG_LEVEL_WARN, pg_bdf_str(st->dev->addr).s,
			    "Two things make virtual functions of this device when the node starts: pve-gpu "
			    "and %s.", pg_vf_maker_words(m->kind));
	if (pg_finding_evidence(f, "%s; " PG_PATH_SRIOV ":%u", m->path, st->card->line) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take one of them away; `pve-gpu sriov %s 0` takes ours.",
				 pg_bdf_str(st->dev->addr).s);
}

/* The unit or its drop-in is gone: nothing makes them. */
static int no_unit(struct pg_checker *c, const struct pg_sriov_state *st)
{
	struct pg_finding *f;

	if (pg_facts_file(c->facts, PG_PATH_SRIOV_UNIT) && pg_facts_file(c->facts, PG_PATH_SRIOV_WANT))
		return 0;
	f = pg_findings_add(c->f, "sriov-no-unit", PG_LEVEL_WARN, pg_bdf_str(st->card->id.addr).s,
			    "The unit that makes the virtual functions is not there: after a reboot there "
			    "are none.");
	if (pg_finding_evidence(f, PG_PATH_SRIOV_UNIT ", " PG_PATH_SRIOV_WANT) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`pve-gpu sriov %s %u --apply` writes it again.",
				 pg_bdf_str(st->card->id.addr).s, st->card->count);
}

static int doctor(struct pg_checker *c)
{
	struct pg_sriov_states s PG_CLEANUP(pg_sriov_states_done) = { 0 };
	int r = pg_sriov_states(c->facts, &s);

	if (r == 0)
		r = bad_lines(c, &s.conf);
	for (size_t i = 0; r == 0 && i < s.n; i++) {
		r = twice(c, &s.v[i]);
		if (r == 0)
			r = no_unit(c, &s.v[i]);
		if (r == 0)
			r = pg_check_sriov_state(c, &s.v[i]);
	}
	for (size_t i = 0; r == 0 && i < c->facts->n_dev; i++)
		if (c->facts->dev[i].total_vfs && !pg_sriov_state_of(&s, &c->facts->dev[i]))
			r = inert(c, &c->facts->dev[i]);
	return r;
}

bool pg_sriov_is_finding(const char *id)
{
	return pg_text_starts(id, "sriov-") || pg_text_starts(id, "vfs-");
}

int pg_check_sriov(struct pg_checker *c)
{
	if (!c->choices)
		return doctor(c);
	return c->choices->sriov.wanted ? wanted(c) : 0;
}
