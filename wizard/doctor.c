/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's state: its rules, what it found, and what the person answered. */
#include "wizard/doctor.h"

#include <errno.h>
#include <string.h>

#include "wizard/ctx.h"

void wiz_doctor_done(struct wiz_doctor *d)
{
	pg_findings_done(&d->findings);
	pg_rules_done(&d->rules);
	pg_strv_done(&d->yes);
	free(d->why_not);
	*d = (struct wiz_doctor){ 0 };
}

int wiz_doctor_rules(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *dir = pg_data_dir();
	int r;

	if (w->doctor.loaded)
		return 0;
	w->doctor.loaded = true;
	r = dir ? pg_rules_load(dir, w->facts, &w->doctor.rules, &w->doctor.findings, &err) : -ENOMEM;
	if (r < 0 && r != -ENOMEM)
		w->doctor.why_not = pg_err_text(&err);
	return r == -ENOMEM ? r : 0;
}

void wiz_doctor_ask(struct wiz *w, const struct pg_symptom *symptom)
{
	wiz_doctor_done(&w->doctor);
	w->doctor.symptom = symptom;
}

int wiz_doctor_look(struct wiz *w)
{
	const struct pg_exec_opts opts = { .path = w->opts.path, .run_commands = PG_UNKNOWN };
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	int r = wiz_collect(w, NULL);

	pg_findings_done(&w->doctor.findings);
	pg_rules_done(&w->doctor.rules);
	w->doctor.loaded = false;
	if (r == 0)
		r = wiz_doctor_rules(w);
	if (r == 0)
		r = wiz_probe(w);
	if (r == 0)
		r = pg_klog_probe(w->opts.root, &opts, w->facts);
	if (r == 0)
		r = pg_logs_collect(w->opts.root, &opts, &log);
	if (r == 0)
		r = pg_check(w->facts, NULL, &found);
	if (r == 0)
		r = pg_rules_run(&w->doctor.rules, w->facts, &log, &found);
	return r < 0 ? r : pg_findings_append(&w->doctor.findings, &found);
}

const struct pg_finding *wiz_doctor_finding(const struct wiz *w, const struct pg_rule *rule)
{
	for (size_t i = 0; i < w->doctor.findings.n; i++)
		if (w->doctor.findings.v[i].rule == rule)
			return &w->doctor.findings.v[i];
	return NULL;
}

int wiz_doctor_answer(struct wiz *w, const struct pg_rule *rule)
{
	struct pg_strv *yes = &w->doctor.yes;

	for (size_t i = 0; i < yes->n; i++) {
		if (strcmp(yes->v[i], rule->id) != 0)
			continue;
		free(yes->v[i]);
		pg_vec_remove(yes->v, &yes->n, sizeof(*yes->v), i);
		return 0;
	}
	return pg_strv_add(yes, rule->id);
}
