/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/report.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/mask.h"
#include "src/plan/secret.h"
#include "src/plan/status.h"

struct report {
	const struct pg_facts *facts;
	struct pg_strbuf b;
};

static const char *or_unknown(const char *s)
{
	return s ? s : _("unknown");
}

static const char *tri(enum pg_tri t)
{
	return t == PG_YES ? _("yes") : t == PG_NO ? _("no") : _("unknown");
}

/* ---- the node ---- */

static void node(struct report *r)
{
	const struct pg_facts *f = r->facts;
	static const char *const tables[] = { N_("none"), "DMAR", "IVRS" };

	pg_strbuf_addf(&r->b, "## pve-gpu %s\n\n", PACKAGE_VERSION);
	pg_strbuf_addf(&r->b, _("- Proxmox VE %s, Linux %s\n"), or_unknown(f->system.pve_version),
		       or_unknown(f->system.kernel));
	pg_strbuf_addf(&r->b, _("- CPU: %s\n"), or_unknown(f->system.cpu_model));
	pg_strbuf_addf(&r->b, _("- Boot loader: %s%s, UEFI: %s, Secure Boot: %s\n"),
		       f->boot.loader == PG_LOADER_UNKNOWN ? _("unknown") : pg_loader_name(f->boot.loader),
		       f->boot.pbt ? " (proxmox-boot-tool)" : "", tri(f->boot.efi),
		       tri(f->boot.secure_boot));
	pg_strbuf_addf(&r->b, _("- IOMMU active: %s, firmware table: %s, interrupt remapping: %s\n"),
		       tri(f->iommu.active), f->iommu.table_known ? _(tables[f->iommu.table]) : _("unknown"),
		       tri(f->iommu.remapping));
	pg_strbuf_addf(&r->b, _("\nKernel command line:\n\n```\n%s\n```\n"), or_unknown(f->boot.running));
}

static void findings(struct report *r, const struct pg_findings *all)
{
	bool any = false;

	pg_strbuf_add(&r->b, _("\n### What was found\n\n"));
	for (size_t i = 0; i < all->n; i++) {
		const struct pg_finding *f = &all->v[i];

		if (f->level == PG_LEVEL_OK)
			continue;
		any = true;
		pg_strbuf_addf(&r->b, "- **%s** `%s` %s: %s\n", _(pg_level_name(f->level)), f->id, f->scope,
			       f->text);
		if (f->evidence)
			pg_strbuf_addf(&r->b, "  - `%s`\n", f->evidence);
		for (size_t k = 0; k < f->heard.n; k++)
			pg_strbuf_addf(&r->b, "  - `%s`\n", f->heard.v[k]);
	}
	if (!any)
		pg_strbuf_add(&r->b, _("Nothing that is known to be wrong.\n"));
}

/* ---- devices ---- */

/* What passthrough is about: displays, what a VM has, what is with vfio-pci, and their groups. */
static bool matters(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU || dev->n_vmid || dev->total_vfs || dev->has_mdev ||
	       (dev->driver && strcmp(dev->driver, "vfio-pci") == 0);
}

static bool group_matters(const struct pg_facts *f, const struct pg_group *g)
{
	for (size_t i = 0; i < g->n_dev; i++)
		if (matters(&f->dev[g->dev[i]]))
			return true;
	return false;
}

static void device(struct report *r, const struct pg_dev *dev)
{
	pg_strbuf_addf(&r->b, _("%s  %04x:%04x rev %02x  [%04x]  driver %s"), pg_bdf_str(dev->addr).s,
		       dev->vendor, dev->device, dev->revision, dev->class >> 8,
		       dev->driver ? dev->driver : _("none"));
	for (size_t i = 0; i < dev->n_vmid; i++)
		pg_strbuf_addf(&r->b, _("  VM %u"), dev->vmid[i]);
	pg_strbuf_addf(&r->b, "  %s%s%s\n", dev->vendor_name ? dev->vendor_name : "",
		       dev->vendor_name ? " " : "", dev->name ? dev->name : "");
}

static void devices(struct report *r)
{
	const struct pg_facts *f = r->facts;

	pg_strbuf_add(&r->b, _("\n### Devices and their IOMMU groups\n\n```\n"));
	for (size_t i = 0; i < f->n_group; i++) {
		const struct pg_group *g = &f->group[i];

		if (!group_matters(f, g))
			continue;
		pg_strbuf_addf(&r->b, _("group %d, %s\n"), g->id, _(pg_verdict_name(g->verdict)));
		for (size_t k = 0; k < g->n_dev; k++)
			device(r, &f->dev[g->dev[k]]);
	}
	for (size_t i = 0; i < f->n_dev; i++)
		if (f->dev[i].group < 0 && matters(&f->dev[i]))
			device(r, &f->dev[i]);
	pg_strbuf_add(&r->b, "```\n");
}

/* ---- modules and VMs ---- */

static void modules(struct report *r)
{
	static const char *const words[] = { "blacklist", "options", "softdep", "install" };
	const struct pg_modules *m = &r->facts->modules;

	pg_strbuf_add(&r->b, "\n### modprobe.d\n\n```\n");
	for (size_t i = 0; i < m->n_conf; i++)
		if (!pg_text_starts(m->conf[i].path, "/usr/") && !pg_text_starts(m->conf[i].path, "/lib/"))
			pg_strbuf_addf(&r->b, "%s:%u: %s %s%s%s\n", m->conf[i].path, m->conf[i].line,
				       words[m->conf[i].kind], m->conf[i].module,
				       *m->conf[i].value ? " " : "", m->conf[i].value);
	pg_strbuf_add(&r->b, "```\n");
}

/* Keys that say nothing of the person and matter for devices. */
static bool is_told(const char *key)
{
	static const char *const keys[] = { "agent", "args", "arch", "balloon", "bios", "boot", "cores",
					    "cpu", "efidisk0", "hotplug", "hugepages", "kvm", "lock",
					    "machine", "memory", "numa", "onboot", "ostype", "scsihw",
					    "sockets", "startup", "template", "tpmstate0", "vga" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return pg_text_starts(key, "hostpci") || pg_text_starts(key, "usb") ||
	       pg_text_starts(key, "serial");
}

static void guests(struct report *r)
{
	for (size_t i = 0; i < r->facts->n_guest; i++) {
		const struct pg_guest *g = &r->facts->guest[i];

		if (!g->local || (!g->n_hostpci && !g->n_usb))
			continue;
		pg_strbuf_addf(&r->b, _("\n### VM %u%s\n\n```\n"), g->vmid,
			       g->running == PG_YES ? _(", running") : "");
		for (size_t k = 0; k < g->n_lines; k++)
			if (is_told(g->lines[k].key))
				pg_strbuf_addf(&r->b, "%s%s%s%s: %s\n", *g->lines[k].section ? "[" : "",
					       g->lines[k].section, *g->lines[k].section ? "] " : "",
					       g->lines[k].key, g->lines[k].value);
		pg_strbuf_add(&r->b, "```\n");
	}
}

static int statuses(struct report *r)
{
	struct pg_status *s = NULL;
	size_t n = 0;
	int res = pg_status_list(r->facts, &s, &n);

	if (res == 0 && n)
		pg_strbuf_add(&r->b, "\n### Drivers\n\n");
	for (size_t i = 0; res == 0 && i < n; i++)
		pg_strbuf_addf(&r->b, "- %s: %s. %s%s%s%s\n", pg_bdf_str(s[i].addr).s,
			       pg_status_verdict_name(s[i].verdict), s[i].why ? s[i].why : "",
			       s[i].evidence ? " `" : "", s[i].evidence ? s[i].evidence : "",
			       s[i].evidence ? "`" : "");
	pg_status_free(s, n);
	return res;
}

/* ---- all together ---- */

/* A line each: control characters of the host become harmless, and names are masked. */
static int mask_lines(const struct pg_facts *facts, const char *text, struct pg_strbuf *b)
{
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };
	int r = pg_mask_make(facts, &mask);

	while (r == 0 && *text) {
		size_t n = strcspn(text, "\n");
		pg_autofree char *clean = pg_text_clean(text, n);
		pg_autofree char *masked = clean ? pg_mask_text(&mask, clean) : NULL;

		if (!masked)
			return -ENOMEM;
		pg_strbuf_addf(b, "%s\n", masked);
		text += n + (text[n] == '\n');
	}
	return r;
}

/* Kernel options, options of modules and args of a VM may hold passwords. */
static int hide_secrets(struct pg_strbuf *b, struct pg_bytes *ret)
{
	struct pg_bytes all PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t n = 0;
	int r = pg_strbuf_steal_bytes(b, &all);

	return r < 0 ? r : pg_secret_hide("/report", &all, ret, &n);
}

int pg_report_make(const struct pg_facts *facts, const struct pg_findings *found,
		   struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct report report = { .facts = facts };
	pg_autofree char *text = NULL;
	int r;

	node(&report);
	findings(&report, found);
	devices(&report);
	r = statuses(&report);
	modules(&report);
	guests(&report);
	text = pg_strbuf_steal(&report.b);
	if (!text)
		return -ENOMEM;
	if (r == 0)
		r = mask_lines(facts, text, &b);
	return r < 0 ? r : hide_secrets(&b, ret);
}
