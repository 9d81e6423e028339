/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * While something is changed: its steps and the commands' output as lines on stderr, Ctrl-C
 * as a wish to stop that the executor asks about, and the outcome at the end.
 */
#pragma once

#include <signal.h>
#include <time.h>

#include "src/cmd/common.h"

struct pg_live {
	const struct pg_cmd_env *env;
	sigset_t before;	/* the signals blocked before */
	time_t began;		/* the step that is shown; by CLOCK_MONOTONIC */
	struct pg_exec_opts opts;
};

/* From here on SIGINT, SIGTERM and SIGHUP wait; a pending one of the first two is the wish to stop. */
void pg_live_begin(struct pg_live *live, const struct pg_cmd_env *env);
/* Takes the signals that waited and lets new ones through. */
void pg_live_end(struct pg_live *live);

/* What happened, the commands that were only listed, and the exit status. In JSON mode to
 * stderr. */
int pg_live_report(const struct pg_cmd_env *env, const struct pg_outcome *outcome);
/* The outcome as a document: of undo and recover. */
int pg_live_document(const struct pg_cmd_env *env, const struct pg_outcome *outcome);

/* What undo, recover and confirm end with: r and err as they came back, the outcome as text or
 * as a document. Returns the exit status. */
int pg_live_tell(const struct pg_cmd_env *env, int r, struct pg_err *err,
		 const struct pg_outcome *outcome);

/* Ends what was interrupted before anything else is changed, and says so. Returns 0 to go
 * on, or the exit status; *ret is the outcome then. */
int pg_live_recover_first(const struct pg_cmd_env *env, struct pg_root *root,
			  struct pg_outcome *ret);
