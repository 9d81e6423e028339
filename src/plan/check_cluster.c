/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cluster: may its files be written, and what do mappings say of other nodes? */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/map_table.h"
#include "src/plan/planner.h"

/* pmxcfs is read-only without quorum: pvesh and qm fail. */
static int quorum(struct pg_checker *c)
{
	bool needed = c->choices && (c->choices->vmid || c->choices->map_task);
	struct pg_finding *f;

	if (!c->facts->no_quorum)
		return 0;
	f = pg_findings_add(c->f, "cluster-no-quorum", needed ? PG_LEVEL_BLOCK : PG_LEVEL_WARN,
			    "host",
			    "This node is without the cluster's quorum: VMs and mappings cannot be "
			    "changed, and no VM can be started.");
	if (pg_finding_evidence(f, "/etc/pve/.members: quorate 0") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Bring the other nodes or the network between them up again; `pvecm "
				    "status` shows who is missing.");
}

/* Another node's entry can be mended there only. */
static int other_node(struct pg_checker *c, const struct pg_map_row *row,
		      const struct pg_map_cell *cell)
{
	bool stranger = !cell->member;
	struct pg_finding *f;

	if (cell->here || (!stranger && cell->state != PG_MAP_INCOMPLETE))
		return 0;
	f = pg_findings_add(c->f, stranger ? "mapping-no-node" : "mapping-incomplete", PG_LEVEL_NOTE,
			    "host",
			    stranger ? N_("The mapping %s has an entry for a node that the cluster does not "
				       "have.") :
				       N_("A VM with the mapping %s does not start on another node: its entry "
				       "there lacks what Proxmox demands."), row->id);
	if (pg_finding_evidence(f, "%s on %s: %s. %s", row->id, cell->node,
				cell->device ? cell->device : "-", cell->why ? cell->why : "") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, stranger ?
				    N_("Remove the entry under Datacenter, Resource Mappings.") :
				    N_("`pve-gpu status --repair` on that node puts its entry right."));
}

/* Doctor alone: `pve-gpu mapping` shows all of it. */
static int mappings(struct pg_checker *c)
{
	struct pg_map_table t PG_CLEANUP(pg_map_table_done) = { 0 };
	int r = pg_map_table_make(c->facts, &t);

	for (size_t i = 0; r == 0 && i < t.n; i++)
		for (size_t k = 0; r == 0 && k < t.v[i].n_cell; k++)
			r = other_node(c, &t.v[i], &t.v[i].cell[k]);
	return r;
}

int pg_check_cluster(struct pg_checker *c)
{
	int r = quorum(c);

	return r < 0 || c->choices ? r : mappings(c);
}
