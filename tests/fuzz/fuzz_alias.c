/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modules.alias, modules.alias.bin and modules.builtin.modinfo: the same bytes as each. */
#include "tests/fuzz/fuzz.h"

#include "src/host/modules.h"

static void check(const struct pg_aliases *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct pg_alias *alias = &a->v[i];

		FUZZ_ASSERT(pg_aliases_find(a, alias->modalias) == alias);
		FUZZ_ASSERT(alias->modules.n <= 64);
		for (size_t k = 0; k < alias->modules.n; k++)
			FUZZ_ASSERT(!strchr(alias->modules.v[k], '-'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char gpu[] = "pci:v000010DEd00002684sv00001458sd000040BFbc03sc00i00";
	char audio[] = "pci:v000010DEd000022BAsv00001458sd000040BFbc04sc03i00";
	struct pg_dev devs[] = { { .modalias = gpu }, { .modalias = audio }, { .modalias = gpu } };
	const struct pg_facts facts = { .dev = devs, .n_dev = PG_ARRAY_SIZE(devs) };
	struct pg_aliases a PG_CLEANUP(pg_aliases_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	int r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_aliases_gather(&facts, &a) == 0 && a.n == 2);
	FUZZ_ASSERT(pg_aliases_from_text(&in, &a) == 0);
	FUZZ_ASSERT(pg_aliases_from_builtin(&in, &a) == 0);
	r = pg_aliases_from_index(&in, &a);
	FUZZ_ASSERT(r == 0 || r == -EBADMSG);
	check(&a);
	return 0;
}
