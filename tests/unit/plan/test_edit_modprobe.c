/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/plan/edit.h"

#define PATH "/etc/modprobe.d/vfio.conf"
#define MARK "# added by pve-gpu\n"

static int add_ids(const char *in, const char *ids, struct pg_bytes *ret, struct pg_err *err)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv list = { 0 };
	pg_autofree char *copy = in ? strdup(in) : NULL;
	struct pg_bytes bytes = { copy, in ? strlen(in) : 0 };

	assert_int_equal(pg_strv_split(ids, " ", &list), 0);
	return pg_vfio_conf_add_ids(PATH, &bytes, &list, ret, err);
}

struct ids_case {
	const char *in, *ids, *out;
};

static const struct ids_case ids_cases[] = {
	{ NULL, "10de:2684 10de:22ba", MARK "options vfio-pci ids=10de:2684,10de:22ba\n" },
	{ "# mine", "10de:2684", "# mine\n" MARK "options vfio-pci ids=10de:2684\n" },
	{ "a\r\n", "10de:2684", "a\r\n# added by pve-gpu\r\noptions vfio-pci ids=10de:2684\r\n" },
	{ "# open \\\n", "10de:2684", "# open \\\n\n" MARK "options vfio-pci ids=10de:2684\n" },
	{ "options vfio-pci ids=10DE:2684 disable_vga=1 # x\n", "10de:2684 1002:73bf",
	  "options vfio-pci ids=10DE:2684,1002:73bf disable_vga=1 # x\n" },
	{ "options vfio_pci disable_vga=1 ids=1002:1", "10de:2684",
	  "options vfio_pci disable_vga=1 ids=1002:1,10de:2684" },
	/* only the last list is in effect */
	{ "options vfio-pci ids=10de:2684\noptions vfio-pci ids=1002:73bf\n", "10de:2684",
	  "options vfio-pci ids=10de:2684\noptions vfio-pci ids=1002:73bf,10de:2684\n" },
	{ "options vfio-pci ids=1002:1,\n", "10de:2684", "options vfio-pci ids=1002:1,10de:2684\n" },
	{ "options vfio-pci ids=\n", "10de:2684", "options vfio-pci ids=10de:2684\n" },
	{ "options vfio-pci ids=\"\"\n", "10de:2684", "options vfio-pci ids=\"10de:2684\"\n" },
	{ "options vfio-pci ids=\"1:2\"\n", "10de:2684", "options vfio-pci ids=\"1:2,10de:2684\"\n" },
	{ "options vfio-pci \\\n  ids=1002:1,\\\n1002:2 a=b\n", "10de:2684 1002:0002",
	  "options vfio-pci \\\n  ids=1002:1,\\\n1002:2,10de:2684 a=b\n" },
	/* a sub-id claims less; any/any the same */
	{ "options vfio-pci ids=10de:2684:1458:40bf\n", "10de:2684",
	  "options vfio-pci ids=10de:2684:1458:40bf,10de:2684\n" },
	{ "options vfio-pci ids=10de:2684:ffffffff:ffffffff\n", "10de:2684",
	  "options vfio-pci ids=10de:2684:ffffffff:ffffffff\n" },
	{ "options vfio-pci ids=10de,2684\n", "10de:2684", "options vfio-pci ids=10de,2684,10de:2684\n" },
	{ "#options vfio-pci ids=10de:2684\n", "10de:2684",
	  "#options vfio-pci ids=10de:2684\n" MARK "options vfio-pci ids=10de:2684\n" },
	{ "options vfio xids=1:2\noptions vfio-pci xids=1\n", "10de:2684",
	  "options vfio xids=1:2\noptions vfio-pci xids=1\n" MARK
	  "options vfio-pci ids=10de:2684\n" },
	{ "x\n", "", "x\n" },
};

static void test_ids(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PG_ARRAY_SIZE(ids_cases); i++) {
		PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 }, again = { 0 };
		const struct ids_case *c = &ids_cases[i];

		assert_int_equal(add_ids(c->in, c->ids, &out, NULL), 0);
		assert_string_equal(out.p, c->out);
		assert_int_equal(add_ids(out.p, c->ids, &again, NULL), 0);
		assert_string_equal(again.p, c->out);
	}
}

static void test_ids_refused(void **state)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	unsigned i;

	(void)state;
	assert_int_equal(add_ids("", "10de", &out, &err), -EINVAL);
	assert_int_equal(add_ids("", "10de:2684,1:2", &out, &err), -EINVAL);
	pg_strbuf_add(&b, "\noptions vfio-pci ids=1002:0000");
	for (i = 1; i < 102; i++)
		pg_strbuf_addf(&b, ",1002:%04x", i);
	assert_int_equal(add_ids(b.s, "10de:2684", &out, &err), -EINVAL);
	assert_string_equal(err.path, PATH);
	assert_int_equal(err.line, 2);
	assert_null(out.p);
	assert_int_equal(add_ids(b.s, "1002:0001", &out, &err), 0);
}

static void test_ids_of_files(void **state)
{
	char a[] = "options vfio-pci ids=1002:0001\n", b[] = "options vfio-pci ids=1002:0002\n";
	char path_a[] = "/etc/modprobe.d/a.conf", path_b[] = "/etc/modprobe.d/b.conf";
	char path_c[] = "/etc/modprobe.d/c.conf", path_lib[] = "/usr/lib/modprobe.d/b.conf";
	struct pg_file fa = { .path = path_a, .bytes = { a, sizeof(a) - 1 } };
	struct pg_file fb = { .path = path_b, .bytes = { b, sizeof(b) - 1 } };
	struct pg_file fc = { .path = path_c };
	const struct pg_file *files[] = { &fa, &fb, &fc };
	PG_CLEANUP(pg_strv_done) struct pg_strv ids = { 0 }, now = { 0 };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 }, none = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	int file = 7;

	(void)state;
	assert_int_equal(pg_strv_add(&ids, "1002:0001"), 0);
	assert_int_equal(pg_vfio_ids(files, 3, &now), 0);
	assert_int_equal(now.n, 1);
	assert_string_equal(now.v[0], "1002:0002");
	assert_int_equal(pg_vfio_ids_edit(files, 3, &ids, &file, &out, NULL), 0);
	assert_int_equal(file, 1);
	assert_string_equal(out.p, "options vfio-pci ids=1002:0002,1002:0001\n");
	assert_int_equal(pg_vfio_ids_edit(&files[2], 1, &ids, &file, &none, NULL), 0);
	assert_int_equal(file, -1);
	assert_null(none.p);
	fb.path = path_lib;
	assert_int_equal(pg_vfio_ids_edit(files, 3, &ids, &file, &none, &err), -EINVAL);
	assert_int_equal(err.line, 1);
}

struct lines_case {
	const char *in, *lines, *out;
};

static const struct lines_case lines_cases[] = {
	{ NULL, "vfio\nvfio_pci", MARK "vfio\nvfio_pci\n" },
	{ "vfio\n", "vfio\nvfio_pci", "vfio\n" MARK "vfio_pci\n" },
	{ "vfio-pci", "vfio_pci", "vfio-pci" },
	{ " vfio-pci\t\r\n", "vfio_pci", " vfio-pci\t\r\n" },
	{ "softdep  snd-hda-intel \\\n pre:\tvfio_pci\n", "softdep snd_hda_intel pre: vfio-pci",
	  "softdep  snd-hda-intel \\\n pre:\tvfio_pci\n" },
	{ "#vfio", "vfio", "#vfio\n" MARK "vfio\n" },
	{ "options a b-c=d-e\n", "options a b_c=d_e",
	  "options a b-c=d-e\n" MARK "options a b_c=d_e\n" },
	/* libkmod would blacklist "nouveau\r" */
	{ "blacklist nouveau\r\n", "blacklist nouveau",
	  "blacklist nouveau\r\n# added by pve-gpu\r\nblacklist nouveau \r\n" },
	{ "x\n", "", "x\n" },
};

static void test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PG_ARRAY_SIZE(lines_cases); i++) {
		PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 }, again = { 0 };
		PG_CLEANUP(pg_strv_done) struct pg_strv lines = { 0 };
		const struct lines_case *c = &lines_cases[i];
		pg_autofree char *copy = c->in ? strdup(c->in) : NULL;
		struct pg_bytes in = { copy, c->in ? strlen(c->in) : 0 };

		assert_int_equal(pg_strv_split(c->lines, "\n", &lines), 0);
		assert_int_equal(pg_conf_add_lines(&in, &lines, &out), 0);
		assert_string_equal(out.p, c->out);
		assert_int_equal(pg_conf_add_lines(&out, &lines, &again), 0);
		assert_string_equal(again.p, c->out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_ids_refused),
		cmocka_unit_test(test_ids_of_files),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests_name("edit_modprobe", tests, NULL, NULL);
}
