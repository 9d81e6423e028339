/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"
#include "src/base/i18n.h"

static void build(struct wiz *w, struct wiz_view *view)
{
	struct wiz_status list PG_CLEANUP(wiz_status_done) = { 0 };

	view->shape = WIZ_SHAPE_LIST;
	wiz_view_set(view, &view->list_title, "Devices for VMs");
	wiz_view_set(view, &view->detail_title, "Device");
	if (wiz_status_list(w, &list) < 0) {
		view->failed = true;
		return;
	}
	wiz_status_rows(&list, view);
	if (list.n)
		view->can |= WIZ_CAN_SEARCH | WIZ_CAN_DETAILS;
	else if (pg_facts_is_unread(w->facts, "/etc/pve"))
		wiz_view_set(view, &view->intro,
			     "No device of a VM can be seen: not all below /etc/pve could be read. Run pve-gpu as root.");
	else
		wiz_view_set(view, &view->intro,
			     "No VM has a device, and none is set apart for one. Set up "
			     "passthrough, on the first page, gives one to a VM.");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	wiz_status_detail(w, item, lines);
}

static void details(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	wiz_status_details(w, item, lines);
}

const struct wiz_page_ops wiz_page_status = {
	.id = "status",
	.title = N_("Status"),
	.enter = wiz_probe,
	.build = build,
	.detail = detail,
	.details = details,
};
