/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VM's configuration, and the same bytes as storage.cfg and mapping/pci.cfg. */
#include "tests/fuzz/fuzz.h"

#include "src/host/guests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_guest *guest;

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	guest = pg_vec_add(&facts->guest, &facts->n_guest, sizeof(*guest));
	FUZZ_ASSERT(guest);
	FUZZ_ASSERT(pg_guest_parse(&in, guest) == 0);
	FUZZ_ASSERT(pg_guest_read_props(guest) == 0);
	FUZZ_ASSERT(pg_guest_read_hostpci(guest) == 0);
	FUZZ_ASSERT(guest->n_hostpci <= 2 * PG_HOSTPCI_MAX);
	FUZZ_ASSERT(pg_storage_parse(&in, "pve1", facts) == 0);
	FUZZ_ASSERT(pg_mappings_parse(&in, "pve1", facts) == 0);
	return 0;
}
