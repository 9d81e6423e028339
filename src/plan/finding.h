/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was checked, and how it stands: a sentence each, with evidence and advice.
 */
#pragma once

#include "src/base/macro.h"
#include "src/host/facts.h"
#include "src/plan/choices.h"

struct pg_rule;

enum pg_level { PG_LEVEL_OK, PG_LEVEL_NOTE, PG_LEVEL_WARN, PG_LEVEL_BLOCK };

struct pg_finding {
	const char *id;		/* "iommu-off"; stable, static storage */
	enum pg_level level;
	char *scope;		/* "host", "0000:01:00.0", "vm/100" */
	char *text;		/* what it means */
	char *evidence;		/* the file, the line, the value; or NULL */
	char *advice;		/* what to do; or NULL */
	char *fix;		/* how pve-gpu would mend it ("passthrough …"); or NULL */
	bool is_loss;		/* it stands in the way only because the host loses a device: */
	struct pg_bdf loss;	/* pg_choices_accept() of it lets it pass */
	size_t loss_use;	/* which of its uses is lost */
	/* The rule that it comes of, or that explains it (rule.h); NULL: none. Lives longer. */
	const struct pg_rule *rule;
	struct pg_strv heard;	/* lines of logs that tell it: "kernel, this boot: …" */
};

struct pg_findings {
	struct pg_finding *v;
	size_t n;
};

void pg_findings_done(struct pg_findings *f);
/* Adds one; scope, text are required; texts are copied. Returns the finding (for
 * pg_finding_evidence and its like) or NULL on -ENOMEM. */
struct pg_finding *pg_findings_add(struct pg_findings *f, const char *id, enum pg_level level,
				   const char *scope, const char *fmt, ...) PG_PRINTF(5, 6);
/* Fill a field; return 0 or -ENOMEM. finding NULL is -ENOMEM, so that calls can be chained. */
int pg_finding_evidence(struct pg_finding *finding, const char *fmt, ...) PG_PRINTF(2, 3);
int pg_finding_advice(struct pg_finding *finding, const char *fmt, ...) PG_PRINTF(2, 3);
int pg_finding_fix(struct pg_finding *finding, const char *fmt, ...) PG_PRINTF(2, 3);
/* A fix for which the person chooses device and VM. */
#define PG_FIX_CHOOSE "pve-gpu passthrough VMID ADDRESS..."
/* A line of a log that tells it. The same is not said twice, and not without end. */
int pg_finding_heard(struct pg_finding *finding, const char *where, const char *line);
void pg_findings_remove(struct pg_findings *f, size_t i);
/* Moves all of `more` behind `f`, and empties it. Returns 0 or -ENOMEM. */
int pg_findings_append(struct pg_findings *f, struct pg_findings *more);
/* It stands in the way only as long as the loss of this use is not accepted. Returns as those. */
int pg_finding_loss(struct pg_finding *finding, const struct pg_dev *dev,
		    const struct pg_use *use);
/* Block, warn, note, ok; within a level the order stays; findings that say the same twice
 * (id, scope and text) are left once. Returns 0 or -ENOMEM. */
int pg_findings_sort(struct pg_findings *f);
/* The worst level among them; PG_LEVEL_OK where there are none. */
enum pg_level pg_findings_worst(const struct pg_findings *f);
const char *pg_level_name(enum pg_level level);

/*
 * check.c: every check over the facts. With choices, what concerns them as well (the
 * device, its group, the VM); NULL: the host as it is, and every VM with a device (doctor).
 * Sorted: block, warn, note, ok. Returns 0 or -ENOMEM.
 */
int pg_check(const struct pg_facts *facts, const struct pg_choices *choices,
	     struct pg_findings *ret);
