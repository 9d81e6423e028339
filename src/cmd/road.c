/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From choices to a plan that is shown, and on to its application. */
#include "src/cmd/road.h"

#include <errno.h>

#include "src/base/i18n.h"
#include "src/cmd/live.h"

/* ---- the plan ---- */

/* A plan of a host that cannot be read: the reason is its only finding. */
static int blocked_plan(const struct pg_err *err, struct pg_plan **ret)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = calloc(1, sizeof(*plan));
	pg_autofree char *text = pg_err_text(err);

	if (!plan || !text ||
	    !pg_findings_add(&plan->findings, "no-host", PG_LEVEL_BLOCK, "host", "%s", text))
		return -ENOMEM;
	*ret = PG_STEAL(plan);
	return 0;
}

static int load_templates(struct pg_templates *templates, struct pg_err *err)
{
	pg_autofree char *dir = pg_data_dir();

	return dir ? pg_templates_load(dir, templates, err) : -ENOMEM;
}

/* What is on the way from the choices to the apply. */
struct way {
	const struct pg_cmd_env *env;
	const struct pg_choices *choices;
	const struct pg_cmd_road *road;
	struct pg_cmd_host host;
	struct pg_templates templates;
};

static void way_done(struct way *w)
{
	pg_cmd_host_done(&w->host);
	pg_templates_done(&w->templates);
}

/* Collects, plans, and renders the diffs. */
static int make_plan(struct way *w, struct pg_plan **ret)
{
	struct pg_cmd_host *host = &w->host;
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	int r = pg_exec_stamp(host->root, &host->stamp);

	if (r == 0)
		r = pg_facts_collect(host->root, PG_WANT_ALL, &host->facts, &host->err);
	if (r == 0)
		r = pg_verify_probe(host->root, NULL, host->facts);
	if (r == 0)
		r = load_templates(&w->templates, &host->err);
	if (r == 0)
		r = pg_plan_make(host->facts, w->choices, &w->templates, &plan);
	if (r == 0)
		r = pg_diff_plan(plan, &host->err);
	if (r == 0)
		*ret = PG_STEAL(plan);
	else if (!host->err.code)
		host->err.code = r;
	return r;
}

/* One line that says why not: the first blocker. */
static void say_blocked(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->findings.n; i++) {
		const struct pg_finding *f = &plan->findings.v[i];
		pg_autofree char *text = NULL;

		if (f->level != PG_LEVEL_BLOCK)
			continue;
		text = pg_out_text(env, f->text);
		(void)fprintf(env->diag, "pve-gpu: %s\n", text ? text : "");
		return;
	}
}

static int show(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	pg_autofree char *json = NULL;

	if (!env->json) {
		pg_road_show(env, plan);
		return 0;
	}
	json = pg_plan_json(plan);
	if (!json)
		return -ENOMEM;
	(void)fputs(json, env->out);
	return 0;
}

/* ---- applying ---- */

/* Without a terminal nobody can be asked, and no answer is no. */
static bool is_agreed(const struct pg_cmd_env *env, const struct pg_cmd_road *road)
{
	char answer[16] = "";

	if (road->yes)
		return true;
	if (!isatty(STDIN_FILENO) || !isatty(fileno(env->diag))) {
		(void)fputs(_("pve-gpu: There is no terminal to ask on. Nothing was changed. "
			    "With --yes it is applied without a question.\n"), env->diag);
		return false;
	}
	(void)fflush(env->out);
	(void)fputs(_("Apply this? [y/N] "), env->diag);
	(void)fflush(env->diag);
	if (fgets(answer, sizeof(answer), stdin) && pg_is_yes(answer))
		return true;
	(void)fputs(_("Nothing was changed.\n"), env->diag);
	return false;
}

static int apply(const struct way *w, const struct pg_plan *plan)
{
	const struct pg_cmd_env *env = w->env;
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_live live;
	int r;

	(void)fflush(env->out);
	pg_live_begin(&live, env);
	live.opts.stamp = w->host.stamp;
	live.opts.choices = w->choices;
	live.opts.templates = &w->templates;
	r = pg_apply(w->host.root, plan, &live.opts, &outcome, &err);
	pg_live_end(&live);
	if (r < 0) {
		err.code = r;
		pg_cmd_complain(env, &err);
		return PG_EXIT_REFUSED;
	}
	return pg_live_report(env, &outcome);
}

static int go_on(const struct way *w, const struct pg_plan *plan)
{
	const struct pg_cmd_env *env = w->env;

	if (pg_plan_is_blocked(plan)) {
		say_blocked(env, plan);
		return PG_EXIT_REFUSED;
	}
	if (pg_plan_is_empty(plan))
		return PG_EXIT_OK;
	if (!w->road->apply) {
		if (!env->json)
			(void)fputs(_("\nNothing was changed: this is the plan.\n"), env->out);
		return PG_EXIT_OK;
	}
	return is_agreed(env, w->road) ? apply(w, plan) : PG_EXIT_REFUSED;
}

/* Before a change what was interrupted is ended; a plan only mentions it. */
static int open_host(const struct pg_cmd_env *env, const struct pg_cmd_road *road,
		     struct pg_cmd_host *host)
{
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { 0 };
	int status;

	if (!road->apply)
		return pg_cmd_open(env, host) < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK;
	if (pg_root_open(env->root_dir, &host->root, &host->err) < 0) {
		pg_cmd_complain(env, &host->err);
		return PG_EXIT_REFUSED;
	}
	status = pg_live_recover_first(env, host->root, &outcome);
	if (status)
		(void)pg_err_set(&host->err, -EBUSY, NULL, 0, "%s",
				 outcome.text ? outcome.text : _("Memory ran out."));
	return status;
}

int pg_cmd_take_road(const struct pg_cmd_env *env, const struct pg_choices *choices,
		     const struct pg_cmd_road *road)
{
	struct way w PG_CLEANUP(way_done) = { .env = env, .choices = choices, .road = road };
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	int status = open_host(env, road, &w.host);

	if (status == PG_EXIT_OK && make_plan(&w, &plan) < 0) {
		pg_cmd_complain(env, &w.host.err);
		status = PG_EXIT_REFUSED;
	}
	if (!plan && (!env->json || blocked_plan(&w.host.err, &plan) < 0))
		return status;
	if (show(env, plan) < 0)
		return PG_EXIT_REFUSED;
	return status ? status : go_on(&w, plan);
}
