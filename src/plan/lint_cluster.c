/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other nodes, and what starts VMs unasked: HA, migration, backups. */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"

/* The first entry that names its device by address; NULL: none. */
static const struct pg_hostpci *raw(const struct pg_guest *g)
{
	for (size_t i = 0; i < g->n_hostpci; i++)
		if (g->hostpci[i].n_addr && pg_hostpci_counts(g, &g->hostpci[i]))
			return &g->hostpci[i];
	return NULL;
}

static int fix_mapping(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp)
{
	char option[48];

	(void)snprintf(option, sizeof(option), "--mapping vm%s-hostpci%u", l->scope.number, hp->index);
	return pg_lint_fix(l, f, hp, option);
}

/* ---- HA ---- */

/* A mapping of an entry that no other node has; NULL: none. */
static const struct pg_hostpci *only_here(const struct pg_lint *l)
{
	for (size_t i = 0; i < l->g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &l->g->hostpci[i];
		const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);
		bool elsewhere = false;

		for (size_t k = 0; m && k < m->n_map; k++)
			elsewhere |= !m->map[k].here;
		if (m && !elsewhere && pg_hostpci_counts(l->g, hp))
			return hp;
	}
	return NULL;
}

/* Rules came with Proxmox VE 9; until then there were groups. NULL: no memory. */
static char *how_to_bind(const struct pg_lint *l)
{
	const char *version = l->c->facts->system.pve_version, *id = l->scope.number;

	if (version && strtoul(version, NULL, 10) < 9)
		return pg_strf("`ha-manager groupadd only-%s --nodes %s --restricted 1`, "
			       "`ha-manager set vm:%s --group only-%s`", l->g->node, l->g->node, id, l->g->node);
	return pg_strf("`ha-manager rules add node-affinity vm%s-here --resources vm:%s --nodes %s --strict 1`",
		       id, id, l->g->node);
}

int pg_lint_ha(const struct pg_lint *l)
{
	const struct pg_hostpci *hp = l->g->ha ? raw(l->g) : NULL;
	char *bind pg_autofree = NULL;
	struct pg_finding *f;

	if (!l->g->ha || l->g->ha_here)
		return 0;
	bind = how_to_bind(l);
	if (!bind)
		return -ENOMEM;
	if (hp) {
		f = pg_lint_add(l, "ha-raw-device", PG_LEVEL_WARN,
				"HA may start the VM on another node, and the address of its device means "
				"another device there, or none.");
		if (pg_lint_entry(l, f, hp) < 0 ||
		    pg_finding_advice(f, "Name the device by a resource mapping that has an entry for "
					 "each node with such a device, or bind the VM to this node: %s.",
				      bind) < 0)
			return -ENOMEM;
		return fix_mapping(l, f, hp);
	}
	hp = only_here(l);
	if (!hp)
		return 0;
	f = pg_lint_add(l, "ha-mapping-here-only", PG_LEVEL_WARN,
			"HA may start the VM on another node, and its resource mapping has a device on "
			"this node only: it will not start there.");
	if (pg_lint_entry(l, f, hp) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`pve-gpu mapping %s ADDRESS` on each other node adds its device to the "
				    "mapping; or bind the VM to this node: %s.", hp->mapping, bind);
}

/* ---- migration, suspend, snapshots with memory ---- */

static bool has_other_nodes(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_node; i++)
		if (facts->node[i].member && !facts->node[i].here)
			return true;
	return false;
}

/* Are all of its mappings said to be so (PVE::QemuMigrate, check_local_resources)? */
static bool moves_live(const struct pg_lint *l)
{
	for (size_t i = 0; i < l->g->n_hostpci; i++) {
		const struct pg_mapping *m = pg_lint_mapping(l->c->facts, &l->g->hostpci[i]);

		if (pg_hostpci_counts(l->g, &l->g->hostpci[i]) && !(m && m->live_migration))
			return false;
	}
	return true;
}

int pg_lint_moving(const struct pg_lint *l)
{
	const struct pg_hostpci *hp = raw(l->g);
	struct pg_finding *f;
	bool live;

	if (!pg_lint_has_device(l->g) || (l->g->ha && !l->g->ha_here) || !has_other_nodes(l->c->facts))
		return 0;
	if (!hp && only_here(l)) {
		f = pg_lint_add(l, "vm-mapping-here-only", PG_LEVEL_NOTE,
				"The VM cannot be migrated to another node: its resource mapping has a "
				"device on this node only (missing mapped devices).");
		if (pg_lint_entry(l, f, only_here(l)) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "`pve-gpu mapping %s ADDRESS` on the other node adds its device "
					    "to the mapping.", only_here(l)->mapping);
	}
	live = !hp && moves_live(l);
	f = pg_lint_add(l, hp ? "vm-not-movable" : live ? "vm-moves-live" : "vm-moves-stopped",
			PG_LEVEL_NOTE, "%s",
			live ? _("The VM can be migrated while it runs, to a node whose driver takes its device "
			       "over (live-migration-capable); it cannot be suspended to disk.") :
			hp ? _("The VM cannot be migrated to another node, nor suspended to disk: it names a "
			     "local device (can't migrate VM which uses local devices).") :
			     _("The VM can be migrated while it is stopped only, and not be suspended to disk: "
			     "it has a passed device."));
	if (hp && pg_lint_entry(l, f, hp) < 0)
		return -ENOMEM;
	if (!hp)
		return f ? 0 : -ENOMEM;
	if (pg_finding_advice(f, "With a resource mapping that has a device on the other node, too, it can "
				 "be migrated while it is stopped.") < 0)
		return -ENOMEM;
	return fix_mapping(l, f, hp);
}

/* ---- backups ---- */

/* A device of the VM that another one has which runs now, or runs as a rule; NULL: none. */
static const struct pg_guest *rival(const struct pg_lint *l)
{
	const struct pg_facts *facts = l->c->facts;

	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		if (g == l->g || !g->local || g->template ||
		    (g->running != PG_YES && !pg_lint_starts_itself(g)))
			continue;
		for (size_t k = 0; k < facts->n_dev; k++)
			if (pg_lint_takes(facts, l->g, &facts->dev[k]) &&
			    pg_lint_takes(facts, g, &facts->dev[k]))
				return g;
	}
	return NULL;
}

/* vzdump starts a stopped VM, paused, with all of its devices (PVE::VZDump::QemuServer,
 * enforce_vm_running_for_backup). */
int pg_lint_backup(const struct pg_lint *l)
{
	const struct pg_guest *other;
	struct pg_finding *f;

	if (!l->g->backup_job || l->g->running == PG_YES || !pg_lint_has_device(l->g) ||
	    pg_lint_starts_itself(l->g))
		return 0;
	other = rival(l);
	if (other)
		f = pg_lint_add(l, "backup-conflict", PG_LEVEL_WARN,
				"The backup of the stopped VM starts it (paused) with its devices, and VM "
				"%u has one of them: while that runs the backup fails.", other->vmid);
	else
		f = pg_lint_add(l, "backup-starts-vm", PG_LEVEL_NOTE,
				"The backup of the stopped VM starts it (paused) with its devices: for that "
				"time they, and all of their IOMMU groups, are taken from the node.");
	if (pg_finding_evidence(f, "/etc/pve/jobs.cfg: vzdump: %s", l->g->backup_job) < 0)
		return -ENOMEM;
	return other ? pg_finding_advice(f, "Take the VM out of the job, or its device from the VM.") : 0;
}
