/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resource mappings over the nodes of the cluster; from here this node's entries are planned. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/map_table.h"
#include "wizard/ctx.h"

/* "map/pci/gpu1", "map/pci/gpu1@pve1" */
static char *item_id(const struct pg_map_row *row, const struct pg_map_cell *cell)
{
	return pg_strf("map/%s/%s%s%s", row->usb ? "usb" : "pci", row->id, cell ? "@" : "",
		       cell ? cell->node : "");
}

static enum wiz_style style_of(const struct pg_map_cell *c)
{
	return c->state == PG_MAP_OK				    ? WIZ_GOOD :
	       c->state == PG_MAP_DIFFERS || c->state == PG_MAP_INCOMPLETE ? WIZ_WARN :
	       c->state > PG_MAP_INCOMPLETE			    ? WIZ_BAD :
	       c->state == PG_MAP_MISSING			    ? WIZ_FAINT :
								      WIZ_PLAIN;
}

/* ---- rows ---- */

static void cell_row(struct wiz_view *view, const struct pg_map_row *row,
		     const struct pg_map_cell *c)
{
	pg_autofree char *id = item_id(row, c);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;

	if (!item) {
		view->failed = true;
		return;
	}
	item->depth = 1;
	item->style = style_of(c);
	wiz_view_set(view, &item->text, "%-10s %s", c->node, c->device ? c->device : "-");
	wiz_view_set(view, &item->note, "%s", _(pg_map_state_name(c->state)));
	wiz_view_set(view, &item->detail_title, "%s on %s", row->id, c->node);
	item->enabled = c->here && c->fix;
	if (!item->enabled)
		wiz_view_set(view, &item->why_not, "%s",
			     c->here ? _("There is nothing to plan for this entry from here.") :
				       _("An entry is planned on its own node. Run pve-gpu there."));
}

static void mapping_row(const struct wiz *w, struct wiz_view *view, const struct pg_map_row *row)
{
	pg_autofree char *id = item_id(row, NULL);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;
	bool folded = id && wiz_is_folded(w, id, false);
	size_t good = 0, nodes = 0;

	if (!item) {
		view->failed = true;
		return;
	}
	for (size_t i = 0; i < row->n_cell; i++) {
		nodes += row->cell[i].member;
		good += row->cell[i].member && pg_map_state_starts(row->cell[i].state);
	}
	item->can_fold = true;
	item->folded = folded;
	item->enabled = false;
	wiz_view_set(view, &item->text, "%s  %s", row->id, row->usb ? "USB" : "PCI");
	wiz_view_set(view, &item->note, "%zu of %zu nodes", good, nodes);
	wiz_view_set(view, &item->detail_title, "%s", row->id);
	wiz_view_set(view, &item->why_not, "Choose this node's line below the mapping.");
	for (size_t i = 0; !folded && i < row->n_cell; i++)
		cell_row(view, row, &row->cell[i]);
}

static void build(struct wiz *w, struct wiz_view *view)
{
	struct pg_map_table t PG_CLEANUP(pg_map_table_done) = { 0 };

	view->shape = WIZ_SHAPE_LIST;
	wiz_view_set(view, &view->list_title, "Mappings and nodes");
	wiz_view_set(view, &view->detail_title, "Mapping");
	wiz_view_set(view, &view->next_label, "plan");
	if (pg_map_table_make(w->facts, &t) < 0) {
		view->failed = true;
		return;
	}
	if (t.n)
		view->can |= WIZ_CAN_SEARCH | WIZ_CAN_FOLD | WIZ_CAN_NEXT;
	else
		wiz_view_set(view, &view->intro, "There is no resource mapping. `pve-gpu mapping NAME "
			     "ADDRESS` plans one.");
	if (w->facts->no_quorum)
		wiz_view_set(view, &view->intro, "This node is without the cluster's quorum: nothing of "
			     "this can be changed.");
	for (size_t i = 0; i < t.n; i++)
		mapping_row(w, view, &t.v[i]);
}

/* ---- what is behind a row ---- */

struct found {
	struct pg_map_table table;
	const struct pg_map_row *row;
	const struct pg_map_cell *cell;
};

static void found_done(struct found *f)
{
	pg_map_table_done(&f->table);
}

static int find(const struct wiz *w, const char *item, struct found *ret)
{
	int r = pg_map_table_make(w->facts, &ret->table);

	for (size_t i = 0; r == 0 && i < ret->table.n; i++) {
		const struct pg_map_row *row = &ret->table.v[i];
		pg_autofree char *id = item_id(row, NULL);

		if (!id)
			return -ENOMEM;
		if (strcmp(id, item) == 0)
			ret->row = row;
		for (size_t k = 0; k < row->n_cell; k++) {
			pg_autofree char *of = item_id(row, &row->cell[k]);

			if (!of)
				return -ENOMEM;
			if (strcmp(of, item) != 0)
				continue;
			ret->row = row;
			ret->cell = &row->cell[k];
		}
	}
	return r;
}

/* ---- the right pane ---- */

static void cell_lines(const struct pg_map_cell *c, struct wiz_lines *lines)
{
	static const char *const words[] = {
		[PG_MAP_OK] = N_("A VM starts here with it."),
		[PG_MAP_LISTED] = (N_("It has an entry there. Whether the device is as it says can be seen "
				   "on that node alone.")),
		[PG_MAP_DIFFERS] = "", [PG_MAP_MISSING] = "", [PG_MAP_INCOMPLETE] = "",
		[PG_MAP_WRONG] = "",   [PG_MAP_MOVED] = "",   [PG_MAP_ABSENT] = "",
	};

	(void)wiz_lines_add(lines, style_of(c), NULL, "%s: %s", _(pg_map_state_name(c->state)),
			    c->why ? c->why : _(words[c->state]));
	if (c->device)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "device", "%s", c->device);
	if (c->ids)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "ids", "%s", c->ids);
	if (c->online == PG_NO)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "The node is offline.");
	if (c->here && c->fix)
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "Enter shows the plan that mends it.");
}

static void vm_lines(const struct pg_map_row *row, struct wiz_lines *lines)
{
	struct pg_strv vms PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *text = NULL;

	for (size_t i = 0; i < row->n_vmid; i++)
		if (pg_strv_addf(&vms, "%u", row->vmid[i]) < 0)
			lines->failed = true;
	text = pg_strv_join(&vms, ", ");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "VMs", "%s", row->n_vmid && text ? text : _("none"));
	if (!row->usb)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "live", "%s",
				    row->live ? _("a VM can be moved while it runs") :
						_("a VM is moved while it is stopped"));
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	struct found f PG_CLEANUP(found_done) = { 0 };

	if (find(w, item, &f) < 0) {
		lines->failed = true;
		return;
	}
	if (f.cell)
		cell_lines(f.cell, lines);
	if (f.row && !f.cell)
		for (size_t i = 0; i < f.row->n_cell; i++)
			(void)wiz_lines_add(lines, style_of(&f.row->cell[i]), f.row->cell[i].node, "%s",
					    _(pg_map_state_name(f.row->cell[i].state)));
	if (f.row)
		vm_lines(f.row, lines);
}

/* ---- to the plan ---- */

void wiz_mapping_forget(struct wiz *w)
{
	bool over = w->choices->map_task || w->choices->sriov.wanted || wiz_vgpu_is_chosen(w);
	struct pg_choices *choices = over ? pg_choices_new() : NULL;

	if (!choices)
		return;
	pg_choices_free(w->choices);
	w->choices = choices;
	w->vm_chosen = false;
	wiz_changed(w);
}

/* What was chosen on other ways is over. */
static int take(struct wiz *w, const struct found *f)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	char **name;
	int r = c ? 0 : -ENOMEM;

	if (r < 0)
		return r;
	c->repair = !f->cell->give;
	c->map_task = f->cell->give ? PG_MAP_GIVE : PG_MAP_NOTHING;
	name = f->row->usb ? &c->usb_mapping : &c->mapping;
	if (f->cell->give)
		*name = strdup(f->row->id);
	if (f->cell->give && f->row->usb)
		r = pg_usb_spec_parse(f->cell->give, &spec);
	if (r == 0 && f->cell->give)
		r = f->row->usb ? pg_choices_usb(c, &spec) : pg_choices_pick_text(c, f->cell->give);
	if (r < 0 || (f->cell->give && !*name))
		return r < 0 ? r : -ENOMEM;
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

	if (r == 0 && f.cell && f.cell->here && f.cell->fix)
		r = take(w, &f);
	else
		return r;
	return r < 0 ? r : wiz_go(w, WIZ_PAGE_REVIEW, ret);
}

const struct wiz_page_ops wiz_page_mapping = {
	.id = "mapping",
	.title = N_("Resource mappings"),
	.enters = true,
	.build = build,
	.event = event,
	.detail = detail,
};
