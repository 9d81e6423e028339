/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --root with an archive of `capture`: for main. */
#pragma once

#include <signal.h>

#include "src/cmd/cmd.h"

struct pg_archive {
	struct pg_root *root;	/* NULL: it is not open */
	sigset_t before;	/* the signals that were blocked before */
};

/* Is the root that was given a file? */
bool pg_archive_is(const char *root);
/* Unpacks it, and puts the folder's name into env; what would change it is refused. Returns 0, or the exit
 * status: said already. pg_archive_end in either case. */
int pg_archive_begin(struct pg_cmd_env *env, int argc, char **argv, struct pg_archive *ret);
/* Removes what was unpacked. */
void pg_archive_end(struct pg_archive *archive);
/* Signals that end the program wait while an archive is open, since its folder is to be gone afterwards; but
 * not within what has handlers of its own. Nothing for another root. */
void pg_archive_hold(const struct pg_root *root, bool hold);
