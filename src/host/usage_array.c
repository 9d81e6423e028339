/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks that outlive the loss of a member: md RAID (Documentation/admin-guide/md.rst), the paths
 * of dm-multipath and of NVMe's own. Only where the kernel shows each member and its state. */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define BLOCK "/sys/block"

static char *attr(const struct pg_root *root, const char *disk, const char *name)
{
	pg_autofree char *path = pg_strf(BLOCK "/%s/%s", disk, name);
	char *text = NULL;

	if (path)
		(void)pg_root_read_attr(root, path, &text);
	return text;
}

/* ---- md ---- */

/* How many of n disks hold all data; n where that is not known. */
static size_t md_needs(const char *level, const char *layout, size_t n)
{
	uint64_t at = 0;

	if (strcmp(level, "raid1") == 0)
		return 1;
	if (strcmp(level, "raid4") == 0 || strcmp(level, "raid5") == 0)
		return n - 1;
	if (strcmp(level, "raid6") == 0)
		return n > 2 ? n - 2 : n;
	/* copies side by side, copies elsewhere (drivers/md/raid10.c setup_geo); which disks
	 * have the same is not looked at, so that one may go */
	if (strcmp(level, "raid10") == 0 && layout &&
	    pg_text_number(layout, 10, UINT32_MAX, &at) == 0 && (at & 0xff) * (at >> 8 & 0xff) > 1)
		return n - 1;
	return n;
}

/* "in_sync", "in_sync,write_mostly"; "spare", "faulty,…", "blocked,…" are no help. */
static int md_member(const struct pg_root *root, struct pg_facts *facts, const char *array,
		     const struct pg_block *member)
{
	pg_autofree char *name = pg_strf("md/dev-%s/state", member->name);
	pg_autofree char *state = name ? attr(root, array, name) : NULL;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };

	if (!name || (state && pg_strv_split(state, ",", &words) < 0))
		return -ENOMEM;
	if (pg_strv_has(&words, "in_sync") && !pg_strv_has(&words, "faulty") &&
	    !pg_strv_has(&words, "blocked"))
		return 0;
	return pg_support_down(facts, member->support,
			       state ? pg_strf(_("its state is \"%s\""), state) :
				       strdup(_("its state is not known")));
}

/* Without its journal an array is read-only, and is not started at the next boot. */
static bool has_journal(const struct pg_root *root, const struct pg_block *b)
{
	bool any = false;

	for (size_t i = 0; !any && i < b->below.n; i++) {
		pg_autofree char *name = pg_strf("md/dev-%s/state", b->below.v[i]);
		pg_autofree char *state = name ? attr(root, b->name, name) : NULL;

		any = !name || (state && strstr(state, "journal"));
	}
	return any;
}

static int md(const struct pg_root *root, struct pg_facts *facts, const struct pg_block *b)
{
	pg_autofree char *level = attr(root, b->name, "md/level");
	pg_autofree char *layout = attr(root, b->name, "md/layout");
	pg_autofree char *disks = attr(root, b->name, "md/raid_disks");
	pg_autofree char *action = attr(root, b->name, "md/sync_action");
	uint64_t n = 0;

	if (!level || !disks || pg_text_number(disks, 10, UINT16_MAX, &n) < 0 || n < 2)
		return 0;
	if (!action || (strcmp(action, "idle") != 0 && strcmp(action, "check") != 0))
		return pg_support_why(facts, b->support,
				      pg_strf(_("%s is not at rest (%s): until it is, no disk of it "
					      "can be spared."), b->name,
					      action ? action : _("what it does is not known")));
	if (has_journal(root, b))
		return pg_support_why(facts, b->support,
				      pg_strf(_("%s has a journal, and works with it only: no "
					      "disk of it is spared here."), b->name));
	return pg_support_set(facts, b->support, md_needs(level, layout, n),
			      pg_strf("mdadm --detail /dev/%s", b->name));
}

/* ---- paths ---- */

/* What SCSI thinks of the path: scsi_sysfs.c sdev_states. */
static int path_state(const struct pg_root *root, struct pg_facts *facts,
		      const struct pg_block *path)
{
	pg_autofree char *state = attr(root, path->name, "device/state");

	if (state && strcmp(state, "running") == 0)
		return 0;
	return pg_support_down(facts, path->support,
			       state ? pg_strf(_("this path is \"%s\""), state) :
				       strdup(_("the state of this path is not known")));
}

static int members(const struct pg_root *root, struct pg_facts *facts,
		   const struct pg_blocks *all, const struct pg_block *b)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->below.n; i++) {
		const struct pg_block *m = pg_blocks_find(all, b->below.v[i]);

		if (!m)
			continue;
		if (b->multipath)
			r = path_state(root, facts, m);
		else if (facts->support[b->support].is_set)
			r = md_member(root, facts, b->name, m);
		if (r == 0)
			r = pg_support_below(facts, b->support, m->support);
	}
	return r;
}

/* "nvme0", a controller that leads to the disk; "live" is what it is while it works. */
static int nvme_path(const struct pg_root *root, struct pg_facts *facts, size_t disk,
		     const char *name, const char *dir)
{
	pg_autofree char *path = pg_strf("%s/state", dir), *state = NULL;
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	size_t at;
	int r = path ? pg_support_new(facts, name, &at) : -ENOMEM;

	if (r == 0)
		r = pg_devset_add_path(root, facts, dir, &devs);
	if (r == 0)
		r = pg_support_devs(facts, at, &devs);
	if (r == 0 && pg_root_read_attr(root, path, &state) == -ENOMEM)
		r = -ENOMEM;
	if (r == 0 && (!state || strcmp(state, "live") != 0))
		r = pg_support_down(facts, at, pg_strf(_("this path is \"%s\""),
						       state ? state : _("not known")));
	return r < 0 ? r : pg_support_below(facts, disk, at);
}

static int nvme(const struct pg_root *root, struct pg_facts *facts, const struct pg_block *b)
{
	int r = pg_support_set(facts, b->support, 1, strdup("nvme list-subsys"));

	for (size_t i = 0; r == 0 && i < b->paths.n; i++)
		r = nvme_path(root, facts, b->support, strrchr(b->paths.v[i], '/') + 1,
			      b->paths.v[i]);
	return r;
}

/* ---- all of them ---- */

static int block(const struct pg_root *root, struct pg_facts *facts, const struct pg_blocks *all,
		 const struct pg_block *b)
{
	int r = 0;

	if (b->paths.n)
		return nvme(root, facts, b);
	r = pg_support_devs(facts, b->support, &b->devs);
	if (r == 0 && b->multipath && b->below.n)
		r = pg_support_set(facts, b->support, 1, pg_strf("multipath -ll %s", b->dm_name));
	else if (r == 0 && b->below.n)
		r = b->md ? md(root, facts, b) : 0;
	return r < 0 ? r : members(root, facts, all, b);
}

int pg_blocks_support(const struct pg_root *root, struct pg_facts *facts, struct pg_blocks *all)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++)
		r = pg_support_new(facts, all->v[i].dm_name ? all->v[i].dm_name : all->v[i].name,
				   &all->v[i].support);
	for (size_t i = 0; r == 0 && i < all->n; i++)
		r = block(root, facts, all, &all->v[i]);
	return r;
}
