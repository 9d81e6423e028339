/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"

#define GROUPS "/sys/kernel/iommu_groups/"

static const struct pg_bdf slots[] = {
	{ 0, 0, 1, 0 }, { 0, 1, 0, 0 }, { 0, 1, 0, 1 }, { 0, 2, 0, 0 }, { 0, 3, 0, 0 },
};

/* Five devices, the first a bridge; none says its group. */
static struct pg_facts *facts_new(void)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	for (size_t i = 0; i < PG_ARRAY_SIZE(slots); i++) {
		struct pg_dev *dev = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*dev));

		assert_non_null(dev);
		dev->addr = slots[i];
		dev->group = -1;
		dev->is_bridge = i == 0;
	}
	return facts;
}

static void collect(struct tree *t, struct pg_facts *facts)
{
	assert_int_equal(pg_collect_groups(t->root, PG_WANT_ALL, facts), 0);
	assert_int_equal(pg_collect_iommu(t->root, facts), 0);
}

static struct pg_facts *read_tree(struct tree *t)
{
	struct pg_facts *facts = facts_new();

	collect(t, facts);
	return facts;
}

static void put_member(struct tree *t, const char *group, const char *addr)
{
	char path[128];

	snprintf(path, sizeof(path), GROUPS "%s/devices/%s", group, addr);
	tree_link(t, path, "../../../../devices/x");
}

static void test_groups(void **state)
{
	static const char regions[] = "0x00000000fee00000 0x00000000feefffff msi\n"
				      "0x000000007d000000 0x000000007f7fffff direct\n";
	static const char relaxed[] =
		"0x000000007d000000 0x000000007f7fffff direct-relaxable\n";
	struct tree *t = *state;
	struct pg_facts *facts;
	const struct pg_group *g;

	put_member(t, "10", "0000:00:01.0");
	put_member(t, "10", "0000:01:00.1");
	put_member(t, "10", "0000:01:00.0");
	tree_value(t, GROUPS "10/type", "DMA-FQ");
	tree_bytes(t, GROUPS "10/reserved_regions", regions, strlen(regions));
	put_member(t, "2", "0000:02:00.0");
	put_member(t, "2", "0000:03:00.0");
	tree_bytes(t, GROUPS "2/reserved_regions", relaxed, strlen(relaxed));
	put_member(t, "3", "platform-device");
	put_member(t, "3", "0000:77:00.0"); /* not listed by the bus */
	tree_dir(t, GROUPS "many/devices");
	tree_dir(t, GROUPS "99999999999/devices");
	facts = read_tree(t);
	assert_int_equal(facts->n_group, 3);
	g = &facts->group[0];
	assert_int_equal(g->id, 2);
	assert_int_equal(g->n_dev, 2);
	assert_int_equal(g->verdict, PG_GROUP_SHARED);
	assert_false(g->rmrr);
	assert_null(g->type);
	g = &facts->group[1];
	assert_int_equal(g->id, 3);
	assert_int_equal(g->n_dev, 0);
	assert_int_equal(g->verdict, PG_GROUP_EMPTY);
	g = pg_facts_group(facts, 10);
	assert_ptr_equal(g, &facts->group[2]);
	assert_int_equal(g->n_dev, 3);
	assert_int_equal(g->dev[0], 0);
	assert_int_equal(g->dev[2], 2);
	assert_int_equal(g->verdict, PG_GROUP_CLEAN); /* the bridge aside: one slot */
	assert_true(g->rmrr);
	assert_string_equal(g->type, "DMA-FQ");
	assert_int_equal(facts->dev[1].group, 10);
	assert_int_equal(facts->iommu.active, PG_YES); /* groups are evidence enough */
	pg_facts_free(facts);
}

static void test_links_only(void **state)
{
	struct pg_facts *facts = facts_new();
	struct tree *t = *state;

	facts->dev[0].group = 7;
	facts->dev[3].group = 7;
	facts->dev[4].group = 1;
	collect(t, facts);
	assert_int_equal(facts->n_group, 2);
	assert_int_equal(facts->group[0].id, 1);
	assert_int_equal(facts->group[1].id, 7);
	assert_int_equal(facts->group[1].n_dev, 2);
	assert_int_equal(facts->group[1].verdict, PG_GROUP_CLEAN);
	pg_facts_free(facts);
}

/* A group of which only the bridge is left. */
static void test_bridge_alone(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	put_member(t, "0", "0000:00:01.0");
	facts = read_tree(t);
	assert_int_equal(facts->group[0].n_dev, 1);
	assert_int_equal(facts->group[0].verdict, PG_GROUP_EMPTY);
	pg_facts_free(facts);
}

/* A host bridge alone, or two of class 06, cannot be passed; beside a device they count. */
static void test_host_bridge(void **state)
{
	struct pg_facts *facts = facts_new();
	struct tree *t = *state;

	facts->dev[1].class = 0x060000;
	facts->dev[3].class = 0x060100;
	facts->dev[4].class = 0x040300;
	put_member(t, "0", "0000:01:00.0");
	put_member(t, "0", "0000:02:00.0");
	put_member(t, "1", "0000:03:00.0");
	collect(t, facts);
	assert_int_equal(facts->group[0].n_dev, 2);
	assert_int_equal(facts->group[0].verdict, PG_GROUP_EMPTY);
	assert_int_equal(facts->group[1].verdict, PG_GROUP_CLEAN);
	pg_facts_free(facts);
}

static void test_host_bridge_beside(void **state)
{
	struct pg_facts *facts = facts_new();
	struct tree *t = *state;

	facts->dev[1].class = 0x060000;
	facts->dev[3].class = 0x040300;
	put_member(t, "0", "0000:01:00.0");
	put_member(t, "0", "0000:02:00.0");
	collect(t, facts);
	assert_int_equal(facts->group[0].verdict, PG_GROUP_SHARED);
	pg_facts_free(facts);
}

static void test_nothing_known(void **state)
{
	struct pg_facts *facts = read_tree(*state);

	assert_int_equal(facts->n_group, 0);
	assert_int_equal(facts->iommu.active, PG_UNKNOWN);
	assert_int_equal(facts->iommu.remapping, PG_UNKNOWN);
	assert_false(facts->iommu.table_known);
	assert_null(facts->iommu.option);
	assert_int_equal(facts->unread.n, 0);
	pg_facts_free(facts);
}

static void test_off(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	tree_dir(t, "/sys/class/iommu");
	tree_value(t, "/sys/firmware/acpi/tables/DMAR", "");
	tree_value(t, "/proc/interrupts", " 24:  0  PCI-MSI 1-edge  IRXIR-x");
	tree_value(t, "/proc/cmdline",
		 "BOOT_IMAGE=/vmlinuz intel_iommu=off quiet xiommu=pt iommu.strict=0 iommu=pt");
	facts = read_tree(t);
	assert_int_equal(facts->iommu.active, PG_NO);
	assert_true(facts->iommu.table_known);
	assert_int_equal(facts->iommu.table, PG_TABLE_DMAR);
	assert_int_equal(facts->iommu.remapping, PG_NO);
	assert_string_equal(facts->iommu.option, "intel_iommu=off iommu.strict=0 iommu=pt");
	pg_facts_free(facts);
}

static void test_on(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	tree_link(t, "/sys/class/iommu/ivhd0", "../../devices/x");
	tree_value(t, "/sys/firmware/acpi/tables/IVRS", "");
	tree_value(t, "/proc/interrupts", "  0: 1 IR-IO-APIC 2-edge timer");
	facts = read_tree(t);
	assert_int_equal(facts->iommu.active, PG_YES);
	assert_int_equal(facts->iommu.table, PG_TABLE_IVRS);
	assert_int_equal(facts->iommu.remapping, PG_YES);
	pg_facts_free(facts);
}

/* Without /proc/interrupts the units' ability decides; one without it is enough for no. */
static void test_ecap(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	tree_value(t, "/sys/class/iommu/dmar0/intel-iommu/ecap", "f050da");
	facts = read_tree(t);
	assert_int_equal(facts->iommu.remapping, PG_YES);
	pg_facts_free(facts);
	tree_value(t, "/sys/class/iommu/dmar1/intel-iommu/ecap", "f050d2");
	facts = read_tree(t);
	assert_int_equal(facts->iommu.remapping, PG_NO);
	pg_facts_free(facts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		tree_test(test_groups),
		tree_test(test_links_only),
		tree_test(test_bridge_alone),
		tree_test(test_host_bridge),
		tree_test(test_host_bridge_beside),
		tree_test(test_nothing_known),
		tree_test(test_off),
		tree_test(test_on),
		tree_test(test_ecap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
