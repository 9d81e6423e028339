/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives that nobody made with `pve-gpu capture`. */
#include "tests/unit/tree.h"

#include <archive.h>
#include <archive_entry.h>

#include "src/exec/capture.h"

/* ---- making one ---- */

struct maker {
	struct archive *a;
	char *p;
	size_t size, used;
};

static void begin(struct maker *m)
{
	m->size = (size_t)4 << 20;
	m->p = malloc(m->size);
	m->a = archive_write_new();
	assert_non_null(m->p);
	assert_int_equal(archive_write_add_filter_xz(m->a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_options(m->a, "compression-level=0"), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_pax_restricted(m->a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(m->a, m->p, m->size, &m->used), ARCHIVE_OK);
}

static struct archive_entry *entry(const char *path, mode_t type)
{
	struct archive_entry *e = archive_entry_new();

	assert_non_null(e);
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 04777);
	return e;
}

static void put(struct maker *m, struct archive_entry *e)
{
	/* a warning: the name is not of the locale */
	assert_true(archive_write_header(m->a, e) >= ARCHIVE_WARN);
	archive_entry_free(e);
}

static void put_file(struct maker *m, const char *path, const char *text)
{
	struct archive_entry *e = entry(path, AE_IFREG);

	archive_entry_set_size(e, (la_int64_t)strlen(text));
	put(m, e);
	assert_int_equal(archive_write_data(m->a, text, strlen(text)), strlen(text));
}

static void put_link(struct maker *m, const char *path, const char *target)
{
	struct archive_entry *e = entry(path, AE_IFLNK);

	archive_entry_set_symlink(e, target);
	put(m, e);
}

static struct pg_bytes end(struct maker *m)
{
	assert_int_equal(archive_write_close(m->a), ARCHIVE_OK);
	archive_write_free(m->a);
	return (struct pg_bytes){ .p = m->p, .n = m->used };
}

/* ---- what comes of it ---- */

static int unpack(const struct tree *t, const struct pg_bytes *archive, char **ret_why)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r = pg_archive_unpack(archive, t->root, &err);

	*ret_why = r < 0 ? pg_err_text(&err) : NULL;
	return r;
}

static void assert_refused(const struct tree *t, struct maker *m, const char *why)
{
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = end(m);
	pg_autofree char *got = NULL;

	assert_int_equal(unpack(t, &archive, &got), -EBADMSG);
	if (!strstr(got, why))
		fail_msg("\"%s\" does not hold \"%s\"", got, why);
}

static void test_good(void **state)
{
	struct tree *t = *state;
	struct maker m = { 0 };
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *why = NULL, *text = NULL, *link = NULL;
	struct stat st;

	begin(&m);
	put(&m, entry("./", AE_IFDIR));
	put_file(&m, "./etc/hostname", "pve1\n");
	put_link(&m, "etc/up", "../etc/hostname");
	put_link(&m, "etc/absolute", "/etc/hostname");
	put_link(&m, "etc/masked", "/dev/null");
	put_file(&m, "etc/na\xffme", "not UTF-8\n");
	archive = end(&m);
	assert_int_equal(unpack(t, &archive, &why), 0);
	assert_int_equal(pg_root_read_attr(t->root, "/etc/absolute", &text), 0);
	assert_string_equal(text, "pve1");
	assert_int_equal(pg_root_readlink(t->root, "/etc/up", &link), 0);
	assert_string_equal(link, "../etc/hostname");
	assert_true(pg_root_exists(t->root, "/etc/na\xffme"));
	assert_int_equal(pg_root_stat(t->root, "/etc/hostname", &st), 0);
	assert_int_equal(st.st_mode & 07000, 0);
}

/* One entry that must not be, behind one that may. */
static void refuse(const struct tree *t, struct archive_entry *e, const char *why)
{
	struct maker m = { 0 };

	begin(&m);
	put_file(&m, "etc/hostname", "pve1\n");
	put(&m, e);
	assert_refused(t, &m, why);
	assert_int_equal(pg_root_unlink(t->root, "/etc/hostname", NULL), 0);
}

static struct archive_entry *link_to(const char *path, const char *target)
{
	struct archive_entry *e = entry(path, AE_IFLNK);

	archive_entry_set_symlink(e, target);
	return e;
}

static void test_hostile(void **state)
{
	struct tree *t = *state;
	struct archive_entry *hard = entry("etc/hard", AE_IFREG);
	pg_autofree char *deep = NULL, *name = calloc(1, 5000);
	struct pg_strbuf b = { 0 };

	assert_non_null(name);
	memset(name, 'n', 4999);
	for (unsigned i = 0; i < 100; i++)
		pg_strbuf_add(&b, "d/");
	deep = pg_strbuf_steal(&b);
	archive_entry_set_hardlink(hard, "etc/hostname");
	refuse(t, entry("../evil", AE_IFREG), "\"..\"");
	refuse(t, entry("etc/../../evil", AE_IFREG), "\"..\"");
	refuse(t, entry("/etc/evil", AE_IFREG), "begins with a slash");
	refuse(t, link_to("etc/out", "../../etc/shadow"), "leads out");
	refuse(t, link_to("out", ".."), "leads out");
	refuse(t, link_to("etc/out", "/../x"), "leads out");
	refuse(t, entry("dev/sda", AE_IFBLK), "no file, folder or link");
	refuse(t, entry("dev/null", AE_IFCHR), "no file, folder or link");
	refuse(t, entry("run/fifo", AE_IFIFO), "no file, folder or link");
	refuse(t, entry(deep, AE_IFDIR), "too deep");
	refuse(t, hard, "hard link");
	refuse(t, entry(name, AE_IFREG), "too long");
	refuse(t, link_to("etc/hostname", "issue"), "that name twice");
}

static void test_empty(void **state)
{
	struct maker m = { 0 };

	begin(&m);
	assert_refused(*state, &m, "it is empty");
}

/* Through a link that the archive itself brings nothing gets out of the folder. */
static void test_through_link(void **state)
{
	struct tree *t = *state;
	struct maker m = { 0 };

	begin(&m);
	put(&m, entry("tmp", AE_IFDIR));
	put_link(&m, "out", "/tmp");
	put_file(&m, "out/pve-gpu-test-archive-evil", "x");
	assert_refused(t, &m, "through a link");
	assert_int_equal(access("/tmp/pve-gpu-test-archive-evil", F_OK), -1);
}

static void test_twice(void **state)
{
	struct tree *t = *state;
	struct maker m = { 0 };
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *why = NULL;

	begin(&m);
	put_file(&m, "etc/hostname", "one");
	put_file(&m, "etc/hostname", "two");
	archive = end(&m);
	assert_int_equal(unpack(t, &archive, &why), -EEXIST);
}

static void test_bomb(void **state)
{
	static char zeros[1 << 20];
	struct tree *t = *state;
	struct maker m = { 0 };

	begin(&m);
	for (unsigned i = 0; i < 20; i++) {
		pg_autofree char *path = pg_strf("file%u", i);
		struct archive_entry *e = entry(path, AE_IFREG);

		archive_entry_set_size(e, (la_int64_t)16 << 20);
		put(&m, e);
		for (unsigned k = 0; k < 16; k++)
			assert_int_equal(archive_write_data(m.a, zeros, sizeof(zeros)), sizeof(zeros));
	}
	assert_refused(t, &m, "more than 256 MiB");
}

static void test_too_many(void **state)
{
	struct tree *t = *state;
	struct maker m = { 0 };

	begin(&m);
	for (unsigned i = 0; i < 200001; i++)
		put(&m, entry("d", AE_IFDIR));
	assert_refused(t, &m, "too many");
}

/* Cut off anywhere it is damaged, and no archive at all is none. */
static void test_damaged(void **state)
{
	struct tree *t = *state;
	const struct pg_bytes text = { (char *)(uintptr_t)"#!/bin/sh\n", 10 }, none = { 0 };
	struct maker m = { 0 };
	struct pg_bytes archive PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *why = NULL;

	begin(&m);
	put_file(&m, "etc/hostname", "pve1\n");
	archive = end(&m);
	for (size_t n = 1; n < archive.n; n += 7) {
		const struct pg_bytes part = { archive.p, n };
		pg_autofree char *got = NULL;

		if (unpack(t, &part, &got) == 0)
			fail_msg("%zu of %zu bytes were taken for whole", n, archive.n);
		(void)pg_root_unlink(t->root, "/etc/hostname", NULL);
	}
	assert_int_equal(unpack(t, &text, &why), -EBADMSG);
	free(why);
	assert_int_equal(unpack(t, &none, &why), -EBADMSG);
}

/* The folder is ours alone, and nothing of it stays. */
static void test_scratch(void **state)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_root *second PG_CLEANUP(pg_root_closep) = NULL;
	const struct pg_bytes text = { (char *)(uintptr_t)"x", 1 };
	const struct pg_meta meta = { .mode = 0600 };
	pg_autofree char *dir = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(pg_root_scratch(&root, NULL), 0);
	dir = strdup(pg_root_prefix(root));
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(pg_root_mkdirs(root, "/a/b", 0755, NULL, NULL), 0);
	assert_int_equal(pg_root_symlink(root, "/", "/a/b/root", NULL), 0);
	assert_int_equal(pg_root_create(root, "/a/file", &text, &meta, NULL), 0);
	assert_int_equal(pg_root_seal(root, NULL), 0);
	assert_int_equal(pg_root_open(dir, &second, NULL), 0);
	assert_true(pg_root_is_sealed(second));
	assert_int_equal(pg_root_create(second, "/a/other", &text, &meta, NULL), -EROFS);
	assert_int_equal(pg_root_write_attr(second, "/a/file", "y", NULL), -EROFS);
	pg_root_scratch_remove(root);
	assert_int_equal(stat(dir, &st), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_good),	      tree_test(test_hostile), tree_test(test_through_link),
		tree_test(test_twice),	      tree_test(test_bomb),    tree_test(test_too_many),
		tree_test(test_empty),
		tree_test(test_damaged),      cmocka_unit_test(test_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
