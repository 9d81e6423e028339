/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

#define USB "usb"

static const struct {
	const char *id, *text, *words;
	enum wiz_page page;
} rows[] = {
	{ "verify", N_("Keep or take back the last change"), "", WIZ_PAGE_VERIFY },
	{ "reboot", N_("Reboot the node"), "", WIZ_PAGE_REBOOT },
	{ "repair", N_("Repair what has moved"),
	  N_("Devices have other addresses than VMs, mappings or bindings know. See what would be "
	  "changed so that each names the device that it means; nothing is changed before you have "
	  "said yes."),
	  WIZ_PAGE_REVIEW },
	{ "setup", N_("Set up passthrough"),
	  N_("Choose a device and a VM, see what will be written, and apply it. Nothing is changed "
	  "before you have seen it and said yes."),
	  WIZ_PAGE_HOST },
	{ USB, N_("USB for a VM, or take devices away"),
	  N_("Choose a VM and what it is to have of the devices that are plugged in, or take devices from "
	  "it, PCI devices too. Nothing of the node is changed for that, and no reboot is needed."),
	  WIZ_PAGE_VM },
	{ "trouble", N_("Something is broken"),
	  N_("A VM does not start, a screen is black, the network went away: say what you see, and every "
	  "known cause is looked at."),
	  WIZ_PAGE_TROUBLE },
	{ "status", N_("Status"),
	  N_("The devices that VMs have: the driver now, the driver after the next reboot of the "
	  "node, and whether that is right."),
	  WIZ_PAGE_STATUS },
	{ "sriov", N_("Virtual functions (SR-IOV)"),
	  N_("Devices that can appear as several, for several VMs: how many each has, now and whenever the "
	  "node starts, and which VM has which."),
	  WIZ_PAGE_SRIOV },
	{ "mapping", N_("Resource mappings"),
	  N_("The devices that have a name for the whole cluster, and which nodes have an entry for them. "
	  "What is missing or wrong on this node can be planned from there."),
	  WIZ_PAGE_MAPPING },
	{ "vgpu", N_("Mediated devices and vGPUs"),
	  N_("Cards that can be divided, so that several VMs have a part each: the types, who has them, and why "
	  "there are none. A part is chosen for a VM from there; the card stays with its driver."),
	  WIZ_PAGE_VGPU },
	{ "history", N_("History and undo"),
	  N_("What pve-gpu has changed on this node. Each change can be taken back."),
	  WIZ_PAGE_HISTORY },
};

/* Of a folder nothing is ever rebooted. */
static bool is_due(const struct wiz *w)
{
	return w->waiting && wiz_can_reboot(w);
}

static bool is_cluster(const struct wiz *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->facts->n_node; i++)
		n += w->facts->node[i].member;
	return n > 1;
}

static bool is_shown(const struct wiz *w, size_t i)
{
	return rows[i].page == WIZ_PAGE_VERIFY ? wiz_trial_waits(w) :
	       rows[i].page == WIZ_PAGE_REBOOT ? is_due(w) :
	       rows[i].page == WIZ_PAGE_REVIEW ? wiz_has_repair(w) :
	       rows[i].page == WIZ_PAGE_MAPPING ? is_cluster(w) :
	       rows[i].page == WIZ_PAGE_SRIOV ? wiz_sriov_is_there(w) :
	       rows[i].page == WIZ_PAGE_VGPU ? wiz_vgpu_is_offered(w) :
						 true;
}

static void trial_intro(const struct wiz *w, struct wiz_view *view)
{
	pg_autofree char *words = wiz_trial_words(w);

	wiz_view_set(view, &view->intro, "A change %s. %s",
		     w->trial->wait ? _("is on trial") : _("came with the reboot"), words ? words : "");
}

/* Another is at work: what it is at, while one looks. */
static void busy_intro(const struct wiz *w, struct wiz_view *view)
{
	const char *now = NULL;

	for (size_t i = 0; i < w->n_tx; i++)
		if (w->tx[i].busy)
			now = w->tx[i].now;
	view->poll = true;
	if (now)
		wiz_view_set(view, &view->intro, "%s Now: %s. You can look at everything; nothing can be "
			     "changed here before it is done.", w->busy, now);
	else
		wiz_view_set(view, &view->intro, "%s You can look at everything; nothing can be "
			     "changed here before it is done.", w->busy);
}

/* What holds now, the most pressing first. */
static void intro(const struct wiz *w, struct wiz_view *view)
{
	if (w->busy)
		busy_intro(w, view);
	else if (wiz_trial_waits(w))
		trial_intro(w, view);
	else if (wiz_has_repair(w))
		wiz_view_set(view, &view->intro,
			     "Devices have moved since they were assigned: a VM may not start, or take "
			     "the wrong one. Repair shows what would be changed.");
	else if (is_due(w))
		wiz_view_set(view, &view->intro,
			     "A change is made, and takes effect when the node is rebooted.");
	else if (w->opts.read_only_why)
		wiz_view_set(view, &view->intro, "%s", w->opts.read_only_why);
	else if (w->facts->system.is_demo)
		wiz_view_set(view, &view->intro,
			     "This is the demo node: files in a folder of their own. You can try "
			     "everything; nothing here touches your computer.");
}

/* What was taken back at the start stands before it. */
static void recovered_intro(const struct wiz *w, struct wiz_view *view)
{
	pg_autofree char *other = PG_STEAL(view->intro);

	wiz_view_set(view, &view->intro, "%s%s%s", w->recovered, other ? " " : "", other ? other : "");
}

static void build(struct wiz *w, struct wiz_view *view)
{
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT;
	wiz_view_set(view, &view->list_title, "What to do");
	wiz_view_set(view, &view->detail_title, "About it");
	wiz_view_set(view, &view->next_label, "open");
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++) {
		struct wiz_item *item =
			is_shown(w, i) ? wiz_view_add_item(view, rows[i].id) : NULL;

		if (!item)
			continue;
		wiz_view_set(view, &item->text, "%s", _(rows[i].text));
		if (strcmp(rows[i].id, USB) != 0 || w->facts->n_guest || w->unread)
			continue;
		item->enabled = false;
		item->style = WIZ_FAINT;
		wiz_view_set(view, &item->why_not, "There is no VM on this node.");
	}
	intro(w, view);
	if (w->recovered)
		recovered_intro(w, view);
}

/* Another may have kept it meanwhile. */
static int verify(struct wiz *w, enum wiz_follow *ret)
{
	pg_autofree char *words = NULL;
	int r = wiz_read_trial(w);

	if (r < 0 || wiz_trial_waits(w))
		return r < 0 ? r : wiz_go(w, WIZ_PAGE_VERIFY, ret);
	words = wiz_trial_words(w);
	*ret = WIZ_REBUILD;
	return words ? wiz_note(w, "Over", words) : -ENOMEM;
}

/* Another may have rebooted or undone meanwhile; what was chosen since is no matter here. */
static int reboot(struct wiz *w, enum wiz_follow *ret)
{
	int r = wiz_read_trial(w);

	*ret = WIZ_REBUILD;
	if (r < 0 || !w->waiting)
		return r;
	wiz_changed(w);
	return wiz_go(w, WIZ_PAGE_REBOOT, ret);
}

static bool is_row(const struct wiz_event *e, size_t i)
{
	return e->kind == WIZ_EVENT_NEXT && strcmp(rows[i].id, e->item) == 0;
}

/* What was chosen on the one way is no matter of the other. */
static void take_way(struct wiz *w, const char *id, enum wiz_page page)
{
	bool usb_only = strcmp(id, USB) == 0;

	wiz_mapping_forget(w);
	w->choices->repair = page == WIZ_PAGE_REVIEW;
	if (usb_only || (w->usb_only && strcmp(id, "setup") == 0)) {
		wiz_usb_want(w, false);
		w->usb = w->usb_only = usb_only;
	}
	if (usb_only)
		w->choices->n_pick = 0;
	wiz_entries_forget(w);
	wiz_changed(w);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	if (e->kind == WIZ_EVENT_NEXT && strcmp(e->item, "verify") == 0)
		return verify(w, ret);
	if (e->kind == WIZ_EVENT_NEXT && strcmp(e->item, "reboot") == 0)
		return reboot(w, ret);
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++) {
		if (!is_row(e, i))
			continue;
		take_way(w, rows[i].id, rows[i].page);
		return wiz_go(w, rows[i].page, ret);
	}
	return 0;
}

static void add_state(struct wiz *w, struct wiz_lines *lines)
{
	struct pg_status *status = NULL;
	size_t n = 0;

	if (wiz_read_all(w, NULL) < 0 || pg_status_list(w->facts, &status, &n) < 0) {
		lines->failed = true;
		return;
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	if (n == 0)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, pg_facts_is_unread(w->facts, "/etc/pve") ?
				    N_("No device of a VM can be seen.") : N_("No VM has a device yet."));
	for (size_t i = 0; i < n; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, pg_bdf_short(status[i].addr).s, "%s",
				    pg_status_verdict_name(status[i].verdict));
	pg_status_free(status, n);
}

static void reboot_detail(const struct wiz *w, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    w->waiting && w->waiting->summary ? w->waiting->summary : "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "This change is made, and waits for the reboot to take effect. You are "
			    "asked once more before it.");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].id, item) != 0)
			continue;
		if (rows[i].page == WIZ_PAGE_REBOOT)
			reboot_detail(w, lines);
		else if (rows[i].page == WIZ_PAGE_VERIFY)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
					    w->trial && w->trial->summary ? w->trial->summary :
									    "");
		else
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", _(rows[i].words));
		if (rows[i].page == WIZ_PAGE_STATUS)
			add_state(w, lines);
	}
}

const struct wiz_page_ops wiz_page_home = {
	.id = "home",
	.title = N_("Home"),
	.enters = true,
	.build = build,
	.event = event,
	.detail = detail,
};
