/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/plan/edit.h"

#define SET(k, v)  { .key = (k), .value = (v), .how = PG_OPTION_SET }
#define ADD(k, v)  { .key = (k), .value = (v), .how = PG_OPTION_LIST_ADD }
#define DROP(k, v) { .key = (k), .value = (v), .how = PG_OPTION_LIST_DROP }
#define V	   "GRUB_CMDLINE_LINUX_DEFAULT"

/* Files of a case are joined by this. */
#define NEXT "\f"

struct tree {
	struct pg_file file[4];
	const struct pg_file *p[4];
	char path[4][16];
	size_t n;
};

static void tree_done(struct tree *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		pg_bytes_done(&t->file[i].bytes);
}

static void tree_make(const char *text, struct tree *t)
{
	for (t->n = 0; text; t->n++) {
		size_t len = strcspn(text, NEXT);

		assert_int_equal(pg_bytes_copy(text, len, &t->file[t->n].bytes), 0);
		(void)snprintf(t->path[t->n], sizeof(t->path[0]), "/f%zu", t->n);
		t->file[t->n].path = t->path[t->n];
		t->p[t->n] = &t->file[t->n];
		text = text[len] ? text + len + 1 : NULL;
	}
}

struct edit_case {
	const char *in;
	struct pg_option want;
	int file;
	const char *out;
};

static const struct edit_case edit_cases[] = {
	{ V "=\"quiet\"\n", ADD("iommu", "pt"), 0, V "=\"quiet iommu=pt\"\n" },
	{ V "='quiet'\n", ADD("iommu", "pt"), 0, V "='quiet iommu=pt'\n" },
	{ V "=quiet\n", ADD("iommu", "pt"), 0, V "=\"quiet iommu=pt\"\n" },
	{ V "=\n", ADD("iommu", "pt"), 0, V "=iommu=pt\n" },
	{ V "=\"\" # c\n", ADD("iommu", "pt"), 0, V "=\"iommu=pt\" # c\n" },
	{ V "=''", ADD("iommu", "pt"), 0, V "='iommu=pt'" },
	{ "", ADD("iommu", "pt"), 0, V "=\"iommu=pt\" # added by pve-gpu\n" },
	{ "A=1", ADD("iommu", "pt"), 0, "A=1\n" V "=\"iommu=pt\" # added by pve-gpu\n" },
	{ "A=1\r\n", ADD("iommu", "pt"), 0, "A=1\r\n" V "=\"iommu=pt\" # added by pve-gpu\r\n" },
	{ V "=\"quiet\"\r\n", ADD("iommu", "pt"), 0, V "=\"quiet iommu=pt\"\r\n" },
	{ V "=\"a\"'b'c\n", ADD("iommu", "pt"), 0, V "=\"a\"'b'c\" iommu=pt\"\n" },
	{ V "=\"a\"'b'\n", ADD("iommu", "pt"), 0, V "=\"a\"'b iommu=pt'\n" },
	{ V "=iommu=\"off\"\n", SET("iommu", "pt"), 0, V "=iommu=\"pt\"\n" },
	{ V "=\"a iommu=soft b\"\n", SET("iommu", "pt"), 0, V "=\"a iommu=pt b\"\n" },
	{ V "=\"a \\\n b\"\n", ADD("iommu", "pt"), 0, V "=\"a \\\n b iommu=pt\"\n" },
	{ V "=\"a x=\\\"1 2\\\"\"\n", ADD("iommu", "pt"), 0, V "=\"a x=\\\"1 2\\\" iommu=pt\"\n" },
	{ V "=a\n" V "=b\n", ADD("iommu", "pt"), 0, V "=a\n" V "=\"b iommu=pt\"\n" },
	{ "#" V "=a\n" V "=b #" V "=c\n", ADD("iommu", "pt"), 0,
	  "#" V "=a\n" V "=\"b iommu=pt\" #" V "=c\n" },
	{ "A=1; " V "=a; B=2\n", ADD("iommu", "pt"), 0, "A=1; " V "=\"a iommu=pt\"; B=2\n" },
	{ "export " V "=a\n", ADD("iommu", "pt"), 0, "export " V "=\"a iommu=pt\"\n" },
	{ V "=\"a b\"\nexport " V "\n", ADD("iommu", "pt"), 0,
	  V "=\"a b iommu=pt\"\nexport " V "\n" },
	{ "D=`lsb_release -i -s 2> /dev/null || echo Debian`\nE=$( . /etc/x && echo ${NAME} )\n" V
	  "=a\n", ADD("iommu", "pt"), 0,
	  "D=`lsb_release -i -s 2> /dev/null || echo Debian`\nE=$( . /etc/x && echo ${NAME} )\n" V
	  "=\"a iommu=pt\"\n" },
	{ "X=y\n" V "=\"a $X ${X}\"\n", ADD("iommu", "pt"), 0, "X=y\n" V "=\"a iommu=pt $X ${X}\"\n" },
	{ "if [ -n \"$A\" ]; then B=1; fi\n" V "=a\n", ADD("iommu", "pt"), 0,
	  "if [ -n \"$A\" ]; then B=1; fi\n" V "=\"a iommu=pt\"\n" },
	{ "case x in a|b) A=1;; (c) B=2 ;; esac\n" V "=a\n", ADD("iommu", "pt"), 0,
	  "case x in a|b) A=1;; (c) B=2 ;; esac\n" V "=\"a iommu=pt\"\n" },
	{ "if x; then " V "=b; fi\n" V "=a\n", ADD("iommu", "pt"), 0,
	  "if x; then " V "=b; fi\n" V "=\"a iommu=pt\"\n" },
	/* drop-ins */
	{ V "=a" NEXT V "=\"$" V " b\"", ADD("iommu", "pt"), 0, V "=\"a iommu=pt\"" },
	{ V "=a" NEXT V "=\"b\"", ADD("iommu", "pt"), 1, V "=\"b iommu=pt\"" },
	{ V "=a" NEXT V "=\"${" V "} iommu=soft\"", SET("iommu", "pt"), 1,
	  V "=\"${" V "} iommu=pt\"" },
	{ V "=a" NEXT V "=\"$" V " iommu=soft\"", DROP("iommu", "soft"), 1, V "=\"$" V "\"" },
	{ V "=iommu=pt" NEXT V "=\"$" V " iommu=soft\"", SET("iommu", "pt"), 1, V "=\"$" V "\"" },
	{ "A=1\n" NEXT V "=\"$" V " b\"", ADD("iommu", "pt"), 0,
	  "A=1\n" V "=\"iommu=pt\" # added by pve-gpu\n" },
	{ V "=\"$" V " b\"\n", ADD("iommu", "pt"), 0, V "=\"$" V " b iommu=pt\"\n" },
	/* the other variable */
	{ "GRUB_CMDLINE_LINUX=iommu=pt\n" V "=a\n", ADD("iommu", "pt"), 0,
	  "GRUB_CMDLINE_LINUX=iommu=pt\n" V "=a\n" },
	{ "GRUB_CMDLINE_LINUX=iommu=soft\n" V "=a\n", SET("iommu", "pt"), 0,
	  "GRUB_CMDLINE_LINUX=iommu=soft\n" V "=\"a iommu=pt\"\n" },
	{ "GRUB_CMDLINE_LINUX='x iommu=off'\n" V "=a\n", DROP("iommu", "off"), 0,
	  "GRUB_CMDLINE_LINUX='x'\n" V "=a\n" },
	{ V "='a -- b'", ADD("iommu", "pt"), 0, V "='a iommu=pt -- b'" },
	{ V "='-- b'", ADD("iommu", "pt"), 0, V "='iommu=pt -- b'" },
	{ V "=a\\ b", ADD("iommu", "pt"), 0, V "=a\\ b\" iommu=pt\"" },
	{ V "=\"cost \\$5 \"\n", ADD("iommu", "pt"), 0, V "=\"cost \\$5 iommu=pt \"\n" },
};

static void test_edit(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PG_ARRAY_SIZE(edit_cases); i++) {
		const struct edit_case *c = &edit_cases[i];
		PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 }, again = { 0 };
		PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
		struct tree t = { 0 };
		int file = -7, r;

		tree_make(c->in, &t);
		r = pg_grub_edit(t.p, t.n, V, &c->want, 1, &file, &out, &err);
		if (r < 0 || strcmp(out.p, c->out) != 0)
			print_error("case %zu: %d %s\n%s\n%s\n", i, r, err.what, c->in,
				    out.p ? out.p : "");
		assert_int_equal(r, 0);
		assert_int_equal(file, c->file);
		assert_string_equal(out.p, c->out);
		pg_bytes_done(&t.file[file].bytes);
		assert_int_equal(pg_bytes_copy(out.p, out.n, &t.file[file].bytes), 0);
		assert_int_equal(pg_grub_edit(t.p, t.n, V, &c->want, 1, &file, &again, NULL), 0);
		assert_true(pg_bytes_equal(&t.file[file].bytes, &again));
		tree_done(&t);
	}
}

struct refused_case {
	const char *in;
	const char *path;
	unsigned line;
};

static const struct refused_case refused_cases[] = {
	{ "\n" V "=\"$(cat /x)\"\n", "/f0", 2 },
	{ V "=`cat /x`\n", "/f0", 1 },
	{ "if x\nthen\n" V "=a\nfi\n", "/f0", 3 },
	{ "case $x in\na) " V "=a ;;\nesac\n", "/f0", 2 },
	{ "A=1\n" V "+=' x'\n", "/f0", 2 },
	{ V "=a" NEXT "\n" V "+=' x'\n", "/f1", 2 },
	{ "[ -f x ] && " V "=a\n", "/f0", 1 },
	{ V "=a\n. /etc/other\n", "/f0", 2 },
	{ "exit 0\n" V "=a\n", "/f0", 1 },
	{ V "=\"a\n", "/f0", 1 },
	{ "cat <<E\n" V "=a\nE\n", "/f0", 1 },
	{ "f() {\n" V "=x\n}\n" V "=a\nf\n", "/f0", 1 },
	{ ": ${" V ":=x}\n", "/f0", 1 },
	{ "unset " V "\n", "/f0", 1 },
	{ "read " V " </x\n", "/f0", 1 },
	{ V "=$HOME\n", "/f0", 1 },
	{ V "=~/x\n", "/f0", 1 },
	{ V "=\"a ${X:-b}\"\n", "/f0", 1 },
	{ V "=a for_one_command\n", "/f0", 1 },
	{ "GRUB_CMDLINE_\\\nLINUX_DEFAULT=a\n", "/f0", 1 },
	{ "fi\n", "/f0", 1 },
	{ "X='a iommu=soft'\n" V "=$X\n", "/f0", 1 },
	{ V "=iommu=soft" NEXT V "=\"$" V " iommu=soft\"", "/f1", 1 },
};

static void test_refused(void **state)
{
	static const struct pg_option want[] = { SET("iommu", "pt") };
	size_t i;

	(void)state;
	for (i = 0; i < PG_ARRAY_SIZE(refused_cases); i++) {
		const struct refused_case *c = &refused_cases[i];
		PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 };
		PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
		struct tree t = { 0 };
		int file = -7, r;

		tree_make(c->in, &t);
		r = pg_grub_edit(t.p, t.n, V, want, 1, &file, &out, &err);
		if (r != -EINVAL || !err.path || strcmp(err.path, c->path) || err.line != c->line)
			print_error("case %zu: %d %s:%u %s\n%s\n%s\n", i, r, err.path, err.line,
				    err.what, c->in, out.p ? out.p : "");
		assert_int_equal(r, -EINVAL);
		assert_string_equal(err.path, c->path);
		assert_int_equal(err.line, c->line);
		assert_null(out.p);
		assert_int_equal(file, -7);
		tree_done(&t);
	}
}

static void test_value(void **state)
{
	pg_autofree char *value = NULL, *none = NULL;
	struct tree t = { 0 };
	int file = 7;

	(void)state;
	tree_make("A=\"x y\"\n" V "='1 $A' \n" V "=\"$" V " $A\\\n\"a\\ b\n", &t);
	assert_int_equal(pg_grub_value(t.p, t.n, V, &value, &file, NULL), 0);
	assert_string_equal(value, "1 $A x ya b");
	assert_int_equal(file, 0);
	assert_int_equal(pg_grub_value(t.p, t.n, "GRUB_CMDLINE_X", &none, &file, NULL), 0);
	assert_string_equal(none, "");
	assert_int_equal(file, -1);
	tree_done(&t);
}

static void test_no_file(void **state)
{
	static const struct pg_option want[] = { ADD("intel_iommu", "on"), SET("iommu", "pt") };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 };
	int file = 7;

	(void)state;
	assert_int_equal(pg_grub_edit(NULL, 0, V, want, 2, &file, &out, NULL), 0);
	assert_string_equal(out.p, V "=\"intel_iommu=on iommu=pt\" # added by pve-gpu\n");
	assert_int_equal(file, -1);
}

/* A value doubled again and again must not take the memory of the world. */
static void test_bomb(void **state)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	pg_autofree char *value = NULL;
	struct tree t = { 0 };
	unsigned i;
	int file;

	(void)state;
	pg_strbuf_add(&b, V "=0123456789\n");
	for (i = 0; i < 40; i++)
		pg_strbuf_add(&b, V "=$" V "$" V "\n");
	tree_make(b.s, &t);
	assert_int_equal(pg_grub_value(t.p, t.n, V, &value, &file, &err), -EINVAL);
	assert_string_equal(err.path, "/f0");
	tree_done(&t);
	pg_strbuf_done(&b);
	pg_strbuf_add(&b, "A=");
	for (i = 0; i < 100000; i++)
		pg_strbuf_add(&b, "$(");
	tree_make(b.s, &t);
	assert_int_equal(pg_grub_value(t.p, t.n, V, &value, &file, NULL), -EINVAL);
	tree_done(&t);
}

/* A line of 100 kB is no obstacle elsewhere, and too long for the kernel in the value. */
static void test_long_line(void **state)
{
	static const struct pg_option want[] = { SET("iommu", "pt") };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes out = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	pg_autofree char *line = malloc(100001), *text = NULL, *text2 = NULL;
	struct tree t = { 0 };
	int file;

	(void)state;
	memset(line, 'x', 100000);
	line[100000] = '\0';
	text = pg_strf("A=%s\n# %s\n" V "=a\n", line, line);
	tree_make(text, &t);
	assert_int_equal(pg_grub_edit(t.p, t.n, V, want, 1, &file, &out, NULL), 0);
	assert_int_equal(out.n, strlen(text) + strlen("\" iommu=pt\""));
	tree_done(&t);
	pg_bytes_done(&out);
	text2 = pg_strf("\n" V "=\"%s\"\n", line);
	tree_make(text2, &t);
	assert_int_equal(pg_grub_edit(t.p, t.n, V, want, 1, &file, &out, &err), -EINVAL);
	assert_int_equal(err.line, 2);
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests_name("edit_grub", tests, NULL, NULL);
}
