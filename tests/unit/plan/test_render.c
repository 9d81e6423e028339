/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/base/json.h"

/* A plan with one of each. */
static struct pg_plan *make_plan(void)
{
	struct pg_plan *p = calloc(1, sizeof(*p));
	struct pg_plan_file *file;
	struct pg_plan_cmd *cmd;
	struct pg_effect *effect;
	struct pg_expect *expect;

	assert_non_null(p);
	assert_int_equal(pg_finding_advice(pg_findings_add(&p->findings, "rmrr", PG_LEVEL_WARN,
							   "0000:01:00.0", "A \"text\"\x1b"),
					   "advice"), 0);
	file = pg_vec_add(&p->file, &p->n_file, sizeof(*file));
	file->path = strdup("/etc/default/grub");
	file->change = PG_CHANGE_EDIT;
	file->diff = strdup("--- a\n+++ b\n");
	cmd = pg_vec_add(&p->cmd, &p->n_cmd, sizeof(*cmd));
	assert_int_equal(pg_strv_split("update-grub", " ", &cmd->argv), 0);
	cmd->why = strdup("because");
	cmd = pg_vec_add(&p->vm_cmd, &p->n_vm_cmd, sizeof(*cmd));
	assert_int_equal(pg_strv_split("qm set 100 --hostpci0 0000:01:00", " ", &cmd->argv), 0);
	cmd->why = strdup("because");
	effect = pg_vec_add(&p->effect, &p->n_effect, sizeof(*effect));
	assert_int_equal(pg_bdf_parse("0000:03:00.0", &effect->addr), 0);
	effect->now = strdup("r8169");
	effect->after = strdup("vfio-pci");
	effect->why = strdup("same IOMMU group");
	effect->lost = strdup("vmbr0");
	expect = pg_vec_add(&p->expect, &p->n_expect, sizeof(*expect));
	assert_int_equal(pg_bdf_parse("0000:01:00.0", &expect->addr), 0);
	expect->driver = strdup("vfio-pci");
	p->reboot = true;
	return p;
}

static const struct pg_jval *first(const struct pg_jval *doc, const char *key)
{
	return pg_jval_at(pg_jval_get(doc, key), 0);
}

static void assert_str(const struct pg_jval *o, const char *key, const char *wanted)
{
	const char *got = pg_jval_get_str(o, key);

	assert_non_null(got);
	assert_string_equal(got, wanted);
}

static void test_plan(void **state)
{
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = make_plan();
	struct pg_jval *doc PG_CLEANUP(pg_jval_freep) = NULL;
	char *text pg_autofree = pg_plan_json(p);

	(void)state;
	assert_non_null(text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(pg_json_parse(text, strlen(text), &doc), 0);
	assert_str(first(doc, "findings"), "id", "rmrr");
	assert_str(first(doc, "findings"), "level", "warn");
	assert_str(first(doc, "findings"), "scope", "0000:01:00.0");
	assert_str(first(doc, "findings"), "advice", "advice");
	assert_non_null(pg_jval_get_str(first(doc, "findings"), "text"));
	assert_null(pg_jval_get_str(first(doc, "findings"), "fix"));
	assert_str(first(doc, "files"), "path", "/etc/default/grub");
	assert_str(first(doc, "files"), "change", "edit");
	assert_str(first(doc, "files"), "diff", "--- a\n+++ b\n");
	assert_str(first(doc, "effects"), "address", "0000:03:00.0");
	assert_str(first(doc, "effects"), "now", "r8169");
	assert_str(first(doc, "effects"), "after", "vfio-pci");
	assert_str(first(doc, "effects"), "why", "same IOMMU group");
	assert_str(first(doc, "effects"), "lost", "vmbr0");
	assert_str(first(doc, "expect"), "driver", "vfio-pci");
	assert_string_equal(pg_jval_str(pg_jval_at(first(doc, "commands"), 0)), "update-grub");
	assert_int_equal(pg_jval_length(first(doc, "vm_commands")), 5);
	assert_string_equal(pg_jval_str(pg_jval_at(first(doc, "vm_commands"), 3)), "--hostpci0");
	assert_true(pg_jval_get_bool(doc, "reboot", false));
}

static void test_empty(void **state)
{
	struct pg_plan p = { 0 };
	struct pg_jval *doc PG_CLEANUP(pg_jval_freep) = NULL;
	char *text pg_autofree = pg_plan_json(&p);

	(void)state;
	assert_int_equal(pg_json_parse(text, strlen(text), &doc), 0);
	assert_non_null(pg_jval_get(doc, "commands"));
	assert_int_equal(pg_jval_length(pg_jval_get(doc, "files")), 0);
	assert_false(pg_jval_get_bool(doc, "reboot", true));
	assert_true(pg_plan_is_empty(&p));
	assert_false(pg_plan_is_blocked(&p));
}

static void test_findings(void **state)
{
	struct pg_plan *p PG_CLEANUP(pg_plan_freep) = make_plan();
	struct pg_jval *doc PG_CLEANUP(pg_jval_freep) = NULL;
	char *text pg_autofree = pg_findings_json(&p->findings);

	(void)state;
	assert_int_equal(pg_json_parse(text, strlen(text), &doc), 0);
	assert_str(first(doc, "findings"), "id", "rmrr");
	assert_null(pg_jval_get(doc, "files"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_findings),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
