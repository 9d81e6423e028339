/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial: which times are offered, and what it means in words. */
#include <stdio.h>

#include "wizard/ctx.h"

struct wiz_span wiz_span(unsigned seconds)
{
	unsigned n = seconds % 60 ? seconds : seconds / 60;
	struct wiz_span span;

	(void)snprintf(span.s, sizeof(span.s), "%u %s%s", n, seconds % 60 ? "second" : "minute",
		       n == 1 ? "" : "s");
	return span;
}

/* The usual time is the first after none. */
static unsigned next_minutes(unsigned minutes)
{
	static const unsigned ring[] = { PG_TRIAL_MINUTES, 30, 60, 5, 0 };

	for (size_t i = 0; i + 1 < PG_ARRAY_SIZE(ring); i++)
		if (ring[i] == minutes)
			return ring[i + 1];
	return minutes ? 0 : ring[0];
}

void wiz_trial_turn(struct wiz *w)
{
	unsigned minutes = next_minutes(w->plan ? w->plan->trial / 60 : 0);

	w->choices->trial = minutes ? PG_YES : PG_NO;
	w->choices->trial_minutes = minutes;
	wiz_changed(w);
}

void wiz_trial_intro(const struct pg_plan *plan, struct wiz_view *view)
{
	const char *why = plan->trial_why;

	if (plan->trial)
		wiz_view_set(view, &view->intro,
			     "Trial boot: after the reboot you have %s to keep the change; otherwise "
			     "the node puts itself back.%s%s", wiz_span(plan->trial).s,
			     why ? " Because: " : "", why ? why : "");
	else
		wiz_view_set(view, &view->intro,
			     "No trial boot: nothing takes the change back by itself; t changes "
			     "that.%s%s", why ? " Take care: " : "", why ? why : "");
}
