/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

static const char *tri(enum pg_tri t)
{
	return t == PG_YES ? _("yes") : t == PG_NO ? _("no") : _("unknown");
}

/* ---- the rows: what was found ---- */

static void row(struct wiz_view *view, const char *id, enum wiz_style style,
		const char *label, const char *value)
{
	struct wiz_item *item = wiz_view_add_item(view, id);

	if (!item)
		return;
	item->style = style;
	wiz_view_set(view, &item->text, "%-*s %s", pg_text_pad(_(label), 12), _(label), value);
}

static const char *iommu_words(const struct pg_iommu *iommu)
{
	if (iommu->active == PG_YES)
		return _("active");
	if (iommu->active == PG_UNKNOWN)
		return _("unknown");
	if (iommu->table_known && iommu->table == PG_TABLE_NONE)
		return _("off in the firmware");
	return _("not active");
}

static const char *loader_words(enum pg_loader loader)
{
	return loader == PG_LOADER_GRUB	       ? "GRUB" :
	       loader == PG_LOADER_SYSTEMD_BOOT ? "systemd-boot" :
						 _("unknown");
}

static void rows(const struct wiz *w, struct wiz_view *view)
{
	const struct pg_facts *f = w->facts;
	const struct pg_system *s = &f->system;
	const struct pg_iommu *iommu = &f->iommu;

	row(view, "fact/node", WIZ_PLAIN, N_("Node"), s->node ? s->node : _("unknown"));
	row(view, "fact/pve", s->pve_version ? WIZ_PLAIN : WIZ_WARN, "Proxmox VE",
	    s->pve_version ? s->pve_version : _("not found"));
	row(view, "fact/kernel", WIZ_PLAIN, N_("Kernel"), s->kernel ? s->kernel : _("unknown"));
	row(view, "fact/cpu", WIZ_PLAIN, N_("CPU"), s->cpu_model ? s->cpu_model : _("unknown"));
	row(view, "fact/loader", f->boot.loader ? WIZ_PLAIN : WIZ_WARN, N_("Boot loader"),
	    loader_words(f->boot.loader));
	row(view, "fact/iommu", iommu->active == PG_YES ? WIZ_GOOD : WIZ_WARN, "IOMMU",
	    iommu_words(iommu));
	row(view, "fact/remapping", iommu->remapping == PG_NO ? WIZ_WARN : WIZ_PLAIN,
	    N_("IRQ remap"), tri(iommu->remapping));
	row(view, "fact/secureboot", WIZ_PLAIN, N_("Secure Boot"), tri(f->boot.secure_boot));
}

/* Of VMs, what needs care; the rest stands on the page of the VM. */
static bool is_of_vm(const struct pg_finding *f)
{
	return pg_text_starts(f->scope, "vm/") && f->level >= PG_LEVEL_WARN;
}

static void finding_row(struct wiz_view *view, size_t i, const struct pg_finding *f)
{
	static const char *const words[] = { N_("ok"), N_("note"), N_("warning"), N_("blocker") };
	char id[32];
	struct wiz_item *item;

	(void)snprintf(id, sizeof(id), "finding/%zu", i);
	item = wiz_view_add_item(view, id);
	if (!item)
		return;
	item->style = wiz_level_style(f->level);
	if (is_of_vm(f))
		wiz_view_set(view, &item->text, "%-*s VM %s: %s", pg_text_pad(_(words[f->level]), 8),
			     _(words[f->level]), f->scope + 3, f->text);
	else
		wiz_view_set(view, &item->text, "%-*s %s", pg_text_pad(_(words[f->level]), 8),
			     _(words[f->level]), f->text);
}

/* ---- can it be mended? ---- */

/* Without a table from the firmware no option of the kernel helps. */
static bool is_hopeless(const struct wiz *w)
{
	const struct pg_iommu *iommu = &w->facts->iommu;

	return iommu->active == PG_NO && iommu->table_known && iommu->table == PG_TABLE_NONE &&
	       w->facts->system.hypervisor != PG_YES;
}

static void build(struct wiz *w, struct wiz_view *view)
{
	size_t bad = 0, mended = 0;

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_SEARCH;
	wiz_view_set(view, &view->list_title, "What was found");
	wiz_view_set(view, &view->detail_title, "About it");
	rows(w, view);
	for (size_t i = 0; i < w->host.n; i++) {
		if (w->host.v[i].level == PG_LEVEL_OK || strcmp(w->host.v[i].scope, "host") != 0)
			continue;
		finding_row(view, i, &w->host.v[i]);
		if (w->host.v[i].level != PG_LEVEL_BLOCK)
			continue;
		if (bad++ == 0)
			view->cursor = view->n_item - 1;
		/* a repair is a way of its own, from the first page */
		mended += w->host.v[i].fix &&
			  !pg_text_starts(w->host.v[i].fix, "pve-gpu status");
	}
	for (size_t i = 0; i < w->host.n; i++)
		if (is_of_vm(&w->host.v[i]))
			finding_row(view, i, &w->host.v[i]);
	if (bad)
		wiz_view_set(view, &view->intro, "%s",
			     bad == mended ?
				     _("Something stands in the way. The steps that follow mend it.") :
				     _("Something stands in the way: the rows marked as blocker tell "
				     "what to do."));
	if (is_hopeless(w))
		wiz_view_set(view, &view->why_not_next,
			     "The firmware announces no IOMMU, so no device can be handed over. "
			     "Switch on VT-d (Intel) or AMD-Vi / IOMMU (AMD) in the firmware "
			     "setup of this computer, then start again.");
}

/* ---- the right pane ---- */

static void boot_detail(const struct wiz *w, struct wiz_lines *lines)
{
	const struct pg_boot *boot = &w->facts->boot;

	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    boot->evidence ? boot->evidence : _("Nothing decided it."));
	if (boot->disputed)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL,
				    "The evidence disagrees: the files of both loaders are "
				    "edited.");
	if (boot->pbt)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "proxmox-boot-tool keeps the boot partitions.");
	if (boot->running) {
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "The running kernel was given:");
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", boot->running);
	}
}

static void iommu_detail(const struct wiz *w, struct wiz_lines *lines)
{
	const struct pg_iommu *iommu = &w->facts->iommu;
	static const char *const tables[] = { "none", N_("DMAR (Intel)"), N_("IVRS (AMD)") };

	(void)wiz_lines_add(lines, WIZ_PLAIN, "firmware", "%s",
			    iommu->table_known ? tables[iommu->table] : _("unknown"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "active", "%s", tri(iommu->active));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "groups", "%zu", w->facts->n_group);
	(void)wiz_lines_add(lines, WIZ_PLAIN, "option", "%s",
			    iommu->option ? iommu->option : _("none given"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
			    "The IOMMU keeps a device that a VM has inside the VM's own memory. "
			    "Proxmox starts no VM with a device while it is not active.");
}

static const struct {
	const char *id;
	const char *words;
} about[] = {
	{ "fact/node", N_("The node's name, as Proxmox has it. VMs are looked for below it.") },
	{ "fact/pve", N_("The version of the package pve-manager.") },
	{ "fact/kernel", N_("The running kernel. From 6.8 on Proxmox kernels switch Intel's IOMMU on "
			 "by themselves.") },
	{ "fact/cpu", N_("Intel calls its IOMMU VT-d, AMD calls it AMD-Vi. It is switched on in the "
		      "firmware setup.") },
	{ "fact/remapping", N_("With interrupt remapping a device in a VM cannot disturb the node by "
			    "its interrupts. Without it the kernel refuses to hand devices over, "
			    "unless told otherwise.") },
	{ "fact/secureboot", N_("With Secure Boot the kernel is locked down; passthrough works, but "
			     "unsigned modules do not load.") },
};

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	uint64_t i;

	if (strcmp(item, "fact/loader") == 0)
		boot_detail(w, lines);
	else if (strcmp(item, "fact/iommu") == 0)
		iommu_detail(w, lines);
	else if (pg_text_starts(item, "finding/") &&
		 pg_text_number(item + 8, 10, w->host.n, &i) == 0 && i < w->host.n)
		wiz_finding_lines(&w->host.v[i], lines);
	for (size_t k = 0; k < PG_ARRAY_SIZE(about); k++)
		if (strcmp(item, about[k].id) == 0)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", _(about[k].words));
}

const struct wiz_page_ops wiz_page_host = {
	.id = "host",
	.title = N_("Set up passthrough"),
	.step = N_("Host"),
	.build = build,
	.detail = detail,
};
