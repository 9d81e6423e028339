/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look into a ROM of a card: the images as the PCI Firmware Specification lays them out, one
 * after the other, each with a header (55 AA, a pointer at 0x18) and a structure "PCIR".
 */
#include <string.h>

#include "src/host/guests.h"

enum {
	BLOCK = 512,		/* images begin, and are counted, in these */
	HEADER = 0x1a,
	PCIR = 0x18,		/* bytes of the structure that every revision has */
	IMAGES_MAX = 32,
	CODE_LEGACY = 0,
	CODE_EFI = 3,
	LAST = 0x80,
};

static unsigned le16(const unsigned char *p)
{
	return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static bool is_header(const unsigned char *p, size_t n)
{
	return n >= HEADER && p[0] == 0x55 && p[1] == 0xaa;
}

/* The structure of the image that begins at p; NULL: none. */
static const unsigned char *pcir_of(const unsigned char *p, size_t n)
{
	size_t at = is_header(p, n) ? le16(p + 0x18) : 0;

	if (at < HEADER || at > n || n - at < PCIR || memcmp(p + at, "PCIR", 4) != 0)
		return NULL;
	return p + at;
}

static void images(const unsigned char *p, size_t n, struct pg_rom *rom)
{
	for (unsigned i = 0; i < IMAGES_MAX; i++) {
		const unsigned char *pcir = pcir_of(p, n);
		size_t length = pcir ? (size_t)le16(pcir + 0x10) * BLOCK : 0;

		if (!pcir)
			return;
		rom->uefi |= pcir[0x14] == CODE_EFI;
		rom->legacy |= pcir[0x14] == CODE_LEGACY;
		if (i == 0) {
			rom->vendor = (uint16_t)le16(pcir + 4);
			rom->device = (uint16_t)le16(pcir + 6);
		}
		if (pcir[0x15] & LAST || !length || length >= n)
			return;
		p += length;
		n -= length;
	}
}

void pg_rom_look(const struct pg_bytes *bytes, struct pg_rom *rom)
{
	const unsigned char *p = (const unsigned char *)bytes->p;

	rom->look = PG_ROM_NO_SIGNATURE;
	if (is_header(p, bytes->n)) {
		rom->look = pcir_of(p, bytes->n) ? PG_ROM_GOOD : PG_ROM_NO_PCIR;
		images(p, bytes->n, rom);
		return;
	}
	for (size_t at = BLOCK; at < bytes->n; at += BLOCK) {
		if (!pcir_of(p + at, bytes->n - at))
			continue;
		rom->begins = at; /* behind something that a tool of the vendor put before it */
		return;
	}
}
