/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards that are divided into mediated devices or vGPUs: what there is of them, why there is none;
 * from here a part is chosen for a VM. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/vgpu.h"
#include "wizard/ctx.h"

#define PREPARE "prepare/"

static const char *name_of(const struct pg_vgpu_card *card, struct pg_bdf_str *buf)
{
	if (!card->dev)
		return card->name;
	*buf = pg_bdf_str(card->dev->addr);
	return buf->s;
}

/* "card/0000:00:02.0", "card/0000:00:02.0/i915-GVTg_V5_4" */
static char *item_id(const struct pg_vgpu_card *card, const struct pg_vgpu_type *type)
{
	struct pg_bdf_str buf;

	return pg_strf("card/%s%s%s", name_of(card, &buf), type ? "/" : "", type ? type->id : "");
}

/* ---- rows ---- */

static void why_not(struct wiz_view *view, struct wiz_item *item, const char *text)
{
	item->enabled = false;
	item->style = WIZ_FAINT;
	wiz_view_set(view, &item->why_not, "%s", text);
}

static void type_row(struct wiz_view *view, const struct pg_vgpu_card *card,
		     const struct pg_vgpu_type *type)
{
	pg_autofree char *id = item_id(card, type);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;

	if (!item) {
		view->failed = true;
		return;
	}
	item->depth = 1;
	wiz_view_set(view, &item->text, "%s", type->name ? type->name : type->id);
	if (type->available >= 0)
		wiz_view_set(view, &item->note, "%" PRId64 " free", type->available);
	wiz_view_set(view, &item->detail_title, "%s", type->id);
	if (!card->dev)
		why_not(view, item, _("This is no PCI device: Proxmox can give no VM a part of it."));
	else if (type->available == 0)
		why_not(view, item, _("All that can be made of this type are taken."));
}

static void prepare_row(const struct wiz *w, struct wiz_view *view,
			const struct pg_vgpu_card *card)
{
	pg_autofree char *id = NULL;
	struct wiz_item *item;

	if (!card->dev || !pg_gvt_can_be_planned(w->facts, card->dev))
		return;
	id = pg_strf(PREPARE "%s", pg_bdf_str(card->dev->addr).s);
	item = id ? wiz_view_add_item(view, id) : NULL;
	if (!item) {
		view->failed = true;
		return;
	}
	item->depth = 1;
	wiz_view_set(view, &item->text, "switch on GVT-g");
	wiz_view_set(view, &item->detail_title, "GVT-g");
}

static void card_row(const struct wiz *w, struct wiz_view *view, const struct pg_vgpu_card *card)
{
	pg_autofree char *id = item_id(card, NULL);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;
	bool folded = id && wiz_is_folded(w, id, false);

	if (!item) {
		view->failed = true;
		return;
	}
	item->can_fold = true;
	item->folded = folded;
	item->enabled = false;
	if (card->dev)
		wiz_view_set(view, &item->text, "%s %s", pg_bdf_short(card->dev->addr).s,
			     wiz_dev_name(card->dev).s);
	else
		wiz_view_set(view, &item->text, "%s", card->name);
	wiz_view_set(view, &item->note, "%s", card->n_part ? "" : _("none"));
	wiz_view_set(view, &item->detail_title, "%s", item->text ? item->text : "");
	wiz_view_set(view, &item->why_not, "%s", card->n_type ? _("Choose a type below the card.") :
							      _("The right pane says why there is none."));
	for (size_t i = 0; !folded && i < card->n_type; i++)
		type_row(view, card, &card->type[i]);
	if (!folded)
		prepare_row(w, view, card);
}

static void build(struct wiz *w, struct wiz_view *view)
{
	struct pg_vgpu_table t PG_CLEANUP(pg_vgpu_table_done) = { 0 };

	view->shape = WIZ_SHAPE_LIST;
	wiz_view_set(view, &view->list_title, "Cards and types");
	wiz_view_set(view, &view->detail_title, "About it");
	wiz_view_set(view, &view->next_label, "choose");
	if (pg_vgpu_table_make(w->facts, &t) < 0) {
		view->failed = true;
		return;
	}
	if (t.n)
		view->can |= WIZ_CAN_SEARCH | WIZ_CAN_FOLD | WIZ_CAN_NEXT;
	for (size_t i = 0; i < t.n; i++)
		card_row(w, view, &t.v[i]);
}

/* ---- what is behind a row ---- */

struct found {
	struct pg_vgpu_table table;
	const struct pg_vgpu_card *card;
	const struct pg_vgpu_type *type;
	bool prepare;
};

static void found_done(struct found *f)
{
	pg_vgpu_table_done(&f->table);
}

static int match(const struct pg_vgpu_card *card, const char *item, struct found *ret)
{
	pg_autofree char *id = item_id(card, NULL);
	struct pg_bdf_str buf;

	if (!id)
		return -ENOMEM;
	if (strcmp(id, item) == 0)
		ret->card = card;
	if (pg_text_starts(item, PREPARE) && strcmp(item + strlen(PREPARE), name_of(card, &buf)) == 0) {
		ret->card = card;
		ret->prepare = true;
	}
	for (size_t i = 0; i < card->n_type; i++) {
		pg_autofree char *of = item_id(card, &card->type[i]);

		if (!of)
			return -ENOMEM;
		if (strcmp(of, item) != 0)
			continue;
		ret->card = card;
		ret->type = &card->type[i];
	}
	return 0;
}

static int find(const struct wiz *w, const char *item, struct found *ret)
{
	int r = pg_vgpu_table_make(w->facts, &ret->table);

	for (size_t i = 0; r == 0 && i < ret->table.n; i++)
		r = match(&ret->table.v[i], item, ret);
	return r;
}

/* ---- the right pane ---- */

static void user_lines(const struct pg_vgpu_type *type, struct wiz_lines *lines)
{
	for (size_t i = 0; i < type->n_user; i++) {
		const struct pg_vgpu_user *u = &type->user[i];
		const char *label = i ? "" : _("used by");

		if (u->vmid)
			(void)wiz_lines_add(lines, u->configured ? WIZ_PLAIN : WIZ_WARN, label,
					    "VM %u, hostpci%u%s", u->vmid, u->index,
					    u->configured ? "" : _(" (left over)"));
		else
			(void)wiz_lines_add(lines, WIZ_WARN, label, "%s (not made by Proxmox)", u->uuid);
	}
}

static void description_lines(const struct pg_vgpu_type *type, struct wiz_lines *lines)
{
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };

	if (!type->description)
		return;
	if (pg_strv_split(type->description, "\n", &line) < 0)
		lines->failed = true;
	for (size_t i = 0; i < line.n; i++)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "%s", line.v[i]);
}

static void type_lines(const struct pg_vgpu_type *type, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, "type", "%s", type->id);
	if (type->framebuffer)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "memory", "%" PRIu64 " MiB", type->framebuffer);
	if (type->available >= 0)
		(void)wiz_lines_add(lines, type->available ? WIZ_GOOD : WIZ_WARN, "free", "%" PRId64,
				    type->available);
	user_lines(type, lines);
	description_lines(type, lines);
}

static void card_lines(const struct wiz *w, const struct pg_vgpu_card *card,
		       struct wiz_lines *lines)
{
	struct pg_findings f PG_CLEANUP(pg_findings_done) = { 0 };

	if (!card->dev) {
		(void)wiz_lines_add(lines, WIZ_WARN, NULL,
				    "%s is no PCI device. Proxmox names what it divides by a PCI address, so "
				    "that no VM can be given a part of it.", card->name);
		return;
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, "driver", "%s",
			    card->dev->driver ? card->dev->driver : _("none"));
	if (card->dev->num_vfs)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "functions", "%u virtual ones", card->dev->num_vfs);
	if (pg_vgpu_why(w->facts, card->dev, PG_LEVEL_NOTE, &f) < 0)
		lines->failed = true;
	for (size_t i = 0; i < f.n; i++)
		wiz_finding_lines(&f.v[i], lines);
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	struct found f PG_CLEANUP(found_done) = { 0 };

	if (find(w, item, &f) < 0)
		lines->failed = true;
	else if (f.prepare)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "Enter shows the plan: the kernel option i915.enable_gvt=1, and the module "
				    "kvmgt. After the reboot the types are here, to be chosen for a VM. The "
				    "card stays with its driver and goes on showing the node's screen.");
	else if (f.type)
		type_lines(f.type, lines);
	else if (f.card)
		card_lines(w, f.card, lines);
}

/* ---- on to the VM, or to the plan ---- */

bool wiz_vgpu_is_offered(const struct wiz *w)
{
	if (w->facts->n_mdev_parent)
		return true;
	for (size_t i = 0; i < w->facts->n_dev; i++)
		if (pg_gvt_can_be_planned(w->facts, &w->facts->dev[i]))
			return true;
	return false;
}

bool wiz_vgpu_is_chosen(const struct wiz *w)
{
	return w->choices->mdev != NULL;
}

/* What was chosen on other ways is over. */
static int take(struct wiz *w, const struct found *f)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	int r = c ? pg_choices_pick(c, f->card->dev->addr, false) : -ENOMEM;

	if (r < 0)
		return r;
	c->trial = w->choices->trial;
	c->mdev = strdup(f->type ? f->type->id : "");
	if (!c->mdev)
		return -ENOMEM;
	pg_choices_free(w->choices);
	w->choices = PG_STEAL(c);
	w->usb = w->usb_only = w->vm_chosen = false;
	wiz_changed(w);
	return 0;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	struct found f PG_CLEANUP(found_done) = { 0 };
	int r = e->kind == WIZ_EVENT_NEXT && e->item ? find(w, e->item, &f) : 0;

	if (r < 0 || !f.card || !f.card->dev || (!f.type && !f.prepare))
		return r;
	r = take(w, &f);
	return r < 0 ? r : wiz_go(w, f.prepare ? WIZ_PAGE_REVIEW : WIZ_PAGE_VM, ret);
}

const struct wiz_page_ops wiz_page_vgpu = {
	.id = "vgpu",
	.title = N_("Mediated devices and vGPUs"),
	.enters = true,
	.build = build,
	.event = event,
	.detail = detail,
};
