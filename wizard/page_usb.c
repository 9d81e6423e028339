/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB devices for the chosen VM, in the tree of their controllers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define CONTROLLER "controller/"
#define NOWHERE	   "controller/none"
#define ENTRIES	   "entries"
#define ENTRY	   "entry/"

static bool relevant(const struct wiz *w)
{
	return w->usb && w->choices->vmid;
}

/* ---- rows ---- */

static void hub(struct wiz_view *view, struct wiz_item *item)
{
	item->enabled = false;
	item->style = WIZ_FAINT;
	wiz_view_set(view, &item->why_not,
		     "A hub cannot be passed: choose what is plugged into it.");
}

static void vital(struct wiz_view *view, struct wiz_item *item, const struct pg_usb_dev *dev,
		  const struct pg_use *use)
{
	item->enabled = false;
	item->mark = WIZ_MARK_ALERT;
	item->style = WIZ_BAD;
	wiz_view_set(view, &item->why_not,
		     "The node needs %s itself: %s. Giving it away would cut the node off.",
		     dev->name, use->detail);
}

static void note(const struct wiz *w, struct wiz_view *view, struct wiz_item *item,
		 const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *usb = wiz_usb_entry(w, dev);
	enum wiz_usb_way way = wiz_usb_way(w, dev);
	uint32_t other = wiz_usb_other_vm(w, dev);

	if (way == WIZ_USB_ID)
		wiz_view_set(view, &item->note, "by ids");
	else if (way == WIZ_USB_PORT)
		wiz_view_set(view, &item->note, "by port");
	else if (way == WIZ_USB_HAS)
		wiz_view_set(view, &item->note, "usb%u", usb->index);
	else if (way == WIZ_USB_LEAVES)
		wiz_view_set(view, &item->note, "removed");
	else if (other)
		wiz_view_set(view, &item->note, "VM %u", (unsigned)other);
	else if (dev->n_use)
		wiz_view_set(view, &item->note, "%.*s",
			     (int)strcspn(dev->use[0].detail, dev->use[0].what == PG_USE_INPUT ? " ," : ",;("),
			     dev->use[0].detail);
}

static void device_row(const struct wiz *w, struct wiz_view *view, const struct pg_usb_dev *dev,
		       unsigned depth)
{
	pg_autofree char *id = pg_strf("usb/%s", dev->name), *title = pg_usb_title(dev);
	enum wiz_usb_way way = wiz_usb_way(w, dev);
	const struct pg_use *use = wiz_usb_vital(dev);
	struct wiz_item *item = id && title ? wiz_view_add_item(view, id) : NULL;

	if (!item) {
		view->failed = true;
		return;
	}
	item->depth = depth;
	if (*title || !dev->has_ids)
		wiz_view_set(view, &item->text, "%-5s %s", dev->name, title);
	else
		wiz_view_set(view, &item->text, "%-5s %04x:%04x", dev->name, dev->vendor,
			     dev->product);
	wiz_view_set(view, &item->detail_title, "%s", dev->name);
	item->mark = way == WIZ_USB_OFF || way == WIZ_USB_LEAVES ? WIZ_MARK_OFF : WIZ_MARK_ON;
	note(w, view, item, dev);
	if (dev->is_hub) {
		item->mark = WIZ_MARK_NONE;
		hub(view, item);
	} else if (use && way == WIZ_USB_OFF) {
		vital(view, item, dev, use);
	}
	for (size_t i = 0; i < w->facts->n_usb; i++)
		if (pg_usb_is_child(dev, &w->facts->usb[i]))
			device_row(w, view, &w->facts->usb[i], depth + 1);
}

/* A root hub stands for its controller. */
static bool is_top(const struct wiz *w, const struct pg_usb_dev *dev)
{
	const struct pg_usb_dev *parent = pg_usb_parent(w->facts, dev);

	return !dev->is_root && (!parent || parent->is_root);
}

/* dev NULL: on no PCI device. */
static bool is_on(const struct pg_usb_dev *usb, const struct pg_dev *dev)
{
	if (!dev)
		return !usb->has_controller;
	return usb->has_controller && pg_bdf_equal(usb->controller, dev->addr);
}

static size_t count_on(const struct wiz *w, const struct pg_dev *dev)
{
	size_t n = 0;

	for (size_t i = 0; i < w->facts->n_usb; i++)
		n += is_on(&w->facts->usb[i], dev) && is_top(w, &w->facts->usb[i]);
	return n;
}

static void controller_rows(const struct wiz *w, struct wiz_view *view, const struct pg_dev *dev)
{
	pg_autofree char *id = dev ? pg_strf(CONTROLLER "%s", pg_bdf_str(dev->addr).s) :
				     strdup(NOWHERE);
	struct wiz_item *item;

	if (!count_on(w, dev))
		return;
	item = id ? wiz_view_add_item(view, id) : NULL;
	if (!item) {
		view->failed = true;
		return;
	}
	item->can_fold = true;
	item->folded = wiz_is_folded(w, id, false);
	item->enabled = false;
	wiz_view_set(view, &item->text, "%s %s", dev ? pg_bdf_short(dev->addr).s : _("no PCI device"),
		     dev ? wiz_dev_name(dev).s : "");
	wiz_view_set(view, &item->detail_title, "%s", dev ? pg_bdf_str(dev->addr).s : "USB");
	wiz_view_set(view, &item->why_not, "%s",
		     dev ? _("The whole controller is a PCI device: choose it under Set up passthrough, "
			   "on the Device page.") :
			   _("Choose what is plugged in."));
	for (size_t i = 0; i < w->facts->n_usb; i++)
		if (is_on(&w->facts->usb[i], dev) && is_top(w, &w->facts->usb[i]))
			device_row(w, view, &w->facts->usb[i], 1);
}

/* Entries of the VM for what is not plugged in. */
static void entry_rows(const struct wiz *w, struct wiz_view *view)
{
	const struct pg_guest *g = wiz_guest(w);
	struct wiz_item *item = NULL;

	for (size_t i = 0; g && i < g->n_usb; i++) {
		const struct pg_guest_usb *usb = &g->usb[i];
		char id[32];

		if (!pg_guest_usb_counts(g, usb) || pg_usb_first(w->facts, &usb->spec, NULL))
			continue;
		if (!item) {
			item = wiz_view_add_item(view, ENTRIES);
			if (!item)
				return;
			item->can_fold = true;
			item->enabled = false;
			item->folded = wiz_is_folded(w, ENTRIES, false);
			wiz_view_set(view, &item->text, "VM %u has also", (unsigned)g->vmid);
		}
		(void)snprintf(id, sizeof(id), ENTRY "usb%u", usb->index);
		item = wiz_view_add_item(view, id);
		if (!item)
			return;
		item->depth = 1;
		item->mark = wiz_usb_leaves(w, usb) ? WIZ_MARK_OFF : WIZ_MARK_ON;
		wiz_view_set(view, &item->text, "usb%u  %s", usb->index, usb->value);
		wiz_view_set(view, &item->detail_title, "usb%u", usb->index);
		if (wiz_usb_leaves(w, usb))
			wiz_view_set(view, &item->note, "removed");
	}
}

static void build(struct wiz *w, struct wiz_view *view)
{
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_FOLD | WIZ_CAN_SEARCH |
		     WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "USB devices for VM %u", (unsigned)w->choices->vmid);
	wiz_view_set(view, &view->detail_title, "Device");
	for (size_t i = 0; i < w->facts->n_dev; i++)
		controller_rows(w, view, &w->facts->dev[i]);
	controller_rows(w, view, NULL);
	entry_rows(w, view);
	for (size_t i = view->n_item; i-- > 0;)
		if (view->item[i].enabled)
			view->cursor = i;
	if (!view->n_item)
		wiz_view_set(view, &view->intro, "No USB device is plugged in.");
	if (w->usb_only && !pg_choices_has_usb(w->choices) && !pg_choices_has_vm_only(w->choices))
		wiz_view_set(view, &view->why_not_next,
			     "Choose a device, or take one from the VM.");
}

/* ---- choosing ---- */

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_usb_dev *dev;

	if (e->kind == WIZ_EVENT_NEXT)
		return wiz_next(w, ret);
	if (e->kind != WIZ_EVENT_TOGGLE)
		return 0;
	*ret = WIZ_REBUILD;
	wiz_changed(w);
	if (pg_text_starts(e->item, ENTRY))
		return wiz_usb_toggle_entry(w, e->item + strlen(ENTRY));
	dev = wiz_usb_of_item(w, e->item);
	return dev ? wiz_usb_turn(w, dev) : 0;
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_usb_dev *dev = wiz_usb_of_item(w, item);
	struct pg_bdf addr;

	if (dev) {
		wiz_usb_detail(w, dev, lines);
		return;
	}
	if (pg_text_starts(item, CONTROLLER) &&
	    pg_bdf_parse(item + strlen(CONTROLLER), &addr) == 0 && pg_facts_dev(w->facts, addr)) {
		wiz_dev_detail(w, pg_facts_dev(w->facts, addr), lines);
		return;
	}
	if (pg_text_starts(item, ENTRY))
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "What this entry names is not plugged in, or comes from a SPICE "
				    "client. Space takes the entry from the VM.");
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "What is listed below it is on no PCI "
				    "device, or not plugged in.");
}

const struct wiz_page_ops wiz_page_usb = {
	.id = "usb",
	.title = N_("Set up passthrough"),
	.step = N_("USB"),
	.relevant = relevant,
	.build = build,
	.event = event,
	.detail = detail,
};
