/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chosen VM has of hostpciN: kept, written anew, or taken away. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define ENTRY "entry/"

enum way { KEPT, REPLACED, REMOVED };

/* The key of an item, "hostpci0"; NULL: it is of another kind. */
static const char *key_of(const char *item)
{
	return pg_text_starts(item, ENTRY) ? item + strlen(ENTRY) : NULL;
}

static enum way way_of(const struct pg_choices *c, const char *key)
{
	if (c->replace && strcmp(c->replace, key) == 0)
		return REPLACED;
	return pg_strv_has(&c->remove, key) ? REMOVED : KEPT;
}

/* Has the VM it at its next start? */
static bool counts(const struct pg_guest *g, const struct pg_hostpci *hp)
{
	return !hp->leaving && !pg_hostpci_is_hidden(g, hp);
}

void wiz_entry_rows(const struct wiz *w, struct wiz_view *view, const struct pg_guest *g)
{
	static const char *const notes[] = { NULL, "replaced", "removed" };

	for (size_t i = 0; i < g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &g->hostpci[i];
		struct wiz_item *item;
		char id[32];
		enum way way;

		if (!counts(g, hp))
			continue;
		(void)snprintf(id, sizeof(id), ENTRY "hostpci%u", hp->index);
		item = wiz_view_add_item(view, id);
		if (!item)
			return;
		way = way_of(w->choices, key_of(id));
		item->depth = 1;
		item->mark = way == REMOVED ? WIZ_MARK_OFF : WIZ_MARK_ON;
		wiz_view_set(view, &item->text, "hostpci%u %s", hp->index, hp->value);
		wiz_view_set(view, &item->detail_title, "hostpci%u", hp->index);
		if (notes[way])
			wiz_view_set(view, &item->note, "%s", notes[way]);
	}
}

static void keep(struct pg_choices *c, const char *key)
{
	for (size_t i = c->remove.n; i-- > 0;) {
		if (strcmp(c->remove.v[i], key) != 0)
			continue;
		free(c->remove.v[i]);
		pg_vec_remove(c->remove.v, &c->remove.n, sizeof(*c->remove.v), i);
		c->remove.v[c->remove.n] = NULL;
	}
	if (!c->replace || strcmp(c->replace, key) != 0)
		return;
	free(c->replace);
	c->replace = NULL;
}

/* Kept, written anew with the chosen device, removed: one entry at most is written anew. */
int wiz_entry_turn(struct wiz *w, const char *item)
{
	const char *key = key_of(item);
	enum way way = key ? way_of(w->choices, key) : KEPT;

	if (!key)
		return -ENOENT;
	keep(w->choices, key);
	if (way == KEPT && w->choices->n_pick && !w->choices->replace) {
		w->choices->replace = strdup(key);
		return w->choices->replace ? 0 : -ENOMEM;
	}
	return way == REMOVED ? 0 : pg_strv_add(&w->choices->remove, key);
}

static void devices(const struct wiz *w, const struct pg_hostpci *hp, struct wiz_lines *lines)
{
	for (size_t i = 0; i < w->facts->n_dev; i++)
		if (pg_hostpci_names(hp, w->facts->dev[i].addr))
			(void)wiz_lines_add(lines, WIZ_PLAIN, pg_bdf_short(w->facts->dev[i].addr).s,
					    "%s", wiz_dev_name(&w->facts->dev[i]).s);
}

bool wiz_entry_detail(const struct wiz *w, const char *item, struct wiz_lines *lines)
{
	static const char *const words[] = {
		N_("The VM keeps it. Space writes it anew with the device that you chose, and once more "
		"takes it from the VM."),
		N_("The device that you chose takes its place, with nothing but the settings that are "
		"chosen here. Space takes it from the VM instead."),
		N_("It is taken from the VM. Space leaves it."),
	};
	const struct pg_guest *g = wiz_guest(w);
	const char *key = key_of(item);
	enum way way;

	if (!key || !g)
		return false;
	way = way_of(w->choices, key);
	for (size_t i = 0; i < g->n_hostpci; i++) {
		if ((int)g->hostpci[i].index != pg_hostpci_key(key) || !counts(g, &g->hostpci[i]))
			continue;
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", g->hostpci[i].value);
		devices(w, &g->hostpci[i], lines);
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, way == KEPT ? WIZ_PLAIN : WIZ_WARN, NULL, "%s",
			    way == KEPT && !w->choices->n_pick ?
				    _("The VM keeps it. Space takes it from the VM.") : _(words[way]));
	if (g->running == PG_YES && way != KEPT)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "The VM is running: it goes when the VM is stopped and started "
				    "again.");
	return true;
}

void wiz_entries_forget(struct wiz *w)
{
	pg_strv_done(&w->choices->remove);
	free(w->choices->replace);
	w->choices->replace = NULL;
}
