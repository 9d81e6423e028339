/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu confirm: keeps the changes on trial; with --wait it is what the trial's unit runs. */
#include "src/cmd/live.h"

/* Returns 0, or the exit status. */
static int read_args(const struct pg_cmd_env *env, int argc, char **argv, bool *ret_wait,
		     const char **ret_id)
{
	static const struct option options[] = { { "wait", no_argument, NULL, 'w' }, { 0 } };
	bool begun = false;
	int c;

	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c != 'w')
			return PG_EXIT_USAGE;
		*ret_wait = true;
	}
	if (argc - optind > (*ret_wait ? 0 : 1))
		return pg_cmd_usage(env, argv[0], "%s is one argument too many.", argv[argc - 1]);
	*ret_id = optind < argc ? argv[optind] : NULL;
	return 0;
}

int pg_cmd_confirm(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_outcome outcome PG_CLEANUP(pg_outcome_done) = { .kind = PG_OUTCOME_REFUSED };
	const char *id = NULL;
	struct pg_live live;
	bool wait = false;
	int r = read_args(env, argc, argv, &wait, &id);

	if (r)
		return r;
	r = pg_root_open(env->root_dir, &host.root, &host.err);
	if (r < 0)
		return pg_live_tell(env, r, &host.err, &outcome);
	if (!wait && (r = pg_live_recover_first(env, host.root, &outcome)))
		return env->json ? pg_live_document(env, &outcome) : r;
	pg_live_begin(&live, env);
	r = wait ? pg_trial_watch(host.root, &live.opts, &outcome, &host.err) :
		   pg_confirm(host.root, id, &live.opts, &outcome, &host.err);
	pg_live_end(&live);
	r = pg_live_tell(env, r, &host.err, &outcome);
	/* The unit is started again where something is still to be done, not for what it found. */
	if (wait)
		return outcome.text && !outcome.again ? PG_EXIT_OK : PG_EXIT_REFUSED;
	return r;
}
