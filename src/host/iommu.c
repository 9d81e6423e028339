/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The IOMMU without the kernel's log (which a ring buffer forgets): what the firmware
 * announces, what the kernel registered (Documentation/ABI/testing/sysfs-class-iommu;
 * pve-common SysFSTools.pm).
 */
#include "src/host/collect.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define CLASS_IOMMU "/sys/class/iommu"
#define ACPI_TABLES "/sys/firmware/acpi/tables"

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

int pg_collect_iommu(const struct pg_root *root, struct pg_facts *facts)
{
	int r = read_active(root, facts);

	if (r == 0)
		r = read_table(root, facts);
	return r == 0 ? read_option(root, facts) : r;
}
