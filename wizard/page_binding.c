/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

static const struct {
	enum pg_bind bind;
	const char *id, *text, *words;
} rows[] = {
	{ PG_BIND_AUTO, "bind/auto", N_("automatic"), NULL },
	{ PG_BIND_EARLY, "bind/early", N_("early, by ids"),
	  N_("vfio-pci takes the device while the node boots, before its own driver can. Needed for "
	  "cards whose driver does not let go of them cleanly, and for the node's own screen. The ids "
	  "are those of the model: an equal card would be taken too.") },
	{ PG_BIND_ADDRESS, "bind/address", N_("early, by address"),
	  N_("As early, but for this very slot only: for a node with two equal cards of which one "
	  "stays with the node. If cards are moved to other slots, it has to be set up again.") },
	{ PG_BIND_AT_START, "bind/at-start", N_("when the VM starts"),
	  N_("Nothing is written that the node boots with: Proxmox takes the device from its driver when "
	  "the VM starts. Good where the driver lets go cleanly. The node's driver does not get it "
	  "back when the VM stops.") },
};

#define PT "iommu-pt"

/* What automatic stands for with these devices. */
static enum pg_bind automatic(const struct wiz *w, const char **ret_why)
{
	struct pg_choices choices = *w->choices;

	choices.bind = PG_BIND_AUTO;
	return pg_plan_bind(w->facts, &choices, ret_why);
}

static const char *short_words(enum pg_bind bind)
{
	for (size_t i = 1; i < PG_ARRAY_SIZE(rows); i++)
		if (rows[i].bind == bind)
			return _(rows[i].text);
	return "";
}

static void build(struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *item;
	const char *why;

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT;
	wiz_view_set(view, &view->list_title, "When vfio-pci takes the device");
	wiz_view_set(view, &view->detail_title, "What it means");
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++) {
		bool on = w->choices->bind == rows[i].bind;

		item = wiz_view_add_item(view, rows[i].id);
		if (!item)
			return;
		wiz_view_set(view, &item->text, "%s", _(rows[i].text));
		item->mark = on ? WIZ_MARK_RADIO_ON : WIZ_MARK_RADIO_OFF;
		if (on)
			view->cursor = i;
		if (rows[i].bind == PG_BIND_AUTO)
			wiz_view_set(view, &item->note, "here: %s",
				     short_words(automatic(w, &why)));
	}
	item = wiz_view_add_item(view, PT);
	if (!item)
		return;
	wiz_view_set(view, &item->text, "iommu=pt for the node's devices");
	item->mark = w->choices->iommu_pt ? WIZ_MARK_ON : WIZ_MARK_OFF;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	if (e->kind == WIZ_EVENT_NEXT)
		return wiz_next(w, ret);
	if (e->kind != WIZ_EVENT_TOGGLE)
		return 0;
	*ret = WIZ_REBUILD;
	wiz_changed(w);
	if (strcmp(e->item, PT) == 0)
		w->choices->iommu_pt = !w->choices->iommu_pt;
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++)
		if (strcmp(e->item, rows[i].id) == 0)
			w->choices->bind = rows[i].bind;
	return 0;
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const char *why;
	enum pg_bind bind = automatic(w, &why);

	if (strcmp(item, rows[0].id) == 0) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The least that is enough. For the chosen devices that is:");
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", short_words(bind));
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", why);
	}
	for (size_t i = 1; i < PG_ARRAY_SIZE(rows); i++)
		if (strcmp(item, rows[i].id) == 0)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", _(rows[i].words));
	if (strcmp(item, PT) == 0)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "A kernel option. Devices that stay with the node reach "
				    "memory without translation, which is faster with some network "
				    "cards. Devices of VMs are translated and kept apart all the "
				    "same. Passthrough does not need it.");
}

const struct wiz_page_ops wiz_page_binding = {
	.id = "binding",
	.title = N_("Set up passthrough"),
	.step = N_("Binding"),
	.build = build,
	.event = event,
	.detail = detail,
};
