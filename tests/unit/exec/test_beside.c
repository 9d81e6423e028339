/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands beside the transaction: diffs, taking lines out, the shell, templates. */
#include "tests/unit/exec/node.h"

#include "src/exec/run.h"

static struct pg_bytes bytes(const char *s)
{
	return (struct pg_bytes){ (char *)(uintptr_t)s, strlen(s) };
}

/* ---- taking out ---- */

static const struct {
	const char *before, *after, *now, *expected; /* NULL: it cannot be done */
} taken[] = {
	{ "a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\n", "a\nb\nc\n" },
	{ "a\nb\nc\n", "a\nB\nc\n", "x\na\nB\nc\n", "x\na\nb\nc\n" },
	{ "a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\nd\ne", "a\nb\nc\nd\ne" },
	{ "a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n", "a\r\nB\r\nc\r\nd\r\n", "a\r\nb\r\nc\r\nd\r\n" },
	{ "a\nb\nc\n", "a\nB\nc\n", "a\nBx\nc\n", NULL },
	/* lines of ours, and others right behind, before, around and inside them */
	{ "a\n", "a\nour\n", "a\nour\ntheirs\n", "a\ntheirs\n" },
	{ "a\n", "a\nour\n", "a\ntheirs\nour\n", "a\ntheirs\n" },
	{ "a\n", "a\nour\nown\n", "a\nx\nour\nown\ny\n", "a\nx\ny\n" },
	{ "a\n", "a\nour\nown\n", "a\nour\nx\nown\n", NULL },
	{ "a\n", "a\nour\n", "a\nyour\nx\n", NULL },
	{ "a\n", "a\nour\n", "our\nb\nour\n", NULL },
	{ "", "our\n", "our\ntheirs\n", "theirs\n" },
	{ "", "our\n", "theirs\nour\n", "theirs\n" },
	{ "", "our\n", "ours\n", NULL },
	{ "", "our\n", "", "" },
	/* the person's last line had no end, and ours gave it one */
	{ "a", "a\nour\n", "a\nour\nx\n", NULL },
	{ "a\n\n", "a\n\n\n", "a\n\n\nb\n", NULL },
};

static void test_take_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(taken); i++) {
		struct pg_bytes before = bytes(taken[i].before), after = bytes(taken[i].after);
		struct pg_bytes now = bytes(taken[i].now);
		struct pg_bytes result PG_CLEANUP(pg_bytes_done) = { 0 };
		int r = pg_take_out(&before, &after, &now, &result);

		if ((r == 0) != (taken[i].expected != NULL))
			print_error("case %zu: %d %s\n", i, r, r ? "" : result.p);
		assert_int_equal(r, taken[i].expected ? 0 : -ESTALE);
		if (r == 0)
			assert_string_equal(result.p, taken[i].expected);
	}
}

static void test_take_out_binary(void **state)
{
	struct pg_bytes before = { (char *)(uintptr_t) "a\0\nb\n", 5 };
	struct pg_bytes after = { (char *)(uintptr_t) "a\0\nB\n", 5 };
	struct pg_bytes now = { (char *)(uintptr_t) "a\0\nB\nx\n", 7 };
	struct pg_bytes result = { 0 };

	(void)state;
	assert_int_equal(pg_take_out(&before, &after, &now, &result), -ESTALE);
}

/* ---- diffs ---- */

static void test_diff_plan(void **state)
{
	struct node *n = *state;
	const struct pg_plan_file *f = n->plan.file;

	assert_int_equal(pg_diff_plan(&n->plan, NULL), 0);
	assert_string_equal(f[0].diff, "--- a/etc/default/grub\n+++ b/etc/default/grub\n"
				       "@@ -1,3 +1,3 @@\n # mine\n"
				       "-GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
				       "+GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n"
				       " GRUB_TIMEOUT=5\n");
	assert_string_equal(f[1].diff, "--- a/etc/modprobe.d/old.conf\n+++ /dev/null\n"
				       "@@ -1 +0,0 @@\n-blacklist snd\n");
	assert_string_equal(f[3].diff, "--- /dev/null\n+++ b/etc/pve-gpu/deep/bind.conf\n"
				       "@@ -0,0 +1 @@\n+0000:01:00.0 10de:2684\n");
	assert_int_equal(pg_diff_plan(&n->plan, NULL), 0); /* again: nothing leaks */
}

/* The bytes stay what they are: who shows them cleans them. */
static void test_diff_odd(void **state)
{
	struct pg_bytes a = bytes("x\r\n\x1b[2J"), b = bytes("x\n\x1b[2J");
	struct pg_bytes nul = { (char *)(uintptr_t) "a\0b", 3 };
	pg_autofree char *diff = NULL, *binary = NULL, *same = NULL;

	(void)state;
	assert_int_equal(pg_diff_bytes("a/x", &a, "b/x", &b, &diff, NULL), 0);
	assert_string_equal(diff, "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-x\r\n+x\n \x1b[2J\n"
				  "\\ No newline at end of file\n");
	assert_int_equal(pg_diff_bytes("a/x", &a, "b/x", &nul, &binary, NULL), 0);
	assert_string_equal(binary, "Binary files a/x and b/x differ\n");
	assert_int_equal(pg_diff_bytes("a/x", &a, "b/x", &a, &same, NULL), 0);
	assert_string_equal(same, "");
}

static void test_diff_huge(void **state)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_bytes none = bytes(""), all;
	pg_autofree char *diff = NULL;

	(void)state;
	for (size_t i = 0; i < 500000; i++)
		pg_strbuf_addf(&b, "%zu a line of a long file\n", i);
	all = (struct pg_bytes){ b.s, b.len };
	assert_int_equal(pg_diff_bytes("/dev/null", &none, "b/x", &all, &diff, NULL), 0);
	assert_non_null(strstr(diff, "(The difference is longer than can be shown.)"));
	assert_true(strlen(diff) < ((size_t)5 << 20));
}

/* ---- the shell ---- */

static void add_fact(struct pg_facts *facts, const char *path, const char *text)
{
	struct pg_file *f = pg_vec_add(&facts->file, &facts->n_file, sizeof(*f));

	assert_non_null(f);
	f->path = strdup(path);
	assert_int_equal(pg_bytes_copy(text, strlen(text), &f->bytes), 0);
}

static struct pg_facts *grub_facts(void)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	add_fact(facts, GRUB, "VAR=never\n");
	add_fact(facts, GRUB ".d/10.cfg", "VAR=\"$VAR 'two' $(echo three)\"\necho noise\n");
	add_fact(facts, GRUB ".d/20.cfg~", "VAR=no\n");
	return facts;
}

/* With the planned bytes in place of those on disk. */
static void test_sh_value(void **state)
{
	struct node *n = *state;
	struct pg_root *live PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = grub_facts();
	pg_autofree char *value = NULL, *other = strdup("x");

	pg_bytes_done(&n->plan.file[0].after);
	assert_int_equal(pg_bytes_copy("VAR=\"a \\\"b\\\"\"\n", 14, &n->plan.file[0].after), 0);
	assert_int_equal(pg_root_open("/", &live, NULL), 0);
	assert_int_equal(pg_sh_value(live, facts, &n->plan, "VAR", &value, NULL), 0);
	assert_string_equal(value, "a \"b\" 'two' three");
	free(other);
	assert_int_equal(pg_sh_value(n->tree->root, facts, &n->plan, "VAR", &other, NULL), 0);
	assert_null(other); /* a captured tree's files are not executed */
}

static void test_sh_stops(void **state)
{
	static const char *const bad[] = { "exit 0\n", "false\n", "if\n", "VAR='\n" };
	struct node *n = *state;
	struct pg_root *live PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = grub_facts();

	assert_int_equal(pg_root_open("/", &live, NULL), 0);
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
		char *value = NULL;

		pg_bytes_done(&n->plan.file[0].after);
		assert_int_equal(pg_bytes_copy(bad[i], strlen(bad[i]), &n->plan.file[0].after), 0);
		assert_int_equal(pg_sh_value(live, facts, &n->plan, "VAR", &value, &err), -EINVAL);
		assert_string_equal(err.path, GRUB);
		assert_non_null(strstr(err.what, "stops in them"));
	}
}

static void test_sh_name(void **state)
{
	struct node *n = *state;
	struct pg_root *live PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = grub_facts();
	char *value = NULL;

	assert_int_equal(pg_root_open("/", &live, NULL), 0);
	assert_int_equal(pg_sh_value(live, facts, &n->plan, "V;reboot", &value, NULL), -EINVAL);
}

static void test_grub_check(void **state)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{ "GRUB_CMDLINE_LINUX_DEFAULT='a \"b\" c'\n", 0 },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"a\nb \\$c\"\n", 0 },
		{ "exit 0\nGRUB_CMDLINE_LINUX_DEFAULT=a\n", -EINVAL },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=a\nfalse\n", -EINVAL },
	};
	struct node *n = *state;
	struct pg_root *live PG_CLEANUP(pg_root_closep) = NULL;

	assert_int_equal(pg_root_open("/", &live, NULL), 0);
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
		struct pg_bytes *after = &n->plan.file[0].after;
		int r;

		pg_bytes_done(after);
		assert_int_equal(pg_bytes_copy(cases[i].text, strlen(cases[i].text), after), 0);
		r = pg_grub_check(live, &n->plan, &err);
		if (r != cases[i].r)
			print_error("case %zu: %s\n", i, err.what ? err.what : "");
		assert_int_equal(r, cases[i].r);
		assert_int_equal(pg_grub_check(n->tree->root, &n->plan, NULL), 0);
	}
}

/* ---- templates ---- */

static void test_templates(void **state)
{
	struct node *n = *state;
	struct pg_templates t = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *dir = pg_data_dir();

	assert_non_null(dir);
	assert_int_equal(dir[0], '/');
	tree_file(n->tree, "/initramfs/hook", "#!/bin/sh\n# hook\n");
	assert_int_equal(pg_templates_load(n->tree->dir, &t, &err), -ENOENT);
	assert_string_equal(err.path, "/initramfs/script");
	tree_file(n->tree, "/initramfs/script", "#!/bin/sh\n# script\n");
	tree_file(n->tree, "/grub.d/pve-gpu", "#!/bin/sh\n# grub\n");
	tree_file(n->tree, "/boot/loader-entry", "#!/bin/sh\n# entry\n");
	tree_file(n->tree, "/boot/kernel-watch", "#!/bin/sh\n# watch\n");
	tree_file(n->tree, "/systemd/pve-gpu-sriov.service", "[Unit]\n");
	assert_int_equal(pg_templates_load(n->tree->dir, &t, NULL), 0);
	assert_string_equal(t.initramfs_hook.p, "#!/bin/sh\n# hook\n");
	assert_string_equal(t.initramfs_script.p, "#!/bin/sh\n# script\n");
	assert_string_equal(t.grub_entry.p, "#!/bin/sh\n# grub\n");
	assert_string_equal(t.loader_entry.p, "#!/bin/sh\n# entry\n");
	assert_string_equal(t.kernel_watch.p, "#!/bin/sh\n# watch\n");
	assert_string_equal(t.sriov_unit.p, "[Unit]\n");
	pg_templates_done(&t);
}

/* ---- what a crash leaves beside a file ---- */

static void test_sweep(void **state)
{
	static const char *const ours[] = {
		"/etc/d/.pve-gpu-trial.service.pve-gpu-0123456789abcdef",
		"/etc/d/.pve-gpu-trial.service.pve-gpu-fedcba9876543210",
	};
	static const char *const theirs[] = {
		"/etc/d/pve-gpu-trial.service",
		"/etc/d/.pve-gpu-trial.service",
		"/etc/d/.pve-gpu-trial.conf.pve-gpu-0123456789abcdef",
		"/etc/d/.trial.service.pve-gpu-0123456789abcdef",
		"/etc/d/.pve-gpu-trial.service.pve-gpu-0123456789abcdex",
		"/etc/d/.pve-gpu-trial.service.pve-gpu-0123456789abcdef0",
		"/etc/d/.pve-gpu-0123456789abcdef",
	};
	struct node *n = *state;

	for (size_t i = 0; i < PG_ARRAY_SIZE(ours); i++)
		tree_file(n->tree, ours[i], "");
	for (size_t i = 0; i < PG_ARRAY_SIZE(theirs); i++)
		tree_file(n->tree, theirs[i], "");
	assert_int_equal(pg_store_sweep(n->tree->root, "/etc/d/pve-gpu-trial.service"), 0);
	for (size_t i = 0; i < PG_ARRAY_SIZE(ours); i++)
		assert_false(pg_root_exists(n->tree->root, ours[i]));
	for (size_t i = 0; i < PG_ARRAY_SIZE(theirs); i++)
		assert_true(pg_root_exists(n->tree->root, theirs[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_sweep),
		cmocka_unit_test(test_take_out), cmocka_unit_test(test_take_out_binary),
		node_test(test_diff_plan),	 cmocka_unit_test(test_diff_odd),
		cmocka_unit_test(test_diff_huge), node_test(test_sh_value),
		node_test(test_sh_stops),	 node_test(test_sh_name),
		node_test(test_grub_check),	 node_test(test_templates),
	};

	return cmocka_run_group_tests_name("beside", tests, NULL, NULL);
}
