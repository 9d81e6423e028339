/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a trial over? */
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/watch.h"

/* Seconds that the addresses have for coming up: half of the wait, within these. */
#define ADDRESS_MIN 60
#define ADDRESS_MAX 180
#define BOOTS_MAX 3		/* a node that does not live to the end of the wait */
#define ADDRESS_EVERY 5		/* rounds */

static unsigned address_limit(unsigned wait)
{
	unsigned limit = wait / 2 > ADDRESS_MIN ? wait / 2 : ADDRESS_MIN;

	return limit < ADDRESS_MAX ? limit : ADDRESS_MAX;
}

bool pg_watch_is_missing(const struct pg_watch *w, const struct pg_journal *j, unsigned wait)
{
	return pg_trial_uptime(w->run.root) >= w->start + address_limit(wait) &&
	       pg_addresses_are_up(&w->run, &j->trial.address) == PG_NO;
}

const char *pg_watch_why_over(struct pg_watch *w, const struct pg_trials *t)
{
	unsigned wait = pg_trials_wait(t);
	bool missing = false;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i]->trial.expired)
			return _("It was being taken back already.");
		if (t->v[i]->trial.boots >= BOOTS_MAX)
			return _("The node was started again and again without a confirmation.");
	}
	if (pg_trials_waited(w->run.root, t, w->boot) >= wait)
		return _("It was not confirmed in time.");
	for (size_t i = 0; !w->reached && w->rounds % ADDRESS_EVERY == 0 && i < t->n; i++)
		missing |= pg_watch_is_missing(w, t->v[i], wait);
	return missing ? _("An address of the node did not come up again.") : NULL;
}

void pg_watch_look_at_addresses(struct pg_watch *w, const struct pg_trials *t)
{
	bool all = true;

	if (w->reached || w->rounds % ADDRESS_EVERY)
		return;
	for (size_t i = 0; all && i < t->n; i++)
		all = pg_addresses_are_up(&w->run, &t->v[i]->trial.address) == PG_YES;
	w->reached = all;
}
