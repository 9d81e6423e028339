/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the files of a change go back, and what of it cannot. Nothing is written here. Private to src/exec. */
#pragma once

#include "src/exec/trial.h"

/* How one file is to go back. */
struct pg_backway {
	enum pg_copy from, to;
	struct pg_bytes found, merged;	/* where it was edited since */
};

struct pg_backways {
	struct pg_backway *v;	/* of each file */
	size_t n;
	struct pg_strv edited;		/* paths out of which only our change is taken */
	struct pg_strv gone;		/* that were there before us, and were removed since */
	struct pg_strbuf conflict;	/* what cannot be taken out, for showing */
};

void pg_backways_done(struct pg_backways *w);
/* Adds the way of file i of the transaction. 0, or negative errno with err. */
int pg_backways_decide(const struct pg_root *root, const struct pg_journal *j, size_t i,
		   struct pg_backways *w, struct pg_err *err);
/* Files of the changes on trial that were edited so that undo refuses: without a person nothing is
 * taken back. Of a file that cannot be read nothing is said. Returns 0 or -ENOMEM. */
int pg_backways_stuck(const struct pg_root *root, const struct pg_trials *t, struct pg_strv *ret);
