/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/collect.h"

static struct pg_facts *collect(const struct tree *t)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	assert_int_equal(pg_collect_files(t->root, facts), 0);
	for (size_t i = 1; i < facts->n_file; i++)
		assert_true(strcmp(facts->file[i - 1].path, facts->file[i].path) < 0);
	return facts;
}

static void assert_holds(const struct pg_facts *facts, const char *path, const char *text)
{
	const struct pg_file *f = pg_facts_file(facts, path);

	assert_non_null(f);
	assert_int_equal(f->error, 0);
	assert_string_equal(f->bytes.p, text);
	assert_int_equal(f->bytes.n, strlen(text));
}

static void test_which(void **state)
{
	static const char *const wanted[] = {
		"/etc/default/grub",
		"/etc/default/grub.d/installer.cfg",
		"/etc/initramfs-tools/hooks/pve-gpu",
		"/etc/initramfs-tools/initramfs.conf",
		"/etc/initramfs-tools/modules",
		"/etc/initramfs-tools/scripts/init-top/pve-gpu",
		"/etc/kernel/cmdline",
		"/etc/modprobe.d/vfio.conf",
		"/etc/modules",
		"/etc/modules-load.d/vfio.conf",
		"/etc/pve-gpu/sub/table",
		"/usr/lib/modprobe.d/aliases.conf",
	};
	static const char *const others[] = {
		"/etc/default/grub.d/.hidden.cfg",   "/etc/default/grub.d/old.cfg.dpkg-old",
		"/etc/initramfs-tools/hooks/plymouth", "/etc/modprobe.d/readme.txt",
		"/etc/modprobe.d/dir.conf/inner.conf", "/etc/fstab",
	};
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	for (size_t i = 0; i < PG_ARRAY_SIZE(wanted); i++)
		tree_file(t, wanted[i], wanted[i]);
	for (size_t i = 0; i < PG_ARRAY_SIZE(others); i++)
		tree_file(t, others[i], "x");
	facts = collect(t);
	assert_int_equal(facts->n_file, PG_ARRAY_SIZE(wanted));
	for (size_t i = 0; i < PG_ARRAY_SIZE(wanted); i++)
		assert_holds(facts, wanted[i], wanted[i]);
	assert_int_equal(facts->file[0].mode, 0644);
	assert_int_equal(facts->unread.n, 0);
}

static void test_nothing_there(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state);

	assert_int_equal(facts->n_file, 0);
	assert_int_equal(facts->unread.n, 0);
}

static void test_hidden_by_name(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/etc/modprobe.d/a.conf", "etc");
	tree_file(t, "/run/modprobe.d/a.conf", "run");
	tree_file(t, "/run/modprobe.d/b.conf", "run");
	tree_file(t, "/usr/lib/modprobe.d/b.conf", "usr");
	tree_file(t, "/usr/lib/modprobe.d/c.conf", "usr");
	tree_file(t, "/usr/lib/modules-load.d/a.conf", "another kind");
	tree_link(t, "/lib", "usr/lib");
	facts = collect(t);
	assert_int_equal(facts->n_file, 4);
	assert_holds(facts, "/etc/modprobe.d/a.conf", "etc");
	assert_holds(facts, "/run/modprobe.d/b.conf", "run");
	assert_holds(facts, "/usr/lib/modprobe.d/c.conf", "usr");
	assert_holds(facts, "/usr/lib/modules-load.d/a.conf", "another kind");
}

static void test_links(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_file *f;

	tree_file(t, "/etc/modules", "vhost_net\n");
	tree_link(t, "/etc/modules-load.d/modules.conf", "../modules");
	tree_link(t, "/etc/modprobe.d/mask.conf", "/dev/null");
	tree_file(t, "/usr/lib/modprobe.d/mask.conf", "blacklist x\n");
	tree_link(t, "/etc/modprobe.d/gone.conf", "nowhere");
	tree_link(t, "/etc/default/grub", "../../../../../../../../etc/passwd");
	facts = collect(t);
	assert_holds(facts, "/etc/modules-load.d/modules.conf", "vhost_net\n");
	assert_true(pg_facts_file(facts, "/etc/modules-load.d/modules.conf")->is_link);
	assert_false(pg_facts_file(facts, "/etc/modules")->is_link);
	assert_holds(facts, "/etc/modprobe.d/mask.conf", "");
	assert_null(pg_facts_file(facts, "/usr/lib/modprobe.d/mask.conf"));
	f = pg_facts_file(facts, "/etc/modprobe.d/gone.conf");
	assert_int_equal(f->error, -ENOENT);
	/* the link is resolved below the tree, where there is no such file */
	f = pg_facts_file(facts, "/etc/default/grub");
	assert_int_equal(f->error, -ENOENT);
	assert_int_equal(f->bytes.n, 0);
}

static void test_hostile(void **state)
{
	static char big[(1 << 20) + 1];
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	memset(big, 'x', sizeof(big));
	tree_bytes(t, "/etc/default/grub", big, sizeof(big));
	tree_bytes(t, "/etc/kernel/cmdline", "a\0b", 3);
	tree_fifo(t, "/etc/modprobe.d/fifo.conf");
	tree_link(t, "/etc/pve-gpu/loop", ".");
	facts = collect(t);
	assert_int_equal(pg_facts_file(facts, "/etc/default/grub")->error, -EFBIG);
	assert_int_equal(pg_facts_file(facts, "/etc/kernel/cmdline")->bytes.n, 3);
	assert_int_equal(pg_facts_file(facts, "/etc/modprobe.d/fifo.conf")->error, -EMEDIUMTYPE);
	assert_non_null(pg_facts_file(facts, "/etc/pve-gpu/loop"));
	assert_true(facts->unread.n >= 2);
}

static void test_too_many(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	for (unsigned i = 0; i < 1100; i++) {
		pg_autofree char *path = pg_strf("/etc/modprobe.d/%u.conf", i);

		tree_file(t, path, "");
	}
	facts = collect(t);
	assert_int_equal(facts->n_file, 1024);
	assert_non_null(strstr(facts->unread.v[0], "more than 1024 files"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_which),
		tree_test(test_nothing_there),
		tree_test(test_hidden_by_name),
		tree_test(test_links),
		tree_test(test_hostile),
		tree_test(test_too_many),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
