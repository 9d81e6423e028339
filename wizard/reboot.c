/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reboot of the node, asked for on more than one page. */
#include <errno.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

bool wiz_can_reboot(const struct wiz *w)
{
	return pg_root_is_live(w->opts.root) || w->facts->system.is_demo;
}

int wiz_reboot_ask(struct wiz *w)
{
	return wiz_ask(w, WIZ_ASKING_REBOOT, WIZ_ASK_YESNO, NULL, "Reboot",
		       w->facts->system.is_demo ?
			       N_("Show the demo node as it comes up?") :
			       N_("Reboot this node now? All VMs and containers on it are shut "
			       "down."));
}

/* The demo node comes up at once. */
static int restart_demo(struct wiz *w, enum wiz_follow *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *text = NULL;
	int r = pg_reboot(w->opts.root, &err);

	if (r == 0)
		r = wiz_collect(w, &err);
	if (r == 0)
		return wiz_go_from_home(w, wiz_trial_waits(w) ? WIZ_PAGE_VERIFY :
								WIZ_PAGE_STATUS, ret);
	if (r == -ENOMEM)
		return r;
	text = pg_err_text(&err);
	return text ? wiz_note(w, "Not rebooted", text) : -ENOMEM;
}

int wiz_reboot(struct wiz *w, enum wiz_follow *ret)
{
	if (w->facts->system.is_demo)
		return restart_demo(w, ret);
	w->reboot = true;
	*ret = WIZ_QUIT;
	return 0;
}
