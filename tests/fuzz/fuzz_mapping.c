/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resource mappings: the same bytes as mapping/pci.cfg and as mapping/usb.cfg. */
#include "tests/fuzz/fuzz.h"

#include "src/host/guests.h"
#include "src/host/usb_private.h"

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
	return 0;
}
