/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that is known of a device: key d. */
#include "wizard/ctx.h"

#include "src/base/i18n.h"
static void add_place(const struct pg_dev *dev, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Place");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "address", "%s", pg_bdf_str(dev->addr).s);
	(void)wiz_lines_add(lines, WIZ_PLAIN, "class", "%06x (%s)", (unsigned)dev->class,
			    pg_kind_name(dev->kind));
	if (dev->has_parent)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "behind", "%s", pg_bdf_str(dev->parent).s);
	if (dev->has_subsystem)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "subsystem", "%04x:%04x", dev->subvendor,
				    dev->subdevice);
	if (dev->group >= 0)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "group", "%d", dev->group);
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, "group", "none");
	if (dev->modalias)
		(void)wiz_lines_add(lines, WIZ_FAINT, "modalias", "%s", dev->modalias);
}

static void add_group_facts(const struct wiz *w, const struct pg_dev *dev,
			    struct wiz_lines *lines)
{
	const struct pg_group *group = pg_facts_group(w->facts, dev->group);

	if (!group)
		return;
	if (group->type)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "DMA", "%s", group->type);
	if (group->rmrr)
		(void)wiz_lines_add(lines, WIZ_WARN, "firmware",
				    "The firmware keeps memory of its own in this group: the "
				    "kernel may refuse to hand it over.");
}

static void add_drivers(const struct wiz *w, const struct pg_dev *dev,
			struct wiz_lines *lines)
{
	const char *expected = pg_plan_expected_driver(w->facts, dev);

	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Drivers");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "now", "%s", dev->driver ? dev->driver : "none");
	(void)wiz_lines_add(lines, WIZ_PLAIN, "after reboot", "%s", expected ? expected : _("unknown"));
	if (dev->driver_override)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "override", "%s", dev->driver_override);
	if (dev->claim_known != PG_YES)
		(void)wiz_lines_add(lines, WIZ_FAINT, "claimed by", _("unknown"));
	for (size_t i = 0; i < dev->n_claim; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, i ? "" : N_("claimed by"), "%s%s%s",
				    dev->claim[i].module,
				    dev->claim[i].builtin ? _(" (built into the kernel)") : "",
				    dev->claim[i].blacklisted ? _(" (blacklisted)") : "");
}

static void add_windows(const struct pg_dev *dev, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Memory");
	for (size_t i = 0; i < PG_ARRAY_SIZE(dev->bar_size); i++)
		if (dev->bar_size[i])
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "BAR %zu  %llu KiB", i,
					    (unsigned long long)((dev->bar_size[i] + 1023) / 1024));
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "ROM    %llu KiB",
			    (unsigned long long)(dev->rom_size / 1024));
	if (!dev->bar_known)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "The sizes could not be read.");
}

static void add_resets(const struct pg_dev *dev, struct wiz_lines *lines)
{
	pg_autofree char *methods = pg_strv_join(&dev->reset, " ");

	if (!methods)
		lines->failed = true;
	else if (*methods)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "resets", "%s", methods);
}

static void add_virtual(const struct pg_dev *dev, struct wiz_lines *lines)
{
	if (!dev->is_vf && !dev->total_vfs && !dev->has_mdev)
		return;
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_HEADING, NULL, "Sharing");
	if (dev->is_vf)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "A virtual function of %s",
				    pg_bdf_str(dev->physfn).s);
	if (dev->total_vfs)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "SR-IOV: %u of %u functions",
				    dev->num_vfs, dev->total_vfs);
	if (dev->has_mdev)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "Can make mediated devices (vGPU)");
}

void wiz_dev_details(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines)
{
	wiz_dev_detail(w, dev, lines);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	add_place(dev, lines);
	add_group_facts(w, dev, lines);
	add_drivers(w, dev, lines);
	add_resets(dev, lines);
	add_windows(dev, lines);
	add_virtual(dev, lines);
}
