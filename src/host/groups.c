/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IOMMU groups (Documentation/ABI/testing/sysfs-kernel-iommu_groups). */
#include "src/host/collect.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/text.h"

#define GROUPS "/sys/kernel/iommu_groups"

/* That a group exists (dev SIZE_MAX), or that a device is in it. */
struct member {
	int group;
	size_t dev;
};

struct members {
	struct member *v;
	size_t n;
};

static void members_done(struct members *m)
{
	free(m->v);
}

static int members_add(struct members *m, int group, size_t dev)
{
	struct member *added = pg_vec_add(&m->v, &m->n, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = (struct member){ group, dev };
	return 0;
}

static int by_group(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->dev > b->dev) - (a->dev < b->dev);
}

static void sort(struct members *m)
{
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_group);
}

/* GROUPS/ID/devices. Devices that are not on the PCI bus, or unknown, are not ours. */
static int list_group(const struct pg_root *root, struct pg_facts *facts, const char *name,
		      int id, struct members *m)
{
	pg_autofree char *path = pg_strf("%s/%s/devices", GROUPS, name);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!path)
		return -ENOMEM;
	r = members_add(m, id, SIZE_MAX);
	if (r < 0)
		return r;
	r = pg_root_list(root, path, &names);
	if (r < 0)
		return pg_note_unread(facts, path, r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const struct pg_dev *dev;
		struct pg_bdf addr;

		if (pg_bdf_parse(names.v[i], &addr) < 0)
			continue;
		dev = pg_facts_dev(facts, addr);
		if (dev)
			r = members_add(m, id, (size_t)(dev - facts->dev));
	}
	return r;
}

/* The devices' own links. */
static int add_links(const struct pg_facts *facts, struct members *m)
{
	for (size_t i = 0; i < facts->n_dev; i++) {
		int r = facts->dev[i].group < 0 ? 0 : members_add(m, facts->dev[i].group, i);

		if (r < 0)
			return r;
	}
	return 0;
}

static int just_group(const void *key, const void *elem)
{
	int a = *(const int *)key, b = ((const struct member *)elem)->group;

	return (a > b) - (a < b);
}

/* The kernel makes both, the device's link and the one in the folder of its group, so that a folder
 * tells no more where a link leads to it. A tree may have kept one of the two. */
static int list_groups(const struct pg_root *root, struct pg_facts *facts, struct members *m)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	size_t n_linked = m->n;
	bool all = n_linked == facts->n_dev || pg_root_is_whole(root);
	int r = pg_root_list(root, GROUPS, &names);

	if (r < 0)
		return pg_note_unread(facts, GROUPS, r);
	sort(m);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		uint64_t number = 0;
		int id;

		if (pg_text_number(names.v[i], 10, INT_MAX, &number) < 0)
			continue;
		id = (int)number;
		r = all && n_linked && bsearch(&id, m->v, n_linked, sizeof(*m->v), just_group) ? 0 :
			    list_group(root, facts, names.v[i], id, m);
	}
	return r;
}

static int build_groups(const struct members *m, struct pg_facts *facts)
{
	struct pg_group *g = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct member *at = &m->v[i];
		size_t *slot;

		if (i && by_group(at, at - 1) == 0)
			continue;
		if (!i || at->group != at[-1].group)
			g = pg_vec_add(&facts->group, &facts->n_group, sizeof(*g));
		if (!g)
			return -ENOMEM;
		g->id = at->group;
		if (at->dev == SIZE_MAX)
			continue;
		slot = pg_vec_add(&g->dev, &g->n_dev, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = at->dev;
		if (facts->dev[at->dev].group < 0)
			facts->dev[at->dev].group = at->group;
	}
	return 0;
}

/* "0x… 0x… direct", one of the lines. */
static bool has_direct_region(const char *regions)
{
	static const char word[] = " direct";
	const char *at = regions;

	while ((at = strstr(at, word))) {
		at += strlen(word);
		if (!*at || *at == '\n')
			return true;
	}
	return false;
}

static int note(struct pg_facts *facts, const char *name, int code)
{
	pg_autofree char *path = name ? pg_strf(GROUPS "/%s", name) : NULL;

	return path ? pg_note_unread(facts, path, code) : -ENOMEM;
}

/* What its files say: `folder` is that of all groups. */
static int read_group(const struct pg_dir *folder, unsigned want, struct pg_facts *facts,
		      struct pg_group *g)
{
	pg_autofree char *type = pg_strf("%d/type", g->id), *regions = pg_strf("%d/reserved_regions", g->id);
	pg_autofree char *text = NULL;
	int r = type && regions ? 0 : -ENOMEM;

	if (r == 0 && want & PG_WANT_DETAILS)
		r = pg_root_read_attr_at(folder, type, &g->type);
	if (r < 0)
		r = note(facts, type, r);
	if (r < 0 || !(want & PG_WANT_REGIONS))
		return r;
	r = pg_root_read_attr_at(folder, regions, &text);
	if (r < 0)
		return note(facts, regions, r);
	g->rmrr = has_direct_region(text);
	return 0;
}

static int read_files(const struct pg_root *root, unsigned want, struct pg_facts *facts)
{
	struct pg_dir folder PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	int r = 0;

	if (!(want & (PG_WANT_DETAILS | PG_WANT_REGIONS)) ||
	    pg_root_open_dir(root, GROUPS, &folder) < 0)
		return 0;
	for (size_t i = 0; r == 0 && i < facts->n_group; i++)
		r = read_group(&folder, want, facts, &facts->group[i]);
	return r;
}

/* Proxmox leaves out what has a bus below it; a host or ISA bridge has none, and is of no use
 * to a VM all the same. */
static bool holds_devices(const struct pg_facts *facts, const struct pg_group *g)
{
	for (size_t i = 0; i < g->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[g->dev[i]];

		if (!dev->is_bridge && dev->class >> 16 != 0x06)
			return true;
	}
	return false;
}

static enum pg_verdict verdict(const struct pg_facts *facts, const struct pg_group *g)
{
	const struct pg_dev *first = NULL;

	if (!holds_devices(facts, g))
		return PG_GROUP_EMPTY;
	for (size_t i = 0; i < g->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[g->dev[i]];

		if (dev->is_bridge)
			continue;
		if (first && !pg_bdf_same_slot(first->addr, dev->addr))
			return PG_GROUP_SHARED;
		first = dev;
	}
	return PG_GROUP_CLEAN;
}

int pg_collect_groups(const struct pg_root *root, unsigned want, struct pg_facts *facts)
{
	struct members m PG_CLEANUP(members_done) = { 0 };
	int r = add_links(facts, &m);

	if (r == 0)
		r = list_groups(root, facts, &m);
	if (r < 0)
		return r;
	sort(&m);
	r = build_groups(&m, facts);
	for (size_t i = 0; i < facts->n_group; i++)
		facts->group[i].verdict = verdict(facts, &facts->group[i]);
	return r < 0 ? r : read_files(root, want, facts);
}
