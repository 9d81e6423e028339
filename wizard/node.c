/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which node is shown, and whether it is the one that is sat at. */
#include <string.h>

#include "src/base/i18n.h"
#include "wizard/ctx.h"

/* The last part of a folder's name as it was given. */
static const char *name_of(const char *dir, int *ret_len)
{
	size_t n = strlen(dir), from;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	for (from = n; from > 0 && dir[from - 1] != '/'; from--)
		;
	*ret_len = (int)(n - from);
	return dir + from;
}

static void build_place(const struct wiz *w, struct wiz_view *view)
{
	const struct pg_root *root = w->opts.root;
	const char *name;
	int len;

	view->demo = w->facts->system.is_demo;
	if (view->demo || pg_root_is_live(root))
		return;
	name = name_of(pg_root_prefix(root), &len);
	if (pg_root_is_sealed(root))
		wiz_view_set(view, &view->place, "ARCHIVE");
	else
		wiz_view_set(view, &view->place, "FOLDER: %.*s", len, name);
}

void wiz_build_node(const struct wiz *w, struct wiz_view *view)
{
	const struct pg_system *s = &w->facts->system;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	build_place(w, view);
	pg_strbuf_addf(&b, "%s", s->node ? s->node : _("unknown node"));
	if (s->pve_version)
		pg_strbuf_addf(&b, _("  PVE %.*s"), (int)strcspn(s->pve_version, "-~"),
			       s->pve_version);
	else
		pg_strbuf_add(&b, _("  no Proxmox VE"));
	/* In the room of the kernel, which the page Host has too. */
	if (s->kernel && !view->place)
		pg_strbuf_addf(&b, _("  Linux %s"), s->kernel);
	wiz_view_set(view, &view->host, "%s", b.s ? b.s : "");
}
