/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How passthrough stands, device by device: for the Status page and after the reboot. */
#include <stdio.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

void wiz_status_done(struct wiz_status *list)
{
	pg_status_free(list->v, list->n);
	*list = (struct wiz_status){ 0 };
}

int wiz_status_list(const struct wiz *w, struct wiz_status *ret)
{
	return pg_status_list(w->facts, &ret->v, &ret->n);
}

static enum wiz_style style_of(enum pg_status_verdict verdict)
{
	return verdict == PG_STATUS_OK	    ? WIZ_GOOD :
	       verdict == PG_STATUS_PENDING ? WIZ_WARN :
					      WIZ_BAD;
}

static void row(struct wiz_view *view, const struct pg_status *s)
{
	struct pg_bdf_str addr = pg_bdf_short(s->addr);
	struct wiz_item *item;
	char id[32];

	(void)snprintf(id, sizeof(id), "dev/%s", pg_bdf_str(s->addr).s);
	item = wiz_view_add_item(view, id);
	if (!item)
		return;
	if (s->dev)
		wiz_view_set(view, &item->text, "%-7s %-*s %s", addr.s, pg_text_pad(wiz_dev_kind(s->dev), 5),
			     wiz_dev_kind(s->dev),
			     wiz_dev_name(s->dev).s);
	else
		wiz_view_set(view, &item->text, "%-7s not there", addr.s);
	if (s->dev)
		wiz_dev_also(view, item, s->dev);
	wiz_view_set(view, &item->note, "%s", _(pg_status_verdict_name(s->verdict)));
	wiz_view_set(view, &item->detail_title, "%s", pg_bdf_str(s->addr).s);
	item->style = style_of(s->verdict);
}

void wiz_status_rows(const struct wiz_status *list, struct wiz_view *view)
{
	for (size_t i = 0; i < list->n; i++)
		row(view, &list->v[i]);
}

static void status_lines(const struct pg_status *s, struct wiz_lines *lines)
{
	const char *driver = s->dev && s->dev->driver ? s->dev->driver : "none";

	(void)wiz_lines_add(lines, style_of(s->verdict), NULL, "%s: %s",
			    _(pg_status_verdict_name(s->verdict)), s->why);
	if (s->evidence)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "%s", s->evidence);
	if (s->fix)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", s->fix);
	if (s->dev) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, "driver", "%s", driver);
		(void)wiz_lines_add(lines, WIZ_PLAIN, "after reboot", "%s",
				    s->expected ? s->expected : _("unknown"));
	}
	for (size_t i = 0; i < s->n_vmid; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, i ? "" : "VM", "%u",
				    (unsigned)s->vmid[i]);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
}

void wiz_status_detail(const struct wiz *w, const char *item, struct wiz_lines *lines)
{
	struct wiz_status list PG_CLEANUP(wiz_status_done) = { 0 };
	const struct pg_dev *dev = wiz_dev_of_item(w, item);
	struct pg_bdf addr;

	if (!pg_text_starts(item, "dev/") || pg_bdf_parse(item + 4, &addr) < 0)
		return;
	if (wiz_status_list(w, &list) < 0) {
		lines->failed = true;
		return;
	}
	for (size_t i = 0; i < list.n; i++)
		if (pg_bdf_equal(list.v[i].addr, addr))
			status_lines(&list.v[i], lines);
	if (dev)
		wiz_dev_detail(w, dev, lines);
}

void wiz_status_details(const struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_dev *dev = wiz_dev_of_item(w, item);

	if (dev)
		wiz_dev_details(w, dev, lines);
}
