/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/base/record.h"

/* "PATH how bytes|" for each: l as a link, f followed, d listed, r read. */
static char *told(const struct pg_record *record)
{
	struct pg_strbuf b = { 0 };
	const struct pg_seen *const *seen;
	size_t n;

	assert_int_equal(pg_record_all(record, &seen, &n), 0);
	for (size_t i = 0; i < n; i++)
		pg_strbuf_addf(&b, "%s %s%s%s%s%s|", seen[i]->path, seen[i]->as_link ? "l" : "",
			       seen[i]->followed ? "f" : "", seen[i]->listed ? "d" : "",
			       seen[i]->read ? "r" : "", seen[i]->read ? seen[i]->bytes.p : "");
	return pg_strbuf_steal(&b);
}

static void assert_told(const struct pg_record *record, const char *wanted)
{
	pg_autofree char *got = told(record);

	assert_string_equal(got, wanted);
}

/* Each way to read leaves its mark; what is not there leaves none. */
static void test_ways(void **state)
{
	struct tree *t = *state;
	struct pg_record *record PG_CLEANUP(pg_record_freep) = pg_record_new();
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *attr = NULL, *link = NULL;
	struct stat st;

	tree_file(t, "/etc/a", "one\n");
	tree_file(t, "/etc/b", "two\n");
	tree_link(t, "/etc/link", "a");
	pg_root_record(t->root, record);
	assert_int_equal(pg_root_read(t->root, "/etc/a", 100, &bytes), 0);
	assert_int_equal(pg_root_read_attr(t->root, "/etc/b", &attr), 0);
	assert_int_equal(pg_root_readlink(t->root, "/etc/link", &link), 0);
	assert_int_equal(pg_root_list(t->root, "/etc", &names), 0);
	assert_int_equal(pg_root_stat(t->root, "/etc/link", &st), 0);
	assert_int_equal(pg_root_lstat(t->root, "/etc", &st), 0);
	assert_int_equal(pg_root_stat(t->root, "/etc/none", &st), -ENOENT);
	assert_true(pg_root_is_recorded(t->root));
	pg_root_record(t->root, NULL);
	assert_false(pg_root_is_recorded(t->root));
	assert_true(pg_root_exists(t->root, "/"));
	assert_told(record, "/etc lfd|/etc/a frone\n|/etc/b frtwo\n|/etc/link lf|");
}

/* Below a folder held open; and what was too large to be read. */
static void test_below(void **state)
{
	struct tree *t = *state;
	struct pg_record *record PG_CLEANUP(pg_record_freep) = pg_record_new();
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *attr = NULL, *link = NULL;

	tree_file(t, "/sys/dev/vendor", "0x10de\n");
	tree_file(t, "/sys/dev/config", "12345678");
	tree_link(t, "/sys/dev/driver", "../../drivers/nouveau");
	pg_root_record(t->root, record);
	assert_int_equal(pg_root_open_dir(t->root, "/sys/dev", &dir), 0);
	assert_int_equal(pg_root_read_attr_at(&dir, "vendor", &attr), 0);
	assert_int_equal(pg_root_readlink_name_at(&dir, "driver", &link), 0);
	assert_int_equal(pg_root_read_at(&dir, "config", 4, &bytes), -EFBIG);
	assert_false(pg_root_exists_at(&dir, "reset"));
	assert_told(record, "/sys/dev f|/sys/dev/config f|/sys/dev/driver l|/sys/dev/vendor fr0x10de\n|");
	assert_true(pg_root_exists_at(&dir, "config"));
	assert_told(record, "/sys/dev f|/sys/dev/config lf|/sys/dev/driver l|/sys/dev/vendor fr0x10de\n|");
}

/* The first bytes count: what changes under way is one state. */
static void test_first(void **state)
{
	struct tree *t = *state;
	struct pg_record *record PG_CLEANUP(pg_record_freep) = pg_record_new();
	struct pg_bytes said = { .p = (char *)(uintptr_t)"said", .n = 4 };

	pg_root_record_file(t->root, "/nobody", &said);
	pg_root_record(t->root, record);
	for (int i = 0; i < 2; i++) {
		pg_autofree char *attr = NULL;

		tree_file(t, "/proc/uptime", i ? "2" : "1");
		assert_int_equal(pg_root_read_attr(t->root, "/proc/uptime", &attr), 0);
		assert_string_equal(attr, i ? "2" : "1");
	}
	pg_root_record_file(t->root, "/var/lib/said", &said);
	/* "/proc": the test looked at it on making the file */
	assert_told(record, "/proc f|/proc/uptime fr1|/var/lib/said frsaid|");
}

/* What was captured live is taken for whole, and its times have one value. */
static void test_whole(void **state)
{
	struct tree *t = *state;
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	pg_autofree char *path = tree_path(t, PG_ROOT_LIVE_MARK);
	struct stat st;

	assert_false(pg_root_is_whole(t->root));
	tree_file(t, PG_ROOT_LIVE_MARK, "");
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_int_equal(pg_root_stat(t->root, PG_ROOT_LIVE_MARK, &st), 0);
	assert_true(st.st_ctim.tv_sec > 1000);
	assert_int_equal(pg_root_open(t->dir, &root, NULL), 0);
	assert_true(pg_root_is_whole(root));
	assert_false(pg_root_is_live(root));
	assert_int_equal(pg_root_stat(root, PG_ROOT_LIVE_MARK, &st), 0);
	assert_int_equal(st.st_ctim.tv_sec, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_ways),
		tree_test(test_below),
		tree_test(test_first),
		tree_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
