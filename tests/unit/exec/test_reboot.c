/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/exec/exec.h"

#define GRUB	  "/etc/default/grub"
#define VFIO_CONF "/etc/modprobe.d/vfio.conf"

static struct pg_facts *collect(struct tree *t)
{
	struct pg_facts *facts = NULL;

	assert_int_equal(pg_facts_collect(t->root, PG_WANT_ALL, &facts, NULL), 0);
	return facts;
}

static void reboot_node(struct tree *t)
{
	struct pg_err err = { 0 };
	int r = pg_reboot(t->root, &err);

	if (r < 0)
		print_error("%s\n", pg_err_text(&err));
	assert_int_equal(r, 0);
}

static void assert_driver(const struct pg_facts *facts, const char *address,
			  const char *driver)
{
	const struct pg_dev *dev;
	struct pg_bdf addr;

	assert_int_equal(pg_bdf_parse(address, &addr), 0);
	dev = pg_facts_dev(facts, addr);
	assert_non_null(dev);
	if (driver)
		assert_string_equal(dev->driver, driver);
	else
		assert_null(dev->driver);
}

/* Every device's driver, a line each; the caller frees it. */
static char *drivers(struct tree *t)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(t);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < facts->n_dev; i++)
		pg_strbuf_addf(&b, "%s %s %d\n", pg_bdf_str(facts->dev[i].addr).s,
			       facts->dev[i].driver ? facts->dev[i].driver : "-",
			       facts->dev[i].group);
	return pg_strbuf_steal(&b);
}

static void grub_options(struct tree *t, const char *options)
{
	pg_autofree char *text =
		pg_strf("GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"%s\"\n"
			"GRUB_CMDLINE_LINUX=\"\"\n",
			options);

	tree_file(t, GRUB, text);
}

static char *boot_id(struct tree *t)
{
	char *id = NULL;

	assert_int_equal(
		pg_root_read_attr(t->root, "/proc/sys/kernel/random/boot_id", &id), 0);
	return id;
}

/* With nothing changed the node comes up as it was, but as another boot. */
static void test_unchanged(void **state)
{
	struct tree *t = *state;
	pg_autofree char *before = NULL, *after = NULL, *old_id = NULL, *new_id = NULL;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	mktree(t, "data/demo/node.tree");
	before = drivers(t);
	old_id = boot_id(t);
	reboot_node(t);
	after = drivers(t);
	new_id = boot_id(t);
	assert_string_equal(before, after);
	assert_string_not_equal(old_id, new_id);
	facts = collect(t);
	assert_string_equal(facts->boot.running, "BOOT_IMAGE=/boot/vmlinuz-6.14.8-2-pve "
						 "root=/dev/mapper/pve-root ro quiet");
	assert_int_equal(pg_facts_guest(facts, 101)->running, PG_NO);
	assert_false(pg_facts_loaded(facts, "vfio_pci"));
}

static void test_by_ids(void **state)
{
	struct tree *t = *state;
	pg_autofree char *before = NULL, *after = NULL;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	mktree(t, "data/demo/node.tree");
	before = drivers(t);
	tree_file(t, VFIO_CONF,
		  "options vfio-pci ids=10de:2684,10de:22ba\n"
		  "softdep nouveau pre: vfio-pci\n");
	grub_options(t, "quiet iommu=pt");
	reboot_node(t);
	facts = collect(t);
	assert_driver(facts, "0000:01:00.0", "vfio-pci");
	assert_driver(facts, "0000:01:00.1", "vfio-pci");
	assert_driver(facts, "0000:02:00.0", "amdgpu");
	assert_driver(facts, "0000:00:1f.3", "snd_hda_intel");
	assert_true(pg_facts_loaded(facts, "vfio_pci"));
	assert_string_equal(
		facts->boot.running,
		"BOOT_IMAGE=/boot/vmlinuz-6.14.8-2-pve root=/dev/mapper/pve-root ro "
		"quiet iommu=pt");
	assert_string_equal(pg_facts_group(facts, 14)->type, "identity");

	/* taken out again: the next boot gives the old drivers back */
	assert_int_equal(pg_root_unlink(t->root, VFIO_CONF, NULL), 0);
	grub_options(t, "quiet");
	reboot_node(t);
	after = drivers(t);
	assert_string_equal(before, after);
}

static void test_by_address(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_dev *dev;

	mktree(t, "data/demo/node.tree");
	tree_file(t, "/etc/pve-gpu/bind.conf",
		  "0000:02:00.0 1002:67df vfio-pci\n"
		  "0000:02:00.1 1002:ffff vfio-pci\n");
	tree_file(t, "/etc/initramfs-tools/scripts/init-top/pve-gpu", "#!/bin/sh\n");
	tree_file(t, "/etc/initramfs-tools/hooks/pve-gpu", "#!/bin/sh\n");
	reboot_node(t);
	facts = collect(t);
	assert_driver(facts, "0000:02:00.0", "vfio-pci");
	assert_driver(facts, "0000:02:00.1", "snd_hda_intel");
	dev = pg_facts_dev(facts, (struct pg_bdf){ .bus = 2 });
	assert_string_equal(dev->driver_override, "vfio-pci");
	dev = pg_facts_dev(facts, (struct pg_bdf){ .bus = 2, .fn = 1 });
	assert_null(dev->driver_override);
}

static void test_blacklist(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	mktree(t, "data/demo/node.tree");
	tree_file(t, "/etc/modprobe.d/x.conf", "blacklist nouveau\n");
	reboot_node(t);
	facts = collect(t);
	assert_driver(facts, "0000:01:00.0", NULL);
	assert_driver(facts, "0000:01:00.1", "snd_hda_intel");
}

static void test_iommu_off_and_on(void **state)
{
	struct tree *t = *state;
	pg_autofree char *before = NULL, *after = NULL;
	struct pg_facts *off PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_facts *on PG_CLEANUP(pg_facts_freep) = NULL;

	mktree(t, "data/demo/node.tree");
	before = drivers(t);
	tree_file(t, VFIO_CONF, "options vfio-pci ids=10de:2684\n");
	grub_options(t, "quiet intel_iommu=off");
	reboot_node(t);
	off = collect(t);
	assert_int_equal(off->iommu.active, PG_NO);
	assert_int_equal(off->n_group, 0);
	assert_driver(off, "0000:01:00.0", NULL);

	assert_int_equal(pg_root_unlink(t->root, VFIO_CONF, NULL), 0);
	grub_options(t, "quiet intel_iommu=off intel_iommu=on");
	reboot_node(t);
	on = collect(t);
	assert_int_equal(on->iommu.active, PG_YES);
	after = drivers(t);
	assert_string_equal(before, after);
}

static void test_systemd_boot(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	mktree(t, "tests/trees/demo-sdboot.tree");
	reboot_node(t);
	facts = collect(t);
	assert_int_equal(facts->boot.loader, PG_LOADER_SYSTEMD_BOOT);
	assert_string_equal(
		facts->boot.running,
		"initrd=\\EFI\\proxmox\\6.14.8-2-pve\\initrd.img-6.14.8-2-pve "
		"root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt");
}

static void make_plan(struct tree *t, struct pg_plan **ret)
{
	pg_autofree char *data = pg_strf("%s/data", getenv("top_srcdir"));
	struct pg_templates templates PG_CLEANUP(pg_templates_done) = { 0 };
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(t);

	assert_int_equal(pg_templates_load(data, &templates, NULL), 0);
	assert_non_null(choices);
	assert_int_equal(pg_choices_pick(choices, (struct pg_bdf){ .bus = 1 }, true), 0);
	choices->vmid = 100;
	choices->bind = PG_BIND_EARLY;
	assert_int_equal(pg_plan_make(facts, choices, &templates, ret), 0);
}

static void assert_expected(struct tree *t, const struct pg_plan *plan)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(t);

	for (size_t i = 0; i < plan->n_expect; i++)
		assert_driver(facts, pg_bdf_str(plan->expect[i].addr).s,
			      plan->expect[i].driver);
}

/* The whole road on the demo node: plan, apply, reboot; nothing left to plan; undo, reboot. */
static void test_road(void **state)
{
	struct tree *t = *state;
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_plan *again PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_outcome applied PG_CLEANUP(pg_outcome_done) = { 0 };
	struct pg_outcome undone PG_CLEANUP(pg_outcome_done) = { 0 };
	struct pg_exec_opts opts = { .run_commands = PG_NO };
	pg_autofree char *before = NULL, *after = NULL;

	mktree(t, "data/demo/node.tree");
	before = drivers(t);
	make_plan(t, &plan);
	assert_false(pg_plan_is_blocked(plan));
	assert_int_equal(plan->n_expect, 2);
	assert_int_equal(pg_apply(t->root, plan, &opts, &applied, NULL), 0);
	assert_int_equal(applied.kind, PG_OUTCOME_DONE);
	reboot_node(t);
	assert_expected(t, plan);
	make_plan(t, &again);
	assert_int_equal(again->n_file, 0);

	assert_int_equal(pg_undo(t->root, NULL, &opts, &undone, NULL), 0);
	assert_int_equal(undone.kind, PG_OUTCOME_DONE);
	reboot_node(t);
	after = drivers(t);
	assert_string_equal(before, after);
}

/* A copy of a host is left alone, and so is the machine that the test runs on. */
static void test_no_demo(void **state)
{
	struct tree *t = *state;
	struct pg_err err = { 0 };

	mktree(t, "data/demo/node.tree");
	assert_int_equal(pg_root_unlink(t->root, "/etc/pve-gpu/demo", NULL), 0);
	assert_int_equal(pg_reboot(t->root, &err), -ENOTSUP);
	assert_non_null(strstr(err.what, "cannot be rebooted"));
	pg_err_done(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_unchanged),	  tree_test(test_by_ids),
		tree_test(test_by_address),	  tree_test(test_blacklist),
		tree_test(test_iommu_off_and_on), tree_test(test_systemd_boot),
		tree_test(test_road),
		tree_test(test_no_demo),
	};

	return cmocka_run_group_tests_name("reboot", tests, NULL, NULL);
}
