/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"
#include "src/host/modules.h"

#define GEFORCE "pci:v000010DEd00002684sv00001458sd000040BFbc03sc00i00"
#define INTEL "pci:v00008086d0000A780sv00001043sd00008882bc03sc00i00"
#define DIR "/lib/modules/6.14.8-2-pve/"

static void add_dev(struct pg_facts *facts, const char *modalias)
{
	struct pg_dev *d = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*d));

	assert_non_null(d);
	d->modalias = strdup(modalias);
	assert_non_null(d->modalias);
}

static struct pg_facts *facts_of(const char *const *modalias, const char *kernel)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	facts->system.kernel = kernel ? strdup(kernel) : NULL;
	for (; *modalias; modalias++)
		add_dev(facts, *modalias);
	return facts;
}

static const char *const two[] = { GEFORCE, INTEL, NULL };

static struct pg_facts *collect(const struct tree *t, const char *kernel)
{
	struct pg_facts *facts = facts_of(two, kernel);

	assert_int_equal(pg_collect_modules(t->root, facts), 0);
	return facts;
}

static void put_text(const struct tree *t)
{
	tree_file(t, DIR "modules.alias",
		  "# Aliases extracted from modules themselves.\n"
		  "alias usb:v1234* usbthing\n"
		  "alias pci:v000010DEd*sv*sd*bc03sc00i00* nouveau\n"
		  "alias pci:v000010DEd*sv*sd*bc03sc*i* nvidia-fb\n"
		  "alias pci:v000010DEd*sv*sd*bc03sc02i00* not_this\n"
		  "alias pci:v*d*sv*sd*bc03sc*i* nvidia_fb\n"
		  "alias pci:v000010DE*\n"
		  "alias vfio_pci:v*d*sv*sd*bc03sc00i00* vfio_pci\n");
	tree_file(t, DIR "modules.builtin", "kernel/drivers/vfio/vfio.ko\n"
					    "kernel/drivers/video/nvidia-fb.ko\n");
	tree_file(t, DIR "modules.dep", "kernel/drivers/vfio/pci/vfio-pci.ko.zst: "
					"kernel/drivers/vfio/vfio.ko.zst\n");
}

static void test_claims(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_dev *d;

	put_text(t);
	tree_bytes(t, DIR "modules.builtin.modinfo",
		   "vfio.license=GPL\0vfio.alias=pci:v00008086d*\0x=.alias=pci:*\0.alias=\0tail", 71);
	tree_file(t, "/etc/modprobe.d/b.conf", "blacklist nvidia-fb\n");
	facts = collect(t, "6.14.8-2-pve");
	d = &facts->dev[0];
	assert_int_equal(d->claim_known, PG_YES);
	assert_int_equal(d->n_claim, 2);
	assert_string_equal(d->claim[0].module, "nouveau");
	assert_false(d->claim[0].builtin || d->claim[0].blacklisted);
	assert_string_equal(d->claim[1].module, "nvidia_fb");
	assert_true(d->claim[1].builtin && d->claim[1].blacklisted);
	d = &facts->dev[1];
	assert_int_equal(d->n_claim, 2);
	assert_string_equal(d->claim[0].module, "nvidia_fb");
	assert_string_equal(d->claim[1].module, "vfio");
	assert_int_equal(facts->modules.vfio_builtin, PG_NO);
	assert_int_equal(facts->modules.vfio_there, PG_YES);
}

/* 8250_pci in Debian's kernels: no table of the kernel's tells what it claims. */
static void test_builtin_driver(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = facts_of(two, "6.14.8-2-pve");
	const struct pg_dev *d = &facts->dev[0];

	put_text(t);
	tree_file(t, DIR "modules.builtin", "kernel/drivers/tty/serial/8250/8250_pci.ko\n");
	tree_link(t, "/sys/bus/pci/drivers/serial/module", "../../../../module/8250_pci");
	tree_link(t, "/sys/bus/pci/drivers/i915/module", "../../../../module/i915");
	facts->dev[0].driver = strdup("serial");
	facts->dev[1].driver = strdup("i915");
	assert_int_equal(pg_collect_modules(t->root, facts), 0);
	assert_int_equal(d->n_claim, 3);
	assert_string_equal(d->claim[2].module, "8250_pci");
	assert_true(d->claim[2].builtin);
	assert_int_equal(facts->dev[1].n_claim, 1); /* nvidia_fb alone */
}

/* Older kernels have no such link for a driver in the kernel: its folder is there without. */
static void test_builtin_driver_unnamed(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = facts_of(two, "6.14.8-2-pve");
	const struct pg_dev *d = &facts->dev[0];

	put_text(t);
	tree_file(t, DIR "modules.builtin", "kernel/drivers/tty/serial/8250/8250_pci.ko\n");
	tree_file(t, "/sys/bus/pci/drivers/serial/bind", "");
	tree_dir(t, "/sys/bus/pci/drivers/i915"); /* of a capture: who knows */
	facts->dev[0].driver = strdup("serial");
	facts->dev[1].driver = strdup("i915");
	assert_int_equal(pg_collect_modules(t->root, facts), 0);
	assert_int_equal(d->n_claim, 3);
	assert_string_equal(d->claim[2].module, "serial");
	assert_true(d->claim[2].builtin && d->claim[2].unnamed);
	assert_int_equal(facts->dev[1].n_claim, 1);
}

static void test_which_kernel(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_link(t, "/lib", "usr/lib");
	tree_file(t, "/usr/lib/modules/6.8.12-4-pve/modules.alias", "alias pci:* older\n");
	tree_file(t, "/usr/lib/modules/6.8.12-11-pve/modules.alias", "alias pci:* newer\n");
	facts = collect(t, "6.8.12-4-pve");
	assert_string_equal(facts->dev[0].claim[0].module, "older");
	pg_facts_free(facts);
	facts = collect(t, "5.15.0"); /* its folder is gone: the newest one */
	assert_string_equal(facts->dev[0].claim[0].module, "newer");
	pg_facts_free(facts);
	facts = collect(t, "../modules/6.8.12-4-pve");
	assert_string_equal(facts->dev[0].claim[0].module, "newer");
}

static void test_nothing_there(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "6.1");

	assert_int_not_equal(facts->dev[0].claim_known, PG_YES);
	assert_int_equal(facts->modules.loaded_known, PG_UNKNOWN);
	assert_int_equal(facts->modules.vfio_builtin, PG_UNKNOWN);
	assert_int_equal(facts->modules.vfio_there, PG_UNKNOWN);
	assert_int_equal(facts->unread.n, 0);
}

static void test_vfio(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, DIR "modules.dep", "");
	tree_file(t, DIR "modules.builtin", "kernel/fs/ext4/ext4.ko\n");
	facts = collect(t, NULL);
	assert_int_equal(facts->modules.vfio_there, PG_UNKNOWN);
	pg_facts_free(facts);
	tree_file(t, DIR "modules.dep", "kernel/fs/xfs/xfs.ko:\n");
	facts = collect(t, NULL);
	assert_int_equal(facts->modules.vfio_there, PG_NO);
	pg_facts_free(facts);
	tree_file(t, DIR "modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	facts = collect(t, NULL);
	assert_int_equal(facts->modules.vfio_there, PG_YES);
	assert_int_equal(facts->modules.vfio_builtin, PG_YES);
}

static void test_loaded(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/proc/modules", "nouveau 2400256 4 - Live 0x0000000000000000\n"
				      "vfio_pci 16384 0 - Live 0x0000000000000000\nbroken\n");
	facts = collect(t, NULL);
	assert_int_equal(facts->modules.loaded_known, PG_YES);
	assert_int_equal(facts->modules.loaded.n, 2);
	assert_true(pg_facts_loaded(facts, "vfio-pci"));
	assert_false(pg_facts_loaded(facts, "broken"));
}

static void assert_conf(const struct pg_facts *facts, size_t i, enum pg_modconf_kind kind,
			const char *module, const char *value, const char *path, unsigned line)
{
	const struct pg_modconf *c = &facts->modules.conf[i];

	assert_true(i < facts->modules.n_conf);
	assert_int_equal(c->kind, kind);
	assert_string_equal(c->module, module);
	assert_string_equal(c->value, value);
	assert_string_equal(c->path, path);
	assert_int_equal(c->line, line);
}

static void test_conf(void **state)
{
	static const char bytes[] = "blacklist a\0b\nblacklist c\r\n";
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/etc/modprobe.d/z.conf",
		  "# options vfio-pci ids=1 \\\n"
		  "blacklist of_the_comment\n"
		  "options vfio-pci \\\n"
		  "  ids=10de:2684,10de:22ba \\\n"
		  "  disable_vga=1\n"
		  "\n"
		  "\tsoftdep nouveau  pre: vfio-pci \n"
		  "install nvidia-drm /bin/false\n"
		  "blacklist nvidia\n"
		  "blacklist\n"
		  "alias net-pf-10 off\n"
		  "options snd_hda_intel");
	tree_file(t, "/usr/lib/modprobe.d/a.conf", "blacklist from-usr\n");
	tree_bytes(t, "/etc/modprobe.d/m.conf", bytes, sizeof(bytes) - 1);
	tree_file(t, "/proc/cmdline", "quiet module_blacklist=nouveau,i2c-nvidia_gpu "
				      "modprobe.blacklist=\"radeon\" xmodule_blacklist=no\n");
	facts = collect(t, NULL);
	assert_conf(facts, 0, PG_MODCONF_BLACKLIST, "from_usr", "", "/usr/lib/modprobe.d/a.conf", 1);
	/* kmod does not take CR for a line end: this is no blacklist of "c" */
	assert_conf(facts, 1, PG_MODCONF_BLACKLIST, "c\r", "", "/etc/modprobe.d/m.conf", 2);
	assert_conf(facts, 2, PG_MODCONF_OPTIONS, "vfio_pci",
		    "ids=10de:2684,10de:22ba   disable_vga=1", "/etc/modprobe.d/z.conf", 3);
	assert_conf(facts, 3, PG_MODCONF_SOFTDEP, "nouveau", "pre: vfio-pci",
		    "/etc/modprobe.d/z.conf", 7);
	assert_conf(facts, 4, PG_MODCONF_INSTALL, "nvidia_drm", "/bin/false",
		    "/etc/modprobe.d/z.conf", 8);
	assert_conf(facts, 5, PG_MODCONF_BLACKLIST, "nvidia", "", "/etc/modprobe.d/z.conf", 9);
	assert_conf(facts, 6, PG_MODCONF_OPTIONS, "snd_hda_intel", "", "/etc/modprobe.d/z.conf", 12);
	assert_conf(facts, 7, PG_MODCONF_BLACKLIST, "nouveau", "", "/proc/cmdline", 1);
	assert_conf(facts, 8, PG_MODCONF_BLACKLIST, "i2c_nvidia_gpu", "", "/proc/cmdline", 1);
	assert_conf(facts, 9, PG_MODCONF_BLACKLIST, "radeon", "", "/proc/cmdline", 1);
	assert_int_equal(facts->modules.n_conf, 10);
	assert_int_equal(facts->n_file, 0);
}

/* ---- the index ---- */

/*
 * "pci:v000010DEd*": nouveau, nvidia-fb; "pci:v00008086d*": i915; offsets in the comments.
 */
static const char index_bytes[] =
	"\xb0\x07\xf4\x57" "\x00\x02\x00\x01" "\xa0\x00\x00\x47"
	/* 12 */ "0DEd*\0" "\0\0\0\x02" "\0\0\0\x01" "nouveau\0" "\0\0\0\x02" "nvidia-fb\0"
	/* 48 */ "086d*\0" "\0\0\0\x01" "\0\0\0\x03" "i915\0"
	/* 67 */ "....pci:v0000\0" "18"
	"\xc0\0\0\x0c" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0"
	"\xc0\0\0\x30";

static void assert_index(const struct pg_aliases *a)
{
	const struct pg_alias *geforce = pg_aliases_find(a, GEFORCE);
	const struct pg_alias *intel = pg_aliases_find(a, INTEL);

	assert_int_equal(geforce->modules.n, 2);
	assert_string_equal(geforce->modules.v[0], "nouveau");
	assert_string_equal(geforce->modules.v[1], "nvidia_fb");
	assert_int_equal(intel->modules.n, 1);
	assert_string_equal(intel->modules.v[0], "i915");
}

/* libkmod and our reading of its index must agree. */
static void test_index(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = facts_of(two, NULL);
	struct pg_aliases ours PG_CLEANUP(pg_aliases_done) = { 0 };
	struct pg_aliases theirs PG_CLEANUP(pg_aliases_done) = { 0 };
	struct pg_bytes bytes = { (char *)(uintptr_t)index_bytes, sizeof(index_bytes) - 1 };
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };

	tree_bytes(t, DIR "modules.alias.bin", bytes.p, bytes.n);
	assert_int_equal(pg_aliases_gather(facts, &ours), 0);
	assert_int_equal(pg_aliases_from_index(&bytes, &ours), 0);
	assert_index(&ours);
	assert_int_equal(pg_aliases_gather(facts, &theirs), 0);
	assert_int_equal(pg_root_open_dir(t->root, DIR, &dir), 0);
	assert_int_equal(pg_aliases_from_kmod(&dir, &theirs), 0);
	assert_index(&theirs);
}

static void test_index_alone(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_bytes(t, DIR "modules.alias.bin", index_bytes, sizeof(index_bytes) - 1);
	facts = collect(t, NULL);
	assert_int_equal(facts->dev[0].claim_known, PG_YES);
	assert_int_equal(facts->dev[0].n_claim, 2);
	assert_string_equal(facts->dev[1].claim[0].module, "i915");
}

/* Cut short anywhere, or with any byte changed: no crash, no endless walk. */
static void test_broken_index(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = facts_of(two, NULL);
	static const unsigned char masks[] = { 0xff, 0x40, 0x01 };

	(void)state;
	for (size_t n = 0; n < sizeof(index_bytes) - 1; n++) {
		struct pg_aliases a PG_CLEANUP(pg_aliases_done) = { 0 };
		struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

		assert_int_equal(pg_bytes_copy(index_bytes, n, &bytes), 0);
		assert_int_equal(pg_aliases_gather(facts, &a), 0);
		assert_int_equal(pg_aliases_from_index(&bytes, &a), -EBADMSG);
	}
	for (size_t i = 0; i < 3 * (sizeof(index_bytes) - 1); i++) {
		struct pg_aliases a PG_CLEANUP(pg_aliases_done) = { 0 };
		struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

		assert_int_equal(pg_bytes_copy(index_bytes, sizeof(index_bytes) - 1, &bytes), 0);
		bytes.p[i / 3] = (char)(bytes.p[i / 3] ^ masks[i % 3]);
		assert_int_equal(pg_aliases_gather(facts, &a), 0);
		assert_int_not_equal(pg_aliases_from_index(&bytes, &a), -ENOMEM);
	}
}

/* A pattern that keeps fnmatch(3) busy for ever, and many alike devices. */
static void test_hostile_alias(void **state)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = facts_of(two, NULL);

	for (size_t i = 0; i < 10000; i++)
		add_dev(facts, GEFORCE);
	add_dev(facts, "usb:v1234");
	pg_strbuf_add(&b, "alias pci:");
	for (size_t i = 0; i < 40; i++)
		pg_strbuf_add(&b, "*0");
	pg_strbuf_add(&b, "*Z slow\nalias pci:v000010DE* nouveau\nalias pci:v");
	for (size_t i = 0; i < 100000; i++)
		pg_strbuf_addc(&b, '*');
	pg_strbuf_add(&b, " long\nalias pci:v* ");
	tree_bytes(t, DIR "modules.alias", b.s, b.len);
	assert_int_equal(pg_collect_modules(t->root, facts), 0);
	assert_int_equal(facts->dev[10001].n_claim, 1);
	assert_string_equal(facts->dev[10001].claim[0].module, "nouveau");
	assert_int_equal(facts->dev[1].n_claim, 0);
	assert_int_equal(facts->dev[10002].n_claim, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_claims),
		tree_test(test_builtin_driver),
		tree_test(test_builtin_driver_unnamed),
		tree_test(test_which_kernel),
		tree_test(test_nothing_there),
		tree_test(test_vfio),
		tree_test(test_loaded),
		tree_test(test_conf),
		tree_test(test_index),
		tree_test(test_index_alone),
		cmocka_unit_test(test_broken_index),
		tree_test(test_hostile_alias),
	};

	return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
