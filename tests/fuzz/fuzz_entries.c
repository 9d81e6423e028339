/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the loader boots from: the same bytes as grub.cfg and as an entry of the Boot Loader
 * Specification. */
#include "tests/fuzz/fuzz.h"

#include "src/host/entries.h"

static void check(const struct pg_boot_entries *all, const char *path)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct pg_boot_entry *e = &all->v[i];

		FUZZ_ASSERT(strcmp(e->path, path) == 0);
		FUZZ_ASSERT(e->title && e->options);
		FUZZ_ASSERT(!strchr(e->options, '\n'));
		/* The way back is one only where the kernel is told so. */
		FUZZ_ASSERT(!e->off || strstr(e->options, "pve-gpu.off") ||
			    strstr(e->options, "pve_gpu.off"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char grub_cfg[] = "/boot/grub/grub.cfg";
	static const char conf[] = "/boot/efi/loader/entries/a.conf";
	struct pg_boot_entries grub PG_CLEANUP(pg_boot_entries_done) = { 0 };
	struct pg_boot_entries bls PG_CLEANUP(pg_boot_entries_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_boot_entries_grub(grub_cfg, &in, &grub) == 0);
	check(&grub, grub_cfg);
	FUZZ_ASSERT(pg_boot_entries_bls(conf, &in, &bls) == 0);
	FUZZ_ASSERT(bls.n <= 1);
	check(&bls, conf);
	return 0;
}
