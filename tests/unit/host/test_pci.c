/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"
#include "src/host/names.h"

#define DEVS "/sys/bus/pci/devices/"
#define GPU DEVS "0000:01:00.0"

static struct pg_facts *read_tree(struct tree *t)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	assert_int_equal(pg_collect_pci(t->root, PG_WANT_PCI, facts, NULL), 0);
	return facts;
}

static const struct pg_dev *only(const struct pg_facts *facts)
{
	assert_int_equal(facts->n_dev, 1);
	return &facts->dev[0];
}

static void put_ids(struct tree *t, const char *dir, const char *vendor, const char *device,
		    const char *class)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/vendor", dir);
	tree_value(t, path, vendor);
	snprintf(path, sizeof(path), "%s/device", dir);
	tree_value(t, path, device);
	snprintf(path, sizeof(path), "%s/class", dir);
	tree_value(t, path, class);
}

static void test_whole_gpu(void **state)
{
	static const char resource[] =
		"0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
		"0x0000000800000000 0x0000000fffffffff 0x000000000014220c\n"
		"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"0x00000000f0000000 0x00000000f1ffffff 0x000000000014220c\n"
		"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"0x000000000000e000 0x000000000000e07f 0x0000000000040101\n"
		"0x00000000f7000000 0x00000000f707ffff 0x0000000000046200\n";
	struct tree *t = *state;
	const struct pg_dev *d;
	struct pg_facts *facts;

	put_ids(t, "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0", "0x10de", "0x2684",
		"0x030000");
	tree_link(t, GPU, "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0");
	tree_value(t, GPU "/revision", "0xa1");
	tree_value(t, GPU "/subsystem_vendor", "0x1458");
	tree_value(t, GPU "/subsystem_device", "0x40bf");
	tree_value(t, GPU "/boot_vga", "1");
	tree_value(t, GPU "/reset_method", "flr bus");
	tree_value(t, GPU "/reset", "");
	tree_value(t, GPU "/driver_override", "(null)");
	tree_value(t, GPU "/modalias", "pci:v000010DE");
	tree_link(t, GPU "/driver", "../../../../bus/pci/drivers/nouveau");
	tree_link(t, GPU "/iommu_group", "../../../../kernel/iommu_groups/14");
	tree_bytes(t, GPU "/resource", resource, strlen(resource));
	facts = read_tree(t);
	d = only(facts);
	assert_string_equal(pg_bdf_str(d->addr).s, "0000:01:00.0");
	assert_int_equal(d->vendor, 0x10de);
	assert_int_equal(d->device, 0x2684);
	assert_int_equal(d->class, 0x030000);
	assert_int_equal(d->revision, 0xa1);
	assert_true(d->has_subsystem);
	assert_int_equal(d->subvendor, 0x1458);
	assert_int_equal(d->subdevice, 0x40bf);
	assert_int_equal(d->kind, PG_KIND_GPU);
	assert_int_equal(d->boot_vga, PG_YES);
	assert_int_equal(d->can_reset, PG_YES);
	assert_int_equal(d->reset.n, 2);
	assert_string_equal(d->reset.v[1], "bus");
	assert_null(d->driver_override);
	assert_string_equal(d->driver, "nouveau");
	assert_int_equal(d->group, 14);
	assert_true(d->has_parent);
	assert_string_equal(pg_bdf_str(d->parent).s, "0000:00:01.0");
	assert_true(d->bar_known);
	assert_int_equal(d->bar_size[0], 16 << 20);
	assert_int_equal(d->bar_size[1], UINT64_C(32) << 30);
	assert_int_equal(d->bar_size[2], 0);
	assert_int_equal(d->bar_size[5], 128);
	assert_int_equal(d->rom_size, 512 << 10);
	assert_false(d->dead || d->is_bridge || d->is_vf || d->has_mdev);
	assert_int_equal(facts->unread.n, 0);
	pg_facts_free(facts);
}

/* What an old kernel lacks comes from the configuration space; what is in neither reads as
 * ones, as lspci prints it. */
static void test_config_fills_in(void **state)
{
	static const char config[64] = "\x86\x80\x34\x12\0\0\0\0\x05\x30\x02\x03\0\0\x01";
	char ones[64];
	struct tree *t = *state;
	const struct pg_dev *d;
	struct pg_facts *facts;

	memset(ones, 0xff, sizeof(ones));
	tree_bytes(t, DEVS "0000:00:01.0/config", config, sizeof(config));
	tree_bytes(t, DEVS "0000:00:02.0/config", config, 6);
	tree_bytes(t, DEVS "0000:00:03.0/config", ones, sizeof(ones));
	put_ids(t, DEVS "0000:00:04.0", "0xffff", "0xffff", "0xffffff");
	put_ids(t, DEVS "0000:00:05.0", "0x8086", "0x1234", "0x020000");
	put_ids(t, DEVS "0000:00:06.0", "junk", "0x12345", "0x020000");
	facts = read_tree(t);
	assert_int_equal(facts->n_dev, 6);
	d = facts->dev;
	assert_int_equal(d[0].vendor, 0x8086);
	assert_int_equal(d[0].device, 0x1234);
	assert_int_equal(d[0].class, 0x030230);
	assert_int_equal(d[0].revision, 5);
	assert_true(d[0].is_bridge); /* header type 1 */
	assert_false(d[0].dead);
	assert_int_equal(d[1].device, 0x1234);
	assert_int_equal(d[1].revision, 0xff);
	assert_false(d[1].dead);
	assert_true(d[2].dead);
	assert_false(d[2].is_bridge);
	assert_true(d[3].dead);
	assert_int_equal(d[4].vendor, 0x8086);
	assert_int_equal(d[4].revision, 0xff);
	assert_false(d[4].dead);
	assert_false(d[4].bar_known);
	assert_int_equal(d[4].boot_vga, PG_UNKNOWN);
	assert_int_equal(d[4].can_reset, PG_UNKNOWN);
	assert_int_equal(d[4].group, -1);
	assert_true(d[5].dead);
	assert_int_equal(facts->unread.n, 2); /* its two ids */
	pg_facts_free(facts);
}

static void test_odd_names(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	put_ids(t, DEVS "80000000:00:00.0", "0x8086", "0x0001", "0x060000");
	put_ids(t, DEVS "10000:e1:00.0", "0x8086", "0x0002", "0x010802");
	put_ids(t, DEVS "0001:00:00.0", "0x8086", "0x0003", "0x0c8000");
	put_ids(t, DEVS "zz", "0x8086", "0x0004", "0x020000");
	put_ids(t, DEVS "0000:00:1f.8", "0x8086", "0x0005", "0x020000");
	tree_link(t, DEVS "0000:00:09.0", "../../../devices/gone");
	tree_value(t, DEVS "0000:00:0a.0", "a file");
	facts = read_tree(t);
	assert_int_equal(facts->n_dev, 3);
	assert_string_equal(pg_bdf_str(facts->dev[0].addr).s, "0001:00:00.0");
	assert_int_equal(facts->dev[0].kind, PG_KIND_SERIAL);
	assert_string_equal(pg_bdf_str(facts->dev[1].addr).s, "10000:e1:00.0");
	assert_int_equal(facts->dev[1].kind, PG_KIND_STORAGE);
	assert_string_equal(pg_bdf_str(facts->dev[2].addr).s, "80000000:00:00.0");
	assert_int_equal(facts->unread.n, 4);
	pg_facts_free(facts);
}

static void test_sriov(void **state)
{
	struct tree *t = *state;
	const struct pg_dev *pf, *vf;
	struct pg_facts *facts;

	put_ids(t, DEVS "0000:02:00.0", "0x8086", "0x1521", "0x020000");
	tree_value(t, DEVS "0000:02:00.0/sriov_totalvfs", "7");
	tree_value(t, DEVS "0000:02:00.0/sriov_numvfs", "3");
	tree_link(t, DEVS "0000:02:00.0/virtfn0", "../0000:02:10.0");
	tree_link(t, DEVS "0000:02:00.0/virtfn1", "../0000:02:10.4");
	tree_link(t, DEVS "0000:02:00.0/virtfn2", "../nonsense");
	put_ids(t, DEVS "0000:02:10.0", "0x8086", "0x1520", "0x020000");
	tree_link(t, DEVS "0000:02:10.0/physfn", "../0000:02:00.0");
	tree_value(t, DEVS "0000:02:10.0/driver_override", "vfio-pci");
	tree_dir(t, DEVS "0000:02:10.0/mdev_supported_types");
	facts = read_tree(t);
	assert_int_equal(facts->n_dev, 2);
	pf = &facts->dev[0];
	vf = &facts->dev[1];
	assert_int_equal(pf->total_vfs, 7);
	assert_int_equal(pf->num_vfs, 3);
	assert_int_equal(pf->n_vf, 2);
	assert_string_equal(pg_bdf_str(pf->vf[1]).s, "0000:02:10.4");
	assert_false(pf->is_vf);
	assert_true(vf->is_vf);
	assert_string_equal(pg_bdf_str(vf->physfn).s, "0000:02:00.0");
	assert_string_equal(vf->driver_override, "vfio-pci");
	assert_true(vf->has_mdev);
	assert_int_equal(facts->unread.n, 1); /* virtfn2 */
	pg_facts_free(facts);
}

static void test_bridges(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	put_ids(t, DEVS "0000:00:00.0", "0x8086", "0x0001", "0x060000");
	put_ids(t, DEVS "0000:00:01.0", "0x8086", "0x0002", "0x060400");
	put_ids(t, DEVS "0000:00:02.0", "0x8086", "0x0003", "0x088000");
	tree_dir(t, DEVS "0000:00:02.0/pci_bus");
	facts = read_tree(t);
	assert_false(facts->dev[0].is_bridge);
	assert_int_equal(facts->dev[0].kind, PG_KIND_BRIDGE);
	assert_true(facts->dev[1].is_bridge);
	assert_true(facts->dev[2].is_bridge);
	pg_facts_free(facts);
}

static void test_no_sysfs(void **state)
{
	struct pg_facts facts = { 0 };
	struct pg_err err = { 0 };
	struct tree *t = *state;

	assert_int_equal(pg_collect_pci(t->root, PG_WANT_PCI, &facts, &err), -ENOENT);
	assert_string_equal(err.what, "This folder has no /sys/bus/pci: it is not a host's root, "
				      "or sysfs is not mounted.");
	assert_string_equal(err.path, t->dir);
	pg_err_done(&err);
	tree_dir(t, "/sys/bus/pci/devices");
	assert_int_equal(pg_collect_pci(t->root, PG_WANT_PCI, &facts, &err), 0);
	assert_int_equal(facts.n_dev, 0);
}

/* To say that it is not there would be a guess. */
static void test_not_permitted(void **state)
{
	struct tree *t = *state;
	pg_autofree char *sys = tree_path(t, "/sys");
	struct pg_facts facts = { 0 };
	struct pg_err err = { 0 };
	const uid_t me = geteuid();
	int r;

	tree_dir(t, "/sys/bus/pci/devices");
	assert_int_equal(chmod(sys, 0), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0); /* root may read everything */
	r = pg_collect_pci(t->root, PG_WANT_PCI, &facts, &err);
	assert_int_equal(seteuid(me), 0);
	assert_int_equal(chmod(sys, 0755), 0);
	assert_int_equal(r, -EACCES);
	assert_string_equal(err.what, "/sys/bus/pci cannot be read: permission was denied.");
	pg_err_done(&err);
}

/* Nothing that a tree holds leads the reader out of it. */
static void test_stays_below_root(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	put_ids(t, GPU, "0x10de", "0x2684", "0x030000");
	tree_link(t, GPU "/modalias", "/etc/passwd");
	tree_link(t, GPU "/reset_method", "../../../../../../../../etc/passwd");
	facts = read_tree(t);
	assert_null(only(facts)->modalias);
	assert_int_equal(only(facts)->reset.n, 0);
	pg_facts_free(facts);
}

static void test_names(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts;

	put_ids(t, DEVS "0000:00:01.0", "0x8086", "0x1521", "0x020000");
	put_ids(t, DEVS "0000:00:02.0", "0xdead", "0xbeef", "0x020000");
	put_ids(t, DEVS "0000:00:03.0", "0x8086", "0x1521", "0x020000");
	facts = read_tree(t);
	assert_int_equal(pg_collect_names(PG_WANT_ALL, facts), 0);
	assert_null(facts->dev[1].name);
	if (facts->dev[0].name) { /* else there is neither hwdb.bin nor pci.ids here */
		assert_non_null(strstr(facts->dev[0].name, "I350"));
		assert_non_null(strstr(facts->dev[0].vendor_name, "Intel"));
		assert_string_equal(facts->dev[0].name, facts->dev[2].name);
		assert_string_equal(facts->dev[0].vendor_name, facts->dev[2].vendor_name);
	}
	pg_facts_free(facts);
}

/* What is there already is left alone; names of other vendors, of classes and below devices are none of it. */
static void test_ids(void **state)
{
	static char text[] = "# a list\n0e11  Compaq\n\t0001  Board\n10de  NVIDIA Corporation\n# odd\n\t2684  AD102\n"
			     "\t\t10de 0001  Founders\n\t2685  \n1102  Creative\n\t2686  Blaster\nC 03  Display";
	const struct pg_bytes ids = { text, strlen(text) };
	const struct {
		uint16_t vendor, device;
		const char *vendor_name, *name;
	} cases[] = {
		{ 0x10de, 0x2684, "NVIDIA Corporation", "AD102" }, { 0x10de, 0x2685, "NVIDIA Corporation", "" },
		{ 0x10de, 0x2686, "NVIDIA Corporation", NULL },	   { 0x1102, 0x2686, "Creative", "Blaster" },
		{ 0x0e11, 0x0001, "Compaq", "Board" },		   { 0x0003, 0x0000, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		pg_autofree char *vendor = NULL, *name = NULL;

		assert_int_equal(pg_pci_ids_names(&ids, cases[i].vendor, cases[i].device, &vendor, &name), 0);
		assert_string_equal(vendor ? vendor : "-", cases[i].vendor_name ? cases[i].vendor_name : "-");
		assert_string_equal(name ? name : "-", cases[i].name ? cases[i].name : "-");
	}
}

static void test_ids_left_alone(void **state)
{
	static char text[] = "\n10de  NVIDIA Corporation\n\t2684  AD102\n";
	const struct pg_bytes ids = { text, strlen(text) };
	pg_autofree char *vendor = strdup("mine"), *name = NULL;

	(void)state;
	assert_int_equal(pg_pci_ids_names(&ids, 0x10de, 0x2684, &vendor, &name), 0);
	assert_string_equal(vendor, "mine");
	assert_string_equal(name, "AD102");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		tree_test(test_whole_gpu),
		tree_test(test_config_fills_in),
		tree_test(test_odd_names),
		tree_test(test_sriov),
		tree_test(test_bridges),
		tree_test(test_no_sysfs),
		tree_test(test_not_permitted),
		tree_test(test_stays_below_root),
		tree_test(test_names),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_ids_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
