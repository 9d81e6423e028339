/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages about troubles share. Private to wizard/. */
#pragma once

#include "src/exec/logs.h"

struct wiz;

struct wiz_doctor {
	const struct pg_symptom *symptom;	/* what the person sees */
	bool loaded;
	struct pg_rules rules;
	struct pg_findings findings;	/* of all checks and rules */
	struct pg_strv yes, no;		/* rules whose question was answered so */
	char *why_not;			/* why there are no rules, or NULL */
};

void wiz_doctor_done(struct wiz_doctor *d);
/* Another symptom: what was found and answered before is forgotten. */
void wiz_doctor_ask(struct wiz *w, const struct pg_symptom *symptom);
/* Loads the rules, once. */
int wiz_doctor_rules(struct wiz *w);
/* Runs every check and rule. Takes a moment: it reads logs. */
int wiz_doctor_look(struct wiz *w);
/* What was found by the rule: the first that can be mended, else the first; or NULL. */
const struct pg_finding *wiz_doctor_finding(const struct wiz *w, const struct pg_rule *rule);
/* The answer to the rule's question; unknown: it is open again. */
enum pg_tri wiz_doctor_answer(const struct wiz *w, const struct pg_rule *rule);
int wiz_doctor_set_answer(struct wiz *w, const struct pg_rule *rule, enum pg_tri answer);
/* The report of what was found: asks for a path, and writes it there. */
int wiz_doctor_ask_report(struct wiz *w);
int wiz_doctor_save_report(struct wiz *w, const char *path);
/* fix.c: the choices that a finding's fix stands for; -EINVAL: none that the wizard can plan. */
int wiz_fix_choices(const char *fix, struct pg_choices **ret);
