/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that a VM's romfile= names: the images of a card's ROM. */
#include "tests/fuzz/fuzz.h"

#include "src/host/guests.h"

enum { BLOCK = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_rom rom = { 0 }, behind = { 0 };
	struct pg_bytes rest;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	pg_rom_look(&in, &rom);
	FUZZ_ASSERT(rom.look != PG_ROM_UNREAD);
	FUZZ_ASSERT(rom.look == PG_ROM_GOOD || (!rom.legacy && !rom.uefi && !rom.vendor && !rom.device));
	FUZZ_ASSERT((rom.look == PG_ROM_NO_SIGNATURE) == (size < 26 || data[0] != 0x55 || data[1] != 0xaa));
	if (!rom.begins)
		return 0;
	/* what is said to begin there does */
	FUZZ_ASSERT(rom.look == PG_ROM_NO_SIGNATURE && rom.begins < size && rom.begins % BLOCK == 0);
	rest = (struct pg_bytes){ .p = in.p + rom.begins, .n = in.n - rom.begins };
	pg_rom_look(&rest, &behind);
	FUZZ_ASSERT(behind.look == PG_ROM_GOOD);
	return 0;
}
