/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"

#define REAL "/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0"
#define LINK "/sys/bus/pci/devices/0000:03:00.0"
#define NIC REAL "/net/enp3s0"

static void put_dev(const struct tree *t)
{
	tree_value(t, REAL "/vendor", "0x8086");
	tree_value(t, REAL "/device", "0x1521");
	tree_value(t, REAL "/class", "0x020000");
	tree_link(t, LINK, "../../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0");
}

static void put_nic(const struct tree *t, const char *address, const char *assigned)
{
	tree_value(t, NIC "/type", "1");
	tree_value(t, NIC "/address", address);
	tree_value(t, NIC "/addr_assign_type", assigned);
	tree_link(t, "/sys/class/net/enp3s0",
		  "../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/net/enp3s0");
}

static struct pg_facts *look(const struct tree *t)
{
	struct pg_facts *facts = NULL;

	assert_int_equal(pg_facts_collect(t->root, PG_WANT_PCI | PG_WANT_IDENTITY, &facts, NULL), 0);
	assert_int_equal(facts->n_dev, 1);
	return facts;
}

/* A configuration space of 4 KiB with one capability at 0x100 and the serial number at 0x148. */
static void put_config(const struct tree *t, uint32_t first, const char *serial)
{
	char config[4096] = { 0 };

	for (unsigned i = 0; i < 4; i++)
		config[0x100 + i] = (char)(first >> 8 * i);
	memcpy(config + 0x148, "\x03\x00\x01\x00", 4);
	memcpy(config + 0x14c, serial, 8);
	tree_bytes(t, REAL "/config", config, sizeof(config));
}

static void assert_serial(const struct tree *t, const char *want)
{
	struct pg_facts *facts = look(t);

	if (want)
		assert_string_equal(facts->dev[0].serial, want);
	else
		assert_null(facts->dev[0].serial);
	pg_facts_free(facts);
}

static void test_dsn(void **state)
{
	put_dev(*state);
	put_nic(*state, "00:11:22:33:44:55", "0");
	put_config(*state, 0x14820001, "\x55\x44\x33\xff\xff\x22\x11\x00");
	assert_serial(*state, "dsn=001122ffff334455");
}

/* None: the list ends before it, or it is not filled in; then the hardware address counts. */
static void test_no_dsn(void **state)
{
	put_dev(*state);
	put_config(*state, 0x00020001, "\x55\x44\x33\xff\xff\x22\x11\x00");
	assert_serial(*state, NULL);
	put_nic(*state, "00:11:22:33:44:55", "0");
	assert_serial(*state, "mac=00:11:22:33:44:55");
	put_config(*state, 0x14820001, "\0\0\0\0\0\0\0\0");
	assert_serial(*state, "mac=00:11:22:33:44:55");
	put_config(*state, 0x14820001, "\xff\xff\xff\xff\xff\xff\xff\xff");
	assert_serial(*state, "mac=00:11:22:33:44:55");
}

/* A list that leads in a ring, behind the end, or into the first 256 bytes ends. */
static void test_broken_list(void **state)
{
	static const uint32_t heads[] = { 0x10020001, 0xffc20001, 0x0fc20001, 0xffffffff };

	put_dev(*state);
	for (size_t i = 0; i < PG_ARRAY_SIZE(heads); i++) {
		put_config(*state, heads[i], "\x55\x44\x33\xff\xff\x22\x11\x00");
		assert_serial(*state, NULL);
	}
	tree_bytes(*state, REAL "/config", "\x86\x80\x21\x15", 4);
	assert_serial(*state, NULL);
}

/* Its configuration space is not read, since that would wake it. */
static void test_asleep(void **state)
{
	put_dev(*state);
	put_config(*state, 0x14820001, "\x55\x44\x33\xff\xff\x22\x11\x00");
	tree_value(*state, REAL "/power_state", "D3cold");
	assert_serial(*state, NULL);
	tree_value(*state, REAL "/power_state", "D0");
	assert_serial(*state, "dsn=001122ffff334455");
}

static void assert_mac(const struct tree *t, const char *want)
{
	struct pg_facts *facts = look(t);

	assert_int_equal(facts->n_nic, 1);
	assert_string_equal(facts->nic[0].name, "enp3s0");
	assert_string_equal(pg_bdf_str(facts->nic[0].addr).s, "0000:03:00.0");
	if (want)
		assert_string_equal(facts->nic[0].mac, want);
	else
		assert_null(facts->nic[0].mac);
	pg_facts_free(facts);
}

static void test_mac(void **state)
{
	static const struct {
		const char *address, *assigned, *want;
	} cases[] = {
		{ "00:11:22:33:44:55", "0", "00:11:22:33:44:55" },
		{ "00:11:22:AA:BB:CC", "0", "00:11:22:aa:bb:cc" },
		{ "00:11:22:33:44:55", "1", NULL },	/* random */
		{ "00:11:22:33:44:55", "3", NULL },	/* set by hand, or by a bond */
		{ "00:00:00:00:00:00", "0", NULL },
		{ "00:11:22:33:44", "0", NULL },
		{ "00:11:22:33:44:5\x1b", "0", NULL },
		{ "00-11-22-33-44-55", "0", NULL },
	};

	put_dev(*state);
	put_nic(*state, "x", "0");
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		tree_value(*state, NIC "/address", cases[i].address);
		tree_value(*state, NIC "/addr_assign_type", cases[i].assigned);
		assert_mac(*state, cases[i].want);
	}
	tree_value(*state, NIC "/bonding_slave/perm_hwaddr", "00:11:22:33:44:66");
	assert_mac(*state, "00:11:22:33:44:66");
}

/* Virtual interfaces, those on USB, and others than Ethernet are none. */
static void test_other_nics(void **state)
{
	static const char *const targets[] = {
		"../../devices/virtual/net/x",
		"../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/usb1/1-1/1-1:1.0/net/x",
		"../../devices/platform/x",
	};
	struct pg_facts *facts;

	put_dev(*state);
	for (size_t i = 0; i < PG_ARRAY_SIZE(targets); i++) {
		pg_autofree char *path = pg_strf("/sys/class/net/x%zu", i);

		tree_link(*state, path, targets[i]);
	}
	tree_value(*state, REAL "/net/ib0/type", "32");
	tree_link(*state, "/sys/class/net/ib0",
		  "../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/net/ib0");
	facts = look(*state);
	assert_int_equal(facts->n_nic, 0);
	assert_false(facts->has_pin_tool);
	pg_facts_free(facts);
}

static void test_pin_tool(void **state)
{
	struct pg_facts *facts;

	put_dev(*state);
	tree_value(*state, "/usr/bin/pve-network-interface-pinning", "#!/usr/bin/perl");
	facts = look(*state);
	assert_true(facts->has_pin_tool);
	pg_facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_dsn),	    tree_test(test_no_dsn),
		tree_test(test_broken_list), tree_test(test_asleep),
		tree_test(test_mac),	    tree_test(test_other_nics),
		tree_test(test_pin_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
