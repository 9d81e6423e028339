/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/live.h"

#include <time.h>

#include "src/base/i18n.h"

/* Of a step, in seconds: what takes less is not told. */
#define LONG_S 5

/* ---- signals ---- */

static void stopping_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
}

/* A lost connection stops nothing: what was begun goes on to its end, and who comes back finds it. */
static bool is_cancelled(void *ctx)
{
	sigset_t pending;

	(void)ctx;
	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

/* ---- events ---- */

static time_t clock_s(void)
{
	struct timespec ts;

	return clock_gettime(CLOCK_MONOTONIC, &ts) == 0 ? ts.tv_sec : 0;
}

static void show_done(const struct pg_live *live, const struct pg_event *event)
{
	long long s = clock_s() - live->began;

	if (event->status)
		(void)fprintf(live->env->diag, _("      It ended with status %d.\n"), event->status);
	else if (s >= LONG_S)
		(void)fprintf(live->env->diag, _("      It took %lld s.\n"), s);
}

static void show_event(void *ctx, const struct pg_event *event)
{
	struct pg_live *live = ctx;
	FILE *to = live->env->diag;
	pg_autofree char *text = pg_out_text(live->env, event->text);

	if (!text)
		return;
	switch (event->kind) {
	case PG_EVENT_STEP:
		live->began = clock_s();
		(void)fprintf(to, "[%zu/%zu] %s\n", event->step, event->n_steps, text);
		break;
	case PG_EVENT_OUTPUT:
		(void)fprintf(to, "      %s\n", text);
		break;
	case PG_EVENT_DONE:
		show_done(live, event);
		break;
	case PG_EVENT_BACK:
		(void)fprintf(to, "%s\n", *text ? text : _("Putting everything back."));
		break;
	}
	(void)fflush(to);
}

void pg_live_begin(struct pg_live *live, const struct pg_cmd_env *env)
{
	sigset_t stop;

	*live = (struct pg_live){ .env = env };
	live->opts = (struct pg_exec_opts){
		.event = show_event,
		.cancelled = is_cancelled,
		.ctx = live,
		.run_vm = true,
		.run_commands = PG_UNKNOWN,
	};
	stopping_signals(&stop);
	(void)sigprocmask(SIG_BLOCK, &stop, &live->before);
}

void pg_live_end(struct pg_live *live)
{
	static const struct timespec now = { 0 };
	sigset_t stop;

	stopping_signals(&stop);
	while (sigtimedwait(&stop, NULL, &now) > 0)
		;
	(void)sigprocmask(SIG_SETMASK, &live->before, NULL);
}

/* ---- the outcome ---- */

static void note_change(const struct pg_cmd_env *env, const struct pg_outcome *outcome)
{
	if (env->changed && outcome->kind == PG_OUTCOME_DONE)
		*env->changed = true;
}

int pg_live_report(const struct pg_cmd_env *env, const struct pg_outcome *outcome)
{
	FILE *to = env->json ? env->diag : env->out;
	int status = pg_outcome_status(outcome);

	note_change(env, outcome);
	if (status == PG_EXIT_OK && outcome->doubts.n)
		status = PG_EXIT_REFUSED;
	if (status != PG_EXIT_OK)
		to = env->diag;
	pg_out_lines(env, to, 0, outcome->text);
	for (size_t i = 0; i < outcome->doubts.n; i++)
		pg_out_lines(env, to, 2, outcome->doubts.v[i]);
	if (outcome->listed.n)
		(void)fprintf(to, _("These commands were not run, since %s is not the running "
				  "system:\n"), env->root_dir);
	for (size_t i = 0; i < outcome->listed.n; i++)
		pg_out_lines(env, to, 2, outcome->listed.v[i]);
	return status;
}

static const char *kind_name(enum pg_outcome_kind kind)
{
	static const char *const names[] = {
		[PG_OUTCOME_NOTHING] = "nothing",   [PG_OUTCOME_DONE] = "done",
		[PG_OUTCOME_REFUSED] = "refused",   [PG_OUTCOME_PUT_BACK] = "put-back",
		[PG_OUTCOME_BROKEN] = "broken",
	};

	return names[kind];
}

int pg_live_document(const struct pg_cmd_env *env, const struct pg_outcome *outcome)
{
	struct pg_json *doc = pg_json_object();

	note_change(env, outcome);
	pg_json_set_str(doc, "outcome", kind_name(outcome->kind));
	pg_json_set_str(doc, "id", outcome->id);
	pg_json_set_str(doc, "text", outcome->text);
	pg_json_set_strv(doc, "listed", &outcome->listed);
	return pg_out_json(env, doc) < 0 ? PG_EXIT_REFUSED : pg_outcome_status(outcome);
}

int pg_live_tell(const struct pg_cmd_env *env, int r, struct pg_err *err,
		 const struct pg_outcome *outcome)
{
	if (r < 0) {
		err->code = r;
		pg_cmd_complain(env, err);
	}
	if (!env->json)
		return r < 0 ? PG_EXIT_REFUSED : pg_live_report(env, outcome);
	if (pg_outcome_status(outcome))
		pg_out_lines(env, env->diag, 0, outcome->text);
	return pg_live_document(env, outcome);
}

/* The outcome is handed out whatever it is. */
static int recover_first(const struct pg_cmd_env *env, struct pg_root *root,
			 struct pg_outcome *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_live live;
	int r;

	pg_live_begin(&live, env);
	r = pg_recover(root, &live.opts, ret, &err);
	pg_live_end(&live);
	if (r < 0) {
		err.code = r;
		pg_cmd_complain(env, &err);
		*ret = (struct pg_outcome){ .kind = PG_OUTCOME_REFUSED, .text = pg_err_text(&err) };
	} else if (ret->kind != PG_OUTCOME_NOTHING) {
		pg_out_lines(env, env->diag, 0, ret->text);
		for (size_t i = 0; i < ret->listed.n; i++)
			pg_out_lines(env, env->diag, 2, ret->listed.v[i]);
	}
	return pg_outcome_status(ret);
}

int pg_live_recover_first(const struct pg_cmd_env *env, struct pg_root *root,
			  struct pg_outcome *ret)
{
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { 0 };
	int status = recover_first(env, root, &outcome);

	if (status) {
		*ret = outcome;
		outcome = (struct pg_outcome){ 0 };
	}
	return status;
}

int pg_cmd_recover_first(const struct pg_cmd_env *env, struct pg_root *root,
			 struct pg_outcome *ret)
{
	return recover_first(env, root, ret);
}
