/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Something is broken: what does the person see? */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

static void build(struct wiz *w, struct wiz_view *view)
{
	(void)w;
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT;
	wiz_view_set(view, &view->list_title, "What do you see?");
	wiz_view_set(view, &view->detail_title, "What is looked at");
	wiz_view_set(view, &view->next_label, "look");
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++) {
		struct wiz_item *item = wiz_view_add_item(view, s->id);

		if (item)
			wiz_view_set(view, &item->text, "%s", _(s->text));
	}
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_symptom *s = e->item ? pg_symptom_find(e->item) : NULL;

	if (e->kind != WIZ_EVENT_NEXT || !s)
		return 0;
	wiz_doctor_ask(w, s);
	return wiz_go(w, WIZ_PAGE_DOCTOR, ret);
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	size_t n = 0;

	if (wiz_doctor_rules(w) < 0)
		lines->failed = true;
	for (size_t i = 0; i < w->doctor.rules.n; i++)
		n += pg_rule_has_symptom(&w->doctor.rules.v[i], item);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "Known causes that are looked at: %zu. They are sought in the node's configuration, in the messages of "
			    "the kernel, and in the logs of VMs that did not start. Nothing is changed.", n);
	if (w->doctor.why_not)
		(void)wiz_lines_add(lines, WIZ_BAD, NULL, "%s", w->doctor.why_not);
}

const struct wiz_page_ops wiz_page_trouble = {
	.id = "trouble",
	.title = N_("Something is broken"),
	.enters = true,
	.build = build,
	.event = event,
	.detail = detail,
};
