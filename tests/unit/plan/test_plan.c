/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/plan/planner.h"

#define GPU 0x030000u
#define AUDIO 0x040300u

static struct pg_facts *usual(void)
{
	struct pg_facts *f = make_facts();
	struct pg_dev *d;

	make_dev(f, "0000:00:01.0", 0x8086, 0xa70d, 0x060400, "pcieport", 14);
	d = make_dev(f, "0000:01:00.0", 0x10de, 0x2684, GPU, "nouveau", 14);
	make_claim(d, "nouveau", false);
	d = make_dev(f, "0000:01:00.1", 0x10de, 0x22ba, AUDIO, "snd_hda_intel", 14);
	make_claim(d, "snd_hda_intel", false);
	return f;
}

static struct pg_plan *plan(const struct pg_facts *f, const struct pg_choices *c)
{
	static char script[] = "#!/bin/sh\n";
	struct pg_templates t = { .initramfs_hook = { script, sizeof(script) - 1 },
				  .initramfs_script = { script, sizeof(script) - 1 } };
	struct pg_plan *p = NULL;

	assert_int_equal(pg_plan_make(f, c, &t, &p), 0);
	return p;
}

static const struct pg_plan_file *file_of(const struct pg_plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_file; i++)
		if (strcmp(p->file[i].path, path) == 0)
			return &p->file[i];
	return NULL;
}

static bool has_line(const struct pg_plan_file *file, const char *line)
{
	const char *at = file ? strstr(file->after.p, line) : NULL;

	return at && (at == file->after.p || at[-1] == '\n') && at[strlen(line)] == '\n';
}

static bool has_vm_cmd(const struct pg_plan *p, const char *words)
{
	for (size_t i = 0; i < p->n_vm_cmd; i++) {
		char *line pg_autofree = pg_strv_join(&p->vm_cmd[i].argv, " ");

		if (strcmp(line, words) == 0)
			return true;
	}
	return false;
}

/* ---- small parts ---- */

static void test_ids(void **state)
{
	struct pg_dev d = { .vendor = 0x10de, .device = 0x2684, .subvendor = 0x1458,
			    .subdevice = 0x40bf, .class = 0x030000 };

	(void)state;
	assert_true(pg_ids_item_match("10de:2684", &d));
	assert_true(pg_ids_item_match("10DE:2684:1458:40bf", &d));
	assert_false(pg_ids_item_match("10de:2684:1458:0001", &d));
	assert_true(pg_ids_item_match("ffffffff:ffffffff:ffffffff:ffffffff:030000:ff0000", &d));
	assert_false(pg_ids_item_match("ffffffff:ffffffff:ffffffff:ffffffff:020000:ff0000", &d));
	assert_false(pg_ids_item_match("10de", &d));
	assert_false(pg_ids_item_match("10de:xyz", &d));
	assert_false(pg_ids_item_valid("10de:2684:1:2:3:4:5"));
	assert_true(pg_ids_match("8086:1,10de:2684", &d));
	assert_false(pg_ids_match("10de:22ba", &d));
	assert_false(pg_ids_match(NULL, &d));
}

static void test_options(void **state)
{
	char *one pg_autofree = pg_options_ids("disable_vga=1 ids=a:b,c:d x=1");
	char *last pg_autofree = pg_options_ids("ids=a:b ids=c:d");
	char *quoted pg_autofree = pg_options_ids("ids=\"a:b\"");

	(void)state;
	assert_string_equal(one, "a:b,c:d");
	assert_string_equal(last, "c:d");
	assert_string_equal(quoted, "a:b");
	assert_null(pg_options_ids("disable_vga=1"));
}

static void test_words(void **state)
{
	(void)state;
	assert_true(pg_list_has("on,sm_on", "sm_on"));
	assert_true(pg_list_has("on", "on"));
	assert_false(pg_list_has("sm_on", "on"));
	assert_false(pg_list_has("", "on"));
	assert_true(pg_same_module("vfio-pci", "vfio_pci"));
	assert_false(pg_same_module("vfio", "vfio_pci"));
}

static void test_kernels(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();

	(void)state;
	assert_true(pg_kernels_from(f, 6, 2));
	assert_false(pg_kernels_before(f, 6, 2));
	assert_int_equal(pg_strv_add(&f->boot.kernels, "5.15.158-1-pve"), 0);
	assert_false(pg_kernels_from(f, 6, 2));
	assert_false(pg_kernels_before(f, 6, 2));
	pg_strv_done(&f->boot.kernels);
	assert_false(pg_kernels_from(f, 6, 2));
	assert_false(pg_kernels_before(f, 6, 2));
}

static void test_expected(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	const struct pg_dev *gpu = &f->dev[1], *audio = &f->dev[2];

	(void)state;
	assert_string_equal(pg_plan_expected_driver(f, gpu), "nouveau");
	assert_null(pg_plan_expected_driver(f, &f->dev[0]));
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:2684", "/etc/modprobe.d/a.conf");
	assert_string_equal(pg_plan_expected_driver(f, gpu), "vfio-pci");
	assert_string_equal(pg_plan_expected_driver(f, audio), "snd_hda_intel");
	/* the last list counts alone */
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:22ba", "/etc/modprobe.d/b.conf");
	assert_string_equal(pg_plan_expected_driver(f, gpu), "nouveau");
	assert_string_equal(pg_plan_expected_driver(f, audio), "vfio-pci");
	free(f->boot.running); /* and the kernel's command line over all of them */
	f->boot.running = strdup("root=x vfio-pci.ids=10de:2684");
	assert_string_equal(pg_plan_expected_driver(f, gpu), "vfio-pci");
}

static void test_expected_by_address(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	const struct pg_dev *gpu = &f->dev[1];

	(void)state;
	make_file(f, PG_PATH_HOOK, "x");
	make_file(f, PG_PATH_SCRIPT, "x");
	make_file(f, PG_PATH_BIND_CONF, "# c\n0000:01:00.0 10de:9999 vfio-pci\n");
	assert_string_equal(pg_plan_expected_driver(f, gpu), "nouveau"); /* another card */
	pg_bytes_done(&f->file[2].bytes);
	assert_int_equal(pg_bytes_copy("0000:01:00.0 10de:2684 vfio-pci\n", 32,
				       &f->file[2].bytes), 0);
	assert_string_equal(pg_plan_expected_driver(f, gpu), "vfio-pci");
	f->n_file = 1; /* without the script the table is only words */
	assert_string_equal(pg_plan_expected_driver(f, gpu), "nouveau");
	f->n_file = 3;
}

/* ---- binding ---- */

static void test_bind(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_choices *audio PG_CLEANUP(pg_choices_freep) = make_choices("01:00.1", 0);
	const char *why = NULL;

	(void)state;
	assert_int_equal(pg_plan_bind(f, c, &why), PG_BIND_EARLY);
	assert_non_null(why);
	assert_int_equal(pg_plan_bind(f, audio, &why), PG_BIND_AT_START);
	f->dev[1].claim[0].blacklisted = true;
	free(f->dev[1].driver);
	f->dev[1].driver = NULL;
	assert_int_equal(pg_plan_bind(f, c, &why), PG_BIND_AT_START);
	f->dev[1].boot_vga = PG_YES;
	assert_int_equal(pg_plan_bind(f, c, &why), PG_BIND_EARLY);
	make_dev(f, "0000:05:00.0", 0x10de, 0x2684, GPU, NULL, 15);
	assert_int_equal(pg_plan_bind(f, c, &why), PG_BIND_ADDRESS);
	assert_non_null(strstr(why, "screen"));
	assert_non_null(strstr(why, "same ids"));
	c->bind = PG_BIND_AT_START;
	assert_int_equal(pg_plan_bind(f, c, &why), PG_BIND_AT_START);
}

static void test_at_start(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	(void)state;
	c->bind = PG_BIND_AT_START;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	p = plan(f, c);
	assert_true(pg_plan_is_empty(p));
	assert_false(p->reboot);
	assert_int_equal(p->n_expect, 0);
	assert_int_equal(p->n_effect, 2);
	assert_false(p->effect[0].at_boot);
}

static void test_early(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	const struct pg_plan_file *conf;

	(void)state;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	p = plan(f, c);
	conf = file_of(p, PG_PATH_VFIO_CONF);
	assert_true(has_line(conf, "options vfio-pci ids=10de:2684,10de:22ba"));
	assert_true(has_line(conf, "softdep nouveau pre: vfio-pci"));
	assert_true(has_line(conf, "softdep snd_hda_intel pre: vfio-pci"));
	assert_true(has_line(file_of(p, PG_PATH_MODULES), "vfio_pci"));
	assert_false(has_line(file_of(p, PG_PATH_MODULES), "vfio_virqfd"));
	assert_null(file_of(p, PG_PATH_BLACKLIST));
	assert_null(file_of(p, "/etc/default/grub"));
	assert_int_equal(p->n_cmd, 1);
	assert_string_equal(p->cmd[0].argv.v[0], "update-initramfs");
	assert_true(p->reboot);
	assert_int_equal(p->n_expect, 2);
	assert_true(p->effect[0].at_boot);
}

/* The softdep was in force and lost: the sound of the card went to vfio-pci, the card did not. */
static void test_blacklist_on_evidence(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_plan *spare PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_plan *other PG_CLEANUP(pg_plan_freep) = NULL;

	(void)state;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:2684,10de:22ba",
		  PG_PATH_VFIO_CONF);
	make_conf(f, PG_MODCONF_SOFTDEP, "nouveau", "pre: vfio-pci", PG_PATH_VFIO_CONF);
	make_conf(f, PG_MODCONF_SOFTDEP, "snd_hda_intel", "pre: vfio-pci", PG_PATH_VFIO_CONF);
	p = plan(f, c); /* not rebooted yet: no evidence */
	assert_null(file_of(p, PG_PATH_BLACKLIST));
	free(f->dev[2].driver);
	f->dev[2].driver = strdup("vfio-pci");
	spare = plan(f, c);
	assert_true(has_line(file_of(spare, PG_PATH_BLACKLIST), "blacklist nouveau"));
	make_dev(f, "0000:05:00.0", 0x10de, 0x1111, GPU, "nouveau", 15);
	other = plan(f, c); /* another card needs the driver */
	assert_null(file_of(other, PG_PATH_BLACKLIST));
}

/* kmod heeds the first softdep alone: the finding says which line is in the way. */
static void test_softdep_elsewhere(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	const struct pg_finding *found;

	(void)state;
	make_conf(f, PG_MODCONF_SOFTDEP, "nouv*", "post: x", "/etc/modprobe.d/a.conf");
	make_conf(f, PG_MODCONF_SOFTDEP, "nouveau", "pre: vfio-pci", PG_PATH_VFIO_CONF);
	make_conf(f, PG_MODCONF_SOFTDEP, "snd_hda_intel", "pre: vfio-pci", PG_PATH_VFIO_CONF);
	make_conf(f, PG_MODCONF_SOFTDEP, "snd_hda_intel", "post: x", "/etc/modprobe.d/z.conf");
	assert_false(pg_has_softdep(f, "nouveau"));
	assert_true(pg_has_softdep(f, "snd-hda-intel"));
	assert_non_null(pg_softdep_other(f, "nouveau"));
	assert_null(pg_softdep_other(f, "snd_hda_intel"));
	assert_null(pg_softdep_other(f, "amdgpu"));
	p = plan(f, c);
	found = find_finding(&p->findings, "softdep-elsewhere");
	assert_non_null(found);
	assert_int_equal(found->level, PG_LEVEL_NOTE);
	assert_string_equal(found->evidence, "/etc/modprobe.d/a.conf:1: softdep nouv* post: x");
	assert_true(has_line(file_of(p, PG_PATH_BIND_CONF), "0000:01:00.0 10de:2684 vfio-pci"));
	assert_true(has_line(file_of(p, PG_PATH_VFIO_CONF), "options vfio-pci ids=10de:22ba"));
}

/* ---- what is refused ---- */

static void test_blocked(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 999);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = plan(f, c);

	(void)state;
	assert_true(pg_plan_is_blocked(p));
	assert_true(pg_plan_is_empty(p));
	assert_false(p->reboot);
	assert_int_equal(p->n_expect, 0);
	assert_int_equal(p->findings.v[0].level, PG_LEVEL_BLOCK);
}

static void test_link(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	(void)state;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_file(f, PG_PATH_VFIO_CONF, "");
	f->file[1].is_link = true;
	p = plan(f, c);
	assert_int_equal(level_of(&p->findings, "file-link"), PG_LEVEL_BLOCK);
	assert_true(pg_plan_is_empty(p));
}

static void test_no_loader_file(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	(void)state;
	f->iommu.active = PG_NO;
	p = plan(f, c);
	assert_int_equal(level_of(&p->findings, "cmdline-missing"), PG_LEVEL_BLOCK);
}

/* The line that proxmox-boot-tool would take, to the letter. */
static void test_no_kernel_cmdline(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	(void)state;
	f->iommu.active = PG_NO;
	f->boot.loader = PG_LOADER_SYSTEMD_BOOT;
	free(f->boot.running);
	f->boot.running = strdup("initrd=\\EFI\\proxmox\\initrd.img root=ZFS=rpool/ROOT/pve-1 "
				 "boot=zfs dyndbg=\"file a  +p\"");
	p = plan(f, c);
	assert_int_equal(level_of(&p->findings, "cmdline-missing"), PG_LEVEL_BLOCK);
	assert_string_equal(find_finding(&p->findings, "cmdline-missing")->advice,
			    "Write this as the one line of /etc/kernel/cmdline, then plan again: "
			    "root=ZFS=rpool/ROOT/pve-1 boot=zfs dyndbg=\"file a  +p\"");
}

/* ---- the VM ---- */

static void test_vm(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_guest *g = make_guest(f, 100);
	struct pg_storage *s = pg_vec_add(&f->storage, &f->n_storage, sizeof(*s));

	(void)state;
	s->id = strdup("local-lvm");
	s->images = s->here = true;
	c->bind = PG_BIND_AT_START;
	c->primary = true;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_key(g, "PENDING", "hostpci0", "0000:09:00.0");
	make_key(g, "old", "hostpci1", "0000:01:00"); /* a snapshot's does not count */
	p = plan(f, c);
	assert_false(pg_plan_is_blocked(p));
	assert_true(has_vm_cmd(p, "qm set 100 --machine q35"));
	assert_true(has_vm_cmd(p, "qm set 100 --bios ovmf"));
	assert_true(has_vm_cmd(p, "qm set 100 --efidisk0 "
				  "local-lvm:1,efitype=4m,pre-enrolled-keys=0"));
	assert_true(has_vm_cmd(p, "qm set 100 --hostpci1 0000:01:00,pcie=1,x-vga=1"));
	assert_true(has_vm_cmd(p, "qm set 100 --cpu host"));
	assert_int_equal(p->n_vm_cmd, 5);
	assert_int_equal(p->n_file, 1);
	assert_string_equal(p->file[0].path, "/etc/pve-gpu/devices.conf");
	assert_int_equal(p->n_cmd, 0);
	assert_false(p->reboot);
	for (size_t i = 0; i < p->n_vm_cmd; i++) {
		assert_non_null(p->vm_cmd[i].why);
		assert_true(p->vm_cmd[i].undo.n == 5);
	}
}

static void test_vm_has_it(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_plan *none PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_guest *g = make_guest(f, 100);

	(void)state;
	c->bind = PG_BIND_AT_START;
	g->q35 = g->ovmf = g->has_disk = true;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_key(g, "", "efidisk0", "local-lvm:vm-100-disk-0");
	make_hostpci(g, 3, "0000:01:00,pcie=1,rombar=0");
	free(g->hostpci[0].value); /* the keys stand in any order */
	g->hostpci[0].value = strdup("pcie=1,host=0000:01:00,rombar=0");
	none = plan(f, c);
	assert_int_equal(none->n_vm_cmd, 0);
	c->primary = true;
	p = plan(f, c);
	assert_true(has_vm_cmd(p, "qm set 100 --hostpci3 "
				  "pcie=1,host=0000:01:00,rombar=0,x-vga=1"));
	assert_string_equal(p->vm_cmd[0].undo.v[4], "0000:01:00,pcie=1,rombar=0");
}

static void test_vm_widened(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_guest *g = make_guest(f, 100);

	(void)state;
	c->bind = PG_BIND_AT_START;
	g->has_disk = true;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_hostpci(g, 0, "0000:01:00.0,romfile=x.rom");
	p = plan(f, c);
	assert_true(has_vm_cmd(p, "qm set 100 --hostpci0 0000:01:00,romfile=x.rom"));
	assert_int_equal(p->n_vm_cmd, 1);
	assert_int_equal(level_of(&p->findings, "machine-kept"), PG_LEVEL_NOTE);
	assert_int_equal(level_of(&p->findings, "firmware-kept"), PG_LEVEL_NOTE);
}

static void test_vm_full(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_guest *g = make_guest(f, 100);

	(void)state;
	g->has_disk = true;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++)
		make_hostpci(g, i, "0000:09:00.0");
	p = plan(f, c);
	assert_int_equal(level_of(&p->findings, "hostpci-full"), PG_LEVEL_BLOCK);
	assert_true(pg_plan_is_empty(p));
}

static void test_mapping(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = usual();
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 100);
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_plan *bad PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_guest *g = make_guest(f, 100);

	(void)state;
	c->bind = PG_BIND_AT_START;
	g->q35 = g->has_disk = true;
	f->dev[1].has_subsystem = true;
	f->dev[1].subvendor = 0x1458;
	f->dev[1].subdevice = 0x40bf;
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	c->mapping = strdup("gpu1");
	p = plan(f, c);
	assert_true(has_vm_cmd(p, "pvesh create /cluster/mapping/pci --id gpu1 --map "
				  "node=pve1,path=0000:01:00,id=10de:2684,iommugroup=14,"
				  "subsystem-id=1458:40bf"));
	assert_true(has_vm_cmd(p, "qm set 100 --hostpci0 mapping=gpu1,pcie=1"));
	free(c->mapping);
	c->mapping = strdup("1,x");
	bad = plan(f, c);
	assert_int_equal(level_of(&bad->findings, "mapping-name"), PG_LEVEL_BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_expected_by_address),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_at_start),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_blacklist_on_evidence),
		cmocka_unit_test(test_softdep_elsewhere),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_no_loader_file),
		cmocka_unit_test(test_no_kernel_cmdline),
		cmocka_unit_test(test_vm),
		cmocka_unit_test(test_vm_has_it),
		cmocka_unit_test(test_vm_widened),
		cmocka_unit_test(test_vm_full),
		cmocka_unit_test(test_mapping),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
