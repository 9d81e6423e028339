/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/guests.h"

enum { BLOCK = 512 };

/* An image of one block at `at`: its header, and PCIR behind it. */
static void put_image(unsigned char *rom, size_t at, unsigned type, bool last)
{
	static const unsigned char pcir[] = { 'P', 'C', 'I', 'R', 0xde, 0x10, 0x84, 0x26 };
	unsigned char *p = rom + at;

	p[0] = 0x55;
	p[1] = 0xaa;
	p[0x18] = 0x1c;
	memcpy(p + 0x1c, pcir, sizeof(pcir));
	p[0x1c + 0x10] = 1;
	p[0x1c + 0x14] = (unsigned char)type;
	p[0x1c + 0x15] = last ? 0x80 : 0;
}

static struct pg_rom look(const unsigned char *rom, size_t n)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_rom ret = { 0 };

	assert_int_equal(pg_bytes_copy((const char *)rom, n, &bytes), 0);
	pg_rom_look(&bytes, &ret);
	return ret;
}

static void test_images(void **state)
{
	unsigned char rom[2 * BLOCK] = { 0 };
	struct pg_rom r;

	(void)state;
	put_image(rom, 0, 0, false);
	put_image(rom, BLOCK, 3, true);
	r = look(rom, sizeof(rom));
	assert_int_equal(r.look, PG_ROM_GOOD);
	assert_true(r.legacy && r.uefi);
	assert_int_equal(r.vendor, 0x10de);
	assert_int_equal(r.device, 0x2684);
	r = look(rom, BLOCK); /* the second one was cut off */
	assert_true(r.legacy && !r.uefi);
	put_image(rom, 0, 0, true); /* the first one is the last */
	r = look(rom, sizeof(rom));
	assert_true(r.legacy && !r.uefi);
}

static void test_no_rom(void **state)
{
	unsigned char rom[3 * BLOCK] = { 0 };
	struct pg_rom r = look(rom, 0);

	(void)state;
	assert_int_equal(r.look, PG_ROM_NO_SIGNATURE);
	assert_int_equal(r.begins, 0);
	put_image(rom, BLOCK, 3, true); /* something stands before it */
	r = look(rom, sizeof(rom));
	assert_int_equal(r.look, PG_ROM_NO_SIGNATURE);
	assert_int_equal(r.begins, BLOCK);
	put_image(rom, 0, 3, true);
	rom[0x1c] = 'p';
	assert_int_equal(look(rom, sizeof(rom)).look, PG_ROM_NO_PCIR);
	rom[0x18] = 0xff; /* points behind the end */
	rom[0x19] = 0xff;
	assert_int_equal(look(rom, sizeof(rom)).look, PG_ROM_NO_PCIR);
	for (size_t n = 0; n < BLOCK; n++) /* cut off anywhere: it ends, and inside */
		(void)look(rom + BLOCK, n);
}

/* Images without length, or that never end. */
static void test_hostile(void **state)
{
	unsigned char rom[64 * BLOCK] = { 0 };

	(void)state;
	for (size_t i = 0; i < 64; i++)
		put_image(rom, i * BLOCK, 3, false);
	assert_int_equal(look(rom, sizeof(rom)).look, PG_ROM_GOOD);
	rom[0x1c + 0x10] = 0;
	assert_true(look(rom, sizeof(rom)).uefi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_no_rom),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("rom", tests, NULL, NULL);
}
