/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu undo and recover: takes a change back; ends what a crash left. */
#include "src/cmd/live.h"

/* Opens the root. Returns 0, or the exit status where it cannot be opened: then the reason
 * has been told, in the document too. */
static int open_root(const struct pg_cmd_env *env, struct pg_cmd_host *host)
{
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { .kind = PG_OUTCOME_REFUSED };

	if (pg_root_open(env->root_dir, &host->root, &host->err) == 0)
		return PG_EXIT_OK;
	pg_cmd_complain(env, &host->err);
	outcome.text = pg_err_text(&host->err);
	return env->json ? pg_live_document(env, &outcome) : PG_EXIT_REFUSED;
}

int pg_cmd_undo(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { .kind = PG_OUTCOME_REFUSED };
	struct pg_live live;
	int at, r = pg_cmd_operands(env, argc, argv, 1, &at);

	if (r)
		return r;
	r = open_root(env, &host);
	if (r)
		return r;
	r = pg_live_recover_first(env, host.root, &outcome);
	if (r)
		return env->json ? pg_live_document(env, &outcome) : r;
	pg_live_begin(&live, env);
	r = pg_undo(host.root, at < argc ? argv[at] : NULL, &live.opts, &outcome, &host.err);
	pg_live_end(&live);
	return pg_live_tell(env, r, &host.err, &outcome);
}

int pg_cmd_recover(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { .kind = PG_OUTCOME_REFUSED };
	struct pg_live live;
	int at, r = pg_cmd_operands(env, argc, argv, 0, &at);

	if (r)
		return r;
	r = open_root(env, &host);
	if (r)
		return r;
	pg_live_begin(&live, env);
	r = pg_recover_asked(host.root, &live.opts, &outcome, &host.err);
	pg_live_end(&live);
	return pg_live_tell(env, r, &host.err, &outcome);
}
