/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/wizard/demo.h"

#include "src/plan/plan.h"

static const struct {
	const char *text;
	unsigned line;		/* of the complaint */
	const char *what;	/* part of it */
} bad[] = {
	{ "", 0, "names no device" },
	{ "vm = 100\n", 0, "names no device" },
	{ "devices = {'01:00.0'}\ncolour = 'red'\n", 2, "no such option 'colour'" },
	{ "# one\n/* two\n three */\nfoo = 1\n", 4, "no such option 'foo'" },
	{ "# ${HOME}\n", 1, "${" },
	{ "devices = {'01:00.0'}\nmapping = \"${HOME}\"\n", 2, "${" },
	{ "devices = {'1:0.0'}\n", 1, "no PCI address" },
	{ "devices = {'01:00.0',\n'x'}\n", 2, "x is no PCI address" },
	{ "devices = {'01:00.0'\n", 2, "premature end" },
	{ "devices = {'01:00.0'}\nvm = 'win11'\n", 2, "win11 is no VM number" },
	{ "vm = 0100\n", 1, "0100 is no VM number" },
	{ "vm = 99\n", 1, "99 is no VM number" },
	{ "vm = 1000000000\n", 1, "is no VM number" },
	{ "vm = {100, 101}\n", 1, "not right" },
	{ "vm = 100\nvm = 101\n", 2, "given twice" },
	{ "bind = 'now'\n", 1, "no way to bind" },
	{ "# a comment\n// another\nprimary = maybe\n", 3, "invalid boolean" },
	{ "pcie = 3\n", 1, "invalid boolean" },
	{ "mapping = ''\n", 1, "empty" },
	{ "mapping {\n}\n", 1, "not right" },
	{ "include('/etc/passwd')\n", 1, "no such option 'include'" },
	{ "'\001' = 1\n", 1, "not right" },
	{ "devices = {'01:00.0'}\ntrial = yes\n", 2, "yes is no time" },
	{ "trial = 1441\n", 1, "from 1 to 1440" },
	{ "trial = -1\n", 1, "-1 is no time" },
	{ "trial = 010\n", 1, "010 is no time" },
	{ "trial = 5\ntrial = 5\n", 2, "given twice" },
	{ "accept_loss = {'03:00'}\n", 1, "03:00 is not the address of one function" },
	{ "accept_loss = {'03:00.0',\n'eth0'}\n", 2, "eth0 is not the address" },
	{ "usb = {'1-3',\n'x'}\n", 2, "x is no USB device" },
	{ "usb = {'046d:c31'}\n", 1, "is no USB device" },
	{ "usb = {'01:00.0'}\n", 1, "is no USB device" },
	{ "usb_remove = {'usb14'}\n", 1, "usb0 to usb13" },
	{ "usb_mapping = ''\n", 1, "empty" },
	{ "vm = 100\nusb_mapping = 'x'\n", 0, "names no device" },
	{ "devices = {'01:00.0;x'}\n", 1, "01:00.0;x is no PCI address" },
	{ "devices = {';'}\n", 1, "no PCI address" },
	{ "vendor_id = '10deg'\n", 1, "vendor_id takes four hexadecimal digits" },
	{ "device_id = '10000'\n", 1, "device_id takes four" },
	{ "replace = 'usb0'\n", 1, "usb0 is no entry" },
	{ "remove = {'hostpci0',\n'hostpci16'}\n", 2, "hostpci16 is no entry" },
	{ "remove = {'hostpci01'}\n", 1, "hostpci01 is no entry" },
	{ "rombar = 2\n", 1, "invalid boolean" },
	{ "vga = ''\n", 1, "empty" },
	{ "repair = true\nremove = {'hostpci0'}\n", 0, "repair goes without" },
	{ "mapping = 'gpu1'\nmapping_entry = 'take'\n", 2, "take is nothing that can be done" },
	{ "devices = {'01:00'}\nmapping_entry = 'give'\n", 0, "mapping_entry goes with" },
	{ "mapping = 'gpu1'\nmapping_entry = 'remove'\nvm = 100\n", 0, "mapping_entry goes with" },
	{ "mapping = 'gpu1'\nmapping_entry = 'add'\n", 0, "names no device" },
	{ "sriov = '07:00.0'\n", 1, "no number of virtual functions" },
	{ "sriov = '07:00 4'\n", 1, "no number of virtual functions" },
	{ "sriov = '07:00.0 65536'\n", 1, "no number of virtual functions" },
	{ "sriov = '07:00.0 4'\nsriov = '08:00.0 4'\n", 2, "given twice" },
	{ "sriov = '07:00.0 4'\nvf_driver = 'vfio'\n", 2, "vf_driver is 'host' or 'none', not vfio" },
	{ "sriov = '07:00.0 4'\nvf_driver = 'host'\nvf_driver = 'none'\n", 3, "given twice" },
	{ "sriov = '07:00.0 4'\nvf = {'0,mac=x'}\n", 2, "0,mac=x are no settings" },
	{ "sriov = '07:00.0 4'\nvf = {'0,vlan=1',\n'mac=02:11:22:33:44:55'}\n", 3, "no settings" },
};

static int load(const struct tree *t, const char *text, size_t n, struct pg_choices **ret,
		struct pg_err *err)
{
	pg_autofree char *path = tree_path(t, "/answers");

	tree_bytes(t, "/answers", text, n);
	return wiz_answers_load(path, ret, err);
}

static void test_bad(void **state)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_choices *c = NULL;
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

		if (load(*state, bad[i].text, strlen(bad[i].text), &c, &err) == 0)
			fail_msg("taken: %s", bad[i].text);
		assert_null(c);
		assert_non_null(err.path);
		if (!strstr(err.what, bad[i].what) || err.line != bad[i].line)
			fail_msg("%s: line %u: %s", bad[i].text, err.line, err.what);
	}
}

static void test_bad_files(void **state)
{
	struct tree *t = *state;
	struct pg_choices *c = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	assert_int_equal(load(t, "vm = 100\n\0vm", 12, &c, &err), -EINVAL);
	assert_int_equal(err.line, 2);
	assert_int_equal(wiz_answers_load(t->dir, &c, &err), -EISDIR);
	assert_int_equal(wiz_answers_load("/nowhere/at/all", &c, &err), -ENOENT);
	assert_string_equal(err.path, "/nowhere/at/all");
}

static void test_good(void **state)
{
	static const char text[] = "# what VM 100 gets\n"
				   "devices = {'0000:01:00.0', \"01:00.1\"}\n"
				   "devices += {0000:02:00}\n"
				   "vm = 100\nbind = 'at-start'\nprimary = true\npcie = off\n"
				   "iommu_pt = yes\nmapping = 'a#b//c'\nromfile = 'x.rom'\n"
				   "efi_storage = 'local-lvm'\nchange_machine = true\n"
				   "change_firmware = no\n"
				   "accept_loss = {'0000:03:00.0', 04:00.0}\ntrial = 30";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, text, strlen(text), &c, NULL), 0);
	assert_int_equal(c->n_pick, 3);
	assert_string_equal(pg_bdf_str(c->pick[1].addr).s, "0000:01:00.1");
	assert_false(c->pick[1].slot);
	assert_true(c->pick[2].slot);
	assert_int_equal(c->vmid, 100);
	assert_int_equal(c->bind, PG_BIND_AT_START);
	assert_true(c->primary && c->iommu_pt && c->change_machine);
	assert_false(c->change_firmware);
	assert_int_equal(c->pcie, PG_NO);
	assert_string_equal(c->mapping, "a#b//c");
	assert_string_equal(c->romfile, "x.rom");
	assert_string_equal(c->efi_storage, "local-lvm");
	assert_int_equal(c->n_accept, 2);
	assert_string_equal(pg_bdf_str(c->accept[1]).s, "0000:04:00.0");
	assert_int_equal(c->trial, PG_YES);
	assert_int_equal(c->trial_minutes, 30);
}

static void test_usb(void **state)
{
	static const char text[] = "vm = 100\nusb = {'046D:C31C', '1-2.3', 'mapping=ups', spice}\n"
				   "usb_remove = {'usb0', 'usb13', 'usb0'}\n"
				   "usb_mapping = 'zig'\naccept_loss = {'1-3', '03:00.0'}\n";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_choices *copy PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, text, strlen(text), &c, NULL), 0);
	assert_int_equal(pg_choices_copy(c, &copy), 0);
	assert_int_equal(copy->n_usb, 4);
	assert_int_equal(copy->usb[0].by, PG_USB_BY_ID);
	assert_int_equal(copy->usb[0].vendor, 0x046d);
	assert_string_equal(copy->usb[1].name, "1-2.3");
	assert_string_equal(copy->usb[2].name, "ups");
	assert_int_equal(copy->usb[3].by, PG_USB_BY_SPICE);
	assert_int_equal(copy->usb_remove.n, 2);
	assert_string_equal(copy->usb_mapping, "zig");
	assert_int_equal(copy->usb_accept.n, 1);
	assert_int_equal(copy->n_accept, 1);
}

static void test_sriov(void **state)
{
	static const char text[] = "sriov = '0000:07:00.0 4'\nvf_driver = 'none'\n"
				   "vf = {'0,mac=02:11:22:33:44:55,vlan=10', '3,trust=on,spoofchk=off'}\n";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_choices *copy PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, text, strlen(text), &c, NULL), 0);
	assert_int_equal(pg_choices_copy(c, &copy), 0);
	assert_true(copy->sriov.wanted);
	assert_string_equal(pg_bdf_str(copy->sriov.pf).s, "0000:07:00.0");
	assert_int_equal(copy->sriov.count, 4);
	assert_int_equal(copy->sriov.host_driver, PG_NO);
	assert_int_equal(copy->sriov.n_vf, 2);
	assert_int_equal(copy->sriov.vf[0].vlan, 10);
	assert_string_equal(copy->sriov.vf[0].mac, "02:11:22:33:44:55");
	assert_int_equal(copy->sriov.vf[1].n, 3);
	assert_int_equal(copy->sriov.vf[1].trust, PG_YES);
	assert_int_equal(copy->sriov.vf[1].spoofchk, PG_NO);
}

static void test_hostpci(void **state)
{
	static const char text[] = "vm = 100\ndevices = {'01:00.0;02:00', '01:00.0;03:00.0'}\n"
				   "replace = 'hostpci15'\nremove = {'hostpci0', 'hostpci0'}\n"
				   "rombar = off\nlegacy_igd = on\nkeep_driver = yes\nseparate = yes\n"
				   "vendor_id = '10de'\nsub_device_id = '0x0001'\nvga = 'none'\n"
				   "cpu = 'host'\nsecure_boot = yes\nno_balloon = yes\n"
				   "guest_reachable = yes\n";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_choices *copy PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, text, strlen(text), &c, NULL), 0);
	assert_int_equal(pg_choices_copy(c, &copy), 0);
	assert_int_equal(copy->n_pick, 4);
	assert_int_equal(copy->pick[0].joined, copy->pick[1].joined);
	assert_int_not_equal(copy->pick[1].joined, copy->pick[2].joined);
	assert_true(copy->pick[1].slot);
	assert_string_equal(copy->replace, "hostpci15");
	assert_int_equal(copy->remove.n, 1);
	assert_int_equal(pg_choices_leaving(copy), 1U << 15 | 1);
	assert_int_equal(copy->pci.rombar, PG_NO);
	assert_int_equal(copy->pci.legacy_igd, PG_YES);
	assert_int_equal(copy->pci.keep_driver, PG_YES);
	assert_int_equal(copy->pci.id[PG_VENDOR_ID], 0x10de);
	assert_int_equal(copy->pci.id[PG_DEVICE_ID], -1);
	assert_int_equal(copy->pci.id[PG_SUB_DEVICE_ID], 1);
	assert_string_equal(copy->vga, "none");
	assert_string_equal(copy->cpu, "host");
	assert_true(copy->separate && copy->secure_boot && copy->no_balloon);
	assert_true(copy->guest_reachable);
}

static void test_remove_only(void **state)
{
	static const char text[] = "vm = 100\nremove = {'hostpci3'}\n";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, text, strlen(text), &c, NULL), 0);
	assert_true(pg_choices_has_vm_only(c));
	assert_int_equal(c->pci.rombar, PG_UNKNOWN);
}

static void test_trial(void **state)
{
	static const char none[] = "devices = {'01:00.0'}\ntrial = 0\n";
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;

	assert_int_equal(load(*state, none, strlen(none), &c, NULL), 0);
	assert_int_equal(c->trial, PG_NO);
	pg_choices_freep(&c);
	/* not said: the plan decides */
	c = NULL;
	assert_int_equal(load(*state, none, strlen("devices = {'01:00.0'}\n"), &c, NULL), 0);
	assert_int_equal(c->trial, PG_UNKNOWN);
	assert_int_equal(c->n_accept, 0);
}

static void test_relative(void **state)
{
	struct tree *t = *state;
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;
	char cwd[4096];

	tree_file(t, "/sub/answers", "devices = {'01:00.0'}\n");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(t->dir), 0);
	assert_int_equal(wiz_answers_load("sub/answers", &c, NULL), 0);
	assert_int_equal(chdir(cwd), 0);
	assert_int_equal(c->n_pick, 1);
	assert_int_equal(c->pcie, PG_UNKNOWN);
}

/* ---- one road ---- */

static char *plan_json(const struct demo *d, const struct pg_choices *choices)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	char *json;

	assert_int_equal(pg_plan_make(d->w->facts, choices, &d->templates, &plan), 0);
	assert_int_equal(pg_diff_plan(plan, NULL), 0);
	json = pg_plan_json(plan);
	assert_non_null(json);
	return json;
}

static void test_same_plan(void **state)
{
	struct demo *d = *state;
	static const char text[] = "devices = {'01:00.0', '01:00.1'}\nvm = 100\n"
				   "primary = true\niommu_pt = true\nbind = early\n";
	struct pg_choices *file PG_CLEANUP(pg_choices_freep) = NULL;
	pg_autofree char *screen = NULL, *answers = NULL;

	demo_open(d);
	assert_int_equal(load(d->tree, text, strlen(text), &file, NULL), 0);
	demo_to_review(d, "vm/100");
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "primary");
	demo_back(d, "binding");
	demo_send(d, WIZ_EVENT_TOGGLE, "bind/early");
	demo_send(d, WIZ_EVENT_TOGGLE, "iommu-pt");
	demo_next(d, "vm");
	demo_next(d, "review");
	screen = pg_plan_json(d->w->plan);
	answers = plan_json(d, file);
	assert_non_null(strstr(screen, "x-vga=1"));
	assert_non_null(strstr(screen, "iommu=pt"));
	assert_string_equal(screen, answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_bad),	  tree_test(test_bad_files), tree_test(test_good),
		tree_test(test_relative), tree_test(test_trial), tree_test(test_usb),
		tree_test(test_hostpci), tree_test(test_sriov), tree_test(test_remove_only),
		demo_test(test_same_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
