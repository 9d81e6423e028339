/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/host/sriov.h"
#include "src/plan/sriov.h"

#define CARD "card 0000:07:00.1 8086:10c9 - - mac=04:42:1a:0d:e7:32 2 none\n"

static struct pg_facts *collect(struct tree *t, const char *tree)
{
	struct pg_facts *facts = NULL;

	mktree(t, tree);
	assert_int_equal(pg_facts_collect(t->root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL), 0);
	return facts;
}

static const struct pg_dev *dev(const struct pg_facts *facts, const char *addr)
{
	struct pg_bdf bdf;

	assert_int_equal(pg_bdf_parse(addr, &bdf), 0);
	assert_non_null(pg_facts_dev(facts, bdf));
	return pg_facts_dev(facts, bdf);
}

static struct pg_bytes bytes(const char *text)
{
	return (struct pg_bytes){ .p = (char *)(uintptr_t)text, .n = strlen(text) };
}

/* ---- facts ---- */

static void test_facts(void **state)
{
	struct pg_facts *facts = collect(*state, "tests/trees/sriov-vfs.tree");
	const struct pg_dev *pf = dev(facts, "0000:07:00.1");
	struct pg_bdf addr;

	assert_int_equal(pf->vf_offset, 128);
	assert_int_equal(pf->vf_stride, 2);
	assert_int_equal(pf->vf_device, 0x10ca);
	assert_int_equal(pf->vf_probe, PG_NO);
	assert_int_equal(pf->vf_memory, PG_UNKNOWN);
	assert_int_equal(dev(facts, "0000:00:1d.0")->last_bus, 8);
	assert_true(pg_vf_addr(pf, 0, &addr));
	assert_string_equal(pg_bdf_str(addr).s, "0000:07:10.1");
	assert_true(pg_vf_addr(pf, 6, &addr)); /* not there yet: 7*256 + 1 + 128 + 12 */
	assert_string_equal(pg_bdf_str(addr).s, "0000:07:11.5");
	assert_int_equal(pg_vf_index(facts, dev(facts, "0000:07:10.3")), 1);
	assert_int_equal(pg_vf_index(facts, pf), -1);
	assert_string_equal(pg_pf_nic(facts, pf)->name, "enp7s0f1");
	pg_facts_free(facts);
}

/* i40e of the tree says nothing of where its functions are. */
static void test_unknown(void **state)
{
	struct pg_facts *facts = collect(*state, "tests/trees/sriov-vfs.tree");
	const struct pg_dev *pf = dev(facts, "0000:04:00.0");
	struct pg_bdf addr;

	assert_int_equal(pf->vf_probe, PG_UNKNOWN);
	assert_true(pg_vf_addr(pf, 1, &addr));
	assert_false(pg_vf_addr(pf, 2, &addr));
	assert_int_equal(pg_vf_max_by_bus(facts, pf), 8);
	assert_null(pg_vf_maker_of(facts, pf));
	pg_facts_free(facts);
}

static void test_makers(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;
	const struct pg_vf_maker *m;

	pg_facts_free(collect(t, "tests/trees/sriov-vfs.tree"));
	tree_file(t, "/etc/sysfs.conf", "# bus/pci/devices/0000:04:00.0/sriov_numvfs = 1\n"
					"mode class/net/enp7s0f0/device/sriov_numvfs = 600\n"
					"bus/pci/devices/0000:07:00.0/sriov_numvfs=3\n");
	tree_file(t, "/etc/sysfs.d/a.conf", "class/net/enp7s0f0/device/sriov_numvfs = 5\n"
					    "class/net/nosuch/device/sriov_numvfs = 5\n"
					    "class/net/enp7s0f1/device/sriov_numvfs = many\n");
	tree_file(t, "/etc/pve/sriov.conf", "enp7s0f1 4\nenp7s0f1 4 5\nnosuch 1\n");
	assert_int_equal(pg_facts_collect(t->root, PG_WANT_ALL, &facts, NULL), 0);
	m = pg_vf_maker_of(facts, dev(facts, "0000:07:00.0"));
	assert_non_null(m);
	assert_string_equal(m->path, "/etc/sysfs.d/a.conf"); /* read last, and so it counts */
	assert_int_equal(m->count, 5);
	assert_null(pg_vf_maker_of(facts, dev(facts, "0000:04:00.0")));
	assert_null(pg_vf_maker_of(facts, dev(facts, "0000:07:00.1")));
	m = pg_vf_inert_of(facts, dev(facts, "0000:07:00.1"));
	assert_non_null(m);
	assert_int_equal(m->line, 1);
	assert_int_equal(facts->n_vf_maker, 3);
	pg_facts_free(facts);
}

/* ---- the file ---- */

static void assert_bad(const char *text, const char *complaint)
{
	struct pg_bytes in = bytes(text);
	struct pg_sriov_conf conf;

	assert_int_equal(pg_sriov_conf_read(&in, &conf), 0);
	assert_int_equal(conf.bad.n, 1);
	assert_non_null(strstr(conf.bad.v[0], complaint));
	pg_sriov_conf_done(&conf);
}

static void test_bad_lines(void **state)
{
	(void)state;
	assert_bad("card\n", "/etc/pve-gpu/sriov.conf:1: this is no card");
	assert_bad("# x\n\ncard 07:00.1 8086:10c9 - - - 2 none\n", "sriov.conf:3: this is no card");
	assert_bad("card 0000:07:00.1 8086:10c9 - - - 0 none\n", ":1: this is no card");
	assert_bad("card 0000:07:00.1 8086:10c9 - - - 2 some\n", ":1: this is no card");
	assert_bad(CARD CARD, ":2: the card was named before");
	assert_bad("vf 0\n", ":1: there is no card above");
	assert_bad(CARD "vf 2\n", ":2: a virtual function has a number");
	assert_bad(CARD "vf 0\nvf 0\n", ":3: the virtual function was named before");
	assert_bad(CARD "vf 0 mac=01:00:00:00:00:01\n", ":2: a virtual function takes mac=");
	assert_bad(CARD "vf 0 mac=00:00:00:00:00:00\n", ":2: a virtual function takes mac=");
	assert_bad(CARD "vf 0 vlan=4095\n", ":2: a virtual function takes");
	assert_bad(CARD "vf 0 trust=yes\n", ":2: a virtual function takes");
	assert_bad("nonsense\n", ":1: a line begins with card or vf");
}

static void test_good_lines(void **state)
{
	struct pg_bytes in = bytes("# x\n" CARD "\tvf 1 mac=02:AA:00:00:00:01 vlan=0\r\n");
	struct pg_sriov_conf conf;
	const struct pg_vf_opts *vf;

	(void)state;
	assert_int_equal(pg_sriov_conf_read(&in, &conf), 0);
	assert_int_equal(conf.bad.n, 0);
	assert_int_equal(conf.n, 1);
	assert_int_equal(conf.card[0].line, 2);
	assert_int_equal(conf.card[0].count, 2);
	assert_false(conf.card[0].host_driver);
	assert_null(pg_sriov_vf(&conf.card[0], 0));
	vf = pg_sriov_vf(&conf.card[0], 1);
	assert_non_null(vf);
	assert_string_equal(vf->mac, "02:aa:00:00:00:01");
	assert_int_equal(vf->vlan, 0);
	assert_int_equal(vf->trust, PG_UNKNOWN);
	pg_sriov_conf_done(&conf);
}

static void assert_edit(const char *before, unsigned old, const struct pg_sriov_card *card,
			const char *after)
{
	struct pg_bytes in = bytes(before), out;

	assert_int_equal(pg_sriov_edit(&in, old, card, &out), 0);
	assert_string_equal(out.p, after);
	pg_bytes_done(&out);
}

/* A second card, and what is no card, stays byte for byte. */
static void test_edit(void **state)
{
	static const char other[] = "card 0000:09:00.0 15b3:1017 - - - 4 host\n\tvf  3 vlan=7 # x\n";
	struct pg_vf_opts vf[2] = { pg_vf_opts_none(0), pg_vf_opts_none(2) };
	char serial[] = "mac=04:42:1a:0d:e7:32";
	struct pg_sriov_card card = {
		.id = { .addr = { .bus = 7, .fn = 1 }, .vendor = 0x8086, .device = 0x10c9,
			.serial = serial },
		.count = 3, .vf = vf, .n_vf = 2,
	};
	pg_autofree char *both = pg_strf("%svf 0 trust=on\n#y\n%s", CARD, other);
	pg_autofree char *more = pg_strf("card 0000:07:00.1 8086:10c9 - - %s 3 none\nvf 0 vlan=5\nvf 2\n#y\n%s",
					 serial, other);
	pg_autofree char *less = pg_strf("#y\n%s", other);
	pg_autofree char *twice = pg_strf("%s#y\n%svf 1\n", CARD, CARD);

	(void)state;
	vf[0].vlan = 5;
	assert_edit(both, 1, &card, more);
	assert_edit(more, 1, &card, more);
	card.count = 0;
	card.n_vf = 0;
	assert_edit(both, 1, &card, less);
	assert_edit(less, 0, &card, less);
	assert_edit("# no end", 0, &card, "# no end");
	assert_edit(twice, 1, &card, "#y\n");
}

/* ---- how a card stands ---- */

static void test_states(void **state)
{
	struct pg_facts *facts = collect(*state, "tests/trees/sriov-vfs.tree");
	struct pg_sriov_states s;
	const struct pg_dev *at;
	pg_autofree char *why = NULL;

	assert_int_equal(pg_sriov_states(facts, &s), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].place, PG_SRIOV_HERE);
	assert_ptr_equal(pg_sriov_state_of(&s, dev(facts, "0000:07:00.1")), &s.v[0]);
	assert_null(pg_sriov_state_of(&s, dev(facts, "0000:07:00.0")));
	s.conf.card[0].id.device = 0x10c8;
	assert_false(pg_sriov_is_it(facts, &s.conf.card[0], &at, &why));
	assert_string_equal(why, "At 0000:07:00.1 there is another device: 8086:10c9, not 8086:10c8 as in "
				 PG_PATH_SRIOV ".");
	pg_sriov_states_done(&s);
	pg_facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_facts),	tree_test(test_unknown), tree_test(test_makers),
		cmocka_unit_test(test_bad_lines), cmocka_unit_test(test_good_lines),
		cmocka_unit_test(test_edit), tree_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
