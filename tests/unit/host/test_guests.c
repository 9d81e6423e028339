/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"

#define CONF "/etc/pve/nodes/pve1/qemu-server/"

static struct pg_facts *collect(const struct tree *t, const char *const *devs)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	for (; devs && *devs; devs++) {
		struct pg_dev *d = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*d));

		assert_non_null(d);
		assert_int_equal(pg_bdf_parse(*devs, &d->addr), 0);
	}
	assert_int_equal(pg_collect_guests(t->root, PG_WANT_ALL, facts), 0);
	return facts;
}

/* One guest with this configuration. */
static struct pg_facts *one(const struct tree *t, const char *conf)
{
	struct pg_facts *facts;

	tree_link(t, "/etc/pve/local", "nodes/pve1");
	tree_file(t, CONF "100.conf", conf);
	facts = collect(t, NULL);
	assert_int_equal(facts->n_guest, 1);
	return facts;
}

static bool is_bad(const struct pg_guest *g, const char *what)
{
	for (size_t i = 0; i < g->bad.n; i++)
		if (strstr(g->bad.v[i], what))
			return true;
	return false;
}

static void assert_value(const char *value, const char *expected)
{
	assert_non_null(value);
	assert_string_equal(value, expected);
}

static void test_sections(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"#first line%3A of the text\n"
		"\n"
		"bios: ovmf\n"
		"boot: order=scsi0;ide2\n"
		"hostpci0: 0000:01:00,pcie=1,x-vga=on\n"
		"machine: pc-q35-9.0,viommu=intel\n"
		"name: desk\n"
		"scsi0: local-lvm:vm-100-disk-0,size=32G\n"
		"\n"
		"[PENDING]\n"
		"delete: vga\n"
		"hostpci1: 0000:02:00.0;02:00.1,mdev=nvidia-63\n"
		"\n"
		"[before]\n"
		"#description of a snapshot\n"
		"hostpci2: 0000:03:00.0\n"
		"lock: snapshot\n"
		"[special:cloudinit]\n"
		"name: other\n"
		"[no such section!]\n"
		"lock: backup\n");
	const struct pg_guest *g = &facts->guest[0];

	assert_int_equal(g->vmid, 100);
	assert_string_equal(g->node, "pve1");
	assert_string_equal(g->path, CONF "100.conf");
	assert_true(g->local);
	assert_string_equal(g->name, "desk");
	assert_true(g->q35 && g->ovmf && g->has_disk);
	assert_false(g->template);
	assert_null(g->lock);
	assert_value(pg_guest_get_in(g, "PENDING", "delete"), "vga");
	assert_value(pg_guest_get_in(g, "before", "lock"), "snapshot");
	assert_value(pg_guest_get_in(g, "special:cloudinit", "name"), "other");
	assert_null(pg_guest_get(g, "delete"));
	assert_int_equal(g->n_hostpci, 2);
	assert_true(g->hostpci[0].index == 0 && !g->hostpci[0].pending);
	assert_true(g->hostpci[0].pcie && g->hostpci[0].xvga);
	assert_true(g->hostpci[0].n_addr == 1 && g->hostpci[0].slot[0]);
	assert_true(g->hostpci[1].index == 1 && g->hostpci[1].pending);
	assert_string_equal(g->hostpci[1].mdev, "nvidia-63");
	assert_true(g->hostpci[1].n_addr == 2 && !g->hostpci[1].slot[1]);
	assert_string_equal(pg_bdf_str(g->hostpci[1].addr[1]).s, "0000:02:00.1");
	assert_int_equal(g->bad.n, 1);
	assert_true(is_bad(g, "line 20: not a section that Proxmox knows: no such section!"));
}

static void test_lines_that_do_not_fit(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"name: a\n"
		"no colon here\n"
		" indented: 1\n"
		"Upper: 1\n"
		"empty:   \n"
		"delete: x\n"
		"name: later wins\n"
		"[PENDING]\n[pending]\n");
	const struct pg_guest *g = &facts->guest[0];

	assert_string_equal(g->name, "later wins");
	assert_true(is_bad(g, "line 2: not of the form \"key: value\": no colon here"));
	assert_true(is_bad(g, "line 3:"));
	assert_true(is_bad(g, "line 4:"));
	assert_true(is_bad(g, "line 5:"));
	assert_true(is_bad(g, "line 6: only [PENDING] may delete"));
	assert_true(is_bad(g, "line 9: the section is there twice"));
	assert_int_equal(g->bad.n, 6);
	assert_int_equal(g->n_lines, 1);
}

/* The second start of a section counts, from there. */
/* Far above what any VM has: told, and what comes first counts. */
static void test_too_many(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	pg_strbuf_add(&b, "name: first\n");
	for (size_t i = 0; i < 2100; i++)
		pg_strbuf_addf(&b, "net%zu: virtio\n", i);
	for (size_t i = 0; i < 1100; i++)
		pg_strbuf_addf(&b, "[snap%zu]\nname: a\n", i);
	facts = one(*state, b.s);
	assert_value(pg_guest_get(facts->guest, "name"), "first");
	assert_value(pg_guest_get(facts->guest, "net2000"), "virtio");
	assert_null(pg_guest_get(facts->guest, "net2099"));
	assert_true(is_bad(facts->guest, "too many lines: net"));
}

static void test_section_twice(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"[PENDING]\nhostpci0: 0000:01:00.0\nname: a\n[snap]\nname: c\n"
		"[PENDING]\nhostpci1: 0000:02:00.0\n");
	const struct pg_guest *g = &facts->guest[0];

	assert_true(is_bad(g, "line 6: the section is there twice"));
	assert_int_equal(g->n_hostpci, 1);
	assert_int_equal(g->hostpci[0].index, 1);
	assert_null(pg_guest_get_in(g, "PENDING", "name"));
	assert_value(pg_guest_get_in(g, "snap", "name"), "c");
}

/* One hostpci0 with this value; `bad`: what must be said of it, or NULL. */
static void check_hostpci(const struct tree *t, const char *value, size_t n_addr,
			  const char *bad)
{
	pg_autofree char *conf = pg_strf("hostpci0: %s\n", value);
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_guest *g;

	assert_non_null(conf);
	tree_file(t, CONF "100.conf", conf);
	facts = collect(t, NULL);
	g = &facts->guest[0];
	assert_int_equal(g->n_hostpci, 1);
	assert_string_equal(g->hostpci[0].value, value);
	assert_int_equal(g->hostpci[0].n_addr, n_addr);
	assert_int_equal(g->bad.n, bad ? 1 : 0);
	if (bad)
		assert_true(is_bad(g, bad));
}

static void test_hostpci_values(void **state)
{
	const struct tree *t = *state;

	check_hostpci(t, "01:00", 1, NULL);
	check_hostpci(t, "host=01:00.0,pcie=1", 1, NULL);
	check_hostpci(t, "pcie=1,0000:01:00.0", 1, NULL);
	check_hostpci(t, "10000:e1:00.0", 1, NULL);
	check_hostpci(t, "0000:01:00.0;0000:01:00.1;0000:05:00", 3, NULL);
	check_hostpci(t, "01:00.0,rombar=0,romfile=x.rom,vendor-id=0x10de,driver=keep", 1, NULL);
	check_hostpci(t, "mapping=gpu1,pcie=1", 0, NULL);
	check_hostpci(t, "0000:0A:00.0", 0, "lower case");
	check_hostpci(t, "gpu1", 0, "not a PCI address");
	check_hostpci(t, "01:00.0;", 0, "not a PCI address");
	check_hostpci(t, "01:00.9", 0, "not a PCI address");
	/* Proxmox drops these, so that they name nothing: */
	check_hostpci(t, "01:00.0,host=02:00.0", 0, "host is there twice");
	check_hostpci(t, "01:00.0,pcie=maybe", 0, "neither yes nor no: maybe");
	check_hostpci(t, "01:00.0,=1", 0, "key=value");
	/* a newer Proxmox may know the key, and dies of the others at the start only */
	check_hostpci(t, "01:00.0,shiny=1", 1, "shiny");
	check_hostpci(t, "pcie=1", 0, NULL);
	check_hostpci(t, "01:00.0,mapping=gpu1", 1, NULL);
}

static void test_hostpci_index(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"hostpci16: 01:00.0\nhostpci00: 01:00.0\nhostpci: 01:00.0\n"
		"hostpci15: 02:00.0\nhostpci2: 03:00.0\n");
	const struct pg_guest *g = &facts->guest[0];

	assert_int_equal(g->n_hostpci, 2);
	assert_int_equal(g->hostpci[0].index, 2);
	assert_int_equal(g->hostpci[1].index, 15);
	assert_int_equal(g->bad.n, 3);
}

/* [PENDING] deletes by number; `!` is force. */
static void test_hostpci_leaving(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"hostpci0: 01:00.0\nhostpci1: 02:00.0\nhostpci2: 03:00.0\nhostpci12: 04:00.0\n"
		"[PENDING]\ndelete: vga,!hostpci0; hostpci12\nhostpci3: 05:00.0\n");
	const struct pg_guest *g = &facts->guest[0];

	assert_int_equal(g->n_hostpci, 5);
	assert_true(g->hostpci[0].leaving);
	assert_false(g->hostpci[1].leaving);
	assert_false(g->hostpci[2].leaving);
	assert_true(g->hostpci[3].leaving);
	assert_false(g->hostpci[4].leaving);
}

static void check_props(const struct tree *t, const char *conf, bool q35, bool has_disk)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, CONF "100.conf", conf);
	facts = collect(t, NULL);
	assert_int_equal(facts->guest[0].q35, q35);
	assert_int_equal(facts->guest[0].has_disk, has_disk);
}

static void test_props(void **state)
{
	const struct tree *t = *state;

	check_props(t, "machine: q35\n", true, false);
	check_props(t, "machine: viommu=virtio,type=pc-q35-8.1+pve0\n", true, false);
	check_props(t, "machine: pc\n", false, false);
	check_props(t, "cores: 1\n", false, false);
	check_props(t, "virtio15: zfs:vm-100-disk-1\n", false, true);
	check_props(t, "sata0: media=disk,file=zfs:vm-100-disk-1\n", false, true);
	check_props(t, "ide2: none,media=cdrom\n", false, false);
	check_props(t, "ide2: local:iso/debian.iso,media=cdrom\n", false, false);
	check_props(t, "ide2: local-lvm:vm-100-cloudinit,media=cdrom\n", false, false);
	check_props(t, "scsi1: local-lvm:vm-100-cloudinit,size=4M\n", false, false);
	check_props(t, "scsi1: local:100/vm-100-cloudinit.qcow2\n", false, false);
	check_props(t, "scsi1: local:100/cloudinitial.qcow2\n", false, true);
	check_props(t, "efidisk0: zfs:vm-100-disk-0\nunused0: zfs:vm-100-disk-3\n", false, false);
	check_props(t, "scsihw: virtio-scsi-single\n", false, false);
	check_props(t, "[snap]\nscsi0: zfs:vm-100-disk-0\nmachine: q35\n", false, false);
}

static void test_template_and_lock(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = one(*state,
		"lock: backup\ntemplate: 1\n");

	assert_true(facts->guest[0].template);
	assert_string_equal(facts->guest[0].lock, "backup");
	assert_int_equal(facts->guest[0].running, PG_UNKNOWN); /* the tree has no /run */
}

static void test_hostile_bytes(void **state)
{
	static const char tail[] = "\r\nhost\0pci0: 01:00\r\nhostpci1: 01:00.0\r\n"
				   "[PENDING]\r\n\r\ncores: 2";
	static char conf[200000];
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_guest *g;
	size_t n;

	n = (size_t)snprintf(conf, sizeof(conf), "name: evil\x1b[2J\xff\r\nargs: ");
	memset(conf + n, 'x', 100000);
	n += 100000;
	memcpy(conf + n, tail, sizeof(tail));
	tree_bytes(t, CONF "100.conf", conf, n + sizeof(tail) - 1);
	for (n = 0; n < sizeof(conf); n += 2)
		memcpy(conf + n, "?\n", 2);
	tree_bytes(t, CONF "101.conf", conf, sizeof(conf));
	tree_bytes(t, CONF "102.conf", "", 0);
	tree_fifo(t, CONF "103.conf");
	tree_link(t, CONF "104.conf", "104.conf");
	facts = collect(t, NULL);
	assert_int_equal(facts->n_guest, 5);
	g = &facts->guest[0];
	assert_string_equal(g->name, "evil\x1b[2J\xff");
	assert_int_equal(strlen(pg_guest_get(g, "args")), 100000);
	assert_true(is_bad(g, "line 3: it holds a NUL byte: host?pci0"));
	assert_int_equal(g->n_hostpci, 1);
	assert_non_null(pg_guest_get_in(g, "PENDING", "cores"));
	assert_int_equal(facts->guest[1].bad.n, 33);
	assert_int_equal(facts->guest[2].error, 0);
	assert_int_equal(facts->guest[3].error, -EMEDIUMTYPE);
	assert_int_equal(facts->guest[4].error, -ELOOP);
	assert_int_equal(facts->unread.n, 2);
}

static void test_nodes(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	static const char *const devs[] = { "0000:01:00.0", NULL };

	tree_file(t, "/etc/hostname", "pve2.example.org\n");
	tree_file(t, CONF "200.conf", "hostpci0: 01:00\n");
	tree_file(t, "/etc/pve/nodes/pve2/qemu-server/100.conf", "hostpci0: 01:00\n");
	tree_file(t, "/etc/pve/nodes/pve2/qemu-server/0101.conf", "");
	tree_file(t, "/etc/pve/nodes/pve2/qemu-server/100.conf.tmp.12", "");
	tree_file(t, "/etc/pve/nodes/pve2/qemu-server/9999999999.conf", "");
	tree_file(t, "/etc/pve/nodes/pve2/lxc/300.conf", "");
	tree_file(t, "/var/run/qemu-server/100.pid", "4711\n");
	facts = collect(t, devs);
	assert_int_equal(facts->n_guest, 2);
	assert_int_equal(facts->guest[0].vmid, 100);
	assert_true(facts->guest[0].local);
	assert_int_equal(facts->guest[0].running, PG_YES);
	assert_false(facts->guest[1].local);
	assert_string_equal(facts->guest[1].node, "pve1");
	assert_int_equal(facts->guest[1].running, PG_UNKNOWN);
	assert_int_equal(facts->dev[0].n_vmid, 1);
	assert_int_equal(facts->dev[0].vmid[0], 100);
}

static void test_folder_without_nodes(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/etc/pve/qemu-server/100.conf", "name: a\n");
	tree_dir(t, "/run/qemu-server");
	facts = collect(t, NULL);
	assert_int_equal(facts->n_guest, 1);
	assert_true(facts->guest[0].local);
	assert_string_equal(facts->guest[0].path, "/etc/pve/qemu-server/100.conf");
	assert_int_equal(facts->guest[0].running, PG_NO);
}

static void test_devices(void **state)
{
	static const char *const devs[] = { "0000:01:00.0", "0000:01:00.1", "0000:02:00.0",
					    "0000:03:00.0", "0000:04:00.0", NULL };
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_link(t, "/etc/pve/local", "nodes/pve1");
	tree_file(t, CONF "100.conf", "hostpci0: 01:00\nhostpci1: 01:00.0\n"
				      "[PENDING]\nhostpci2: 02:00.0\n");
	tree_file(t, CONF "101.conf", "hostpci0: 01:00.0\nhostpci1: 09:00.0\n"
				      "[old]\nhostpci0: 02:00.0\n");
	tree_file(t, CONF "102.conf", "hostpci0: mapping=gpu1\n");
	tree_file(t, "/etc/pve/mapping/pci.cfg",
		  "# a comment\n"
		  "gpu1\n"
		  "\tdescription RTX\n"
		  "    map id=10de:2204,iommugroup=14,node=pve1,path=0000:01:00.1;0000:03:00.0\n"
		  "\tmap id=10de:2204,node=pve2,path=0000:02:00.0\n"
		  "\tmap id=10de:2204,node=pve1,path=02:00.0\n"
		  "junk\n"
		  "\tmdev 1\n"
		  "\n"
		  "gpu2\n"
		  "\tmap id=10de:2204,node=pve1,path=0000:04:00.0\n"
		  "\n"
		  "gpu3\n"
		  "\tmap id=10de:2204,node=pve2,path=0000:04:00.0\n");
	facts = collect(t, devs);
	assert_int_equal(facts->n_mapping, 3);
	assert_string_equal(facts->mapping[0].id, "gpu1");
	assert_true(facts->mapping[0].here && facts->mapping[0].mdev);
	assert_int_equal(facts->mapping[0].n_addr, 2);
	assert_false(facts->mapping[1].mdev);
	assert_false(facts->mapping[2].here);
	assert_int_equal(facts->dev[0].n_vmid, 2);
	assert_int_equal(facts->dev[0].vmid[1], 101);
	assert_int_equal(facts->dev[1].n_vmid, 2);
	assert_int_equal(facts->dev[1].vmid[0], 100);
	assert_int_equal(facts->dev[1].vmid[1], 102);
	assert_int_equal(facts->dev[2].n_vmid, 0); /* pending, snapshot, other node, no domain */
	assert_int_equal(facts->dev[3].n_vmid, 1);
	assert_int_equal(facts->dev[4].n_vmid, 0); /* a mapping that no VM uses */
}

static const struct pg_storage *storage(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n_storage; i++)
		if (strcmp(facts->storage[i].id, id) == 0)
			return &facts->storage[i];
	fail();
	return NULL;
}

static void test_storage(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_link(t, "/etc/pve/local", "nodes/pve1");
	tree_file(t, "/etc/pve/storage.cfg",
		  "dir: local\n\tpath /var/lib/vz\n\tcontent iso,vztmpl,backup\n\tnodes pve9\n\n"
		  "lvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n"
		  "\tcontent rootdir,images\n\n"
		  "zfspool: tank\n    pool tank\n    nodes pve2,pve1\n\n"
		  "nfs: elsewhere\n\tnodes pve2\n\tcontent images\n\n"
		  "nfs: off\n\tdisable\n\n"
		  "pbs: backups\n\tdatastore x\n\n"
		  "iscsi: target\n\tcontent images\n\n"
		  "broken line\n\tcontent images\n");
	facts = collect(t, NULL);
	assert_int_equal(facts->n_storage, 7);
	assert_false(storage(facts, "local")->images);
	assert_true(storage(facts, "local")->here);
	assert_string_equal(storage(facts, "local-lvm")->type, "lvmthin");
	assert_true(storage(facts, "local-lvm")->images);
	assert_true(storage(facts, "tank")->images && storage(facts, "tank")->here);
	assert_false(storage(facts, "elsewhere")->here);
	assert_true(storage(facts, "off")->disabled);
	assert_false(storage(facts, "tank")->disabled);
	assert_false(storage(facts, "backups")->images);
	assert_false(storage(facts, "target")->images);
}

static void test_no_proxmox(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, NULL);

	assert_int_equal(facts->n_guest + facts->n_storage + facts->unread.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_section_twice), tree_test(test_sections),
		tree_test(test_too_many),
		tree_test(test_lines_that_do_not_fit),
		tree_test(test_hostpci_values),
		tree_test(test_hostpci_index),
		tree_test(test_hostpci_leaving),
		tree_test(test_props),
		tree_test(test_template_and_lock),
		tree_test(test_hostile_bytes),
		tree_test(test_nodes),
		tree_test(test_folder_without_nodes),
		tree_test(test_devices),
		tree_test(test_storage),
		tree_test(test_no_proxmox),
	};

	return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}
