/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define NO_VM "vm/0"
#define PRIMARY "primary"
#define MACHINE "change-machine"
#define FIRMWARE "change-firmware"
#define USB "usb"

/* What is asked is the VM, and nothing else. */
static bool is_vm_only(const struct wiz *w)
{
	return w->usb_only || wiz_vgpu_is_chosen(w);
}

static bool relevant(const struct wiz *w)
{
	return w->facts->n_guest > 0;
}

/* ---- rows ---- */

static void why_not(struct wiz_view *view, struct wiz_item *item, const struct pg_guest *g)
{
	item->enabled = g->local && !g->error && !g->lock && !g->template;
	item->style = item->enabled ? WIZ_PLAIN : WIZ_FAINT;
	if (!g->local)
		wiz_view_set(view, &item->why_not,
			     "It lies on node %s: a device of this node is no use to it there. "
			     "Migrate the VM, or run pve-gpu on that node.", g->node);
	else if (g->error)
		wiz_view_set(view, &item->why_not, "Its configuration cannot be read: %s.",
			     pg_err_reason(g->error));
	else if (g->lock)
		wiz_view_set(view, &item->why_not,
			     "It is locked (%s). Wait for that to end; a stale lock is taken off "
			     "with `qm unlock %u`.", g->lock, (unsigned)g->vmid);
	else if (g->template)
		wiz_view_set(view, &item->why_not,
			     "It is a template: Proxmox ignores devices there. Clone it first.");
}

static void vm_note(struct wiz_view *view, struct wiz_item *item, const struct pg_guest *g)
{
	if (!g->local)
		wiz_view_set(view, &item->note, "node %s", g->node);
	else if (g->lock)
		wiz_view_set(view, &item->note, "locked");
	else if (g->template)
		wiz_view_set(view, &item->note, "template");
	else if (g->running == PG_YES)
		wiz_view_set(view, &item->note, _("running"));
}

static void vm_row(const struct wiz *w, struct wiz_view *view, const struct pg_guest *g)
{
	struct wiz_item *item;
	char id[32];

	(void)snprintf(id, sizeof(id), "vm/%" PRIu32, g->vmid);
	item = wiz_view_add_item(view, id);
	if (!item)
		return;
	wiz_view_set(view, &item->text, "%-5" PRIu32 " %s", g->vmid, g->name ? g->name : "");
	wiz_view_set(view, &item->detail_title, "VM %" PRIu32, g->vmid);
	item->mark = w->choices->vmid == g->vmid ? WIZ_MARK_RADIO_ON : WIZ_MARK_RADIO_OFF;
	why_not(view, item, g);
	vm_note(view, item, g);
	if (w->choices->vmid == g->vmid)
		wiz_entry_rows(w, view, g);
}

static void primary_row(const struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *item = wiz_view_add_item(view, PRIMARY);

	if (!item)
		return;
	wiz_view_set(view, &item->text, "the VM's only screen (x-vga)");
	wiz_view_set(view, &item->detail_title, "Screen");
	item->mark = w->choices->primary ? WIZ_MARK_ON : WIZ_MARK_OFF;
	if (w->choices->vmid)
		return;
	item->enabled = false;
	item->style = WIZ_FAINT;
	wiz_view_set(view, &item->why_not, "Choose a VM first.");
}

static void usb_row(const struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *item = wiz_view_add_item(view, USB);

	if (!item)
		return;
	wiz_view_set(view, &item->text, "USB devices, too");
	wiz_view_set(view, &item->detail_title, "USB");
	item->mark = w->usb ? WIZ_MARK_ON : WIZ_MARK_OFF;
	if (w->choices->vmid)
		return;
	item->enabled = false;
	item->style = WIZ_FAINT;
	wiz_view_set(view, &item->why_not, "Choose a VM first.");
}

/* What a plan for the VM says, as it were chosen; what may be changed of another VM is not
 * carried over. */
static int plan_for(const struct wiz *w, uint32_t vmid, bool keep, struct pg_plan **ret)
{
	struct pg_choices choices = *w->choices;

	if (keep || choices.vmid != vmid)
		choices.change_machine = choices.change_firmware = false;
	choices.vmid = vmid;
	return pg_plan_make(w->facts, &choices, w->opts.templates, ret);
}

static void change_row(struct wiz_view *view, const struct pg_plan *plan, const char *finding,
		       const char *id, const char *title, const char *text, bool on)
{
	for (size_t i = 0; i < plan->findings.n; i++) {
		struct wiz_item *item;

		if (strcmp(plan->findings.v[i].id, finding) != 0)
			continue;
		item = wiz_view_add_item(view, id);
		if (!item)
			return;
		wiz_view_set(view, &item->text, "%s", text);
		wiz_view_set(view, &item->detail_title, "%s", title);
		item->mark = on ? WIZ_MARK_ON : WIZ_MARK_OFF;
		return;
	}
}

/* Offered where the planner would leave them, for the sake of an installed system. */
static void change_rows(const struct wiz *w, struct wiz_view *view)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;

	if (!w->choices->vmid)
		return;
	if (plan_for(w, w->choices->vmid, true, &plan) < 0) {
		view->failed = true;
		return;
	}
	change_row(view, plan, "machine-kept", MACHINE, _("Machine type"),
		   _("change the machine type to q35"), w->choices->change_machine);
	change_row(view, plan, "firmware-kept", FIRMWARE, _("Firmware"),
		   _("change the firmware to OVMF"), w->choices->change_firmware);
}

static void other_rows(const struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *none = wiz_view_add_item(view, NO_VM);

	if (!none)
		return;
	wiz_view_set(view, &none->text, "no VM: prepare the node only");
	none->mark = !w->choices->vmid && w->vm_chosen ? WIZ_MARK_RADIO_ON :
							 WIZ_MARK_RADIO_OFF;
	primary_row(w, view);
	usb_row(w, view);
	change_rows(w, view);
	wiz_setting_rows(w, view);
}

static void build(struct wiz *w, struct wiz_view *view)
{

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_SEARCH | WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "The VM that gets it");
	wiz_view_set(view, &view->detail_title, "About it");
	for (size_t i = 0; i < w->facts->n_guest; i++)
		vm_row(w, view, &w->facts->guest[i]);
	if (!is_vm_only(w))
		other_rows(w, view);
	for (size_t i = 0; i < view->n_item; i++)
		if (view->item[i].mark == WIZ_MARK_RADIO_ON)
			view->cursor = i;
	if (!w->choices->vmid && is_vm_only(w))
		wiz_view_set(view, &view->why_not_next, "Choose a VM first.");
	else if (!w->choices->vmid && !w->vm_chosen)
		wiz_view_set(view, &view->why_not_next,
			     "Choose a VM, or \"no VM\" to prepare the node only.");
}

/* ---- choosing ---- */

static bool vm_of_item(const char *item, uint32_t *ret)
{
	uint64_t vmid;

	if (!pg_text_starts(item, "vm/") || pg_text_number(item + 3, 10, UINT32_MAX, &vmid) < 0)
		return false;
	*ret = (uint32_t)vmid;
	return true;
}

static void choose_vm(struct wiz *w, uint32_t vmid)
{
	if (w->choices->vmid != vmid) {
		w->choices->change_machine = w->choices->change_firmware = false;
		pg_strv_done(&w->choices->usb_remove); /* entries of the other VM */
		wiz_entries_forget(w);
		wiz_settings_forget(w);
	}
	w->choices->vmid = vmid;
	w->vm_chosen = true;
	if (vmid)
		return;
	w->choices->primary = false;
	wiz_usb_want(w, false);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	uint32_t vmid;
	int r;

	if (e->kind == WIZ_EVENT_NEXT)
		return wiz_next(w, ret);
	if (e->kind != WIZ_EVENT_TOGGLE)
		return 0;
	*ret = WIZ_REBUILD;
	wiz_changed(w);
	r = wiz_entry_turn(w, e->item);
	if (r == -ENOENT)
		r = wiz_setting_turn(w, e->item);
	if (r != -ENOENT)
		return r;
	if (vm_of_item(e->item, &vmid))
		choose_vm(w, vmid);
	else if (strcmp(e->item, PRIMARY) == 0)
		w->choices->primary = !w->choices->primary;
	else if (strcmp(e->item, USB) == 0)
		wiz_usb_want(w, !w->usb);
	else if (strcmp(e->item, MACHINE) == 0)
		w->choices->change_machine = !w->choices->change_machine;
	else if (strcmp(e->item, FIRMWARE) == 0)
		w->choices->change_firmware = !w->choices->change_firmware;
	return 0;
}

/* ---- the right pane ---- */

static void vm_facts(const struct pg_guest *g, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", g->name ? g->name : _("(no name)"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "machine", "%s", g->q35 ? "q35" : "i440fx");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "firmware", "%s", g->ovmf ? "OVMF" : "SeaBIOS");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "state", "%s",
			    g->running == PG_YES ? _("running") :
			    g->running == PG_NO	 ? _("stopped") :
						   _("unknown"));
	for (size_t i = 0; i < g->n_hostpci; i++) {
		char label[32];

		(void)snprintf(label, sizeof(label), "hostpci%u%s", g->hostpci[i].index,
			       g->hostpci[i].pending ? _(" (pending)") :
			       g->hostpci[i].leaving ? _(" (leaving)") :
						       "");
		(void)wiz_lines_add(lines, WIZ_PLAIN, label, "%s", g->hostpci[i].value);
	}
	for (size_t i = 0; i < g->n_usb; i++) {
		char label[32];

		(void)snprintf(label, sizeof(label), "usb%u%s", g->usb[i].index,
			       g->usb[i].pending ? _(" (pending)") :
			       g->usb[i].leaving ? _(" (leaving)") :
						   "");
		(void)wiz_lines_add(lines, WIZ_PLAIN, label, "%s", g->usb[i].value);
	}
	for (size_t i = 0; i < g->bad.n; i++)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "%s", g->bad.v[i]);
}

/* What the linter says of the VM as it is. */
static void vm_findings(const struct wiz *w, const struct pg_guest *g, struct wiz_lines *lines)
{
	bool any = false;
	char scope[32];

	(void)snprintf(scope, sizeof(scope), "vm/%" PRIu32, g->vmid);
	for (size_t i = 0; i < w->host.n; i++) {
		const struct pg_finding *f = &w->host.v[i];

		if (f->level == PG_LEVEL_OK || strcmp(f->scope, scope) != 0)
			continue;
		if (!any) {
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
			(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "As it is");
		}
		any = true;
		wiz_finding_lines(f, lines);
		if (f->fix)
			(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "%s", f->fix);
	}
}

static void vm_changes(const struct wiz *w, const struct pg_guest *g, struct wiz_lines *lines)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	char scope[32];

	if (plan_for(w, g->vmid, false, &plan) < 0) {
		lines->failed = true;
		return;
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "What will be changed");
	for (size_t i = 0; i < plan->n_vm_cmd; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", plan->vm_cmd[i].why);
	if (plan->n_vm_cmd == 0)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
				    pg_plan_is_blocked(plan) ? _("It cannot be done like this:") :
							       _("Nothing: it has all it needs."));
	(void)snprintf(scope, sizeof(scope), "vm/%" PRIu32, g->vmid);
	for (size_t i = 0; i < plan->findings.n; i++) {
		const struct pg_finding *f = &plan->findings.v[i];

		if (f->level >= PG_LEVEL_WARN &&
		    (f->level == PG_LEVEL_BLOCK || strcmp(f->scope, scope) == 0))
			(void)wiz_lines_add(lines, wiz_level_style(f->level), NULL, "%s", f->text);
	}
}

static const struct {
	const char *id, *words, *risk;
} boxes[] = {
	{ PRIMARY,
	  N_("The VM shows its screen on the card's own output from its start, and Proxmox's console "
	  "for it stays black. Without it the card is a second screen."), NULL },
	{ USB,
	  N_("The next page shows what is plugged into the node, and what the VM has of it."), NULL },
	{ MACHINE,
	  N_("PCI Express is there on q35 only. Without it the device is passed as plain PCI, which "
	  "works for most."),
	  N_("The VM's disks and network cards move to other places on its board. An installed system "
	  "may not start, or without network; Windows may ask to be activated again. Make a "
	  "backup of the VM first.") },
	{ FIRMWARE,
	  N_("GPUs get along best with OVMF (UEFI). The VM gets a small EFI disk for its settings."),
	  N_("A system that was installed with SeaBIOS does not start with OVMF, unless it has a UEFI "
	  "boot loader as well. Change it only where you know that, or will install the system "
	  "anew. Make a backup of the VM first.") },
};

static bool box_detail(const char *item, struct wiz_lines *lines)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(boxes); i++) {
		if (strcmp(item, boxes[i].id) != 0)
			continue;
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", _(boxes[i].words));
		if (!boxes[i].risk)
			return true;
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "%s", _(boxes[i].risk));
		return true;
	}
	return false;
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_guest *g;
	uint32_t vmid = 0;

	if (box_detail(item, lines) || wiz_entry_detail(w, item, lines) ||
	    wiz_setting_detail(w, item, lines))
		return;
	g = vm_of_item(item, &vmid) ? pg_facts_guest(w->facts, vmid) : NULL;
	if (!g) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The node is made ready, and no VM is changed. You can give "
				    "the device to a VM later, here or in Proxmox.");
		return;
	}
	vm_facts(g, lines);
	if (g->local && !g->error && !g->lock && !g->template && !w->usb_only)
		vm_changes(w, g, lines);
	if (g->local)
		vm_findings(w, g, lines);
}

static void details(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_guest *g;
	uint32_t vmid = 0;

	detail(w, item, lines);
	g = vm_of_item(item, &vmid) ? pg_facts_guest(w->facts, vmid) : NULL;
	if (!g)
		return;
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "%s", g->path ? g->path : "");
	for (size_t i = 0; i < g->n_lines; i++)
		if (g->lines[i].section[0] == '\0')
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s: %s", g->lines[i].key,
					    g->lines[i].value);
}

const struct wiz_page_ops wiz_page_vm = {
	.id = "vm",
	.title = N_("Set up passthrough"),
	.step = N_("VM"),
	.relevant = relevant,
	.build = build,
	.event = event,
	.detail = detail,
	.details = details,
};
