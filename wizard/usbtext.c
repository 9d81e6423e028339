/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A USB device for the chosen VM: how it is chosen, and words for it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

const struct pg_usb_dev *wiz_usb_of_item(const struct wiz *w, const char *item)
{
	return pg_text_starts(item, "usb/") ? pg_usb_at(w->facts, item + strlen("usb/")) : NULL;
}

const struct pg_use *wiz_usb_vital(const struct pg_usb_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].vital)
			return &dev->use[i];
	return NULL;
}

const struct pg_guest_usb *wiz_usb_entry(const struct wiz *w, const struct pg_usb_dev *dev)
{
	const struct pg_guest *g = wiz_guest(w);

	return g ? pg_guest_usb_of(w->facts, g, dev) : NULL;
}

uint32_t wiz_usb_other_vm(const struct wiz *w, const struct pg_usb_dev *dev)
{
	for (size_t i = 0; i < w->facts->n_guest; i++) {
		const struct pg_guest *g = &w->facts->guest[i];

		if (g->local && !g->template && g->vmid != w->choices->vmid &&
		    pg_guest_usb_of(w->facts, g, dev))
			return g->vmid;
	}
	return 0;
}

bool wiz_usb_leaves(const struct wiz *w, const struct pg_guest_usb *usb)
{
	char key[16];

	(void)snprintf(key, sizeof(key), "usb%u", usb->index);
	return pg_strv_has(&w->choices->usb_remove, key);
}

/* ---- choosing ---- */

/* In one of two ways; the name is borrowed from the device. */
static struct pg_usb_spec spec_of(const struct pg_usb_dev *dev, enum wiz_usb_way way)
{
	if (way == WIZ_USB_ID)
		return (struct pg_usb_spec){ .by = PG_USB_BY_ID, .vendor = dev->vendor,
					     .product = dev->product };
	return (struct pg_usb_spec){ .by = PG_USB_BY_PORT, .name = dev->name };
}

static bool is_chosen(const struct wiz *w, const struct pg_usb_dev *dev, enum wiz_usb_way way)
{
	const struct pg_usb_spec spec = spec_of(dev, way);

	for (size_t i = 0; i < w->choices->n_usb; i++)
		if (pg_usb_spec_equal(&w->choices->usb[i], &spec))
			return true;
	return false;
}

static bool is_unique(const struct wiz *w, const struct pg_usb_dev *dev)
{
	return pg_usb_twins(w->facts, dev) == 1;
}

enum wiz_usb_way wiz_usb_way(const struct wiz *w, const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *usb = wiz_usb_entry(w, dev);

	if (is_chosen(w, dev, WIZ_USB_PORT))
		return WIZ_USB_PORT;
	if (dev->has_ids && is_chosen(w, dev, WIZ_USB_ID))
		return WIZ_USB_ID;
	if (!usb)
		return WIZ_USB_OFF;
	return wiz_usb_leaves(w, usb) ? WIZ_USB_LEAVES : WIZ_USB_HAS;
}

/* Off, by ids, by port, and off again. What the VM has already is named in the other way, then
 * taken away, then as it was. */
static enum wiz_usb_way next_way(const struct wiz *w, const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *usb = wiz_usb_entry(w, dev);
	bool has_port = usb && usb->spec.by == PG_USB_BY_PORT;

	switch (wiz_usb_way(w, dev)) {
	case WIZ_USB_OFF:
		return is_unique(w, dev) ? WIZ_USB_ID : WIZ_USB_PORT;
	case WIZ_USB_ID:
		return usb ? WIZ_USB_LEAVES : WIZ_USB_PORT;
	case WIZ_USB_PORT:
		return usb ? WIZ_USB_LEAVES : WIZ_USB_OFF;
	case WIZ_USB_HAS:
		return !has_port ? WIZ_USB_PORT : is_unique(w, dev) ? WIZ_USB_ID : WIZ_USB_LEAVES;
	case WIZ_USB_LEAVES:
		break;
	}
	return WIZ_USB_HAS;
}

static void forget_key(struct pg_strv *keys, const char *key)
{
	for (size_t i = keys->n; i-- > 0;) {
		if (strcmp(keys->v[i], key) != 0)
			continue;
		free(keys->v[i]);
		pg_vec_remove(keys->v, &keys->n, sizeof(*keys->v), i);
		keys->v[keys->n] = NULL;
	}
}

void wiz_usb_want(struct wiz *w, bool want)
{
	w->usb = want;
	if (!want)
		pg_choices_clear_usb(w->choices);
}

int wiz_usb_toggle_entry(struct wiz *w, const char *key)
{
	struct pg_strv *keys = &w->choices->usb_remove;

	if (!pg_strv_has(keys, key))
		return pg_strv_add(keys, key);
	forget_key(keys, key);
	return 0;
}

int wiz_usb_turn(struct wiz *w, const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *usb = wiz_usb_entry(w, dev);
	enum wiz_usb_way way = next_way(w, dev);
	struct pg_usb_spec spec = spec_of(dev, WIZ_USB_ID);
	char key[16] = "";

	pg_choices_no_usb(w->choices, &spec);
	spec = spec_of(dev, WIZ_USB_PORT);
	pg_choices_no_usb(w->choices, &spec);
	if (usb)
		(void)snprintf(key, sizeof(key), "usb%u", usb->index);
	forget_key(&w->choices->usb_remove, key);
	if (way == WIZ_USB_LEAVES)
		return pg_strv_add(&w->choices->usb_remove, key);
	if (way != WIZ_USB_ID && way != WIZ_USB_PORT)
		return 0;
	spec = spec_of(dev, way);
	return pg_choices_usb(w->choices, &spec);
}

/* ---- the right pane ---- */

static const char *speed_words(const char *speed)
{
	static const struct {
		const char *speed, *words;
	} table[] = {
		{ "1.5", "1.5 Mbit/s (low)" },	 { "12", "12 Mbit/s (full)" },
		{ "480", "480 Mbit/s (USB 2)" }, { "5000", "5 Gbit/s (USB 3)" },
		{ "10000", "10 Gbit/s (USB 3)" }, { "20000", "20 Gbit/s (USB 3)" },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(table); i++)
		if (strcmp(table[i].speed, speed) == 0)
			return table[i].words;
	return speed;
}

static void list(const struct pg_strv *words, const char *label, struct wiz_lines *lines)
{
	pg_autofree char *all = words->n ? pg_strv_join(words, ", ") : NULL;

	if (all)
		(void)wiz_lines_add(lines, WIZ_PLAIN, label, "%s", all);
	else
		lines->failed |= words->n > 0;
}

static void about(const struct wiz *w, const struct pg_usb_dev *dev, struct wiz_lines *lines)
{
	pg_autofree char *title = pg_usb_title(dev);
	size_t twins = pg_usb_twins(w->facts, dev);

	if (!title) {
		lines->failed = true;
		return;
	}
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", *title ? title : _("no name"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "kind", "%s", _(pg_usb_kind_name(dev->kind)));
	if (dev->has_ids)
		(void)wiz_lines_add(lines, twins > 1 ? WIZ_WARN : WIZ_PLAIN, "ids", "%04x:%04x%s",
				    dev->vendor, dev->product,
				    twins > 1 ? _(" (more than one)") : "");
	if (dev->serial)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "serial", "%s", dev->serial);
	if (dev->speed)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "speed", "%s", speed_words(dev->speed));
	list(&dev->driver, "driver", lines);
	list(&dev->node, "as", lines);
	for (size_t i = 0; i < dev->n_use; i++)
		(void)wiz_lines_add(lines, dev->use[i].vital ? WIZ_BAD : WIZ_WARN,
				    i ? "" : N_("used by"), "%s%s", dev->use[i].detail,
				    dev->use[i].vital ? _(" (the node needs it)") : "");
}

static void users(const struct wiz *w, const struct pg_usb_dev *dev, struct wiz_lines *lines)
{
	for (size_t i = 0; i < w->facts->n_guest; i++) {
		const struct pg_guest *g = &w->facts->guest[i];
		const struct pg_guest_usb *usb = g->local ? pg_guest_usb_of(w->facts, g, dev) : NULL;

		if (usb)
			(void)wiz_lines_add(lines, WIZ_PLAIN, "given to", "VM %u, usb%u: %s",
					    (unsigned)g->vmid, usb->index, usb->value);
	}
}

static const char *way_words(enum wiz_usb_way way, bool unique)
{
	static const char *const words[] = {
		[WIZ_USB_OFF] = NULL,
		[WIZ_USB_ID] = N_("By its ids: the VM gets it at whatever port it is. Space: by its port."),
		[WIZ_USB_PORT] = N_("By its port: the VM gets whatever is plugged in there."),
		[WIZ_USB_HAS] = N_("The VM has it. Space names it in another way; again: takes it away."),
		[WIZ_USB_LEAVES] = N_("It is taken from the VM. Space leaves it there."),
	};

	if (way != WIZ_USB_OFF)
		return _(words[way]);
	return unique ? _("Space gives it to the VM by its ids, at whatever port it is; again: by its port, "
			"whatever is plugged in there.") :
			_("Others have the same ids, so that only its port tells it apart. Space gives "
			"what is plugged in at this port to the VM.");
}

/* What is said about it as it is chosen, or would be. */
static void warnings(const struct wiz *w, const struct pg_usb_dev *dev, enum wiz_usb_way way,
		     struct wiz_lines *lines)
{
	struct pg_usb_spec spec = spec_of(dev, way == WIZ_USB_ID || (way != WIZ_USB_PORT &&
								     is_unique(w, dev)) ?
						       WIZ_USB_ID : WIZ_USB_PORT);
	const struct pg_choices as = { .vmid = w->choices->vmid, .usb = &spec, .n_usb = 1 };
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };

	if (pg_check(w->facts, &as, &found) < 0) {
		lines->failed = true;
		return;
	}
	for (size_t i = 0; i < found.n; i++) {
		if (found.v[i].level < PG_LEVEL_WARN || !pg_text_starts(found.v[i].scope, "usb/"))
			continue;
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, wiz_level_style(found.v[i].level), NULL, "%s",
				    found.v[i].text);
		if (found.v[i].advice)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", found.v[i].advice);
	}
}

void wiz_usb_detail(const struct wiz *w, const struct pg_usb_dev *dev, struct wiz_lines *lines)
{
	enum wiz_usb_way way = wiz_usb_way(w, dev);

	about(w, dev, lines);
	users(w, dev, lines);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	if (dev->is_hub) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "A hub cannot be passed: choose what is plugged into it.");
		return;
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", way_words(way, is_unique(w, dev)));
	if (way != WIZ_USB_HAS && way != WIZ_USB_LEAVES)
		warnings(w, dev, way, lines);
}
