/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An archive as --root: whatever it holds, nothing of it lands outside of the folder, and all of it goes. */
#include "tests/fuzz/fuzz.h"

#include "src/exec/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct stat st;
	int r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_root_scratch(&root, NULL) == 0);
	r = pg_archive_unpack(&in, root, &err);
	FUZZ_ASSERT(r == 0 || err.what);
	FUZZ_ASSERT(access("/tmp/pve-gpu-fuzz-evil", F_OK) < 0);
	pg_root_scratch_remove(root);
	FUZZ_ASSERT(stat(pg_root_prefix(root), &st) < 0);
	return 0;
}
