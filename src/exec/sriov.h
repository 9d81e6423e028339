/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes virtual functions: what the unit runs when the node starts, and what a plan runs to have them
 * at once. No transaction of its own: a plan's has the inverse.
 */
#pragma once

#include "src/exec/exec.h"

struct pg_sriov_report {
	struct pg_strv done;		/* sentences: what was made, what was so already */
	struct pg_strv declined;	/* sentences: what was not made, and why */
	struct pg_strv listed;		/* commands that were not run, since the root is not live */
};

void pg_sriov_report_done(struct pg_sriov_report *report);

/* How long it waits for the driver of a card, in seconds. */
#define PG_SRIOV_WAIT 30

/*
 * Makes what sriov.conf asks for: of every card, or of the one at *only. Waits at most `wait` seconds
 * for cards that have no driver yet. What is so already is left alone; a card that is not the one
 * of the file is declined, and so is a change under a VM that runs. Returns 0 with the report, or
 * a negative errno with err where the node or the file cannot be read (nothing is changed then).
 */
int pg_sriov_at_boot(struct pg_root *root, const struct pg_exec_opts *opts, const struct pg_bdf *only,
		     unsigned wait, struct pg_sriov_report *ret, struct pg_err *err);
/* Sets the number of one device now, whatever sriov.conf says. As above. */
int pg_sriov_now(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_bdf addr,
		 unsigned count, bool host_driver, struct pg_sriov_report *ret, struct pg_err *err);
