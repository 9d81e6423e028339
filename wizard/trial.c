/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial: which times are offered, and what it means in words. */
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

struct wiz_span wiz_span(unsigned seconds)
{
	unsigned n = seconds % 60 ? seconds : seconds / 60;
	struct wiz_span span;

	(void)snprintf(span.s, sizeof(span.s), seconds % 60 ? P_("%u second", "%u seconds", n) :
								      P_("%u minute", "%u minutes", n), n);
	return span;
}

bool wiz_trial_waits(const struct wiz *w)
{
	return w->trial && (w->trial->booted || w->trial->off);
}

bool wiz_trial_runs(const struct wiz *w)
{
	return w->trial && w->trial->wait && w->trial->booted && !w->trial->off &&
	       w->trial_until;
}

struct wiz_clock wiz_trial_clock(const struct wiz *w)
{
	struct wiz_clock clock = { "" };
	struct tm tm;

	if (!localtime_r(&w->trial_until, &tm) ||
	    strftime(clock.s, sizeof(clock.s), "%H:%M", &tm) == 0)
		(void)snprintf(clock.s, sizeof(clock.s), _("time unknown"));
	return clock;
}

char *wiz_trial_words(const struct wiz *w)
{
	const struct pg_trial *t = w->trial;

	if (!t)
		return strdup(_("It does not wait any more: it was kept or taken back meanwhile."));
	if (!t->wait && !t->off)
		return strdup(_("It is in effect since the reboot, and stays. Look whether all is well."));
	if (t->off)
		return strdup(_("The node was booted without passthrough (pve-gpu.off), so that the "
			      "change is not in effect and no time runs."));
	if (t->stuck)
		return pg_strf(_("It is on trial, but DOES NOT GO BACK BY ITSELF: %s was edited since, and the "
			       "change cannot be told apart from the edit. `pve-gpu undo` shows both."),
			       t->stuck);
	if (!t->booted)
		return pg_strf(_("It waits for the reboot; %s after that it is taken back, unless "
			       "it is kept."), wiz_span(t->wait).s);
	if (!w->trial_until)
		return strdup(_("Its time is over: the node takes it back, unless you keep it now."));
	return pg_strf(_("It waits until %s, %s after the boot. Unless it is kept, the node then "
		       "puts itself back and reboots."), wiz_trial_clock(w).s,
		       wiz_span(t->wait).s);
}

/* The node's usual time is the first after none; then the others, then none. */
static unsigned next_minutes(unsigned minutes, unsigned usual)
{
	static const unsigned others[] = { 10, 30, 60, 5 };
	bool next = minutes == usual;

	if (!minutes)
		return usual;
	for (size_t i = 0; i < PG_ARRAY_SIZE(others); i++) {
		if (next && others[i] != usual)
			return others[i];
		next = next || others[i] == minutes;
	}
	return 0;
}

void wiz_trial_turn(struct wiz *w)
{
	unsigned minutes = next_minutes(w->plan ? w->plan->trial / 60 : 0,
					w->facts->settings.trial_minutes);

	w->choices->trial = minutes ? PG_YES : PG_NO;
	w->choices->trial_minutes = minutes;
	wiz_changed(w);
}

/* What joins a trial whose time runs has no time of its own before the reboot. */
static void runs_intro(const struct wiz *w, const struct pg_plan *plan, struct wiz_view *view)
{
	wiz_view_set(view, &view->intro,
		     "A trial runs until %s. %s", wiz_trial_clock(w).s,
		     plan->reboot ?
			     _("Unless that is kept, this change is taken back with it. Better keep it "
			     "first.") :
			     _("This change joins it: both are kept, or both taken back."));
}

void wiz_trial_intro(const struct wiz *w, const struct pg_plan *plan, struct wiz_view *view)
{
	const char *why = plan->trial_why;

	if (wiz_trial_runs(w))
		runs_intro(w, plan, view);
	else if (plan->trial)
		wiz_view_set(view, &view->intro,
			     "Trial boot: after the reboot you have %s to keep the change; otherwise "
			     "the node puts itself back.%s%s", wiz_span(plan->trial).s,
			     why ? _(" Because: ") : "", why ? why : "");
	else
		wiz_view_set(view, &view->intro,
			     "No trial boot: nothing takes the change back by itself; t changes "
			     "that.%s%s", why ? _(" Take care: ") : "", why ? why : "");
}

/* What becomes of a change that is about to be applied. */
char *wiz_trial_promise(const struct wiz *w, const struct pg_plan *plan)
{
	if (wiz_trial_runs(w))
		return pg_strf(_("A trial runs until %s: unless that is kept, this change is taken back "
			       "with it."), wiz_trial_clock(w).s);
	if (plan->trial)
		return pg_strf(_("After the reboot you have %s to keep the change; otherwise the node "
			       "puts itself back."), wiz_span(plan->trial).s);
	return strdup(_("The change can be taken back under History."));
}
