/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resource mappings and their nodes: the same bytes as mapping/pci.cfg, as mapping/usb.cfg, as
 * corosync.conf and as .members; and the table that comes of them. */
#include "tests/fuzz/fuzz.h"

#include "src/host/cluster.h"
#include "src/host/guests.h"
#include "src/host/usb_private.h"
#include "src/plan/map_table.h"

static void check_pci(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];

		FUZZ_ASSERT(*m->id && !m->id[strcspn(m->id, " \t\r\n\v\f")]);
		FUZZ_ASSERT(m->here || !m->n_addr);
		FUZZ_ASSERT(!m->n_addr || (m->addr && m->slot));
		for (size_t k = 0; k < m->n_addr; k++)
			FUZZ_ASSERT(m->addr[k].dev < 32 && m->addr[k].fn < 8 &&
				    (!m->slot[k] || m->addr[k].fn == 0));
	}
}

static void check_usb(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_usb_mapping; i++) {
		const struct pg_usb_mapping *m = &facts->usb_mapping[i];

		FUZZ_ASSERT(*m->id && !m->id[strcspn(m->id, " \t\r\n\v\f")]);
		FUZZ_ASSERT(m->n_here || (!m->has_ids && !m->port));
		FUZZ_ASSERT(pg_usb_mapping_find(facts, m->id) != NULL);
	}
}

static void check_nodes(const struct pg_facts *facts)
{
	FUZZ_ASSERT(facts->n_node <= 128);
	for (size_t i = 0; i < facts->n_node; i++) {
		const struct pg_node *n = &facts->node[i];

		FUZZ_ASSERT(*n->name && !n->name[strspn(n->name, "abcdefghijklmnopqrstuvwxyz"
							"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")]);
		FUZZ_ASSERT(n->here == (strcmp(n->name, "pve1") == 0));
		FUZZ_ASSERT(i == 0 || strcmp(facts->node[i - 1].name, n->name) < 0);
	}
}

/* Every mapping once, every member of the cluster in each; what is wrong says why. */
static void check_table(const struct pg_facts *facts)
{
	struct pg_map_table t PG_CLEANUP(pg_map_table_done) = { 0 };

	FUZZ_ASSERT(pg_map_table_make(facts, &t) == 0);
	FUZZ_ASSERT(t.n == facts->n_mapping + facts->n_usb_mapping);
	for (size_t i = 0; i < t.n; i++) {
		for (size_t k = 0; k < facts->n_node; k++)
			FUZZ_ASSERT(!facts->node[k].member ||
				    pg_map_row_at(&t.v[i], facts->node[k].name));
		for (size_t k = 0; k < t.v[i].n_cell; k++)
			FUZZ_ASSERT(t.v[i].cell[k].why || t.v[i].cell[k].state == PG_MAP_OK ||
				    t.v[i].cell[k].state == PG_MAP_LISTED);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_mappings_parse(&in, "pve1", facts) == 0);
	check_pci(facts);
	FUZZ_ASSERT(pg_usb_mappings_parse(&in, "pve1", facts) == 0);
	check_usb(facts);
	FUZZ_ASSERT(pg_cluster_members(facts, &in) == 0);
	FUZZ_ASSERT(pg_cluster_end(facts, "pve1") == 0);
	FUZZ_ASSERT(pg_members_parse(&in, facts) == 0);
	check_nodes(facts);
	check_table(facts);
	return 0;
}
