/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/sriov.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "src/base/i18n.h"
#include "src/exec/run.h"
#include "src/exec/sriov_private.h"
#include "src/host/sriov.h"

#define CONF_MAX ((size_t)1 << 20)
#define WANT (PG_WANT_PCI | PG_WANT_IDENTITY | PG_WANT_GUESTS)

void pg_sriov_report_done(struct pg_sriov_report *report)
{
	pg_strv_done(&report->done);
	pg_strv_done(&report->declined);
	pg_strv_done(&report->listed);
}

void pg_vf_work_done(struct pg_vf_work *w)
{
	pg_run_done(&w->run);
	pg_facts_free(w->facts);
	pg_sriov_report_done(&w->report);
}

static void begin(struct pg_vf_work *w, struct pg_root *root, const struct pg_exec_opts *opts)
{
	*w = (struct pg_vf_work){ .root = root };
	pg_run_init(&w->run, root, opts);
}

int pg_vf_collect(struct pg_vf_work *w, struct pg_err *err)
{
	struct pg_facts *facts = NULL;
	int r = pg_facts_collect(w->root, WANT, &facts, err);

	if (r < 0)
		return r;
	pg_facts_free(w->facts);
	w->facts = facts;
	return 0;
}

static int end(struct pg_vf_work *w, int r, struct pg_sriov_report *ret)
{
	if (r < 0)
		return r;
	w->report.listed = w->run.listed;
	w->run.listed = (struct pg_strv){ 0 };
	*ret = w->report;
	w->report = (struct pg_sriov_report){ 0 };
	return 0;
}

/* ---- waiting for drivers ---- */

/* Is there something about the card that may still come: its driver, its interface, its serial? */
static bool is_due(const struct pg_facts *facts, const struct pg_sriov_card *card)
{
	const struct pg_dev *dev = pg_facts_dev(facts, card->id.addr);

	if (!dev || dev->vendor != card->id.vendor || dev->device != card->id.device)
		return false;
	return !dev->driver || (card->id.serial && !dev->serial) ||
	       (card->n_vf && !pg_pf_nic(facts, dev));
}

static bool is_meant(const struct pg_sriov_card *card, const struct pg_bdf *only)
{
	return !only || pg_bdf_equal(card->id.addr, *only);
}

static bool any_due(const struct pg_vf_work *w, const struct pg_sriov_conf *conf,
		    const struct pg_bdf *only)
{
	for (size_t i = 0; i < conf->n; i++)
		if (is_meant(&conf->card[i], only) && is_due(w->facts, &conf->card[i]))
			return true;
	return false;
}

static time_t seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* It asks again ten times in three seconds, until nothing is due or the time is over. */
static int collect_ready(struct pg_vf_work *w, const struct pg_sriov_conf *conf,
			 const struct pg_bdf *only, unsigned wait, struct pg_err *err)
{
	const struct timespec pause = { .tv_nsec = 300000000 };
	time_t until = seconds() + (time_t)wait;
	int r = pg_vf_collect(w, err);

	while (r == 0 && any_due(w, conf, only) && seconds() < until && !pg_run_cancelled(&w->run)) {
		(void)nanosleep(&pause, NULL);
		r = pg_vf_collect(w, err);
	}
	return r;
}

/* ---- the cards of the file ---- */

static int one_card(struct pg_vf_work *w, const struct pg_sriov_card *card)
{
	const struct pg_dev *dev;
	pg_autofree char *why = NULL;
	struct pg_vf_aim aim = { .card = card, .count = card->count, .host_driver = card->host_driver };

	if (!pg_sriov_is_it(w->facts, card, &dev, &why))
		return why ? pg_strv_addf(&w->report.declined, _("%s No virtual functions are made."), why) :
			     -ENOMEM;
	aim.addr = dev->addr;
	return pg_vf_make(w, &aim);
}

static int read_conf(const struct pg_root *root, struct pg_sriov_conf *ret, struct pg_err *err)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, PG_PATH_SRIOV, CONF_MAX, &bytes);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return pg_err_set(err, r, PG_PATH_SRIOV, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	return pg_sriov_conf_read(&bytes, ret);
}

static int all_cards(struct pg_vf_work *w, const struct pg_sriov_conf *conf, const struct pg_bdf *only)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; r == 0 && !only && i < conf->bad.n; i++)
		r = pg_strv_add(&w->report.declined, conf->bad.v[i]);
	for (size_t i = 0; r == 0 && i < conf->n; i++) {
		if (!is_meant(&conf->card[i], only))
			continue;
		any = true;
		r = one_card(w, &conf->card[i]);
	}
	if (r == 0 && only && !any)
		r = pg_strv_addf(&w->report.declined, _("%s has no card at %s."),
				 PG_PATH_SRIOV, pg_bdf_str(*only).s);
	return r;
}

int pg_sriov_at_boot(struct pg_root *root, const struct pg_exec_opts *opts, const struct pg_bdf *only,
		     unsigned wait, struct pg_sriov_report *ret, struct pg_err *err)
{
	struct pg_sriov_conf conf PG_CLEANUP(pg_sriov_conf_done) = { 0 };
	struct pg_vf_work w PG_CLEANUP(pg_vf_work_done) = { 0 };
	int r;

	begin(&w, root, opts);
	r = read_conf(root, &conf, err);
	if (r == 0)
		r = collect_ready(&w, &conf, only, wait, err);
	if (r == 0)
		r = all_cards(&w, &conf, only);
	return end(&w, r, ret);
}

int pg_sriov_now(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_bdf addr,
		 unsigned count, bool host_driver, struct pg_sriov_report *ret, struct pg_err *err)
{
	struct pg_vf_work w PG_CLEANUP(pg_vf_work_done) = { 0 };
	const struct pg_vf_aim aim = { .addr = addr, .count = count, .host_driver = host_driver };
	int r;

	begin(&w, root, opts);
	r = pg_vf_collect(&w, err);
	if (r == 0 && !pg_facts_dev(w.facts, addr))
		r = pg_strv_addf(&w.report.declined, _("There is no device at %s."), pg_bdf_str(addr).s);
	else if (r == 0)
		r = pg_vf_make(&w, &aim);
	return end(&w, r, ret);
}
