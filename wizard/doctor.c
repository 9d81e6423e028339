/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's state: its rules, what it found, and what the person answered. */
#include "wizard/doctor.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/report.h"
#include "wizard/ctx.h"

void wiz_doctor_done(struct wiz_doctor *d)
{
	pg_findings_done(&d->findings);
	pg_rules_done(&d->rules);
	pg_strv_done(&d->yes);
	pg_strv_done(&d->no);
	free(d->why_not);
	*d = (struct wiz_doctor){ 0 };
}

int wiz_doctor_rules(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *dir = w->opts.data ? strdup(w->opts.data) : pg_data_dir();
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
	struct pg_finder *finder PG_CLEANUP(pg_finder_freep) = NULL;
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
		r = pg_finder_new(&w->doctor.rules, &finder);
	log.finder = finder;
	if (r == 0)
		r = pg_logs_collect(w->opts.root, &opts, &log);
	if (r == 0)
		r = pg_check_symptom(w->facts, w->doctor.symptom, &found);
	if (r == 0)
		r = pg_rules_run(&w->doctor.rules, w->facts, &log, &found);
	return r < 0 ? r : pg_findings_append(&w->doctor.findings, &found);
}

const struct pg_finding *wiz_doctor_finding(const struct wiz *w, const struct pg_rule *rule)
{
	const struct pg_finding *first = NULL;

	for (size_t i = 0; i < w->doctor.findings.n; i++) {
		const struct pg_finding *f = &w->doctor.findings.v[i];

		if (f->rule == rule && f->fix)
			return f;
		if (f->rule == rule && !first)
			first = f;
	}
	return first;
}

/* ---- what only the person can tell ---- */

enum pg_tri wiz_doctor_answer(const struct wiz *w, const struct pg_rule *rule)
{
	return pg_strv_has(&w->doctor.yes, rule->id) ? PG_YES :
	       pg_strv_has(&w->doctor.no, rule->id)  ? PG_NO :
						       PG_UNKNOWN;
}

static void forget(struct pg_strv *answers, const char *id)
{
	for (size_t i = answers->n; i-- > 0;) {
		if (strcmp(answers->v[i], id) != 0)
			continue;
		free(answers->v[i]);
		pg_vec_remove(answers->v, &answers->n, sizeof(*answers->v), i);
	}
}

int wiz_doctor_set_answer(struct wiz *w, const struct pg_rule *rule, enum pg_tri answer)
{
	struct wiz_doctor *d = &w->doctor;

	forget(&d->yes, rule->id);
	forget(&d->no, rule->id);
	return answer == PG_UNKNOWN ? 0 : pg_strv_add(answer == PG_YES ? &d->yes : &d->no, rule->id);
}

/* ---- the report to take along ---- */

int wiz_doctor_ask_report(struct wiz *w)
{
	int r = wiz_ask(w, WIZ_ASKING_REPORT, WIZ_ASK_TEXT, NULL, "The report",
			"It is written to a new file, with names, addresses and serial numbers masked. "
			"Paste it where you ask for help. Its path:");

	if (r < 0)
		return r;
	w->question.initial = wiz_save_path(w, "pve-gpu-report.md");
	return w->question.initial ? 0 : -ENOMEM;
}

int wiz_doctor_save_report(struct wiz *w, const char *path)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *said = NULL;
	bool done;
	int r = pg_report_make(w->facts, &w->doctor.findings, &text);

	if (r == 0)
		r = wiz_save(w, path, &text, 0600, &done);
	if (r < 0 || !done)
		return r;
	said = pg_strf(_("The report is in %s%s. Look through it before you show it to others."), path,
		       pg_root_is_live(w->opts.root) ? "" : _(", below the folder that is shown here"));
	return said ? wiz_note(w, "Saved", said) : -ENOMEM;
}
