/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What journalctl -o json prints of the kernel's messages about a device. */
#include "tests/fuzz/fuzz.h"

#include "src/exec/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	const struct pg_bdf addr = { .bus = 1 };

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_klog_read(&in, addr, &facts->klog) == 0);
	FUZZ_ASSERT(facts->klog.n_line <= 200);
	for (size_t i = 0; i < facts->klog.n_line; i++) {
		const struct pg_klog_line *l = &facts->klog.line[i];

		FUZZ_ASSERT(l->of_dev && pg_bdf_equal(l->addr, addr) && l->text);
	}
	return 0;
}
