/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of cards by their names, which cases do not have, and by their ids. */
#include "tests/unit/test.h"

#include <string.h>

#include "src/plan/vgpu.h"

static const char *why(struct pg_dev *dev)
{
	struct pg_facts facts = { .dev = dev, .n_dev = 1 };
	struct pg_findings f PG_CLEANUP(pg_findings_done) = { 0 };

	dev->kind = PG_KIND_GPU;
	facts.vgpu.nvidia_host = PG_YES;
	assert_int_equal(pg_vgpu_why(&facts, dev, PG_LEVEL_NOTE, &f), 0);
	assert_int_equal(f.n, 1);
	assert_non_null(f.v[0].evidence);
	assert_non_null(f.v[0].advice);
	return f.v[0].id; /* static storage */
}

static void test_nvidia(void **state)
{
	char geforce[] = "AD102 [GeForce RTX 4090]", titan[] = "GV100 [TITAN V]", tesla[] = "TU104GL [Tesla T4]",
	     quadro[] = "GP104GL [Quadro P5000]", driver[] = "nvidia";
	struct pg_dev dev = { .vendor = 0x10de, .device = 0x2684, .name = geforce, .driver = driver };

	(void)state;
	assert_int_equal(pg_nvidia_card(&dev), PG_NO);
	assert_string_equal(why(&dev), "vgpu-consumer");
	dev.name = titan;
	assert_int_equal(pg_nvidia_card(&dev), PG_NO);
	dev.name = quadro;
	assert_int_equal(pg_nvidia_card(&dev), PG_UNKNOWN);
	assert_string_equal(why(&dev), "vgpu-not-known");
	dev.name = NULL;
	assert_int_equal(pg_nvidia_card(&dev), PG_UNKNOWN);
	dev.device = 0x1eb8;
	dev.name = tesla;
	assert_int_equal(pg_nvidia_card(&dev), PG_YES);
	assert_string_equal(why(&dev), "vgpu-not-known");
}

static const char *generation(uint16_t device)
{
	const char *name = pg_gvt_generation(
		&(const struct pg_dev){ .vendor = 0x8086, .device = device, .kind = PG_KIND_GPU });

	return name ? name : "none";
}

static void test_gvt(void **state)
{
	(void)state;
	assert_string_equal(generation(0x0412), "none"); /* Haswell */
	assert_string_equal(generation(0x1616), "Broadwell");
	assert_string_equal(generation(0x22b0), "none"); /* Cherryview */
	assert_string_equal(generation(0x1912), "Skylake");
	assert_string_equal(generation(0x5a85), "Broxton");
	assert_string_equal(generation(0x3185), "none"); /* Gemini Lake */
	assert_string_equal(generation(0x5912), "Kaby Lake");
	assert_string_equal(generation(0x3e92), "Coffee Lake");
	assert_string_equal(generation(0x9bc5), "Comet Lake");
	assert_string_equal(generation(0x8a52), "none"); /* Ice Lake */
	assert_string_equal(generation(0x4680), "none"); /* Alder Lake */
	assert_string_equal(generation(0xa780), "none"); /* Raptor Lake */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nvidia),
		cmocka_unit_test(test_gvt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
