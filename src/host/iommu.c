/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The IOMMU without the kernel's log (which a ring buffer forgets): what the firmware
 * announces, what the kernel registered, the groups (Documentation/ABI/testing/
 * sysfs-kernel-iommu_groups, sysfs-class-iommu; pve-common SysFSTools.pm).
 */
#include "src/host/collect.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/text.h"

#define CLASS_IOMMU "/sys/class/iommu"
#define ACPI_TABLES "/sys/firmware/acpi/tables"
#define GROUPS "/sys/kernel/iommu_groups"

/* ---- state ---- */

/* Intel's DMA remapping units tell in `ecap`, bit 3, whether they can remap interrupts. */
static enum pg_tri remapping_by_units(const struct pg_root *root, const struct pg_strv *units)
{
	enum pg_tri all = PG_UNKNOWN;

	for (size_t i = 0; i < units->n; i++) {
		pg_autofree char *path = pg_strf("%s/%s/intel-iommu/ecap", CLASS_IOMMU,
						 units->v[i]);
		pg_autofree char *text = NULL;
		uint64_t ecap = 0;

		if (!path || pg_root_read_attr(root, path, &text) < 0 ||
		    pg_text_number(text, 16, UINT64_MAX, &ecap) < 0)
			continue;
		if (!(ecap >> 3 & 1))
			return PG_NO;
		all = PG_YES;
	}
	return all;
}

/* The smallest of the units; 0 where none tells. */
static unsigned address_bits(const struct pg_root *root, const struct pg_strv *units)
{
	unsigned least = 0;

	for (size_t i = 0; i < units->n; i++) {
		pg_autofree char *path = pg_strf("%s/%s/intel-iommu/cap", CLASS_IOMMU, units->v[i]);
		pg_autofree char *text = NULL;
		uint64_t cap = 0;
		unsigned bits;

		if (!path || pg_root_read_attr(root, path, &text) < 0 ||
		    pg_text_number(text, 16, UINT64_MAX, &cap) < 0)
			continue;
		bits = (unsigned)(cap >> 16 & 0x3f) + 1;
		least = least && least < bits ? least : bits;
	}
	return least;
}

/* A chip whose name begins with IR- delivers remapped interrupts, on Intel and on AMD. */
static bool has_remapped_chip(const struct pg_bytes *interrupts)
{
	static const char prefix[] = "IR-";
	const char *p = interrupts->p, *end = interrupts->p + interrupts->n;

	while ((p = memmem(p, (size_t)(end - p), prefix, strlen(prefix)))) {
		if (p > interrupts->p && (p[-1] == ' ' || p[-1] == '\t'))
			return true;
		p += strlen(prefix);
	}
	return false;
}

static int read_remapping(const struct pg_root *root, const struct pg_strv *units,
			  struct pg_facts *facts)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, "/proc/interrupts", PG_ROOT_MAX, &bytes);

	if (r < 0 || bytes.n == 0) {
		facts->iommu.remapping = remapping_by_units(root, units);
		return r < 0 ? pg_note_unread(facts, "/proc/interrupts", r) : 0;
	}
	facts->iommu.remapping = has_remapped_chip(&bytes) ? PG_YES : PG_NO;
	return 0;
}

/* Groups exist only where an IOMMU is active; without the folder of the class they decide,
 * and a captured tree that has neither says nothing. */
static enum pg_tri is_active(const struct pg_root *root, const struct pg_facts *facts, int r,
			     size_t n_units)
{
	if (r == 0)
		return n_units ? PG_YES : PG_NO;
	for (size_t i = 0; i < facts->n_group; i++)
		if (facts->group[i].n_dev)
			return PG_YES;
	return r == -ENOENT && pg_root_is_whole(root) ? PG_NO : PG_UNKNOWN;
}

static int read_active(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv units PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, CLASS_IOMMU, &units);

	facts->iommu.active = is_active(root, facts, r, units.n);
	if (r < 0) {
		r = pg_note_unread(facts, CLASS_IOMMU, r);
		if (r < 0)
			return r;
	}
	facts->iommu.address_bits = address_bits(root, &units);
	return read_remapping(root, &units, facts);
}

static int read_table(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv tables PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, ACPI_TABLES, &tables);

	if (r < 0)
		return pg_note_unread(facts, ACPI_TABLES, r);
	facts->iommu.table_known = true;
	if (pg_strv_has(&tables, "DMAR"))
		facts->iommu.table = PG_TABLE_DMAR;
	else if (pg_strv_has(&tables, "IVRS"))
		facts->iommu.table = PG_TABLE_IVRS;
	return 0;
}

static int read_option(const struct pg_root *root, struct pg_facts *facts)
{
	static const char *const keys[] = { "intel_iommu=", "amd_iommu=", "iommu=", "iommu.",
					    "pcie_acs_override=" };
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv ours PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_read(root, "/proc/cmdline", PG_ROOT_MAX, &bytes);

	if (r < 0)
		return pg_note_unread(facts, "/proc/cmdline", r);
	r = pg_strv_split(bytes.p, " \t\r\n", &words);
	for (size_t i = 0; r == 0 && i < words.n; i++)
		for (size_t k = 0; r == 0 && k < PG_ARRAY_SIZE(keys); k++)
			if (pg_text_starts(words.v[i], keys[k]))
				r = pg_strv_add(&ours, words.v[i]);
	if (r < 0 || !ours.n)
		return r;
	facts->iommu.option = pg_strv_join(&ours, " ");
	return facts->iommu.option ? 0 : -ENOMEM;
}

/* ---- groups ---- */

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

static int list_groups(const struct pg_root *root, struct pg_facts *facts, struct members *m)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, GROUPS, &names);

	if (r < 0)
		return pg_note_unread(facts, GROUPS, r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		uint64_t id = 0;

		if (pg_text_number(names.v[i], 10, INT_MAX, &id) == 0)
			r = list_group(root, facts, names.v[i], (int)id, m);
	}
	return r;
}

/* The devices' own links, for trees without the folder of groups. */
static int add_links(const struct pg_facts *facts, struct members *m)
{
	for (size_t i = 0; i < facts->n_dev; i++) {
		int r = facts->dev[i].group < 0 ? 0 : members_add(m, facts->dev[i].group, i);

		if (r < 0)
			return r;
	}
	return 0;
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

static bool has_direct_region(const struct pg_bytes *regions)
{
	const char *line = NULL;
	size_t pos = 0, len = 0, full = 0;

	while (pg_text_line(regions->p, regions->n, &pos, &line, &len, &full)) {
		static const char word[] = " direct";
		size_t n = strlen(word);

		if (len > n && memcmp(line + len - n, word, n) == 0)
			return true;
	}
	return false;
}

static int read_group(const struct pg_root *root, struct pg_facts *facts, struct pg_group *g)
{
	pg_autofree char *type = pg_strf("%s/%d/type", GROUPS, g->id);
	pg_autofree char *regions = pg_strf("%s/%d/reserved_regions", GROUPS, g->id);
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r;

	if (!type || !regions)
		return -ENOMEM;
	r = pg_root_read_attr(root, type, &g->type);
	if (r < 0)
		r = pg_note_unread(facts, type, r);
	if (r < 0)
		return r;
	r = pg_root_read(root, regions, PG_ROOT_MAX, &bytes);
	if (r < 0)
		return pg_note_unread(facts, regions, r);
	g->rmrr = has_direct_region(&bytes);
	return 0;
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

static int read_groups(const struct pg_root *root, struct pg_facts *facts)
{
	struct members m PG_CLEANUP(members_done) = { 0 };
	int r = list_groups(root, facts, &m);

	if (r == 0)
		r = add_links(facts, &m);
	if (r < 0)
		return r;
	if (m.n)
		qsort(m.v, m.n, sizeof(*m.v), by_group);
	r = build_groups(&m, facts);
	for (size_t i = 0; r == 0 && i < facts->n_group; i++) {
		r = read_group(root, facts, &facts->group[i]);
		facts->group[i].verdict = verdict(facts, &facts->group[i]);
	}
	return r;
}

int pg_collect_iommu(const struct pg_root *root, struct pg_facts *facts)
{
	int r = read_groups(root, facts);

	if (r == 0)
		r = read_active(root, facts);
	if (r == 0)
		r = read_table(root, facts);
	return r == 0 ? read_option(root, facts) : r;
}
