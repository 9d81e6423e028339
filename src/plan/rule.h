/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules as data: what is known of failures that people meet, in rules.d/ *.conf. A rule says when it
 * holds over named facts, which messages of the kernel, of QEMU and of Proxmox are its, what it
 * means and what to do. The doctor (rule_run.c) adds what holds to what the checks of this program
 * found; a rule with `found` explains such a finding instead of saying it twice.
 */
#pragma once

#include "src/plan/expr.h"
#include "src/plan/finding.h"

/* ---- named facts: rule_fact.c; fact_host.c, fact_device.c and fact_vm.c have the tables ---- */

/* What a rule is about; it is asked once for each. */
enum pg_scope {
	PG_SCOPE_HOST,
	PG_SCOPE_DEVICE,	/* every PCI device */
	PG_SCOPE_VM,		/* every VM of this node */
};

/* One that a rule is asked for; dev and guest are NULL unless it is about them. A message may name none:
 * facts of what is NULL are unknown. */
struct pg_subject {
	const struct pg_facts *facts;
	const struct pg_findings *found;	/* by the checks; may be NULL */
	const struct pg_dev *dev;
	const struct pg_guest *guest;
};

struct pg_fact {
	const char *name;	/* "iommu.active", "device.driver" */
	enum pg_scope scope;	/* the host's are there for every subject */
	enum pg_value_type type;
	const char *help;	/* a line for --help facts and the manual */
	/* Fills *ret, which is unknown before; 0 or -ENOMEM. */
	int (*get)(const struct pg_subject *s, struct pg_value *ret);
};

/* Those about such a subject; one without a name ends them. */
const struct pg_fact *pg_fact_table(enum pg_scope scope);
const struct pg_fact *pg_fact_find(const char *name);
const char *pg_scope_name(enum pg_scope scope);

/* ---- symptoms: what a person sees ---- */

struct pg_symptom {
	const char *id;		/* "black-screen" */
	const char *text;	/* "The screen stays black" */
	/* What is looked at for it alone, as it is no fault where nobody misses it; or NULL. */
	int (*check)(const struct pg_facts *facts, struct pg_findings *ret);
};

/* One without an id ends them. */
const struct pg_symptom *pg_symptom_table(void);
const struct pg_symptom *pg_symptom_find(const char *id);
/* pg_check() of the node as it is, and what is looked at for the symptom (or NULL). Adds to `ret`, which
 * pg_rules_run() sorts. Returns 0 or -ENOMEM. */
int pg_check_symptom(const struct pg_facts *facts, const struct pg_symptom *symptom,
		     struct pg_findings *ret);

/* ---- a rule ---- */

struct pg_rule {
	char *id;
	unsigned row;		/* of the catalogue that it comes from; 0: none */
	enum pg_level level;
	enum pg_scope scope;
	struct pg_strv found;	/* ids of findings that it explains */
	struct pg_expr *when;	/* or NULL */
	struct pg_strv message;	/* patterns, see pg_message_match() */
	struct pg_strv symptom;
	/* Texts may name facts in braces: "{device.name}". */
	char *text;
	char *title;		/* a few words for a narrow list; or NULL, as the following */
	char *evidence;
	char *advice;
	char *fix;		/* the words behind `pve-gpu` */
	char *ask;		/* what no fact can tell (pg_rule_asks); yes: it is the cause */
	char *source;
	char *path;		/* where it stands */
	unsigned line;
};

struct pg_rules {
	struct pg_rule *v;
	size_t n;
};

void pg_rules_done(struct pg_rules *rules);
/*
 * rule_file.c: adds the rules of one file. Returns 0, -ENOMEM, or -EINVAL with the file and the line in
 * err: then none of the file were added. `bytes` is changed. A rule whose id is there takes its place:
 * the person's files are read last.
 */
int pg_rules_add(struct pg_rules *rules, const char *path, struct pg_bytes *bytes,
		 struct pg_err *err);
const struct pg_rule *pg_rules_find(const struct pg_rules *rules, const char *id);
bool pg_rule_has_symptom(const struct pg_rule *rule, const char *symptom);

/* ---- messages: rule_message.c ---- */

/*
 * A pattern is text that stands somewhere in the line, with {device} (an address, with or without
 * domain), {vm} (a VM's number), {number}, {hex}, {word} (no blanks) and {any} in it. Returns NULL,
 * or what is not right with the pattern, in static storage.
 */
const char *pg_message_check(const char *pattern);

struct pg_message_match {
	bool has_device;
	struct pg_bdf device;
	bool has_vm;
	uint32_t vmid;
};

/* Its longest part that is always the same. */
const char *pg_message_fixed(const char *pattern, size_t *ret_n);
/* Does the pattern stand in the line? *ret is filled then. */
bool pg_message_match(const char *pattern, const char *line, struct pg_message_match *ret);

/* ---- all messages at once: rule_find.c ---- */

struct pg_finder;

/* Points into the rules. Returns 0 or -ENOMEM. */
int pg_finder_new(const struct pg_rules *rules, struct pg_finder **ret);
void pg_finder_free(struct pg_finder *finder);
void pg_finder_freep(struct pg_finder **finder);
/* The next place of a text, from *pos on, where a message may stand. */
bool pg_finder_next(const struct pg_finder *finder, const char *s, size_t n, size_t *pos);
/* Calls `each` for those that may stand in the line, in the order of the rules and of their messages, until
 * it returns something else than 0. Returns that, or -ENOMEM. */
int pg_finder_messages(const struct pg_finder *finder, const char *line,
		       int (*each)(size_t rule, size_t message, void *ctx), void *ctx);

/* ---- lines that somebody logged ---- */

struct pg_log_line {
	char *where;		/* "kernel, this boot", "start of VM 100, …", "log.txt:17" */
	char *text;
	bool of_dev;		/* it is about this device: */
	struct pg_bdf addr;
	uint32_t vmid;		/* 0: about no VM */
	bool pasted;		/* perhaps of another machine: the facts of this one do not count */
};

struct pg_log {
	struct pg_log_line *v;
	size_t n;
	/* Borrowed; or NULL. Lines in which none of its messages may stand need not be kept. */
	const struct pg_finder *finder;
};

void pg_log_done(struct pg_log *log);
/* Adds one. `text` is copied. Returns it, or NULL. */
struct pg_log_line *pg_log_add(struct pg_log *log, const char *where, const char *text, size_t n);

/* ---- running them: rule_run.c ---- */

/* How a rule stands for one subject, or for all of them. */
enum pg_rule_state {
	PG_RULE_SILENT,		/* it does not hold */
	PG_RULE_UNKNOWN,	/* a fact that it needs is not known */
	PG_RULE_HOLDS,
};

/*
 * Asks every rule for all that it is about, and adds what holds to `found`, which has what the checks
 * found: a finding of a rule's `found` gets the rule, the others are new. A rule holds where its
 * condition does; or where its message is in the log, unless the condition is known not to hold (any
 * more). `log` may be NULL. What was not there before is marked by finding.rule. Sorted again. Returns 0
 * or -ENOMEM.
 */
int pg_rules_run(const struct pg_rules *rules, const struct pg_facts *facts,
		 const struct pg_log *log, struct pg_findings *found);
/* The messages alone. */
int pg_rules_hear(const struct pg_rules *rules, const struct pg_facts *facts,
		  const struct pg_log *log, struct pg_findings *found);
/* How one rule stands on the whole, where pg_rules_run() has filled `found`. Returns 0 or -ENOMEM. */
int pg_rule_ask(const struct pg_rule *rule, const struct pg_facts *facts,
		const struct pg_findings *found, enum pg_rule_state *ret);
/* Has it a question that facts leave open, where it stands so? Not where its conditions are known not to hold. */
bool pg_rule_asks(const struct pg_rule *rule, enum pg_rule_state state);
/* A text of a rule with its facts filled in. NULL when memory ran out. The caller frees it. */
char *pg_rule_text(const char *text, const struct pg_subject *subject);
