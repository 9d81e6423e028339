/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"

/* ---- reading behind the first page ---- */

int wiz_begin(struct wiz *w, struct pg_err *err)
{
	int r;

	/* Where there is no sense in it, that is said before a screen is opened. */
	if (!w->opts.behind || !pg_root_exists(w->opts.root, "/sys/bus/pci/devices"))
		return wiz_collect(w, err);
	w->facts = pg_facts_new();
	r = w->facts ? pg_exec_stamp(w->opts.root, &w->stamp) : -ENOMEM;
	while (r >= 0 && w->part < PG_FACTS_BEGUN)
		r = pg_facts_read_on(w->opts.root, PG_WANT_ALL, &w->part, w->facts, err);
	if (r >= 0)
		r = wiz_read_trial(w);
	w->unread = r >= 0;
	return r < 0 || !wiz_trial_waits(w) ? r : wiz_read_all(w, err);
}

bool wiz_is_unread(const struct wiz *w)
{
	return w->unread;
}

int wiz_read_on(struct wiz *w, struct pg_err *err)
{
	int r = w->unread ? pg_facts_read_on(w->opts.root, PG_WANT_ALL, &w->part, w->facts, err) : 0;

	if (r != 0 || !w->unread)
		return r < 0 ? r : 0;
	r = pg_check(w->facts, NULL, &w->host);
	w->unread = r < 0;
	return r;
}

int wiz_read_all(struct wiz *w, struct pg_err *err)
{
	int r = 0;

	while (r == 0 && w->unread)
		r = wiz_read_on(w, err);
	return r;
}

int wiz_collect(struct wiz *w, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_findings host = { 0 };
	pg_autofree char *stamp = NULL;
	int r = pg_exec_stamp(w->opts.root, &stamp);

	if (r == 0)
		r = pg_facts_collect(w->opts.root, PG_WANT_ALL, &facts, err);
	if (r == 0)
		r = pg_check(facts, NULL, &host);
	if (r == 0)
		r = wiz_read_trial(w);
	if (r < 0) {
		pg_findings_done(&host);
		return r;
	}
	wiz_changed(w);
	pg_facts_free(w->facts);
	free(w->stamp);
	pg_findings_done(&w->host);
	w->facts = PG_STEAL(facts);
	w->probed = w->unread = false;
	w->stamp = PG_STEAL(stamp);
	w->host = host;
	return 0;
}

enum pg_theme wiz_theme(const struct wiz *w)
{
	return w->facts->settings.theme;
}

bool wiz_mouse(const struct wiz *w)
{
	return w->facts->settings.mouse;
}

bool wiz_has_repair(const struct wiz *w)
{
	for (size_t i = 0; i < w->host.n; i++)
		if (w->host.v[i].fix && strcmp(w->host.v[i].fix, "pve-gpu status --repair") == 0)
			return true;
	return false;
}

int wiz_probe(struct wiz *w)
{
	const struct pg_exec_opts opts = { .path = w->opts.path, .run_commands = PG_UNKNOWN };

	if (w->probed)
		return 0;
	w->probed = true;
	return pg_verify_probe(w->opts.root, &opts, w->facts);
}

void wiz_take_choices(struct wiz *w, struct pg_choices *choices)
{
	wiz_mapping_forget(w);
	pg_choices_free(w->choices);
	w->choices = choices;
	w->usb = w->usb_only = false;
	w->vm_chosen = choices->vmid != 0;
	wiz_changed(w);
}

void wiz_changed(struct wiz *w)
{
	pg_plan_free(w->plan);
	w->plan = NULL;
	free(w->diff_why_not);
	w->diff_why_not = NULL;
}

int wiz_plan(struct wiz *w)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	if (w->plan)
		return 0;
	r = pg_plan_make(w->facts, w->choices, w->opts.templates, &plan);
	if (r < 0)
		return r;
	/* Without diffs the files are still named: that is no reason to stop. */
	r = pg_diff_plan(plan, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		w->diff_why_not = pg_err_text(&err);
		if (!w->diff_why_not)
			return -ENOMEM;
	}
	w->plan = PG_STEAL(plan);
	return 0;
}

int wiz_read_history(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	pg_history_free(w->tx, w->n_tx);
	free(w->tx_why_not);
	w->tx = NULL;
	w->n_tx = 0;
	w->tx_why_not = NULL;
	r = pg_history(w->opts.root, &w->tx, &w->n_tx, &err);
	if (r == 0 || r == -ENOMEM)
		return r;
	w->tx_why_not = pg_err_text(&err);
	return w->tx_why_not ? 0 : -ENOMEM;
}

/* "Pass 01:00.0 to VM 100", of the newest that was taken back; NULL: not known. */
static const char *summary_of(const struct wiz *w, const char *id)
{
	for (size_t i = 0; id && i < w->n_tx; i++)
		if (strcmp(w->tx[i].id, id) == 0 && w->tx[i].summary && *w->tx[i].summary)
			return w->tx[i].summary;
	return NULL;
}

int wiz_read_recovered(struct wiz *w)
{
	const struct pg_outcome *o = w->opts.recovered;
	const char *what;
	int r;

	if (!o || o->kind != PG_OUTCOME_DONE || !o->text)
		return 0;
	r = wiz_read_history(w);
	if (r < 0)
		return r;
	what = summary_of(w, o->id);
	w->recovered = what ? pg_strf(_("Interrupted: %s. %s History has it."), what, o->text) :
			      pg_strf(_("%s History has it."), o->text);
	return w->recovered ? 0 : -ENOMEM;
}

int wiz_read_busy(struct wiz *w)
{
	char *busy = NULL;
	bool was = w->busy;
	int r = pg_busy(w->opts.root, &busy);

	if (r < 0)
		return r;
	free(w->busy);
	w->busy = busy;
	if (!busy && !was)
		return 0;
	r = wiz_read_history(w);
	if (r == 0 && !busy)
		r = wiz_collect(w, NULL);
	return r == -ENOMEM ? r : 0;
}

const char *wiz_why_read_only(const struct wiz *w)
{
	return w->busy ? w->busy : w->opts.read_only_why;
}

/* No right to look, or a damaged record, is no failure here: History says what is wrong. */
int wiz_read_trial(struct wiz *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_trial *trial = NULL, *waiting = NULL;
	int r = pg_waiting_find(w->opts.root, &waiting, NULL);

	if (r == -ENOMEM)
		return r;
	pg_trial_free(w->waiting);
	w->waiting = waiting;
	r = pg_trial_find(w->opts.root, &trial, &err);

	if (r == 0 && !trial)
		r = pg_unseen_find(w->opts.root, &trial, &err);
	if (r == -ENOMEM)
		return r;
	pg_trial_free(w->trial);
	w->trial = r == 0 ? trial : NULL;
	w->trial_until = r == 0 && trial && trial->left ? time(NULL) + (time_t)trial->left : 0;
	return 0;
}

size_t wiz_n_chosen(const struct wiz *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->facts->n_dev; i++)
		n += pg_choices_has(w->choices, w->facts->dev[i].addr);
	return n;
}

const struct pg_guest *wiz_guest(const struct wiz *w)
{
	return w->choices->vmid ? pg_facts_guest(w->facts, w->choices->vmid) : NULL;
}

void wiz_run_done(struct wiz_run *run)
{
	wiz_lines_done(&run->lines);
	free(run->doing);
	pg_outcome_done(&run->outcome);
	pg_plan_free(run->plan);
	free(run->stamp);
	pg_choices_free(run->choices);
	free(run->id);
	pg_strv_done(&run->doubts);
	*run = (struct wiz_run){ 0 };
}
