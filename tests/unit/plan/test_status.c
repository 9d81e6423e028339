/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/plan/status.h"

static void give(struct pg_dev *d, uint32_t vmid)
{
	uint32_t *v = pg_vec_add(&d->vmid, &d->n_vmid, sizeof(*v));

	assert_non_null(v);
	*v = vmid;
}

static struct pg_guest *vm(struct pg_facts *f, uint32_t vmid, enum pg_tri running)
{
	struct pg_guest *g = pg_vec_add(&f->guest, &f->n_guest, sizeof(*g));

	assert_non_null(g);
	g->vmid = vmid;
	g->local = true;
	g->running = running;
	return g;
}

static void wants(struct pg_guest *g, const char *addr)
{
	struct pg_hostpci *hp = pg_vec_add(&g->hostpci, &g->n_hostpci, sizeof(*hp));
	struct pg_bdf *bdf;
	bool *slot;

	assert_non_null(hp);
	bdf = pg_vec_add(&hp->addr, &hp->n_addr, sizeof(*bdf));
	assert_non_null(bdf);
	assert_int_equal(pg_bdf_parse(addr, bdf), 0);
	slot = calloc(1, sizeof(*slot));
	assert_non_null(slot);
	hp->slot = slot;
}

static struct pg_dev *card(struct pg_facts *f, const char *driver)
{
	struct pg_dev *d = make_dev(f, "0000:01:00.0", 0x10de, 0x2684, 0x030000, driver, 14);

	make_claim(d, "nouveau", false);
	return d;
}

static void assert_only(const struct pg_facts *f, enum pg_status_verdict verdict)
{
	struct pg_status *s = NULL;
	size_t n = 0;

	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 1);
	if (s[0].verdict != verdict)
		fail_msg("%s: %s", pg_status_verdict_name(s[0].verdict), s[0].why);
	assert_non_null(s[0].why);
	pg_status_free(s, n);
}

static void test_verdicts(void **state)
{
	static const struct {
		const char *driver;
		bool given;		/* to VM 100 */
		enum pg_tri running, iommu;
		enum pg_status_verdict verdict;
	} cases[] = {
		{ "vfio-pci", true, PG_NO, PG_YES, PG_STATUS_OK },
		{ "vfio-pci", true, PG_YES, PG_YES, PG_STATUS_OK },
		/* Proxmox takes it when the VM starts */
		{ "nouveau", true, PG_NO, PG_YES, PG_STATUS_OK },
		{ "nouveau", true, PG_YES, PG_YES, PG_STATUS_WRONG },
		{ "nouveau", true, PG_NO, PG_NO, PG_STATUS_WRONG },
		/* set apart for no one, and not in the configuration */
		{ "vfio-pci", false, PG_NO, PG_YES, PG_STATUS_PENDING },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
		struct pg_dev *d = card(f, cases[i].driver);

		(void)vm(f, 100, cases[i].running);
		f->iommu.active = cases[i].iommu;
		if (cases[i].given)
			give(d, 100);
		assert_only(f, cases[i].verdict);
	}
}

static void test_none(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
	struct pg_status *s = NULL;
	size_t n = 1;

	(void)state;
	(void)card(f, "nouveau");
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 0);
	pg_status_free(s, n);
}

/* Named by two VMs, but taken out of the computer. */
static void test_missing(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
	struct pg_status *s = NULL;
	size_t n = 0;

	(void)state;
	give(card(f, "vfio-pci"), 100);
	wants(vm(f, 100, PG_NO), "0000:00:05.0");
	wants(vm(f, 101, PG_NO), "0000:00:05.0");
	wants(vm(f, 102, PG_NO), "0000:01:00.0");
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(pg_bdf_str(s[0].addr).s, "0000:00:05.0");
	assert_null(s[0].dev);
	assert_int_equal(s[0].verdict, PG_STATUS_WRONG);
	assert_int_equal(s[0].n_vmid, 2);
	assert_int_equal(s[0].vmid[1], 101);
	assert_int_equal(s[1].verdict, PG_STATUS_OK);
	assert_string_equal(s[1].expected, "nouveau");
	pg_status_free(s, n);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pg_status_verdict_name(PG_STATUS_OK), "ok");
	assert_string_equal(pg_status_verdict_name(PG_STATUS_PENDING), "pending-reboot");
	assert_string_equal(pg_status_verdict_name(PG_STATUS_WRONG), "wrong");
}

/* ---- reasons ---- */

static void assert_reason(const struct pg_facts *f, enum pg_status_verdict verdict,
			  const char *reason, const char *fix)
{
	struct pg_status *s = NULL;
	size_t n = 0;

	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(s[0].reason, reason);
	assert_int_equal(s[0].verdict, verdict);
	assert_non_null(s[0].evidence);
	if (fix && !(s[0].fix && strstr(s[0].fix, fix)))
		fail_msg("fix: %s", s[0].fix ? s[0].fix : "none");
	pg_status_free(s, n);
}

/* A running node that was told to give its card to vfio-pci, and did not. */
static struct pg_facts *spoiled(void)
{
	struct pg_facts *f = make_facts();

	(void)card(f, "nouveau");
	f->system.live = true;
	f->system.kernel = strdup("6.14.8-2-pve");
	f->boot.since = 1000;
	make_conf(f, PG_MODCONF_OPTIONS, "vfio_pci", "ids=10de:2684", "/etc/modprobe.d/vfio.conf");
	make_file(f, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	make_file(f, "/etc/kernel/cmdline", "root=/dev/sda1\n");
	make_file(f, "/etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:2684\n");
	assert_int_equal(pg_strv_add(&f->modules.loaded, "vfio_pci"), 0);
	return f;
}

static void set_file(struct pg_facts *f, size_t i, const char *text)
{
	pg_bytes_done(&f->file[i].bytes);
	assert_int_equal(pg_bytes_copy(text, strlen(text), &f->file[i].bytes), 0);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_file *)a)->path, ((const struct pg_file *)b)->path);
}

static struct pg_initrd *initrd(struct pg_facts *f)
{
	struct pg_initrd *rd = pg_vec_add(&f->boot.initrd, &f->boot.n_initrd, sizeof(*rd));

	assert_non_null(rd);
	rd->release = strdup("6.14.8-2-pve");
	rd->path = strdup("/boot/initrd.img-6.14.8-2-pve");
	return rd;
}

static void test_reasons(void **state)
{
	struct pg_facts *f = spoiled();
	struct pg_initrd *rd;

	(void)state;
	assert_reason(f, PG_STATUS_WRONG, "lost-race", "passthrough");
	make_conf(f, PG_MODCONF_SOFTDEP, "nouveau", "pre: vfio-pci", "/etc/modprobe.d/vfio.conf");
	assert_reason(f, PG_STATUS_WRONG, "unknown", NULL);
	f->modules.loaded.v[0][0] = 'x';
	assert_reason(f, PG_STATUS_WRONG, "vfio-not-loaded", "plans that it is loaded");
	rd = initrd(f);
	rd->looked = true; /* by ids= it need not hold vfio-pci */
	assert_reason(f, PG_STATUS_WRONG, "vfio-not-loaded", "plans that it is loaded");
	rd->stale = PG_YES;
	rd->newer = strdup("/etc/modprobe.d/vfio.conf");
	assert_reason(f, PG_STATUS_WRONG, "stale-initramfs", "update-initramfs -u -k all");
	rd->stale = PG_NO;
	assert_int_equal(pg_strv_add(&rd->differ, "/etc/modprobe.d/vfio.conf"), 0);
	assert_reason(f, PG_STATUS_WRONG, "stale-initramfs", "update-initramfs -u -k all");
	f->dev[0].claim[0].builtin = true;
	assert_reason(f, PG_STATUS_WRONG, "built-in", "--bind address");
	free(f->dev[0].driver);
	f->dev[0].driver = strdup("serial"); /* a driver's name need not be its module's */
	assert_reason(f, PG_STATUS_WRONG, "built-in", "--bind address");
	f->iommu.active = PG_NO;
	assert_reason(f, PG_STATUS_WRONG, "iommu-off", "plans the kernel option");
	set_file(f, 1, "root=/dev/sda1 intel_iommu=on\n");
	assert_reason(f, PG_STATUS_WRONG, "wrong-loader", "plans it there");
	set_file(f, 0, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n");
	assert_reason(f, PG_STATUS_WRONG, "not-running", "update-grub");
	f->file[2].changed.tv_sec = 2000;
	assert_reason(f, PG_STATUS_PENDING, "pending", "Reboot");
	f->boot.off = true;
	assert_reason(f, PG_STATUS_PENDING, "off", "Reboot");
	pg_facts_free(f);
}

static void test_by_address(void **state)
{
	struct pg_facts *f = spoiled();

	(void)state;
	make_file(f, "/etc/initramfs-tools/hooks/pve-gpu", "");
	make_file(f, "/etc/initramfs-tools/scripts/init-top/pve-gpu", "");
	make_file(f, "/etc/pve-gpu/bind.conf", "0000:01:00.0 10de:2684 vfio-pci\n");
	qsort(f->file, f->n_file, sizeof(*f->file), by_path);
	initrd(f)->looked = true;
	assert_reason(f, PG_STATUS_WRONG, "initramfs-lacks", "update-initramfs");
	f->boot.initrd[0].has_script = true;
	assert_reason(f, PG_STATUS_WRONG, "initramfs-lacks", "update-initramfs");
	f->boot.initrd[0].changed.tv_sec = 2000; /* made again, not booted since */
	assert_reason(f, PG_STATUS_PENDING, "pending", "Reboot");
	f->boot.initrd[0].changed.tv_sec = 0;
	f->boot.initrd[0].has_vfio = true;
	assert_reason(f, PG_STATUS_WRONG, "unknown", NULL);
	pg_facts_free(f);
}

static void test_not_written(void **state)
{
	struct pg_facts *f = spoiled();
	struct pg_boot_entry *e = pg_vec_add(&f->boot.entry, &f->boot.n_entry, sizeof(*e));

	(void)state;
	assert_non_null(e);
	*e = (struct pg_boot_entry){ .path = strdup("/boot/grub/grub.cfg"), .title = strdup("Debian"),
				     .id = strdup("gnulinux-simple-1234"),
				     .kernel = strdup("/boot/vmlinuz-6.14.8-2-pve"),
				     .options = strdup("root=/dev/sda1 ro quiet") };
	f->iommu.active = PG_NO;
	set_file(f, 0, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n");
	assert_reason(f, PG_STATUS_WRONG, "not-written", "update-grub");
	pg_facts_free(f);
}

/* The kernel's log says when the other driver came. */
static void test_lost_race_log(void **state)
{
	struct pg_facts *f = spoiled();
	struct pg_klog_line *l = pg_vec_add(&f->klog.line, &f->klog.n_line, sizeof(*l));
	struct pg_status *s = NULL;
	size_t n = 0;

	(void)state;
	assert_non_null(l);
	*l = (struct pg_klog_line){ .of_dev = true, .addr = f->dev[0].addr, .usec = 2540000,
				    .text = strdup("nouveau 0000:01:00.0: NVIDIA AD102") };
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_string_equal(s[0].reason, "lost-race");
	assert_string_equal(s[0].evidence, "the kernel's log, 2.5 s after its start: "
					   "nouveau 0000:01:00.0: NVIDIA AD102");
	pg_status_free(s, n);
	pg_facts_free(f);
}

/* Nobody but the other loader's file asks for it. */
static void test_misplaced(void **state)
{
	struct pg_facts *f = spoiled();

	(void)state;
	free(f->modules.conf[0].value);
	f->modules.conf[0].value = strdup("ids=8086:1234");
	set_file(f, 1, "root=/dev/sda1 vfio-pci.ids=10de:2684\n");
	assert_reason(f, PG_STATUS_WRONG, "wrong-loader", "--bind early` plans it");
	pg_facts_free(f);
}

/* What no plan can mend is not promised. */
static void test_iommu_fix(void **state)
{
	struct pg_facts *f = spoiled();

	(void)state;
	f->iommu.active = PG_NO;
	f->iommu.table = PG_TABLE_IVRS; /* AMD's is on unless turned off */
	assert_reason(f, PG_STATUS_WRONG, "iommu-off", "firmware setup");
	free(f->boot.running);
	f->boot.running = strdup("root=/dev/sda1 amd_iommu=off");
	assert_reason(f, PG_STATUS_WRONG, "iommu-off", "not in the loader's file any more");
	set_file(f, 0, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet amd_iommu=off\"\n");
	assert_reason(f, PG_STATUS_WRONG, "iommu-off", "plans the kernel option");
	pg_facts_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_by_address),
		cmocka_unit_test(test_not_written),
		cmocka_unit_test(test_misplaced),
		cmocka_unit_test(test_lost_race_log),
		cmocka_unit_test(test_iommu_fix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
