/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node whose files are as they should be, but what it boots from is not. */
#include "tests/unit/plan/make.h"

#include "src/plan/planner.h"

#define KERNEL "6.14.8-2-pve"
#define SCRIPT "#!/bin/sh\n"
#define KOPTS "root=/dev/sda1 quiet intel_iommu=on\n"

/* Nothing is left to do. */
static struct pg_facts *done(void)
{
	struct pg_facts *f = make_facts();
	struct pg_dev *d = make_dev(f, "0000:01:00.0", 0x10de, 0x2684, 0x030000, "nouveau", 14);
	struct pg_initrd *rd = pg_vec_add(&f->boot.initrd, &f->boot.n_initrd, sizeof(*rd));

	assert_non_null(rd);
	make_claim(d, "nouveau", false);
	f->system.live = true;
	f->system.kernel = strdup(KERNEL);
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 ro quiet intel_iommu=on");
	make_file(f, "/etc/default/grub",
		  "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n");
	make_file(f, PG_PATH_VFIO_CONF,
		  "options vfio-pci ids=10de:2684\nsoftdep nouveau pre: vfio-pci\n");
	make_file(f, PG_PATH_MODULES, "vfio\nvfio_iommu_type1\nvfio_pci\n");
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:2684", PG_PATH_VFIO_CONF);
	make_conf(f, PG_MODCONF_SOFTDEP, "nouveau", "pre: vfio-pci", PG_PATH_VFIO_CONF);
	*rd = (struct pg_initrd){ .release = strdup(KERNEL),
				  .path = strdup("/boot/initrd.img-" KERNEL), .stale = PG_NO };
	return f;
}

static void make_entry(struct pg_facts *f, const char *path, const char *id, const char *options)
{
	struct pg_boot_entry *e = pg_vec_add(&f->boot.entry, &f->boot.n_entry, sizeof(*e));

	assert_non_null(e);
	*e = (struct pg_boot_entry){ .path = strdup(path), .title = strdup("Debian"),
				     .id = strdup(id), .kernel = strdup("/boot/vmlinuz-" KERNEL),
				     .options = strdup(options) };
}

static void make_old(struct pg_facts *f)
{
	f->boot.initrd[0].stale = PG_YES;
	f->boot.initrd[0].newer = strdup(PG_PATH_VFIO_CONF);
}

static struct pg_templates templates(void)
{
	static char script[] = SCRIPT;

	return (struct pg_templates){ .initramfs_hook = { script, sizeof(script) - 1 },
				      .initramfs_script = { script, sizeof(script) - 1 } };
}

/* Takes the facts; `command` NULL: nothing is planned. */
static void assert_command(struct pg_facts *f, enum pg_bind bind, const char *command,
			   const char *why)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_templates t = templates();
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	c->bind = bind;
	c->trial = PG_YES;
	assert_int_equal(pg_plan_make(f, c, &t, &p), 0);
	assert_false(pg_plan_is_blocked(p));
	assert_int_equal(p->n_file, 0);
	assert_int_equal(p->n_cmd, command ? 1 : 0);
	assert_int_equal(pg_plan_is_empty(p), !command);
	assert_int_equal(p->reboot, command != NULL);
	assert_int_equal(p->trial, 0);
	if (command) {
		pg_autofree char *words = pg_strv_join(&p->cmd[0].argv, " ");

		assert_string_equal(words, command);
		assert_non_null(strstr(p->cmd[0].why, why));
	}
	pg_facts_free(f);
}

#define INITRAMFS "update-initramfs -u -k all"
#define CFG "/boot/grub/grub.cfg"
#define SIMPLE "gnulinux-simple-1234"

static void test_initramfs(void **state)
{
	struct pg_facts *f;

	(void)state;
	assert_command(done(), PG_BIND_EARLY, NULL, NULL);
	f = done();
	make_old(f);
	assert_command(f, PG_BIND_EARLY, INITRAMFS, "is older than " PG_PATH_VFIO_CONF);
	f = done();
	assert_int_equal(pg_strv_add(&f->boot.initrd[0].differ, PG_PATH_VFIO_CONF), 0);
	assert_command(f, PG_BIND_EARLY, INITRAMFS, "another copy of " PG_PATH_VFIO_CONF);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_file *)a)->path, ((const struct pg_file *)b)->path);
}

/* Which devices were assigned is noted already. */
static void note_devices(struct pg_facts *f)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = make_choices("01:00", 0);
	struct pg_templates t = templates();
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = NULL;

	c->bind = PG_BIND_ADDRESS;
	assert_int_equal(pg_plan_make(f, c, &t, &p), 0);
	assert_int_equal(p->n_file, 1);
	assert_string_equal(p->file[0].path, "/etc/pve-gpu/devices.conf");
	make_file(f, p->file[0].path, p->file[0].after.p);
}

/* By address the initramfs must hold the script. */
static void test_initramfs_lacks(void **state)
{
	struct pg_facts *f = done();

	(void)state;
	make_file(f, PG_PATH_HOOK, SCRIPT);
	make_file(f, PG_PATH_SCRIPT, SCRIPT);
	f->file[3].mode = f->file[4].mode = 0755;
	make_file(f, PG_PATH_BIND_CONF, "0000:01:00.0 10de:2684 vfio-pci\n");
	qsort(f->file, f->n_file, sizeof(*f->file), by_path);
	note_devices(f);
	qsort(f->file, f->n_file, sizeof(*f->file), by_path);
	f->boot.initrd[0].looked = f->boot.initrd[0].has_vfio = true;
	assert_command(f, PG_BIND_ADDRESS, INITRAMFS, "does not hold the script");
}

/* Of a tree, of another kernel, or where nothing is bound at boot: it says nothing. */
static void test_initramfs_no_matter(void **state)
{
	struct pg_facts *f = done();

	(void)state;
	make_old(f);
	f->system.live = false;
	assert_command(f, PG_BIND_EARLY, NULL, NULL);
	f = done();
	make_old(f);
	free(f->system.kernel);
	f->system.kernel = strdup("6.8.12-1-pve");
	assert_command(f, PG_BIND_EARLY, NULL, NULL);
	f = done();
	make_old(f);
	assert_command(f, PG_BIND_AT_START, NULL, NULL);
}

static void test_grub(void **state)
{
	struct pg_facts *f = done();

	(void)state;
	make_entry(f, CFG, "osprober-gnulinux-1", "quiet");
	make_entry(f, CFG, SIMPLE, "root=/dev/sda1 ro quiet intel_iommu=on");
	assert_command(f, PG_BIND_EARLY, NULL, NULL);
	f = done();
	make_entry(f, CFG, SIMPLE, "root=/dev/sda1 ro quiet");
	assert_command(f, PG_BIND_EARLY, "update-grub", "has not got the option intel_iommu=on");
	f = done();
	make_entry(f, CFG, SIMPLE, "root=/dev/sda1 ro quiet");
	f->system.live = false;
	assert_command(f, PG_BIND_EARLY, NULL, NULL);
	f = done();
	make_entry(f, CFG, SIMPLE, "root=/dev/sda1 ro quiet");
	f->boot.pbt = true; /* it keeps another grub.cfg */
	assert_command(f, PG_BIND_EARLY, NULL, NULL);
}

static void test_systemd_boot(void **state)
{
	struct pg_facts *f = done();

	(void)state;
	f->boot.loader = PG_LOADER_SYSTEMD_BOOT;
	f->boot.pbt = true;
	free(f->file[0].path);
	f->file[0].path = strdup(PG_PATH_CMDLINE);
	pg_bytes_done(&f->file[0].bytes);
	assert_int_equal(pg_bytes_copy(KOPTS, strlen(KOPTS), &f->file[0].bytes), 0);
	make_entry(f, CFG, SIMPLE, "quiet");
	make_entry(f, "/boot/efi/loader/entries/proxmox-" KERNEL ".conf",
		   "proxmox-" KERNEL ".conf", "quiet");
	assert_command(f, PG_BIND_EARLY, "proxmox-boot-tool refresh", "loader/entries/proxmox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initramfs),
		cmocka_unit_test(test_initramfs_lacks),
		cmocka_unit_test(test_initramfs_no_matter),
		cmocka_unit_test(test_grub),
		cmocka_unit_test(test_systemd_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
