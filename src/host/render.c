/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Render nodes of DRM, one of which a VM with vga: virtio-gl needs. */
#include "src/host/usage.h"

#include <errno.h>

#include "src/base/text.h"

#define CLASS_DRM "/sys/class/drm"

static int node(const struct pg_root *root, struct pg_facts *facts, const char *name)
{
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	pg_autofree char *path = pg_strf(CLASS_DRM "/%s", name);
	bool any = false;

	if (!path || pg_devset_add_path(root, facts, path, &devs) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < devs.n; i++) {
		if (devs.v[i] >= facts->n_dev)
			continue;
		facts->dev[devs.v[i]].render = any = true;
	}
	facts->n_render_other += !any;
	return 0;
}

int pg_collect_render(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, CLASS_DRM, &names);

	/* Without DRM there is no such folder; nor is there in a copy that does not have it. */
	facts->render_known = r == 0 || (r == -ENOENT && pg_root_is_whole(root)) ? PG_YES : PG_UNKNOWN;
	if (r < 0)
		return pg_note_unread(facts, CLASS_DRM, r);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (pg_text_starts(names.v[i], "renderD"))
			r = node(root, facts, names.v[i]);
	return r;
}
