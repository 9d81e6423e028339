/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generations of GPUs, by their ids. */
#include "src/plan/vgpu.h"

#include <string.h>

struct range {
	uint16_t from, to;
	const char *name;
};

static const struct range *find(const struct range *table, size_t n, uint16_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= table[i].from && id <= table[i].to)
			return &table[i];
	return NULL;
}

/*
 * Generations that i915 takes for GVT-g (drivers/gpu/drm/i915/intel_gvt.c, is_supported_device):
 * Broadwell, Skylake, Broxton, Kaby Lake, Coffee Lake, Comet Lake. Ids of include/drm/intel/pciids.h;
 * Amber Lake and Whiskey Lake are Kaby Lake or Coffee Lake to the driver.
 */
const char *pg_gvt_generation(const struct pg_dev *dev)
{
	static const struct range table[] = {
		{ 0x0a84, 0x0a84, "Broxton" },	   { 0x1602, 0x163e, "Broadwell" },
		{ 0x1902, 0x193d, "Skylake" },	   { 0x1a84, 0x1a85, "Broxton" },
		{ 0x3e90, 0x3e9c, "Coffee Lake" }, { 0x3ea0, 0x3ea9, "Coffee Lake" },
		{ 0x5902, 0x593b, "Kaby Lake" },   { 0x5a84, 0x5a85, "Broxton" },
		{ 0x87c0, 0x87c0, "Kaby Lake" },   { 0x87ca, 0x87ca, "Coffee Lake" },
		{ 0x9b21, 0x9b21, "Comet Lake" },  { 0x9b41, 0x9b41, "Comet Lake" },
		{ 0x9ba2, 0x9bac, "Comet Lake" },  { 0x9bc2, 0x9bcc, "Comet Lake" },
		{ 0x9be6, 0x9be6, "Comet Lake" },  { 0x9bf6, 0x9bf6, "Comet Lake" },
	};
	const struct range *row = dev->vendor == 0x8086 && dev->kind == PG_KIND_GPU ?
		find(table, PG_ARRAY_SIZE(table), dev->device) : NULL;

	return row ? row->name : NULL;
}

/*
 * Cards of NVIDIA's data centre and workstation lines that its vGPU software is made for; the names
 * are those of the PCI ID database. Newer ones are missing here before they are wrong.
 */
static const struct range nvidia[] = {
	{ 0x13bd, 0x13bd, "Tesla M10" },      { 0x13f2, 0x13f3, "Tesla M60, M6" },
	{ 0x15f7, 0x15f9, "Tesla P100" },     { 0x1b38, 0x1b38, "Tesla P40" },
	{ 0x1bb3, 0x1bb4, "Tesla P4, P6" },   { 0x1db1, 0x1db8, "Tesla V100" },
	{ 0x1df5, 0x1df6, "Tesla V100" },     { 0x1e30, 0x1e30, "Quadro RTX 6000, 8000" },
	{ 0x1e78, 0x1e78, "Quadro RTX 6000, 8000" }, { 0x1eb8, 0x1eb8, "Tesla T4" },
	{ 0x20b0, 0x20b2, "A100" },	      { 0x20b5, 0x20b5, "A100" },
	{ 0x20b7, 0x20b7, "A30" },	      { 0x20f1, 0x20f1, "A100" },
	{ 0x2230, 0x2231, "RTX A6000, A5000" }, { 0x2233, 0x2233, "RTX A5500" },
	{ 0x2235, 0x2236, "A40, A10" },	      { 0x2330, 0x2331, "H100" },
	{ 0x25b6, 0x25b6, "A2, A16" },	      { 0x26b1, 0x26b1, "RTX 6000 Ada" },
	{ 0x26b5, 0x26b5, "L40" },	      { 0x27b8, 0x27b8, "L4" },
};

enum pg_tri pg_nvidia_card(const struct pg_dev *dev)
{
	if (find(nvidia, PG_ARRAY_SIZE(nvidia), dev->device))
		return PG_YES;
	if (dev->name && (strcasestr(dev->name, "GeForce") || strcasestr(dev->name, "TITAN")))
		return PG_NO;
	return PG_UNKNOWN;
}
