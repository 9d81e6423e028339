/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the script prints of the EFI system partitions: names and contents of files that others wrote. */
#include "tests/fuzz/fuzz.h"

#include "src/exec/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_strv unseen PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	int r;

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	r = pg_esp_read(&in, facts, &unseen);
	FUZZ_ASSERT(r == 0 || r == -EBADMSG);
	for (size_t i = 0; i < facts->boot.n_entry; i++) {
		const struct pg_boot_entry *e = &facts->boot.entry[i];

		FUZZ_ASSERT(e->esp && *e->esp && strstr(e->path, e->esp));
		FUZZ_ASSERT(!e->esp[strspn(e->esp, "0123456789ABCDEFabcdef-")]);
		FUZZ_ASSERT(e->title && e->options && !strchr(e->options, '\n'));
	}
	for (size_t i = 0; i < unseen.n; i++)
		FUZZ_ASSERT(!unseen.v[i][strspn(unseen.v[i], "0123456789ABCDEFabcdef-")]);
	return 0;
}
