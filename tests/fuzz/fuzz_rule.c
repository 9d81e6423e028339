/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of rules, as a person writes it, and after a byte 0x01 a line of a log. What is taken has rules
 * that can hold, for every one that they are asked for; nothing of what is said of a file that is not
 * right reaches a terminal raw.
 */
#include "tests/fuzz/fuzz.h"

#include "src/plan/rule.h"

static struct pg_facts *node(void)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));
	struct pg_dev *dev;
	struct pg_guest *guest;

	FUZZ_ASSERT(facts);
	dev = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*dev));
	guest = pg_vec_add(&facts->guest, &facts->n_guest, sizeof(*guest));
	FUZZ_ASSERT(dev && guest);
	facts->iommu.active = PG_NO;
	dev->addr.bus = 1;
	dev->vendor = 0x10de;
	dev->group = -1;
	dev->boot_vga = PG_UNKNOWN;
	guest->vmid = 100;
	guest->local = true;
	return facts;
}

static void check_err(const struct pg_err *err)
{
	pg_autofree char *text = pg_err_text(err);
	pg_autofree char *clean = text ? pg_text_clean(text, strlen(text)) : NULL;

	FUZZ_ASSERT(err->what && *err->what && text && clean);
	for (const char *p = clean; *p; p++)
		FUZZ_ASSERT((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void check_text(const char *text, const struct pg_subject *s)
{
	pg_autofree char *filled = text ? pg_rule_text(text, s) : NULL;

	FUZZ_ASSERT(!text || filled);
}

static void check_rule(const struct pg_rule *rule, const struct pg_facts *facts)
{
	const struct pg_subject s = {
		.facts = facts,
		.dev = rule->scope == PG_SCOPE_DEVICE ? facts->dev : NULL,
		.guest = rule->scope == PG_SCOPE_VM ? facts->guest : NULL,
	};

	FUZZ_ASSERT(rule->id && *rule->id && rule->text && *rule->text && rule->path);
	FUZZ_ASSERT(rule->level >= PG_LEVEL_NOTE && rule->level <= PG_LEVEL_BLOCK);
	FUZZ_ASSERT(rule->when || rule->message.n || rule->found.n || rule->ask);
	for (size_t i = 0; i < rule->message.n; i++)
		FUZZ_ASSERT(!pg_message_check(rule->message.v[i]));
	for (size_t i = 0; i < rule->symptom.n; i++)
		FUZZ_ASSERT(pg_symptom_find(rule->symptom.v[i]));
	check_text(rule->text, &s);
	check_text(rule->evidence, &s);
	check_text(rule->advice, &s);
	check_text(rule->fix, &s);
}

/* A message that is matched names what is one: an address, a VM. */
static void check_line(const struct pg_rules *rules, const char *line)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->v[i].message.n; k++) {
			struct pg_message_match m = { 0 };

			if (pg_message_match(rules->v[i].message.v[k], line, &m))
				FUZZ_ASSERT(!m.has_vm || m.vmid >= 100);
		}
}

static void run(const struct pg_rules *rules, const char *line, size_t n)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = node();
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };

	for (size_t i = 0; i < rules->n; i++)
		check_rule(&rules->v[i], facts);
	FUZZ_ASSERT(pg_log_add(&log, "log:1", line, n));
	check_line(rules, log.v[0].text);
	FUZZ_ASSERT(pg_rules_run(rules, facts, &log, &found) == 0);
	for (size_t i = 0; i < found.n; i++)
		FUZZ_ASSERT(found.v[i].rule && found.v[i].text && *found.v[i].scope);
	for (size_t i = 0; i < rules->n; i++) {
		enum pg_rule_state state;

		FUZZ_ASSERT(pg_rule_ask(&rules->v[i], facts, &found, &state) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	const char *all = (const char *)data;
	const char *line = size ? memchr(all, 1, size) : NULL;
	size_t n = line ? (size_t)(line - all) : size;
	int r;

	FUZZ_ASSERT(pg_bytes_copy(all ? all : "", n, &in) == 0);
	r = pg_rules_add(&rules, "own.conf", &in, &err);
	FUZZ_ASSERT(r == 0 || r == -EINVAL);
	if (r < 0) {
		FUZZ_ASSERT(rules.n == 0);
		check_err(&err);
		return 0;
	}
	run(&rules, line ? line + 1 : "", line ? size - n - 1 : 0);
	return 0;
}
