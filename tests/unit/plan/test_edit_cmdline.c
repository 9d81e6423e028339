/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/plan/edit.h"

#define SET(k, v)  { .key = (k), .value = (v), .how = PG_OPTION_SET }
#define ADD(k, v)  { .key = (k), .value = (v), .how = PG_OPTION_LIST_ADD }
#define DROP(k, v) { .key = (k), .value = (v), .how = PG_OPTION_LIST_DROP }

struct apply_case {
	const char *in;
	struct pg_option want;
	const char *out;
};

static const struct apply_case apply_cases[] = {
	{ "", SET("iommu", "pt"), "iommu=pt" },
	{ "  ", SET("iommu", "pt"), "iommu=pt  " },
	{ "quiet", SET("iommu", "pt"), "quiet iommu=pt" },
	{ "quiet\r", SET("iommu", "pt"), "quiet iommu=pt\r" },
	{ "quiet -- single", SET("iommu", "pt"), "quiet iommu=pt -- single" },
	{ "-- single", SET("iommu", "pt"), "iommu=pt -- single" },
	{ "a -- iommu=pt", SET("iommu", "pt"), "a iommu=pt -- iommu=pt" },
	{ "a  iommu=off   b", SET("iommu", "pt"), "a  iommu=pt   b" },
	{ "iommu=pt a iommu=off", SET("iommu", "pt"), "iommu=pt a" },
	{ "iommu=off a iommu=soft", SET("iommu", "pt"), "a iommu=pt" },
	{ "iommu=pt iommu=pt", SET("iommu", "pt"), "iommu=pt" },
	{ "iommu iommu a", SET("nomodeset", NULL), "iommu iommu a nomodeset" },
	{ "x a nomodeset b", SET("nomodeset", NULL), "x a nomodeset b" },
	{ "a-b=1", SET("a_b", "1"), "a-b=1" },
	{ "a-b=1", SET("a_b", "2"), "a_b=2" },
	{ "dyn=\"x iommu=off\" b", SET("iommu", "pt"), "dyn=\"x iommu=off\" b iommu=pt" },
	{ "\"iommu=off x\" b", SET("iommu", "pt"), "iommu=pt b" },
	{ "q", SET("dyn", "a b"), "q dyn=\"a b\"" },
	{ "dyn=\"a b\"", SET("dyn", "a b"), "dyn=\"a b\"" },
	{ "intel_iommu=on", ADD("intel_iommu", "on"), "intel_iommu=on" },
	{ "intel_iommu=igfx_off", ADD("intel_iommu", "on"), "intel_iommu=igfx_off,on" },
	{ "intel_iommu=\"sm_on\"", ADD("intel_iommu", "on"), "intel_iommu=\"sm_on,on\"" },
	{ "\"intel_iommu=sm_on\"", ADD("intel_iommu", "on"), "\"intel_iommu=sm_on,on\"" },
	{ "intel_iommu=", ADD("intel_iommu", "on"), "intel_iommu=on" },
	{ "intel_iommu=\"\"", ADD("intel_iommu", "on"), "intel_iommu=\"on\"" },
	{ "intel_iommu", ADD("intel_iommu", "on"), "intel_iommu intel_iommu=on" },
	{ "intel_iommu=on intel_iommu=sm_on", ADD("intel_iommu", "on"),
	  "intel_iommu=on intel_iommu=sm_on" },
	{ "vfio-pci.ids=1:2 vfio-pci.ids=3:4", ADD("vfio_pci.ids", "1:2"),
	  "vfio-pci.ids=1:2 vfio-pci.ids=3:4,1:2" },
	{ "a intel_iommu=off b", DROP("intel_iommu", "off"), "a b" },
	{ "intel_iommu=off b", DROP("intel_iommu", "off"), "b" },
	{ "intel_iommu=off intel_iommu=off b", DROP("intel_iommu", "off"), "b" },
	{ "intel_iommu=off", DROP("intel_iommu", "off"), "" },
	{ "intel_iommu=off,sm_on,off", DROP("intel_iommu", "off"), "intel_iommu=sm_on" },
	{ "intel_iommu=offer", DROP("intel_iommu", "off"), "intel_iommu=offer" },
	{ "intel_iommu=\"sm_on,off\"", DROP("intel_iommu", "off"), "intel_iommu=\"sm_on\"" },
	{ "=x \" =\"", SET("iommu", "pt"), "=x \" =\" iommu=pt" },
	{ "\"", SET("iommu", "pt"), "\" iommu=pt" },
};

static void test_apply(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PG_ARRAY_SIZE(apply_cases); i++) {
		const struct apply_case *c = &apply_cases[i];
		pg_autofree char *out = NULL, *again = NULL;

		assert_int_equal(pg_cmdline_apply(c->in, &c->want, 1, &out), 0);
		assert_string_equal(out, c->out);
		if (strcmp(c->in, "\"") != 0) {
			assert_int_equal(pg_cmdline_apply(out, &c->want, 1, &again), 0);
			assert_string_equal(again, out);
		}
	}
}

static void test_apply_in_order(void **state)
{
	static const struct pg_option want[] = {
		DROP("intel_iommu", "off"), ADD("intel_iommu", "on"), SET("iommu", "pt"),
	};
	pg_autofree char *out = NULL;

	(void)state;
	assert_int_equal(pg_cmdline_apply("ro intel_iommu=on,off quiet", want, 3, &out), 0);
	assert_string_equal(out, "ro intel_iommu=on quiet iommu=pt");
}

static void test_split_get(void **state)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv w = { 0 };

	(void)state;
	assert_int_equal(pg_cmdline_split(" a=1\tb-c=\"x y\"  \"d=e f\" g a=2 -- a=3 h", &w), 0);
	assert_int_equal(w.n, 8);
	assert_string_equal(w.v[1], "b-c=x y");
	assert_string_equal(w.v[2], "d=e f");
	assert_string_equal(pg_cmdline_get(&w, "a"), "2");
	assert_string_equal(pg_cmdline_get(&w, "b_c"), "x y");
	assert_string_equal(pg_cmdline_get(&w, "d"), "e f");
	assert_string_equal(pg_cmdline_get(&w, "g"), "");
	assert_null(pg_cmdline_get(&w, "h"));
	assert_null(pg_cmdline_get(&w, "aa"));
}

static void edit_file(const char *in, int expected, const char *out)
{
	static const struct pg_option want[] = { SET("iommu", "pt") };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes ret = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	pg_autofree char *copy = strdup(in);
	struct pg_bytes bytes = { copy, strlen(in) };
	int r = pg_kernel_cmdline_edit("/etc/kernel/cmdline", &bytes, want, 1, &ret, &err);

	assert_int_equal(r, expected);
	if (out) {
		assert_int_equal(ret.n, strlen(out));
		assert_string_equal(ret.p, out);
	} else {
		assert_string_equal(err.path, "/etc/kernel/cmdline");
		assert_int_equal(err.line, 1);
		assert_null(ret.p);
	}
}

static void test_kernel_file(void **state)
{
	pg_autofree char *big = malloc(100001);

	(void)state;
	edit_file("root=/dev/x ro\nroot=y\n", 0, "root=/dev/x ro iommu=pt\nroot=y\n");
	edit_file("root=x", 0, "root=x iommu=pt");
	edit_file("root=x\r\n", 0, "root=x iommu=pt\r\n");
	edit_file("root=x iommu=pt \n", 0, "root=x iommu=pt \n");
	edit_file("quiet\nroot=x\n", -EINVAL, NULL);
	edit_file("noroot=x\n", -EINVAL, NULL);
	edit_file("", -EINVAL, NULL);
	memset(big, 'x', 100000);
	memcpy(big, "root=", 5);
	big[100000] = '\0';
	edit_file(big, -EINVAL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_apply_in_order),
		cmocka_unit_test(test_split_get),
		cmocka_unit_test(test_kernel_file),
	};

	return cmocka_run_group_tests_name("edit_cmdline", tests, NULL, NULL);
}
