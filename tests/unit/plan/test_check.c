/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include <errno.h>

#define GPU 0x030000u
#define AUDIO 0x040300u
#define NIC 0x020000u
#define PORT 0x060400u

static struct pg_facts *usual(void)
{
	struct pg_facts *f = make_facts();

	make_dev(f, "0000:00:01.0", 0x8086, 0xa70d, PORT, "pcieport", 14);
	make_dev(f, "0000:01:00.0", 0x10de, 0x2684, GPU, "nouveau", 14);
	make_dev(f, "0000:01:00.1", 0x10de, 0x22ba, AUDIO, "snd_hda_intel", 14);
	return f;
}

static void check(const struct pg_facts *f, const struct pg_choices *c, struct pg_findings *ret)
{
	pg_findings_done(ret);
	assert_int_equal(pg_check(f, c, ret), 0);
	for (size_t i = 1; i < ret->n; i++)
		assert_true(ret->v[i - 1].level >= ret->v[i].level);
}

#define assert_level(f, id, level) assert_int_equal(level_of(f, id), level)

static void test_good(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	check(f, c, &found);
	assert_int_equal(pg_findings_worst(&found), PG_LEVEL_OK);
	assert_level(&found, "iommu-active", PG_LEVEL_OK);
	assert_level(&found, "remapping-on", PG_LEVEL_OK);
	assert_level(&found, "loader", PG_LEVEL_OK);
	assert_non_null(strstr(find_finding(&found, "loader")->text, "which is not there"));
	assert_level(&found, "group-clean", PG_LEVEL_OK);
}

static void test_iommu(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	f->iommu.active = PG_NO;
	check(f, NULL, &found);
	assert_level(&found, "iommu-off", PG_LEVEL_BLOCK);
	assert_non_null(find_finding(&found, "iommu-off")->fix);
	check(f, c, &found);
	assert_level(&found, "iommu-off", PG_LEVEL_NOTE); /* the plan mends it */
	assert_null(find_finding(&found, "iommu-off")->fix);
	f->iommu.table = PG_TABLE_IVRS; /* on by default, no option to mend */
	check(f, c, &found);
	assert_level(&found, "iommu-off", PG_LEVEL_WARN);
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 amd_iommu=off");
	check(f, c, &found);
	assert_level(&found, "iommu-off", PG_LEVEL_NOTE);
	assert_non_null(strstr(find_finding(&found, "iommu-off")->evidence, "amd_iommu=off"));
	f->iommu.table = PG_TABLE_NONE;
	check(f, c, &found);
	assert_level(&found, "iommu-firmware", PG_LEVEL_BLOCK);
	f->system.hypervisor = PG_YES;
	check(f, c, &found);
	assert_level(&found, "iommu-nested", PG_LEVEL_BLOCK);
	assert_level(&found, "iommu-firmware", -1);
	f->iommu.active = PG_UNKNOWN; /* unknown never blocks */
	check(f, c, &found);
	assert_level(&found, "iommu-unknown", PG_LEVEL_NOTE);
	assert_true(pg_findings_worst(&found) < PG_LEVEL_BLOCK);
	f->iommu.active = PG_YES;
	f->iommu.remapping = PG_NO;
	check(f, c, &found);
	assert_level(&found, "remapping-off", PG_LEVEL_WARN);
}

static void test_wrong_loader(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n");
	make_file(f, "/etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs\niommu=pt\n");
	f->boot.loader = PG_LOADER_SYSTEMD_BOOT;
	check(f, NULL, &found);
	assert_level(&found, "cmdline-wrong-loader", PG_LEVEL_WARN);
	assert_string_equal(find_finding(&found, "cmdline-wrong-loader")->evidence,
			    "/etc/default/grub: intel_iommu=on");
	assert_level(&found, "cmdline-second-line", PG_LEVEL_WARN);
	assert_level(&found, "cmdline-no-root", -1);
	assert_level(&found, "cmdline-not-running", -1);
	f->boot.loader = PG_LOADER_GRUB;
	check(f, NULL, &found);
	assert_level(&found, "cmdline-wrong-loader", -1);
	assert_level(&found, "cmdline-not-running", PG_LEVEL_WARN);
}

static void test_cmdline(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 amd_iommu=on video=efifb:off "
				 "pcie_acs_override=downstream");
	make_file(f, "/etc/kernel/cmdline", "quiet\n");
	check(f, NULL, &found);
	assert_level(&found, "amd-iommu-on", PG_LEVEL_NOTE);
	assert_level(&found, "efifb-off", PG_LEVEL_NOTE);
	assert_level(&found, "acs-override", PG_LEVEL_WARN);
	assert_level(&found, "cmdline-no-root", PG_LEVEL_NOTE);
	f->boot.pbt = true; /* refresh reads it with GRUB, too */
	check(f, NULL, &found);
	assert_level(&found, "cmdline-no-root", PG_LEVEL_BLOCK);
	f->boot.disputed = true;
	check(f, NULL, &found);
	assert_level(&found, "loader-disputed", PG_LEVEL_NOTE);
}

static void test_modules(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	make_file(f, "/etc/modules", "# x\nvfio\n vfio-virqfd \n");
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:1111", "/etc/modprobe.d/a.conf");
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de,22ba,10de:2684",
		  "/etc/modprobe.d/b.conf");
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_iommu_type1", "allow_unsafe_interrupts=1",
		  "/etc/modprobe.d/b.conf");
	make_conf(f, PG_MODCONF_BLACKLIST, "nouveau", "", "/etc/modprobe.d/c.conf");
	make_conf(f, PG_MODCONF_INSTALL, "vfio_pci", "/bin/false", "/etc/modprobe.d/d.conf");
	check(f, NULL, &found);
	assert_level(&found, "vfio-virqfd", PG_LEVEL_NOTE);
	assert_level(&found, "vfio-ids-overridden", PG_LEVEL_WARN);
	assert_level(&found, "vfio-ids-malformed", PG_LEVEL_WARN);
	assert_level(&found, "vfio-install", PG_LEVEL_BLOCK);
	assert_level(&found, "unsafe-interrupts", PG_LEVEL_WARN);
	assert_level(&found, "blacklist-ineffective", PG_LEVEL_WARN);
	assert_level(&found, "driver-stale", PG_LEVEL_WARN);
	assert_string_equal(find_finding(&found, "driver-stale")->scope, "0000:01:00.0");
	assert_level(&found, "vfio-ids-several", -1);
	make_dev(f, "0000:05:00.0", 0x10de, 0x2684, GPU, NULL, 15);
	check(f, NULL, &found);
	assert_level(&found, "vfio-ids-several", PG_LEVEL_WARN);
	f->modules.vfio_there = PG_NO;
	check(f, NULL, &found);
	assert_level(&found, "vfio-missing", PG_LEVEL_BLOCK);
}

/* What keeps vfio's modules from loading, and what only looks like it. */
static void test_install(void **state)
{
	static const struct {
		const char *module, *command;
		int level;
	} table[] = {
		{ "vfio_pci", "/bin/false", PG_LEVEL_BLOCK },
		{ "vfio", "/usr/bin/true", PG_LEVEL_BLOCK },
		{ "vfio_iommu_type1", ":", PG_LEVEL_BLOCK },
		{ "vfio_pci_core", "exit 1", PG_LEVEL_BLOCK },
		{ "vfio_pci", "/usr/local/bin/vfio-pci-override.sh", PG_LEVEL_WARN },
		{ "vfio_pci", "true; modprobe --ignore-install vfio-pci", PG_LEVEL_WARN },
		{ "nouveau", "/bin/false", -1 },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(table); i++) {
		struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
		struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
		struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

		make_conf(f, PG_MODCONF_INSTALL, table[i].module, table[i].command,
			  "/etc/modprobe.d/d.conf");
		check(f, c, &found);
		assert_level(&found, "vfio-install", table[i].level);
		make_conf(f, PG_MODCONF_INSTALL, table[i].module, "/bin/false",
			  "/etc/modprobe.d/e.conf"); /* the first counts */
		check(f, c, &found);
		assert_level(&found, "vfio-install", table[i].level);
		if (table[i].level >= 0)
			assert_non_null(strstr(find_finding(&found, "vfio-install")->evidence,
					       "/etc/modprobe.d/d.conf:"));
		f->modules.vfio_builtin = PG_YES; /* nothing is to be loaded */
		check(f, c, &found);
		assert_level(&found, "vfio-install", -1);
	}
}

static void test_refused(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	make_conf(f, PG_MODCONF_BLACKLIST, "vfio_pci", "", "/proc/cmdline");
	check(f, NULL, &found);
	assert_level(&found, "vfio-blacklisted", -1);
	make_conf(f, PG_MODCONF_BLACKLIST, "vfio_pci", "", "/etc/modprobe.d/d.conf");
	check(f, NULL, &found);
	assert_level(&found, "vfio-blacklisted", PG_LEVEL_WARN);
	assert_level(&found, "vfio-refused", -1);
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 module_blacklist=vfio-pci"); /* stops nothing */
	check(f, NULL, &found);
	assert_level(&found, "vfio-refused", -1);
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 module_blacklist=nouveau,vfio_pci");
	check(f, NULL, &found);
	assert_level(&found, "vfio-refused", PG_LEVEL_BLOCK);
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	check(f, NULL, &found); /* gone with the next boot */
	assert_level(&found, "vfio-refused", -1);
	assert_level(&found, "vfio-refused-now", PG_LEVEL_WARN);
}

static void test_configured_refused(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	make_file(f, "/etc/default/grub",
		  "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet module_blacklist=vfio\"\n");
	check(f, NULL, &found);
	assert_level(&found, "vfio-refused", PG_LEVEL_BLOCK);
	assert_string_equal(find_finding(&found, "vfio-refused")->evidence,
			    "/etc/default/grub: module_blacklist=vfio");
}

static void test_devices(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00.0", 0);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_dev *gpu = &f->dev[1];

	(void)state;
	check(f, c, &found);
	assert_level(&found, "slot-incomplete", PG_LEVEL_NOTE);
	assert_level(&found, "group-shared", PG_LEVEL_WARN); /* its own sound goes, too */
	free(PG_STEAL(f->dev[2].driver));
	check(f, c, &found);
	assert_level(&found, "group-shared", PG_LEVEL_NOTE); /* nobody misses it */
	f->dev[2].driver = strdup("snd_hda_intel");
	gpu->boot_vga = PG_YES;
	gpu->can_reset = PG_NO;
	gpu->num_vfs = 2;
	f->group[0].rmrr = true;
	make_use(gpu, PG_USE_DISPLAY, "the node's screen", false);
	check(f, c, &found);
	assert_level(&found, "device-in-use", -1); /* boot-display says it */
	make_use(gpu, PG_USE_USB_STORAGE, "a stick", false);
	check(f, c, &found);
	assert_level(&found, "boot-display", PG_LEVEL_WARN);
	assert_level(&found, "no-reset", PG_LEVEL_NOTE);
	assert_level(&found, "device-has-vfs", PG_LEVEL_BLOCK);
	assert_level(&found, "rmrr", PG_LEVEL_WARN);
	assert_level(&found, "device-in-use", PG_LEVEL_WARN);
	gpu->num_vfs = 0;
	gpu->dead = true;
	check(f, c, &found);
	assert_level(&found, "device-dead", PG_LEVEL_BLOCK);
	gpu->group = -1;
	check(f, c, &found);
	assert_level(&found, "no-group", PG_LEVEL_BLOCK);
	f->iommu.active = PG_NO;
	check(f, c, &found);
	assert_level(&found, "group-unknown", PG_LEVEL_WARN);
}

static void test_no_such_device(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("02:00", 0);
	struct pg_choices *none PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_choices *port PG_CLEANUP(pg_choices_freep) = make_choices("00:01.0", 0);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	check(f, c, &found);
	assert_level(&found, "device-missing", PG_LEVEL_BLOCK);
	assert_string_equal(find_finding(&found, "device-missing")->scope, "0000:02:00");
	check(f, none, &found);
	assert_level(&found, "nothing-chosen", PG_LEVEL_BLOCK);
	check(f, port, &found);
	assert_level(&found, "device-bridge", PG_LEVEL_BLOCK);
}

static void test_group(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_dev *nic = make_dev(f, "0000:03:00.0", 0x10ec, 0x8168, NIC, "r8169", 14);

	(void)state;
	check(f, c, &found);
	assert_level(&found, "group-shared", PG_LEVEL_WARN);
	make_use(nic, PG_USE_NETWORK, "vmbr0, default route", true);
	check(f, c, &found);
	assert_level(&found, "group-vital", PG_LEVEL_BLOCK);
	assert_non_null(strstr(find_finding(&found, "group-vital")->text, "vmbr0"));
	assert_int_equal(pg_choices_pick(c, nic->addr, false), 0);
	check(f, c, &found);
	assert_level(&found, "group-vital", -1);
	assert_level(&found, "device-vital", PG_LEVEL_BLOCK);
}

static void assert_guest(const struct pg_facts *f, const char *id)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	check(f, c, &found);
	assert_level(&found, id, PG_LEVEL_BLOCK);
}

static void test_guest(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_guest *g;

	(void)state;
	assert_guest(f, "vm-missing");
	g = make_guest(f, 100);
	assert_int_equal(pg_strv_add(&g->bad, "line 7: x"), 0);
	assert_guest(f, "vm-bad-config");
	g->lock = strdup("backup");
	assert_guest(f, "vm-locked");
	g->template = true;
	assert_guest(f, "vm-template");
	g->error = -EACCES;
	assert_guest(f, "vm-unreadable");
	g->local = false;
	assert_guest(f, "vm-other-node");
}

static void test_other_vm(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_guest *other;

	(void)state;
	make_key(make_guest(f, 100), "", "onboot", "1");
	other = make_guest(f, 101);
	make_hostpci(other, 0, "0000:01:00");
	check(f, c, &found);
	assert_level(&found, "device-other-vm", PG_LEVEL_NOTE);
	make_key(other, "", "onboot", "1");
	check(f, c, &found);
	assert_level(&found, "device-other-vm", PG_LEVEL_WARN);
	f->guest[0].running = PG_YES;
	check(f, c, &found);
	assert_level(&found, "vm-running", PG_LEVEL_NOTE);
	c->romfile = strdup("../x");
	check(f, c, &found);
	assert_level(&found, "romfile-name", PG_LEVEL_BLOCK);
}

static void test_no_mapping(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_guest *g = make_guest(f, 100);
	struct pg_mapping *m;

	(void)state;
	make_hostpci(g, 0, "0000:01:00");
	g->hostpci[0].n_addr = 0;
	g->hostpci[0].mapping = strdup("gpu1");
	check(f, NULL, &found);
	assert_level(&found, "hostpci-no-mapping", PG_LEVEL_BLOCK);
	m = pg_vec_add(&f->mapping, &f->n_mapping, sizeof(*m));
	m->id = strdup("gpu1");
	check(f, NULL, &found);
	assert_level(&found, "hostpci-no-mapping", PG_LEVEL_BLOCK);
	m->here = true;
	check(f, NULL, &found);
	assert_null(find_finding(&found, "hostpci-no-mapping"));
	m->here = false;
	assert_int_equal(pg_strv_add(&f->unread, "/etc/pve/mapping/pci.cfg: x"), 0);
	check(f, NULL, &found);
	assert_null(find_finding(&found, "hostpci-no-mapping"));
}

static void test_unread(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	assert_int_equal(pg_strv_add(&f->unread, "/etc/x: it is too large"), 0);
	check(f, NULL, &found);
	assert_null(strstr(find_finding(&found, "unread")->advice, "as root"));
	assert_int_equal(pg_strv_add(&f->unread, "/etc/y: permission was denied"), 0);
	check(f, NULL, &found);
	assert_non_null(strstr(find_finding(&found, "unread")->advice, "as root"));
}

static size_t count(const struct pg_findings *found, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++)
		n += strcmp(found->v[i].id, id) == 0;
	return n;
}

/* Of many VMs some are named, and each that is in the way. */
static void test_many_other_vms(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00.0", 100);
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	make_guest(f, 100);
	for (uint32_t vmid = 101; vmid <= 120; vmid++)
		make_hostpci(make_guest(f, vmid), 0, "0000:01:00");
	f->guest[f->n_guest - 1].running = PG_YES;
	check(f, c, &found);
	assert_int_equal(count(&found, "device-other-vm"), 9);
	assert_level(&found, "device-other-vm", PG_LEVEL_WARN);
	assert_level(&found, "device-other-vms", PG_LEVEL_NOTE);
	f->dev[1].vmid = calloc(2, sizeof(*f->dev[1].vmid));
	f->dev[1].n_vmid = 2;
	check(f, NULL, &found);
	assert_string_equal(find_finding(&found, "device-several-vms")->evidence,
			    "VMs 101, 102, 103, 104, 105, 106, 107, 108 and 12 more");
}

static void test_doctor_guests(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_dev *nic = make_dev(f, "0000:03:00.0", 0x10ec, 0x8168, NIC, "r8169", 14);
	struct pg_guest *g = make_guest(f, 100);

	(void)state;
	make_use(nic, PG_USE_NETWORK, "vmbr0", true);
	make_hostpci(g, 0, "0000:01:00,pcie=1");
	make_hostpci(g, 1, "0000:01:00.1");
	make_hostpci(g, 2, "0000:09:00.0");
	g->ovmf = true;
	check(f, NULL, &found);
	assert_level(&found, "hostpci-pcie-i440fx", PG_LEVEL_BLOCK);
	assert_level(&found, "hostpci-twice", PG_LEVEL_BLOCK);
	assert_level(&found, "hostpci-missing", PG_LEVEL_BLOCK);
	assert_level(&found, "group-vital", PG_LEVEL_BLOCK);
	assert_level(&found, "efidisk-missing", PG_LEVEL_NOTE);
	assert_string_equal(find_finding(&found, "hostpci-twice")->scope, "vm/100");
}

/* Every finding says what it means; those that matter say what to do. */
static void test_words(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	(void)state;
	f->iommu.active = PG_NO;
	make_hostpci(make_guest(f, 100), 0, "0000:01:00,pcie=1");
	assert_int_equal(pg_strv_add(&f->unread, "/x: y"), 0);
	check(f, NULL, &found);
	assert_true(found.n > 4);
	for (size_t i = 0; i < found.n; i++) {
		size_t n = strlen(found.v[i].text);

		assert_int_equal(found.v[i].text[n - 1], '.');
		if (found.v[i].level < PG_LEVEL_WARN)
			continue;
		assert_non_null(found.v[i].advice);
		assert_non_null(found.v[i].evidence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_iommu),
		cmocka_unit_test(test_wrong_loader),
		cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_install),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_configured_refused),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_no_such_device),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_guest),
		cmocka_unit_test(test_other_vm),
		cmocka_unit_test(test_many_other_vms),
		cmocka_unit_test(test_no_mapping),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_doctor_guests),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
