/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules over facts and logs: what holds becomes a finding, or explains one. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/fact.h"
#include "src/plan/planner.h"
#include "src/plan/vgpu.h"

/* ---- symptoms ---- */

static const struct pg_symptom symptoms[] = {
	{ "vm-start", N_("The VM does not start"), NULL },
	{ "black-screen", N_("The screen stays black"), NULL },
	{ "network-gone", N_("The network went away with a VM"), NULL },
	{ "host-hangs", N_("The host hangs at boot"), NULL },
	{ "code-43", N_("Windows shows code 43"), NULL },
	{ "guest-driver", N_("The guest's driver does not load"), NULL },
	{ "vfs-gone", N_("The virtual functions (VFs) are gone"), NULL },
	{ "vgpu-empty", N_("The list of vGPU types is empty"), pg_vgpu_findings },
	{ "after-update", N_("It worked until the update"), NULL },
	{ 0 },
};

const struct pg_symptom *pg_symptom_table(void)
{
	return symptoms;
}

const struct pg_symptom *pg_symptom_find(const char *id)
{
	for (const struct pg_symptom *s = symptoms; s->id; s++)
		if (strcmp(s->id, id) == 0)
			return s;
	return NULL;
}

int pg_check_symptom(const struct pg_facts *facts, const struct pg_symptom *symptom,
		     struct pg_findings *ret)
{
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 }, more PG_CLEANUP(pg_findings_done) = { 0 };
	int r = pg_check(facts, NULL, &found);

	if (r == 0 && symptom && symptom->check)
		r = symptom->check(facts, &more);
	if (r == 0)
		r = pg_findings_append(&found, &more);
	return r < 0 ? r : pg_findings_append(ret, &found);
}

bool pg_rule_has_symptom(const struct pg_rule *rule, const char *symptom)
{
	return pg_strv_has(&rule->symptom, symptom);
}

/* ---- what is asked ---- */

/* A message may name no device, no VM, or one of another machine. */
static bool is_there(enum pg_scope scope, const struct pg_subject *s)
{
	return scope == PG_SCOPE_DEVICE ? s->dev != NULL :
	       scope == PG_SCOPE_VM	? s->guest != NULL :
					  true;
}

static int get(const void *ctx, const char *name, struct pg_value *ret)
{
	const struct pg_fact *fact = pg_fact_find(name);

	return fact && is_there(fact->scope, ctx) ? fact->get(ctx, ret) : 0;
}

char *pg_rule_text(const char *text, const struct pg_subject *subject)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	while (*text) {
		struct pg_value v PG_CLEANUP(pg_value_done) = { 0 };
		size_t n = strcspn(text, "{"), m;
		pg_autofree char *name = NULL, *value = NULL;

		pg_strbuf_addn(&b, text, n);
		text += n;
		if (!*text)
			break;
		m = strcspn(text, "}");
		name = strndup(text + 1, m - 1);
		if (!name || get(subject, name, &v) < 0)
			return NULL;
		value = pg_value_text(&v);
		if (!value)
			return NULL;
		pg_strbuf_add(&b, value);
		text += m + (text[m] == '}');
	}
	return pg_strbuf_steal(&b);
}

static char *scope_of(const struct pg_subject *s)
{
	return s->dev	? strdup(pg_bdf_str(s->dev->addr).s) :
	       s->guest ? pg_strf("vm/%u", s->guest->vmid) :
			  strdup("host");
}

/* Calls `each` for everything that a rule is about. */
static int each_subject(const struct pg_rule *rule, const struct pg_facts *facts,
			const struct pg_findings *found,
			int (*each)(const struct pg_rule *rule, const struct pg_subject *s, void *ctx),
			void *ctx)
{
	struct pg_subject s = { .facts = facts, .found = found };
	int r = 0;

	if (rule->scope == PG_SCOPE_HOST)
		return each(rule, &s, ctx);
	for (size_t i = 0; r == 0 && rule->scope == PG_SCOPE_DEVICE && i < facts->n_dev; i++) {
		s.dev = &facts->dev[i];
		r = each(rule, &s, ctx);
	}
	for (size_t i = 0; r == 0 && rule->scope == PG_SCOPE_VM && i < facts->n_guest; i++) {
		s.guest = &facts->guest[i];
		if (s.guest->local)
			r = each(rule, &s, ctx);
	}
	return r;
}

/* ---- saying it ---- */

static int fill(char **field, const char *text, const struct pg_subject *s)
{
	if (!text)
		return 0;
	free(*field);
	*field = pg_rule_text(text, s);
	return *field ? 0 : -ENOMEM;
}

/* The command that mends it. */
static int fill_fix(struct pg_finding *f, const struct pg_rule *rule, const struct pg_subject *s)
{
	pg_autofree char *words = rule->fix ? pg_rule_text(rule->fix, s) : NULL;

	if (!rule->fix || f->fix)
		return 0;
	return words ? pg_finding_fix(f, "pve-gpu %s", words) : -ENOMEM;
}

/* `log`: the line that told it, or NULL. */
static int say(struct pg_findings *to, const struct pg_rule *rule, const struct pg_subject *s,
	       const struct pg_log_line *log)
{
	pg_autofree char *scope = scope_of(s);
	struct pg_finding *f = scope ? pg_findings_add(to, rule->id, rule->level, scope, "-") : NULL;
	int r;

	if (!f)
		return -ENOMEM;
	f->rule = rule;
	r = fill(&f->text, rule->text, s);
	r = r < 0 ? r : fill(&f->advice, rule->advice, s);
	if (is_there(rule->scope, s) && !(log && log->pasted)) {
		r = r < 0 ? r : fill(&f->evidence, rule->evidence, s);
		r = r < 0 ? r : fill_fix(f, rule, s);
	}
	return r < 0 || !log ? r : pg_finding_heard(f, log->where, log->text);
}

struct saying {
	struct pg_findings *to;
	bool any_unknown, any;
};

static int ask(const struct pg_rule *rule, const struct pg_subject *s, void *ctx)
{
	struct saying *saying = ctx;
	enum pg_tri holds;
	int r = pg_expr_eval(rule->when, get, s, &holds);

	saying->any_unknown |= r == 0 && holds == PG_UNKNOWN;
	saying->any |= r == 0 && holds == PG_YES;
	return r < 0 || holds != PG_YES || !saying->to ? r : say(saying->to, rule, s, NULL);
}

/* ---- findings that a rule explains ---- */

/* Whom a finding is about, by its scope. */
static void subject_of_scope(const struct pg_facts *facts, const char *scope, struct pg_subject *s)
{
	struct pg_bdf addr;
	uint64_t vmid;

	if (pg_bdf_parse(scope, &addr) == 0)
		s->dev = pg_facts_dev(facts, addr);
	if (pg_text_starts(scope, "vm/") && pg_text_number(scope + 3, 10, UINT32_MAX, &vmid) == 0)
		s->guest = pg_facts_guest(facts, (uint32_t)vmid);
}

static int explain_one(const struct pg_rule *rule, const struct pg_facts *facts,
		       struct pg_finding *f)
{
	struct pg_subject s = { .facts = facts };

	f->rule = rule;
	subject_of_scope(facts, f->scope, &s);
	return is_there(rule->scope, &s) ? fill_fix(f, rule, &s) : 0;
}

static int explain(const struct pg_rules *rules, const struct pg_facts *facts,
		   struct pg_findings *found)
{
	int r = 0;

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; r == 0 && k < found->n; k++)
			if (!found->v[k].rule && found->v[k].level > PG_LEVEL_OK &&
			    pg_strv_has(&rules->v[i].found, found->v[k].id))
				r = explain_one(&rules->v[i], facts, &found->v[k]);
	return r;
}

/* ---- messages ---- */

/* The one that a message of the log is about: what it names, else what it was logged for. */
static void subject_of(const struct pg_rule *rule, const struct pg_facts *facts,
		       const struct pg_log_line *line, const struct pg_message_match *m,
		       struct pg_subject *s)
{
	uint32_t vmid = m->has_vm ? m->vmid : line->vmid;

	if (line->pasted)
		return;
	if (rule->scope == PG_SCOPE_DEVICE && (m->has_device || line->of_dev))
		s->dev = pg_facts_dev(facts, m->has_device ? m->device : line->addr);
	if (rule->scope == PG_SCOPE_VM && vmid)
		s->guest = pg_facts_guest(facts, vmid);
}

/* A finding about the same that is there: the message is more evidence for it. */
static struct pg_finding *said(struct pg_findings *found, const struct pg_rule *rule,
			       const char *scope)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->v[i].rule == rule &&
		    (strcmp(found->v[i].scope, scope) == 0 || strcmp(scope, "host") == 0))
			return &found->v[i];
	return NULL;
}

static int hear(const struct pg_rule *rule, const struct pg_facts *facts,
		const struct pg_log_line *line, const struct pg_message_match *m,
		struct pg_findings *found)
{
	struct pg_subject s = { .facts = facts, .found = found };
	pg_autofree char *scope = NULL;
	struct pg_finding *f;
	enum pg_tri holds = PG_UNKNOWN;
	int r = 0;

	subject_of(rule, facts, line, m, &s);
	scope = scope_of(&s);
	if (!scope)
		return -ENOMEM;
	f = said(found, rule, scope);
	if (f)
		return pg_finding_heard(f, line->where, line->text);
	/* Can its condition be asked at all, of what is known? */
	if (rule->when && is_there(rule->scope, &s) && !line->pasted)
		r = pg_expr_eval(rule->when, get, &s, &holds);
	if (r < 0 || holds == PG_NO)
		return r;
	return say(found, rule, &s, line);
}

struct hearing {
	const struct pg_rules *rules;
	const struct pg_facts *facts;
	const struct pg_log_line *line;
	struct pg_findings *found;
	const struct pg_rule *heard;	/* the last one: the first of its messages counts */
};

static int hear_message(size_t rule, size_t message, void *ctx)
{
	struct hearing *h = ctx;
	const struct pg_rule *of = &h->rules->v[rule];
	struct pg_message_match m;

	if (of == h->heard || !pg_message_match(of->message.v[message], h->line->text, &m))
		return 0;
	h->heard = of;
	return hear(of, h->facts, h->line, &m, h->found);
}

int pg_rules_hear(const struct pg_rules *rules, const struct pg_facts *facts,
		  const struct pg_log *log, struct pg_findings *found)
{
	struct pg_finder *own PG_CLEANUP(pg_finder_freep) = NULL;
	int r = log->n && !log->finder ? pg_finder_new(rules, &own) : 0;
	const struct pg_finder *finder = own ? own : log->finder;

	for (size_t i = 0; r == 0 && i < log->n; i++) {
		struct hearing h = { rules, facts, &log->v[i], found, NULL };

		r = pg_finder_messages(finder, log->v[i].text, hear_message, &h);
	}
	return r < 0 ? r : pg_findings_sort(found);
}

int pg_rules_run(const struct pg_rules *rules, const struct pg_facts *facts,
		 const struct pg_log *log, struct pg_findings *found)
{
	struct pg_findings more PG_CLEANUP(pg_findings_done) = { 0 };
	struct saying saying = { .to = &more };
	static const struct pg_log silence;
	int r = explain(rules, facts, found);

	if (!log)
		log = &silence;
	for (size_t i = 0; r == 0 && i < rules->n; i++)
		if (rules->v[i].when)
			r = each_subject(&rules->v[i], facts, found, ask, &saying);
	if (r == 0)
		r = pg_findings_append(found, &more);
	return r < 0 ? r : pg_rules_hear(rules, facts, log, found);
}

int pg_rule_ask(const struct pg_rule *rule, const struct pg_facts *facts,
		const struct pg_findings *found, enum pg_rule_state *ret)
{
	struct saying saying = { .to = NULL };
	int r = 0;

	for (size_t i = 0; i < found->n; i++)
		if (found->v[i].rule == rule) {
			*ret = PG_RULE_HOLDS;
			return 0;
		}
	if (rule->when)
		r = each_subject(rule, facts, found, ask, &saying);
	if (r == 0)
		*ret = saying.any ? PG_RULE_HOLDS : saying.any_unknown ? PG_RULE_UNKNOWN : PG_RULE_SILENT;
	return r;
}

bool pg_rule_asks(const struct pg_rule *rule, enum pg_rule_state state)
{
	bool any = rule->when || rule->found.n || rule->message.n;

	return rule->ask && (!any || state != PG_RULE_SILENT);
}
