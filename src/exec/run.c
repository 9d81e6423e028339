/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/run.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define TAIL_LINES 5
#define STATUS_NOT_STARTED 127

void pg_run_init(struct pg_run *run, struct pg_root *root, const struct pg_exec_opts *opts)
{
	static const struct pg_exec_opts none = { .run_commands = PG_UNKNOWN };

	*run = (struct pg_run){ .root = root, .opts = opts ? opts : &none };
	run->commands = run->opts->run_commands == PG_UNKNOWN ?
				pg_root_is_live(root) :
				run->opts->run_commands == PG_YES;
	run->live = pg_root_is_live(root) || run->opts->as_live;
}

void pg_run_done(struct pg_run *run)
{
	pg_journal_free(run->j);
	pg_strv_done(&run->listed);
}

int pg_run_end(struct pg_run *run, int r, struct pg_outcome *outcome, struct pg_outcome *ret,
	       struct pg_err *err)
{
	if (r < 0) {
		pg_outcome_done(outcome);
		if (r == -ENOMEM)
			return pg_err_set(err, r, NULL, 0, "It could not be carried out: %s.",
					  pg_err_reason(r));
		if (r == -ENOTDIR)
			return pg_err_set(err, r, PG_STATE_DIR, 0,
					  "It is not a folder, so pve-gpu cannot keep its records there. "
					  "Move it away.");
		/* what else fails by itself has said so in the outcome */
		return pg_err_set(err, r, PG_TX_DIR, 0,
				  "The records of pve-gpu cannot be read or written: %s.",
				  pg_err_reason(r));
	}
	outcome->listed = run->listed;
	run->listed = (struct pg_strv){ 0 };
	*ret = *outcome;
	return 0;
}

bool pg_run_cancelled(const struct pg_run *run)
{
	return run->opts->cancelled && run->opts->cancelled(run->opts->ctx);
}

/* ---- events ---- */

static void tell(struct pg_run *run, enum pg_event_kind kind, const char *text, size_t n,
		 int status)
{
	pg_autofree char *safe = run->opts->event ? pg_text_clean(text, n) : NULL;
	struct pg_event event = { .kind = kind, .step = run->step, .n_steps = run->n_steps,
				  .text = safe, .status = status };

	if (safe)
		run->opts->event(run->opts->ctx, &event);
}

void pg_run_step(struct pg_run *run, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	run->step++;
	if (pg_strbuf_error(&b) == 0)
		tell(run, PG_EVENT_STEP, b.s, b.len, 0);
}

void pg_run_step_done(struct pg_run *run, int status)
{
	tell(run, PG_EVENT_DONE, "", 0, status);
}

void pg_run_back(struct pg_run *run, size_t n_steps, const char *why)
{
	run->step = 0;
	run->n_steps = n_steps;
	tell(run, PG_EVENT_BACK, why, strlen(why), 0);
}

/* ---- commands ---- */

struct hearing {
	struct pg_run *run;
	struct pg_strv tail;
};

static void hear(void *ctx, const char *line, size_t n)
{
	struct hearing *h = ctx;

	tell(h->run, PG_EVENT_OUTPUT, line, n, 0);
	if (n == 0)
		return;
	if (h->tail.n == TAIL_LINES) {
		free(h->tail.v[0]);
		memmove(h->tail.v, h->tail.v + 1, TAIL_LINES * sizeof(*h->tail.v));
		h->tail.n--;
	}
	(void)pg_strv_take(&h->tail, pg_text_clean(line, n));
}

static bool hear_cancelled(void *ctx)
{
	return pg_run_cancelled(((struct hearing *)ctx)->run);
}

void pg_ran_done(struct pg_ran *ran)
{
	free(ran->tail);
}

static int keep_tail(const struct pg_strv *lines, char **ret)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < lines->n; i++)
		pg_strbuf_addf(&b, "\n    %s", lines->v[i]);
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

int pg_run_command(struct pg_run *run, const struct pg_strv *argv, bool may_cancel,
		   struct pg_ran *ret)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct hearing h = { .run = run };
	struct pg_proc_opts opts = { .path = run->opts->path, .line = hear, .ctx = &h,
				     .cancelled = may_cancel ? hear_cancelled : NULL };
	struct pg_proc_result result = { 0 };
	pg_autofree char *quoted = pg_proc_quote(argv->v);
	int r;

	if (!quoted)
		return -ENOMEM;
	pg_run_step(run, "%s", quoted);
	r = pg_proc_run(argv->v, &opts, &result, &err);
	lines = h.tail;
	if (r < 0) {
		result.status = STATUS_NOT_STARTED;
		r = err.what ? pg_strv_add(&lines, err.what) : -ENOMEM;
	}
	if (r < 0)
		return r;
	/* What it wrote must outlast a power cut before the journal says that it ran: few tools
	 * sync by themselves, grub-mkconfig does not. */
	if (pg_root_is_live(run->root))
		sync();
	pg_run_step_done(run, result.status);
	*ret = (struct pg_ran){ .status = result.status, .cancelled = result.cancelled };
	return keep_tail(&lines, &ret->tail);
}

char *pg_ran_text(const struct pg_strv *argv, const struct pg_ran *ran)
{
	pg_autofree char *quoted = pg_proc_quote(argv->v);
	pg_autofree char *safe = quoted ? pg_text_clean(quoted, strlen(quoted)) : NULL;

	if (!safe)
		return NULL;
	if (ran->cancelled)
		return pg_strf(_("%s was cancelled."), safe);
	if (ran->status == STATUS_NOT_STARTED)
		return pg_strf(_("%s could not be run (status %d).%s"), safe, ran->status, ran->tail);
	if (pg_journal_was_killed(ran->status))
		return pg_strf(_("%s was ended by signal %d.%s"), safe, ran->status - 128, ran->tail);
	return pg_strf(_("%s failed with status %d.%s%s"), safe, ran->status,
		       *ran->tail ? _(" It said:") : "", ran->tail);
}

static bool ask_cancelled(void *ctx)
{
	return pg_run_cancelled(ctx);
}

int pg_run_ask(struct pg_run *run, const struct pg_strv *argv, size_t max, unsigned timeout_s,
	       struct pg_proc_result *ret)
{
	struct pg_proc_opts opts = { .path = run->opts->path, .cancelled = ask_cancelled,
				     .ctx = run, .max_output = max, .split_stderr = true,
				     .timeout_s = timeout_s };
	int r = pg_proc_run(argv->v, &opts, ret, NULL);

	if (r < 0)
		return r;
	return ret->cancelled ? -ECANCELED : ret->status == 0 ? 0 : -EIO;
}

int pg_run_list(struct pg_run *run, const struct pg_strv *argv)
{
	return pg_strv_take(&run->listed, pg_proc_quote(argv->v));
}
