/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions, messages, and files of rules. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/plan/rule.h"

/* ---- conditions ---- */

/* "n5" is a number 5, "yes" and "no" are such, "words" is a list, "unknown…" is not known. */
static enum pg_value_type type(const char *name)
{
	if (strcmp(name, "a.yes") == 0 || strcmp(name, "a.no") == 0 || strcmp(name, "unknown") == 0)
		return PG_VALUE_YESNO;
	if (strcmp(name, "five") == 0 || strcmp(name, "big") == 0)
		return PG_VALUE_NUMBER;
	return strcmp(name, "list") == 0 || strcmp(name, "empty") == 0 ? PG_VALUE_WORDS :
									  PG_VALUE_UNKNOWN;
}

static int get(const void *ctx, const char *name, struct pg_value *ret)
{
	(void)ctx;
	if (strcmp(name, "unknown") == 0)
		return 0;
	ret->type = type(name);
	ret->number = strcmp(name, "a.yes") == 0 ? 1 : strcmp(name, "five") == 0 ? 5 :
		      strcmp(name, "big") == 0	 ? (uint64_t)16 << 30 : 0;
	if (strcmp(name, "list") == 0)
		return pg_strv_add(&ret->words, "vfio-pci") < 0 ||
			       pg_strv_add(&ret->words, "quiet splash") < 0 ? -ENOMEM : 0;
	return 0;
}

static const struct {
	const char *text;
	enum pg_tri is;
} conditions[] = {
	{ "a.yes", PG_YES },
	{ "a.no", PG_NO },
	{ "unknown", PG_UNKNOWN },
	{ "not a.no", PG_YES },
	{ "not unknown", PG_UNKNOWN },
	{ "a.no and unknown", PG_NO },
	{ "unknown and a.no", PG_NO },
	{ "a.yes or unknown", PG_YES },
	{ "unknown or a.yes", PG_YES },
	{ "unknown or a.no", PG_UNKNOWN },
	{ "unknown and a.yes", PG_UNKNOWN },
	{ "a.yes or a.no and a.no", PG_YES },		/* and binds closer */
	{ "(a.yes or a.no) and a.no", PG_NO },
	{ "not a.no and a.no", PG_NO },
	{ "not (a.no and a.no)", PG_YES },
	{ "a.yes = yes", PG_YES },
	{ "a.yes != yes", PG_NO },
	{ "a.yes = a.no", PG_NO },
	{ "a.yes = unknown", PG_UNKNOWN },
	{ "five = 5 and five < 6 and five <= 5 and five > 4 and five >= 5 and five != 6", PG_YES },
	{ "five > 5", PG_NO },
	{ "big = 16G and big > five and big > 16383M", PG_YES },
	{ "list = vfio-pci", PG_YES },
	{ "list = \"quiet splash\"", PG_YES },
	{ "list = vfio", PG_NO },
	{ "list ~ vfio", PG_YES },
	{ "list != nouveau", PG_YES },
	{ "empty = none", PG_YES },
	{ "list = none", PG_NO },
	{ "empty = empty", PG_YES },
	{ "list~splash and(five=5)", PG_YES },
};

static void test_conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(conditions); i++) {
		struct pg_expr *e PG_CLEANUP(pg_expr_freep) = NULL;
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
		enum pg_tri is;

		if (pg_expr_parse(conditions[i].text, type, &e, &err) < 0)
			fail_msg("%s: %s", conditions[i].text, err.what);
		assert_int_equal(pg_expr_eval(e, get, NULL, &is), 0);
		if (is != conditions[i].is)
			fail_msg("%s is %d", conditions[i].text, is);
	}
}

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "", "A fact is wanted" },
	{ "nothing.there", "There is no such fact" },
	{ "five", "A comparison is wanted" },
	{ "five =", "A value is wanted" },
	{ "five = much", "A number is wanted" },
	{ "five = 99999999999999T", "A number is wanted" },
	{ "five ~ 5", "not compared like that" },
	{ "list < a", "not compared like that" },
	{ "a.yes = maybe", "\"yes\" or \"no\"" },
	{ "a.yes = five", "Two facts of one kind" },
	{ "a.yes a.no", "\"and\" or \"or\" is wanted" },
	{ "(a.yes", "A \")\" is wanted" },
	{ "a.yes)", "\"and\" or \"or\" is wanted" },
	{ "list = \"quiet", "has no end" },
	{ "\"list\" = a", "A fact is wanted" },
	{ "a.yes and", "A fact is wanted" },
	{ "! a.yes", "means nothing" },
	{ "((((((((((((((((((((((((((a.yes))))))))))))))))))))))))))", "too deep" },
	{ "not not not not not not not not not not not not not not not not not not not not not not "
	  "not not not not a.yes", "too deep" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(wrong); i++) {
		struct pg_expr *e PG_CLEANUP(pg_expr_freep) = NULL;
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

		assert_int_equal(pg_expr_parse(wrong[i].text, type, &e, &err), -EINVAL);
		assert_null(e);
		if (!strstr(err.what, wrong[i].says))
			fail_msg("%s: %s", wrong[i].text, err.what);
	}
}

/* ---- messages ---- */

static const struct {
	const char *pattern, *line;
	bool is;
	const char *device;
	uint32_t vmid;
} messages[] = {
	{ "IOMMU not present", "TASK ERROR: cannot prepare PCI pass-through, IOMMU not present", true, NULL, 0 },
	{ "IOMMU not present", "IOMMU not presen", false, NULL, 0 },
	{ "device {device}: no reset", "vfio: device 0000:01:00.1: no reset", true, "0000:01:00.1", 0 },
	{ "device {device}: no reset", "vfio: device 01:00: no reset", true, "0000:01:00.0", 0 },
	{ "device {device}: no reset", "vfio: device eth0: no reset", false, NULL, 0 },
	{ "{device} in use by VMID '{vm}'", "PCI device 0000:0a:1f.7 in use by VMID '104'", true, "0000:0a:1f.7", 104 },
	{ "in use by VMID '{vm}'", "in use by VMID '7'", false, NULL, 0 },
	{ "not ready {number}ms after", "not ready 1023ms after FLR", true, NULL, 0 },
	{ "not ready {number}ms after", "not ready ms after FLR", false, NULL, 0 },
	{ "fault addr {hex} now", "fault addr 0xdeadBEEF now", true, NULL, 0 },
	{ "module {word} is not", "module nvidia-drm is not there", true, NULL, 0 },
	{ "starts {any} then ends", "it starts here and then ends", true, NULL, 0 },
	{ "starts {any} then ends", "it starts then ends", false, NULL, 0 },
	{ "{number} VFs already enabled", "0000:01:00.0: 4 VFs already enabled", true, NULL, 0 },
};

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(messages); i++) {
		struct pg_message_match m = { 0 };

		if (pg_message_match(messages[i].pattern, messages[i].line, &m) != messages[i].is)
			fail_msg("%s on %s", messages[i].pattern, messages[i].line);
		assert_int_equal(m.has_device, messages[i].device != NULL);
		if (m.has_device)
			assert_string_equal(pg_bdf_str(m.device).s, messages[i].device);
		assert_int_equal(m.vmid, messages[i].vmid);
	}
	assert_null(pg_message_check("not ready {number}ms after FLR"));
	assert_non_null(pg_message_check("{thing} is not there"));
	assert_non_null(pg_message_check("short"));
	assert_non_null(pg_message_check("{any}abc{any}"));
}

/* A line that was made to be slow is given up. */
static void test_slow_message(void **state)
{
	struct pg_message_match m;
	char line[2049];

	(void)state;
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_false(pg_message_match("{any}a{any}a{any}a{any}aaaaaaaab", line, &m));
}

/* ---- files ---- */

#define RULE(more) "rule 'one' {\n\tlevel = warn\n\ttext = 'It is so.'\n" more "\n}\n"

static int add(struct pg_rules *rules, const char *text, struct pg_err *err)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_bytes_copy(text, strlen(text), &bytes), 0);
	return pg_rules_add(rules, "my.conf", &bytes, err);
}

static void test_file(void **state)
{
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	const struct pg_rule *rule;

	(void)state;
	assert_int_equal(add(&rules, "# first\n" RULE("\twhen = 'iommu.active = no'\n\tscope = device"
						      "\n\tmessage = { 'long enough', 'this one too' }"),
			     &err), 0);
	rule = pg_rules_find(&rules, "one");
	assert_non_null(rule);
	assert_int_equal(rule->line, 2);
	assert_string_equal(rule->path, "my.conf");
	assert_int_equal(rule->scope, PG_SCOPE_DEVICE);
	assert_int_equal(rule->message.n, 2);
	/* The same id again: the later one counts. */
	assert_int_equal(add(&rules, RULE("\tfound = { 'iommu-off' }"), &err), 0);
	assert_int_equal(rules.n, 1);
	assert_null(pg_rules_find(&rules, "one")->when);
}

static const struct {
	const char *text;
	unsigned line;
	const char *says;
} bad[] = {
	{ RULE(""), 1, "can never hold" },
	{ "\n\n" RULE("\twhen = 'no.such'"), 3, "no such fact" },
	{ RULE("\twhen = 'vm.running'"), 1, "cannot ask for vm.running" },
	{ RULE("\tmessage = { 'short' }"), 1, "eight characters" },
	{ RULE("\tscope = 'everything'"), 1, "one of host, device and vm" },
	{ RULE("\tfound = { 'x' }\n\tsymptom = { 'sadness' }"), 1, "sadness" },
	{ RULE("\tfound = { 'x' }\n\tadvice = 'Look at {vm.name}.'"), 1, "{vm.name}" },
	{ RULE("\tfound = { 'x' }\n\tcolour = 'red'"), 5, "colour" },
	{ RULE("\tfound = { 'x' }\n\ttext = \"${HOME}\""), 5, "environment" },
	{ "rule 'Two' { level = warn text = 'a' found = { 'x' } }\n", 1, "small letters" },
	{ "rule 'two' { text = 'a' found = { 'x' } }\n", 1, "needs a level" },
	{ "rule 'two' { level = ok text = 'a' found = { 'x' } }\n", 1, "needs a level" },
	{ "rule 'two' { level = note found = { 'x' } }\n", 1, "needs a text" },
	{ RULE("\tfound = { 'x' }") RULE("\tfound = { 'x' }"), 6, "not right" },
	{ "rule 'two' { level = warn\n", 0, "" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
		struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

		assert_int_equal(add(&rules, bad[i].text, &err), -EINVAL);
		assert_int_equal(rules.n, 0);
		if (!strstr(err.what, bad[i].says) || (bad[i].line && err.line != bad[i].line))
			fail_msg("%s: line %u: %s", bad[i].text, err.line, err.what);
	}
}

/* Every fact has its help, and can be asked of nothing at all. */
static void test_facts(void **state)
{
	static const struct pg_facts facts = { .iommu.active = PG_UNKNOWN };
	static struct pg_dev dev;
	static struct pg_guest guest;
	const struct pg_subject s = { .facts = &facts, .dev = &dev, .guest = &guest };

	(void)state;
	for (int scope = PG_SCOPE_HOST; scope <= PG_SCOPE_VM; scope++)
		for (const struct pg_fact *f = pg_fact_table((enum pg_scope)scope); f->name; f++) {
			struct pg_value v PG_CLEANUP(pg_value_done) = { 0 };

			assert_ptr_equal(pg_fact_find(f->name), f);
			assert_true(*f->help);
			assert_int_equal((int)f->scope, scope);
			assert_int_equal(f->get(&s, &v), 0);
			assert_true(v.type == PG_VALUE_UNKNOWN || v.type == f->type);
		}
	assert_null(pg_fact_find("device.happiness"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_messages),   cmocka_unit_test(test_slow_message),
		cmocka_unit_test(test_file),	   cmocka_unit_test(test_bad),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
