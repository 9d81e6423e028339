/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/host/collect.h"

/* A tree, and what of the host hangs on its devices; '!' is vital. */
static const struct usage_case {
	const char *tree;
	const char *uses;
	const char *unread; /* one line each, or NULL */
} cases[] = {
	{ "tests/trees/use-bridge.tree",
	  "03:00.0 network! vmbr0 192.168.1.10/24 fd00::10/64, default route\n"
	  "04:00.0 network vmbr1\n"
	  "04:00.1 network enp4s0f1, link is up\n",
	  NULL },
	{ "tests/trees/use-bond.tree",
	  "01:00.0 network! mgmt fd00::5/64, default route\n"
	  "01:00.0 network vmbr0.60 10.0.60.2/24\n"
	  "01:00.1 network! mgmt fd00::5/64, default route\n"
	  "01:00.1 network vmbr0.60 10.0.60.2/24\n",
	  NULL },
	{ "tests/trees/use-conf.tree",
	  "00:12.0 network ens18.7 DHCP\n"
	  "00:14.0 network! vmbr0 10.1.0.4/16, default route\n"
	  "05:00.0 network storage 10.2.0.4/24\n"
	  "05:00.1 network storage 10.2.0.4/24\n",
	  NULL },
	{ "tests/trees/use-nvme.tree",
	  "01:00.0 storage! root file system (nvme0n1p3)\n"
	  "01:00.0 storage! EFI system partition (nvme0n1p2)\n"
	  "02:00.0 storage! swap (nvme1n1)\n"
	  "02:00.1 storage! swap (nvme1n1)\n",
	  NULL },
	{ "tests/trees/use-lvm.tree",
	  "00:17.0 storage! root file system (pve-root)\n"
	  "00:17.0 storage! swap (pve-swap)\n"
	  "00:17.0 storage! LVM volume group pve, storage local-lvm\n"
	  "08:00.0 storage! /mnt/my disk, storage backup (crypt)\n"
	  "08:00.0 storage LVM volume group vm-data\n"
	  "09:00.0 storage LVM disk, no volume active (sdc)\n",
	  NULL },
	{ "tests/trees/use-zfs.tree",
	  "00:17.0 storage! ZFS pool rpool, root file system, storage local-zfs\n"
	  "01:00.0 storage! ZFS pool rpool, root file system, storage local-zfs\n"
	  "08:00.0 storage ZFS pool old\n"
	  "08:00.0 storage disk of a ZFS pool (sdb2)\n",
	  "ZFS pool lost: which disks it lies on is not known\n" },
	{ "tests/trees/use-usb.tree",
	  "00:14.0 usb-storage! root file system (sda2)\n"
	  "00:14.0 usb-storage! /boot/efi (sda1)\n"
	  "00:14.0 usb-storage USB disk Ultra Fit\n"
	  "06:00.0 input keyboard USB Keyboard\n"
	  "06:00.0 usb-storage USB disk 0951:1666\n",
	  NULL },
	{ "tests/trees/use-raid.tree",
	  "00:0e.0 storage! root file system (nvme0n1)\n"
	  "00:17.0 storage /srv (vg-srv)\n"
	  "00:17.0 storage! root file system (sdc)\n"
	  "00:17.0 storage LVM volume group vg\n"
	  "09:00.0 storage /srv (vg-srv)\n"
	  "09:00.0 storage LVM volume group vg\n"
	  "10000:e1:00.0 storage! root file system (nvme0n1)\n",
	  NULL },
	{ "tests/trees/use-display.tree",
	  "00:02.0 display boot display\n"
	  "01:00.0 display text console\n",
	  NULL },
	{ "tests/trees/use-onegpu.tree",
	  "01:00.0 display the only display, text console\n", NULL },
	{ "tests/trees/use-hostile.tree", "01:00.0 network! b 10.0.0.1\n", NULL },
	{ "data/demo/node.tree",
	  "00:02.0 display boot display, text console\n"
	  "00:14.0 input keyboard USB Keyboard\n"
	  "00:17.0 storage! /mnt/backup, storage backup (sda1)\n"
	  "03:00.0 network! vmbr0 192.168.1.10/24, default route\n"
	  "04:00.0 storage! root file system (pve-root)\n"
	  "04:00.0 storage! /boot/efi (nvme0n1p2)\n"
	  "04:00.0 storage! swap (pve-swap)\n"
	  "04:00.0 storage! LVM volume group pve, storage local-lvm\n"
	  "05:00.0 usb-storage USB disk Ultra Fit\n",
	  "" },
};

static void add_uses(const struct pg_dev *dev, struct pg_strbuf *b)
{
	for (size_t i = 0; i < dev->n_use; i++)
		pg_strbuf_addf(b, "%s %s%s %s\n", pg_bdf_short(dev->addr).s,
			       pg_use_name(dev->use[i].what),
			       dev->use[i].vital ? "!" : "", dev->use[i].detail);
}

struct run {
	const struct usage_case *c;
	void *tree;
};

static int setup(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return -1;
	run->c = *state;
	*state = run;
	return tree_setup(&run->tree);
}

static int teardown(void **state)
{
	struct run *run = *state;
	int r = tree_teardown(&run->tree);

	free(run);
	return r;
}

static void test_uses(void **state)
{
	struct run *run = *state;
	struct tree *t = run->tree;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_strbuf uses PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strbuf unread PG_CLEANUP(pg_strbuf_done) = { 0 };

	mktree(t, run->c->tree);
	assert_int_equal(
		pg_facts_collect(t->root, PG_WANT_PCI | PG_WANT_USAGE, &facts, NULL), 0);
	for (size_t i = 0; i < facts->n_dev; i++)
		add_uses(&facts->dev[i], &uses);
	assert_string_equal(uses.len ? uses.s : "", run->c->uses);
	for (size_t i = 0; i < facts->unread.n; i++)
		pg_strbuf_addf(&unread, "%s\n", facts->unread.v[i]);
	if (run->c->unread)
		assert_string_equal(unread.len ? unread.s : "", run->c->unread);
}

int main(void)
{
	struct CMUnitTest tests[PG_ARRAY_SIZE(cases)] = { 0 };

	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++)
		tests[i] = (struct CMUnitTest) {
			.name = cases[i].tree,
			.test_func = test_uses,
			.setup_func = setup,
			.teardown_func = teardown,
			.initial_state = (void *)(uintptr_t)&cases[i],
		};
	return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
