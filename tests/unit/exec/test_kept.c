/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands say of a node is said by its capture, where none is run. */
#include "tests/unit/exec/node.h"

#include "src/exec/capture.h"
#include "src/exec/logs.h"
#include "src/exec/proof.h"
#include "src/host/collect.h"

/* What is known by commands alone, as text. */
static char *known(struct pg_root *root, const struct pg_exec_opts *opts)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*f));
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_strv unseen PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	struct pg_initrd rd = { .release = (char *)(uintptr_t)"6.1",
				.path = (char *)(uintptr_t)"/boot/initrd.img-6.1" };
	struct pg_strbuf b = { 0 };

	assert_non_null(f);
	pg_run_init(&run, root, opts);
	assert_true(pg_run_can_look(&run));
	assert_int_equal(pg_collect_files(root, f), 0);
	assert_int_equal(pg_initrd_look(&run, f, &rd), 0);
	assert_int_equal(pg_esp_look(&run, f, &unseen), 0);
	assert_int_equal(pg_klog_look(&run, f, (struct pg_bdf){ .bus = 1 }), 0);
	assert_int_equal(pg_logs_collect(root, opts, &log), 0);
	pg_strbuf_addf(&b, "vfio %d script %d differ %zu %s;", rd.has_vfio, rd.has_script, rd.differ.n,
		       rd.differ.n ? rd.differ.v[0] : "");
	for (size_t i = 0; i < f->boot.n_entry; i++)
		pg_strbuf_addf(&b, " entry %s %s;", f->boot.entry[i].title, f->boot.entry[i].options);
	for (size_t i = 0; i < unseen.n; i++)
		pg_strbuf_addf(&b, " unseen %s;", unseen.v[i]);
	for (size_t i = 0; i < f->klog.n_line; i++)
		pg_strbuf_addf(&b, " of device %s;", f->klog.line[i].text);
	for (size_t i = 0; i < log.n; i++)
		pg_strbuf_addf(&b, " %s: %s;", log.v[i].where, log.v[i].text);
	pg_strv_done(&rd.differ);
	return pg_strbuf_steal(&b);
}

/* From the recorder to an archive, and to a folder of its own. */
static struct pg_root *carried(const struct node *n, const struct pg_record *record)
{
	static const char mark[] = "live";
	struct pg_capture c PG_CLEANUP(pg_capture_done) = { 0 };
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = { 0 };
	const struct pg_bytes text = { (char *)(uintptr_t)mark, sizeof(mark) - 1 };
	struct pg_root *root = NULL;

	pg_root_record_file(n->tree->root, PG_ROOT_LIVE_MARK, &text);
	pg_root_record(n->tree->root, NULL);
	assert_int_equal(pg_capture_tree(n->tree->root, record, &c), 0);
	assert_int_equal(pg_archive_pack(&c, &archive, NULL), 0);
	assert_int_equal(pg_root_scratch(&root, NULL), 0);
	assert_int_equal(pg_archive_unpack(&archive, root, NULL), 0);
	return root;
}

static void prepare(const struct node *n)
{
	tree_dir(n->tree, "/var/tmp");
	tree_file(n->tree, "/boot/initrd.img-6.1", "initrd");
	tree_file(n->tree, "/etc/kernel/proxmox-boot-uuids", "1234-ABCD\n");
	node_command(n, "lsinitramfs", "echo usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.xz\n");
	node_command(n, "unmkinitramfs", "mkdir -p \"$2/main/etc\"\n");
	node_command(n, "unshare", "printf '1234-ABCD /loader/entries/a.conf 36\\n%s\\n' "
		     "'title Proxmox\noptions quiet\nlinux /x'; printf 'AAAA-0001 - 0\\n\\n'\n");
	node_command(n, "journalctl", "case \"$*\" in *json*) echo '{\"__MONOTONIC_TIMESTAMP\":\"1\","
		     "\"MESSAGE\":\"vfio-pci: reset\"}';; *'-b -1'*) echo 'the boot before';; "
		     "*) echo 'this boot';; esac\n");
}

static void test_kept(void **state)
{
	struct node *n = *state;
	const struct pg_exec_opts none = { .run_commands = PG_NO };
	struct pg_record *record PG_CLEANUP(pg_record_freep) = pg_record_new();
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_root *there PG_CLEANUP(pg_root_closep) = NULL;
	pg_autofree char *live = NULL, *kept = NULL;

	if (geteuid() != 0)
		skip();
	prepare(n);
	pg_root_record(n->tree->root, record);
	live = known(n->tree->root, &n->opts);
	assert_non_null(strstr(live, "vfio 1 script 0 differ 2 " OLD));
	assert_non_null(strstr(live, "entry Proxmox quiet; unseen AAAA-0001; of device vfio-pci: reset; "
				     "kernel, this boot: this boot; kernel, the boot before: the boot before;"));
	root = carried(n, record);
	assert_int_equal(pg_root_open(pg_root_prefix(root), &there, NULL), 0);
	kept = known(there, &none);
	pg_root_scratch_remove(root);
	assert_string_equal(kept, live);
}

/* A tree that was not captured says nothing of what only commands know. */
static void test_plain_tree(void **state)
{
	struct node *n = *state;
	const struct pg_exec_opts none = { .run_commands = PG_NO };
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

	pg_run_init(&run, n->tree->root, &none);
	assert_false(pg_run_can_look(&run));
	assert_int_equal(pg_kept_read(&run, "esp-entries", 100, &bytes), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_kept),
		node_test(test_plain_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
