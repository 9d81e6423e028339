/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interfaces(5), in two files: the second adds to the first. */
#include "tests/fuzz/fuzz.h"

#include "src/host/usage.h"

static void check(const struct pg_ifaces *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct pg_iface *f = &all->v[i];

		FUZZ_ASSERT(f->name && *f->name);
		FUZZ_ASSERT(pg_ifaces_find(all, f->name) == f);
		for (size_t k = 0; k < f->below.n; k++)
			FUZZ_ASSERT(*f->below.v[k] && !strchr(f->below.v[k], ' '));
		for (size_t k = 0; k < f->addresses.n; k++)
			FUZZ_ASSERT(*f->addresses.v[k]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_ifaces all PG_CLEANUP(pg_ifaces_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t once;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_ifaces_parse(&in, &all) == 0);
	check(&all);
	once = all.n;
	FUZZ_ASSERT(pg_ifaces_parse(&in, &all) == 0);
	check(&all);
	FUZZ_ASSERT(all.n == once);
	return 0;
}
