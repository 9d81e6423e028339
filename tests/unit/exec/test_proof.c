/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the node boots from is compared with the plan, by stand-ins for the tools. */
#include "tests/unit/exec/node.h"

#include <errno.h>

#include "src/exec/journal.h"
#include "src/exec/proof.h"

#define SH_NAMES "echo usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.xz\n"
#define SH_COPY "root=${1%/boot/*}; mkdir -p \"$2/main/etc\" || exit 1\n" \
		"cp -r \"$root/etc/modprobe.d\" \"$2/main/etc\"\n" \
		"mkdir -p \"$2/main/etc/pve-gpu\"\n"

#define WAYBACK "/etc/grub.d/42_pve-gpu"
#define ENTRY(id) "menuentry 'Debian' --class debian $menuentry_id_option '" id "' {\n" \
		  "\tlinux\t/boot/vmlinuz-6.1 root=/dev/sda1 ro "
#define END "\n}\n"

static void prepare(struct node *n, const char *options)
{
	pg_autofree char *cfg = pg_strf(ENTRY("gnulinux-simple-1234") "%s" END, options);

	tree_dir(n->tree, "/sys/bus/pci/devices");
	tree_dir(n->tree, "/lib/modules/6.1");
	tree_dir(n->tree, "/var/tmp");
	tree_file(n->tree, "/boot/initrd.img-6.1", "initrd");
	tree_file(n->tree, "/boot/grub/grub.cfg", cfg);
	node_command(n, "lsinitramfs", SH_NAMES);
	node_command(n, "unmkinitramfs", SH_COPY);
}

static bool doubts(const struct node *n, const char *part)
{
	for (size_t i = 0; i < n->out.doubts.n; i++)
		if (strstr(n->out.doubts.v[i], part))
			return true;
	return false;
}

/* All of it, as it was said. */
static void assert_on_record(const struct node *n)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

	assert_int_equal(pg_journal_read(n->tree->root, n->out.id, &j, NULL), 0);
	assert_int_equal(j->state, PG_TX_APPLIED);
	assert_int_equal(j->doubts.n, n->out.doubts.n);
	for (size_t i = 0; i < j->doubts.n; i++)
		assert_string_equal(j->doubts.v[i], n->out.doubts.v[i]);
}

static void assert_clean(const struct node *n)
{
	struct pg_strv left PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_root_list(n->tree->root, "/var/tmp", &left), 0);
	assert_int_equal(left.n, 0);
}

/* The copies of modprobe.d are the same: no doubt about them. */
static void test_same(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	assert_non_null(strstr(n->seen.s, "Checking the initramfs of 6.1"));
	assert_false(doubts(n, "modprobe.d"));
	assert_clean(n);
}

static void test_stale(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_command(n, "unmkinitramfs", SH_COPY "echo old >\"$2/main" VFIO "\"\n");
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	assert_true(doubts(n, VFIO));
	node_assert_text(n, "do not reboot");
	assert_clean(n);
	assert_on_record(n);
}

/* No tool is no doubt: it is said. */
static void test_no_tool(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_command(n, "lsinitramfs", "exit 127\n");
	node_apply(n);
	assert_false(doubts(n, "initrd"));
	node_assert_text(n, "could not be looked at");
	assert_clean(n);
}

static void set_cfg(struct node *n, const char *text)
{
	prepare(n, "");
	tree_file(n->tree, "/boot/grub/grub.cfg", text);
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
}

/* Of another system, or written by hand: they need not have the options. */
static void test_foreign(void **state)
{
	struct node *n = *state;

	set_cfg(n, ENTRY("gnulinux-simple-1234") "quiet intel_iommu=on" END
		ENTRY("osprober-gnulinux-simple-99") "quiet" END ENTRY("mine") "quiet" END
		ENTRY("gnulinux-6.1-recovery-1234") "single" END
		"menuentry 'Old' $menuentry_id_option 'gnulinux-4.9' {\n"
		"\tlinux /vmlinuz-4.9 quiet" END);
	assert_int_equal(n->out.doubts.n, 0);
}

static void test_second_entry(void **state)
{
	struct node *n = *state;

	set_cfg(n, ENTRY("gnulinux-simple-1234") "quiet intel_iommu=on" END
		ENTRY("gnulinux-6.1-advanced-1234") "quiet" END);
	assert_true(doubts(n, "lacks the option intel_iommu=on"));
}

static void test_no_cfg(void **state)
{
	struct node *n = *state;

	set_cfg(n, "");
	assert_true(doubts(n, "no entry that starts a kernel"));
	node_assert_text(n, "do not reboot");
}

static void test_no_made_entry(void **state)
{
	struct node *n = *state;

	set_cfg(n, ENTRY("mine") "quiet" END);
	assert_int_equal(n->out.doubts.n, 0);
	node_assert_text(n, "could not be checked");
}

static void plan_more(struct node *n, const char *path)
{
	struct pg_plan_file *f = pg_vec_add(&n->plan.file, &n->plan.n_file, sizeof(*f));

	assert_non_null(f);
	*f = (struct pg_plan_file){ .path = strdup(path), .change = PG_CHANGE_CREATE,
				    .mode = 0755 };
	assert_int_equal(pg_bytes_copy("#!/bin/sh\n", 10, &f->after), 0);
}

static void test_wayback(void **state)
{
	struct node *n = *state;

	plan_more(n, WAYBACK);
	set_cfg(n, ENTRY("gnulinux-simple-1234") "quiet intel_iommu=on" END);
	assert_true(doubts(n, "\"without passthrough\" is not there"));
}

static void test_wayback_there(void **state)
{
	struct node *n = *state;

	plan_more(n, WAYBACK);
	set_cfg(n, ENTRY("gnulinux-simple-1234") "quiet intel_iommu=on" END
		ENTRY("pve-gpu-off") "quiet pve-gpu.off vfio-pci.ids=" END);
	assert_int_equal(n->out.doubts.n, 0);
}

/* The node boots from EFI system partitions, with the options of /etc/kernel/cmdline. */
static void refresh(struct node *n)
{
	struct pg_plan_file *f = &n->plan.file[0];

	assert_string_equal(f->path, GRUB);
	free(f->path);
	pg_bytes_done(&f->before);
	pg_bytes_done(&f->after);
	f->path = strdup("/etc/kernel/cmdline");
	assert_int_equal(pg_bytes_copy("quiet\n", 6, &f->before), 0);
	assert_int_equal(pg_bytes_copy("quiet intel_iommu=on\n", 21, &f->after), 0);
	tree_file(n->tree, f->path, "quiet\n");
	pg_strv_done(&n->plan.cmd[1].argv);
	assert_int_equal(pg_strv_split("proxmox-boot-tool refresh", " ", &n->plan.cmd[1].argv), 0);
	node_command(n, "proxmox-boot-tool", "exit 0");
	node_command(n, "unshare", "exit 1");
}

/* What data/boot/esp-entries prints. */
static void esps_hold(struct node *n, const char *body)
{
	tree_file(n->tree, "/etc/kernel/proxmox-boot-uuids", "1234-ABCD\nAAAA-0001\n");
	node_command(n, "unshare", body);
}

#define SH_FILE(uuid, path, text) \
	"f() { printf '%s %s %s\\n%s\\n' \"$1\" \"$2\" ${#3} \"$3\"; }\n" \
	"f " uuid " " path " \"" text "\"\n"
#define SDBOOT(options) SH_FILE("1234-ABCD", "/loader/entries/proxmox-6.1.conf", \
				"title Proxmox\noptions root=/dev/sda1 " options "\n" \
				"linux /EFI/proxmox/6.1/vmlinuz-6.1")

static void test_esp_unseen(void **state)
{
	struct node *n = *state;

	refresh(n);
	set_cfg(n, "");
	assert_int_equal(n->out.doubts.n, 0);
	node_assert_text(n, "EFI system partitions could not be looked at");
}

static void test_esp(void **state)
{
	struct node *n = *state;

	refresh(n);
	plan_more(n, "/etc/kernel/postinst.d/zz-pve-gpu");
	tree_file(n->tree, "/boot/efi/loader/entries/proxmox-6.1.conf",
		  "title Proxmox\noptions root=/dev/sda1 quiet\n"
		  "linux /EFI/proxmox/6.1/vmlinuz-6.1\n");
	set_cfg(n, "");
	assert_true(doubts(n, "\"Proxmox\" lacks the option intel_iommu=on"));
	assert_true(doubts(n, "not among those of the EFI system partition"));
	node_assert_text(n, "proxmox-boot-tool refresh");
}

/* They are mounted only to be looked at. */
static void test_esp_unmounted(void **state)
{
	struct node *n = *state;
	pg_autofree char *log = NULL;

	refresh(n);
	esps_hold(n, SDBOOT("quiet") "printf 'AAAA-0001 - 0\\n\\n'\n");
	set_cfg(n, "");
	log = node_log(n);
	assert_non_null(strstr(log, "unshare --mount --propagation private sh /"));
	assert_true(doubts(n, "EFI system partition 1234-ABCD: /loader/entries/proxmox-6.1.conf: "
			      "the entry \"Proxmox\" lacks the option intel_iommu=on"));
	node_assert_text(n, "EFI system partition AAAA-0001 could not be looked at");
	node_assert_text(n, "do not reboot");
}

static void test_esp_well(void **state)
{
	struct node *n = *state;

	refresh(n);
	esps_hold(n, SDBOOT("quiet intel_iommu=on"));
	set_cfg(n, "");
	assert_int_equal(n->out.doubts.n, 0);
	assert_null(strstr(n->out.text, "looked at"));
}

/* GRUB on the partitions: the menu in /boot is not read, and may be old. */
static void test_esp_grub(void **state)
{
	struct node *n = *state;

	refresh(n);
	plan_more(n, WAYBACK);
	tree_file(n->tree, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"intel_iommu=on\"\n");
	esps_hold(n, SH_FILE("AAAA-0001", "/grub/grub.cfg",
			     "menuentry 'PVE' --id 'gnulinux-simple-1' {\n"
			     "linux /boot/vmlinuz-6.1 quiet intel_iommu=on\n}"));
	set_cfg(n, ENTRY("gnulinux-simple-1234") "old" END);
	assert_int_equal(n->out.doubts.n, 1);
	assert_true(doubts(n, "GRUB's menu on the EFI system partitions has no entry"));
}

/* Everything is on the disk already: the commands alone, without a trial. */
static void test_no_files(void **state)
{
	struct node *n = *state;

	prepare(n, "quiet");
	node_command(n, "unmkinitramfs", SH_COPY "echo old >\"$2/main" VFIO "\"\n");
	tree_file(n->tree, GRUB, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n");
	while (n->plan.n_file) {
		struct pg_plan_file *f = &n->plan.file[--n->plan.n_file];

		free(f->path);
		pg_bytes_done(&f->before);
		pg_bytes_done(&f->after);
	}
	node_apply(n);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	assert_int_equal(n->out.trial, 0);
	assert_true(doubts(n, "lacks the option intel_iommu=on"));
	assert_true(doubts(n, VFIO));
	node_assert_state(n, "applied");
	node_undo(n, n->out.id);
	assert_int_equal(n->out.kind, PG_OUTCOME_DONE);
	node_assert_state(n, "undone");
}

/* update-grub said well, and wrote nothing. */
static void test_grub(void **state)
{
	struct node *n = *state;

	prepare(n, "nothing");
	node_apply(n);
	assert_true(doubts(n, "lacks the option"));
	node_assert_text(n, "do not reboot");
}

/* journalctl's JSON: one object a line; what is broken is passed over. */
static void test_klog(void **state)
{
	struct node *n = *state;
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*f));
	struct pg_bdf addr = { .bus = 1 };
	pg_autofree char *log = NULL;

	assert_non_null(f);
	pg_run_init(&run, n->tree->root, &n->opts);
	node_command(n, "journalctl", "cat <<'END'\n"
		     "{\"_SOURCE_MONOTONIC_TIMESTAMP\":\"2500000\",\"MESSAGE\":\"nouveau: NVIDIA\"}\n"
		     "{broken\n"
		     "{\"__MONOTONIC_TIMESTAMP\":\"3000000\",\"MESSAGE\":[1,2]}\n"
		     "{\"__MONOTONIC_TIMESTAMP\":\"3500000\",\"MESSAGE\":\"more\"}\nEND\n");
	assert_int_equal(pg_klog_look(&run, f, addr), 0);
	assert_true(f->klog.known);
	assert_int_equal(f->klog.n_line, 2);
	assert_true(f->klog.line[0].usec == 2500000);
	assert_string_equal(f->klog.line[0].text, "nouveau: NVIDIA");
	assert_true(f->klog.line[1].usec == 3500000);
	log = node_log(n);
	assert_non_null(strstr(log, "_KERNEL_DEVICE=+pci:0000:01:00.0"));
	f->klog.known = false;
	node_command(n, "journalctl", "exit 1\n");
	assert_int_equal(pg_klog_look(&run, f, addr), -EIO);
	assert_false(f->klog.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_same),
		node_test(test_stale),
		node_test(test_no_tool),
		node_test(test_grub),
		node_test(test_foreign),
		node_test(test_second_entry),
		node_test(test_no_cfg),
		node_test(test_no_files),
		node_test(test_no_made_entry),
		node_test(test_wayback),
		node_test(test_wayback_there),
		node_test(test_esp_unseen),
		node_test(test_esp),
		node_test(test_esp_unmounted),
		node_test(test_esp_well),
		node_test(test_esp_grub),
		node_test(test_klog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
