/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define BIG_GROUP 12
#define NO_GROUP "group/none"

/* ---- what a group is ---- */

/* What most people come for. */
static bool is_gpu(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU || dev->kind == PG_KIND_ACCELERATOR;
}

static bool has_gpu(const struct wiz *w, const struct pg_group *g)
{
	for (size_t i = 0; i < g->n_dev; i++)
		if (is_gpu(&w->facts->dev[g->dev[i]]))
			return true;
	return false;
}

static bool is_vital(const struct pg_dev *dev)
{
	const struct pg_use *use = wiz_dev_use(dev);

	return use && use->vital;
}

/* Members that are devices, and the only one of them. */
static size_t count_devices(const struct wiz *w, const struct pg_group *g,
			    const struct pg_dev **ret_last, bool *ret_vital)
{
	size_t n = 0;

	*ret_last = NULL;
	*ret_vital = false;
	for (size_t i = 0; i < g->n_dev; i++) {
		const struct pg_dev *dev = &w->facts->dev[g->dev[i]];

		if (dev->is_bridge)
			continue;
		n++;
		*ret_last = dev;
		*ret_vital = *ret_vital || is_vital(dev);
	}
	return n;
}

/* ---- rows ---- */

static void group_text(struct wiz_view *view, struct wiz_item *item,
		       const struct pg_group *g, const struct pg_dev *only, size_t n)
{
	if (g->verdict == PG_GROUP_EMPTY)
		wiz_view_set(view, &item->text, "group %d  bridges only", g->id);
	else if (item->folded && n == 1)
		wiz_view_set(view, &item->text, "group %d  %s %s", g->id, wiz_dev_kind(only),
			     wiz_dev_name(only).s);
	else if (item->folded)
		wiz_view_set(view, &item->text, "group %d  %zu devices", g->id, n);
	else
		wiz_view_set(view, &item->text, "group %d  %s", g->id,
			     _(pg_verdict_name(g->verdict)));
}

static void group_texts(const struct wiz *w, struct wiz_view *view, struct wiz_item *item,
			const struct pg_group *g)
{
	const struct pg_dev *only;
	bool vital;
	size_t n = count_devices(w, g, &only, &vital);

	group_text(view, item, g, only, n);
	if (g->verdict != PG_GROUP_SHARED)
		return;
	if (vital)
		wiz_view_set(view, &item->text, "group %d", g->id);
	if (vital)
		wiz_view_set(view, &item->note, "shared with the host !");
	item->style = vital ? WIZ_WARN : WIZ_PLAIN;
}

static void group_row(const struct wiz *w, struct wiz_view *view, const struct pg_group *g)
{
	struct wiz_item *item;
	char id[32];

	(void)snprintf(id, sizeof(id), "group/%d", g->id);
	item = wiz_view_add_item(view, id);
	if (!item)
		return;
	item->can_fold = true;
	item->folded = wiz_is_folded(w, id, !has_gpu(w, g) || g->n_dev > BIG_GROUP);
	wiz_view_set(view, &item->detail_title, "group %d", g->id);
	group_texts(w, view, item, g);
}

static void device_note(struct wiz_view *view, struct wiz_item *item,
			const struct pg_dev *dev)
{
	const struct pg_use *use = wiz_dev_use(dev);

	if (use)
		wiz_view_set(view, &item->note, "%s", wiz_use_label(use).s);
	else if (pg_dev_is_console(dev))
		wiz_view_set(view, &item->note, "console");
	else if (dev->n_vmid == 1)
		wiz_view_set(view, &item->note, "VM %u", (unsigned)dev->vmid[0]);
	else if (dev->n_vmid > 1)
		wiz_view_set(view, &item->note, "%zu VMs", dev->n_vmid);
}

/* A part of the board: nothing that a VM could have. */
static bool is_board(const struct wiz *w, const struct pg_dev *dev)
{
	const struct pg_group *g = pg_facts_group(w->facts, dev->group);

	return dev->is_bridge || (g && g->verdict == PG_GROUP_EMPTY);
}

static void refuse_board(struct wiz_view *view, struct wiz_item *item,
			 const struct pg_dev *dev)
{
	item->enabled = false;
	item->style = WIZ_FAINT;
	item->mark = WIZ_MARK_NONE;
	wiz_view_set(view, &item->why_not, "%s", dev->is_bridge ?
		     _("A bridge stays with the node: Proxmox leaves it out by itself.") :
		     _("It is a part of the board, and of no use to a VM."));
}

/* It stays with the driver that divides it. */
static void refuse_divided(struct wiz_view *view, struct wiz_item *item)
{
	item->enabled = false;
	item->style = WIZ_FAINT;
	item->mark = WIZ_MARK_NONE;
	wiz_view_set(view, &item->why_not, "It is divided into mediated devices or vGPUs, and stays with its "
		     "driver. The first page has a way to give a VM a part of it.");
}

/* Only a phrase chooses what the node needs. */
static bool needs_phrase(const struct wiz *w, const struct pg_dev *dev)
{
	return !pg_choices_has(w->choices, dev->addr) && wiz_dev_needed(w, dev);
}

static void device_row(const struct wiz *w, struct wiz_view *view, const struct pg_dev *dev)
{
	struct wiz_item *item = wiz_view_add_item(view, wiz_dev_item(dev).s);
	const char *kind = wiz_dev_kind(dev);

	if (!item)
		return;
	item->depth = 1;
	wiz_view_set(view, &item->text, "%-7s %-*s %s", pg_bdf_short(dev->addr).s,
		     pg_text_pad(kind, 5), kind, wiz_dev_name(dev).s);
	wiz_view_set(view, &item->detail_title, "%s", pg_bdf_str(dev->addr).s);
	wiz_dev_also(view, item, dev);
	device_note(view, item, dev);
	item->mark = pg_choices_has(w->choices, dev->addr) ? WIZ_MARK_ON : WIZ_MARK_OFF;
	if (is_board(w, dev)) {
		refuse_board(view, item, dev);
	} else if (dev->has_mdev && !pg_choices_has(w->choices, dev->addr)) {
		refuse_divided(view, item);
	} else if (needs_phrase(w, dev)) {
		item->mark = WIZ_MARK_ALERT;
		item->style = WIZ_BAD;
	}
}

static void groups(const struct wiz *w, struct wiz_view *view, bool with_gpu)
{
	for (size_t i = 0; i < w->facts->n_group; i++) {
		const struct pg_group *g = &w->facts->group[i];

		if (has_gpu(w, g) != with_gpu)
			continue;
		group_row(w, view, g);
		for (size_t k = 0; k < g->n_dev; k++)
			device_row(w, view, &w->facts->dev[g->dev[k]]);
	}
}

/* Devices without a group: all of them while the IOMMU is off. */
static void loose(const struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *item = NULL;

	for (size_t i = 0; i < w->facts->n_dev; i++) {
		const struct pg_dev *dev = &w->facts->dev[i];

		if (dev->group >= 0)
			continue;
		if (!item) {
			item = wiz_view_add_item(view, NO_GROUP);
			if (!item)
				return;
			item->can_fold = true;
			item->folded = wiz_is_folded(w, NO_GROUP, w->facts->n_group > 0);
			wiz_view_set(view, &item->text, "%s",
				     w->facts->n_group ? _("in no group") :
							 _("no IOMMU groups yet"));
		}
		device_row(w, view, dev);
	}
}

/* What is chosen; else the first card that is not the node's own screen. */
static size_t first_row(const struct wiz *w, const struct wiz_view *view)
{
	size_t row = 0;

	for (size_t i = 0; i < view->n_item; i++) {
		const struct pg_dev *dev = wiz_dev_of_item(w, view->item[i].id);

		if (view->item[i].mark == WIZ_MARK_ON)
			return i;
		if (row == 0 && dev && is_gpu(dev) && view->item[i].enabled &&
		    !is_vital(dev) && !pg_dev_is_console(dev))
			row = i;
	}
	return row;
}

/* Why there are devices without groups. */
static const char *no_groups(enum pg_tri active)
{
	if (active == PG_YES)
		return _("The IOMMU is active, but no device is in a group: nothing can be passed. "
		       "Look for a firmware update.");
	if (active == PG_NO)
		return _("The IOMMU is not active yet, so the groups are unknown. Choose now; look "
		       "here again after the reboot.");
	return _("Whether the IOMMU is active could not be read, so the groups are unknown.");
}

static void build(struct wiz *w, struct wiz_view *view)
{
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_FOLD | WIZ_CAN_SEARCH |
		     WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "IOMMU groups");
	wiz_view_set(view, &view->detail_title, "Device");
	groups(w, view, true);
	loose(w, view);
	groups(w, view, false);
	if (w->facts->n_group == 0)
		wiz_view_set(view, &view->intro, "%s", no_groups(w->facts->iommu.active));
	if (wiz_n_chosen(w) == 0)
		wiz_view_set(view, &view->why_not_next,
			     "Choose a device first.");
	view->cursor = first_row(w, view);
}

/* ---- choosing ---- */

/* What a card brings along: the other functions of its slot. */
static bool goes_along(const struct pg_dev *card, const struct pg_dev *dev)
{
	return dev != card && pg_bdf_same_slot(card->addr, dev->addr) && !dev->is_bridge &&
	       !dev->is_vf && !is_vital(dev);
}

static int toggle_one(struct wiz *w, const struct pg_dev *dev, bool on)
{
	if (on)
		return pg_choices_has(w->choices, dev->addr) ?
			       0 :
			       pg_choices_pick(w->choices, dev->addr, false);
	pg_choices_unpick(w->choices, dev->addr);
	return 0;
}

static int toggle(struct wiz *w, const struct pg_dev *dev)
{
	bool on = !pg_choices_has(w->choices, dev->addr);
	int r = toggle_one(w, dev, on);

	for (size_t i = 0; r == 0 && dev->kind == PG_KIND_GPU && i < w->facts->n_dev; i++)
		if (goes_along(dev, &w->facts->dev[i]))
			r = toggle_one(w, &w->facts->dev[i], on);
	w->choices->n_accept = 0; /* it was said of other devices */
	wiz_changed(w);
	return r;
}

static int answer(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_dev *dev = wiz_dev_of_item(w, w->asked_item);

	*ret = WIZ_REBUILD;
	return dev && w->asking == WIZ_ASKING_LOSS ? wiz_loss_answer_device(w, dev, e->text) : 0;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_dev *dev = wiz_dev_of_item(w, e->item);

	if (e->kind == WIZ_EVENT_NEXT)
		return wiz_next(w, ret);
	if (e->kind == WIZ_EVENT_ANSWER)
		return answer(w, e, ret);
	if (e->kind != WIZ_EVENT_TOGGLE || !dev)
		return 0;
	*ret = WIZ_REBUILD;
	if (needs_phrase(w, dev))
		return wiz_loss_ask_device(w, dev, e->item);
	return toggle(w, dev);
}

/* ---- the right pane ---- */

static void member_line(const struct pg_dev *dev, bool whole, struct wiz_lines *lines)
{
	enum wiz_style style = is_vital(dev) ? WIZ_BAD : WIZ_PLAIN;
	const char *note = dev->is_bridge ? _(" (bridge)") :
			   is_vital(dev)  ? _(" (the node needs it)") :
					    "";

	if (whole)
		(void)wiz_lines_add(lines, style, pg_bdf_short(dev->addr).s, "%s%s",
				    wiz_dev_name(dev).s, note);
	else
		(void)wiz_lines_add_cut(lines, style, pg_bdf_short(dev->addr).s, "%s%s",
					is_vital(dev) ? "! " : "", wiz_dev_name(dev).s);
}

static void group_detail(const struct wiz *w, const struct pg_group *g, bool whole,
			 struct wiz_lines *lines)
{
	static const char *const words[] = {
		[PG_GROUP_EMPTY] = N_("Nothing in it can be given to a VM."),
		[PG_GROUP_CLEAN] = N_("Clean: one device with its functions. It can be given away "
				   "alone."),
		[PG_GROUP_SHARED] = N_("Shared: several devices. The hardware cannot keep them apart, "
				    "so they all leave the node when a VM takes one of them."),
	};

	bool vital = false;

	for (size_t i = 0; i < g->n_dev; i++)
		vital = vital || is_vital(&w->facts->dev[g->dev[i]]);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    vital && g->verdict == PG_GROUP_CLEAN ?
				    _("Clean: one device with its functions. Nothing else would leave with it, but "
				    "the node needs it.") :
				    _(words[g->verdict]));
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	for (size_t i = 0; i < g->n_dev; i++)
		member_line(&w->facts->dev[g->dev[i]], whole, lines);
	if (vital && !whole)
		(void)wiz_lines_add(lines, WIZ_BAD, NULL, "!  the node needs it");
}

static const struct pg_group *group_of_item(const struct wiz *w, const char *item)
{
	uint64_t id;

	if (!pg_text_starts(item, "group/") || pg_text_number(item + 6, 10, INT32_MAX, &id) < 0)
		return NULL;
	return pg_facts_group(w->facts, (int)id);
}

static void refold(struct wiz *w, struct wiz_view *view, struct wiz_item *item)
{
	const struct pg_group *g = group_of_item(w, item->id);

	if (g)
		group_texts(w, view, item, g);
}

static void show(struct wiz *w, const char *item, bool whole, struct wiz_lines *lines,
		 void (*words)(const struct wiz *, const struct pg_dev *, struct wiz_lines *))
{
	const struct pg_dev *dev = wiz_dev_of_item(w, item);
	const struct pg_group *g = group_of_item(w, item);

	if (dev)
		words(w, dev, lines);
	else if (g)
		group_detail(w, g, whole, lines);
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The kernel makes a group for each device that it can keep "
				    "apart from the others. These are in none.");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	show(w, item, false, lines, wiz_dev_detail);
}

static void details(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	show(w, item, true, lines, wiz_dev_details);
}

const struct wiz_page_ops wiz_page_device = {
	.id = "device",
	.title = N_("Set up passthrough"),
	.step = N_("Device"),
	.build = build,
	.event = event,
	.detail = detail,
	.details = details,
	.refold = refold,
};
