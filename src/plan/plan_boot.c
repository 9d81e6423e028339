/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/cmdline.h"
#include "src/plan/mdev.h"

/* What is wanted of the kernel options, given those that a file asks for now. */
struct wishes {
	struct pg_option option[8];
	size_t n;
};

static void wish(struct wishes *w, const char *key, const char *value, bool drop)
{
	if (w->n == PG_ARRAY_SIZE(w->option))
		return;
	w->option[w->n].key = key;
	w->option[w->n].value = value;
	w->option[w->n].how = drop		? PG_OPTION_LIST_DROP :
			      strchr(key, '.') ? PG_OPTION_SET :
						  PG_OPTION_LIST_ADD;
	w->n++;
}

static bool is_intel(const struct pg_facts *facts)
{
	if (facts->iommu.table_known && facts->iommu.table != PG_TABLE_NONE)
		return facts->iommu.table == PG_TABLE_DMAR;
	return facts->system.cpu == PG_CPU_INTEL;
}

/* Options that turn the IOMMU off: mended wherever they stand. */
static void wish_drops(const struct pg_strv *words, struct wishes *w)
{
	static const char *const key[] = { "iommu", "intel_iommu", "amd_iommu" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(key); i++)
		if (pg_words_have(words, key[i], "off"))
			wish(w, key[i], "off", true);
}

/*
 * intel_iommu=on where the IOMMU is not active, may be active only because of it, or was
 * turned off. There is no amd_iommu=on: AMD's is on unless turned off.
 */
static bool wants_intel_on(const struct pg_facts *facts, const struct pg_strv *configured,
			   const struct pg_strv *running)
{
	if (!is_intel(facts))
		return false;
	if (pg_words_have(configured, "intel_iommu", "off"))
		return true;
	return facts->iommu.active != PG_YES || pg_words_have(running, "intel_iommu", "on");
}

static void wish_adds(const struct pg_planner *p, const struct pg_strv *configured,
		      const struct pg_strv *running, struct wishes *w)
{
	if (wants_intel_on(p->facts, configured, running) &&
	    !pg_words_have(configured, "intel_iommu", "on"))
		wish(w, "intel_iommu", "on", false);
	if (p->choices->iommu_pt && !pg_words_have(configured, "iommu", "pt") &&
	    !pg_words_have(configured, "iommu.passthrough", "1"))
		wish(w, "iommu", "pt", false);
	if (pg_mdev_wants_gvt(p))
		wish(w, "i915.enable_gvt", "1", false);
}

static int split_running(const struct pg_facts *facts, struct pg_strv *ret)
{
	return pg_cmdline_split(facts->boot.running ? facts->boot.running : "", ret);
}

/* All wishes, given the options that a file asks for. */
static int make_wishes(const struct pg_planner *p, const char *configured, struct wishes *w)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv running PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_cmdline_split(configured, &words) < 0 || split_running(p->facts, &running) < 0)
		return -ENOMEM;
	wish_drops(&words, w);
	wish_adds(p, &words, &running, w);
	return 0;
}

bool pg_plans_iommu(const struct pg_facts *facts)
{
	const struct pg_choices none = { 0 };
	const struct pg_planner p = { .facts = facts, .choices = &none };
	enum pg_loader loader = facts->boot.loader == PG_LOADER_SYSTEMD_BOOT ?
					PG_LOADER_SYSTEMD_BOOT : PG_LOADER_GRUB;
	char *configured pg_autofree = NULL;
	struct wishes w = { 0 };

	return pg_configured_cmdline(facts, loader, &configured, NULL) == 0 &&
	       make_wishes(&p, configured ? configured : "", &w) == 0 && w.n > 0;
}

static int put(struct pg_planner *p, const char *path, struct pg_bytes *after,
	       const struct wishes *w)
{
	struct pg_strbuf why PG_CLEANUP(pg_strbuf_done) = { 0 };

	pg_strbuf_add(&why, _("Kernel options:"));
	for (size_t i = 0; i < w->n; i++)
		pg_strbuf_addf(&why, "%s %s%s=%s", i ? "," : "",
			       w->option[i].how == PG_OPTION_LIST_DROP ? _("without ") : "",
			       w->option[i].key, w->option[i].value);
	pg_strbuf_add(&why, ".");
	if (pg_strbuf_error(&why) < 0) {
		pg_bytes_done(after);
		return -ENOMEM;
	}
	return pg_planner_put(p, path, after, 0644, why.s);
}

static int refuse_edit(struct pg_planner *p, const struct pg_err *err)
{
	return pg_planner_refuse(p, "cmdline-uneditable", err,
				 "The kernel options cannot be changed safely.",
				 "Change the options by hand as the plan of a readable file "
				 "would, or write the line in its plain form, then plan again.");
}

/* ---- GRUB ---- */

/* GRUB's files as the plan leaves them so far: shallow copies, bytes borrowed. */
struct grub {
	struct pg_file *file;
	const struct pg_file **list;
	size_t n;
};

static void grub_done(struct grub *g)
{
	free(g->file);
	free(g->list);
}

static int grub_open(const struct pg_planner *p, struct grub *g)
{
	const struct pg_facts *facts = p->facts;

	g->file = calloc(facts->n_file + 1, sizeof(*g->file));
	g->list = calloc(facts->n_file + 1, sizeof(*g->list));
	if (!g->file || !g->list)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_file; i++) {
		if (!pg_is_grub_file(facts->file[i].path) || facts->file[i].error)
			continue;
		g->file[g->n] = facts->file[i];
		g->file[g->n].bytes = pg_planner_bytes(p, facts->file[i].path);
		g->list[g->n] = &g->file[g->n];
		g->n++;
	}
	return 0;
}

static int grub_option(struct pg_planner *p, const char *variable, const struct wishes *w)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct grub g PG_CLEANUP(grub_done) = { 0 };
	struct pg_bytes after = { 0 };
	int index = -1;
	int r = grub_open(p, &g);

	if (r == 0)
		r = pg_grub_edit(g.list, g.n, variable, w->option, w->n, &index, &after, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return refuse_edit(p, &err);
	if (index < 0 || (size_t)index >= g.n) {
		pg_bytes_done(&after);
		return 0;
	}
	return put(p, g.list[index]->path, &after, w);
}

/* One after the other, since they may stand in different files. */
static int grub_variable(struct pg_planner *p, const char *variable, const struct wishes *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		struct wishes one = { { w->option[i] }, 1 };

		r = grub_option(p, variable, &one);
	}
	return r;
}

/* GRUB_CMDLINE_LINUX stands before _DEFAULT and is mended only where it turns things off. */
static int grub_mend(struct pg_planner *p)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct grub g PG_CLEANUP(grub_done) = { 0 };
	char *value pg_autofree = NULL;
	struct wishes w = { 0 };
	int index = -1;
	int r = grub_open(p, &g);

	if (r == 0)
		r = pg_grub_value(g.list, g.n, "GRUB_CMDLINE_LINUX", &value, &index, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return refuse_edit(p, &err);
	if (!value)
		return 0;
	r = pg_cmdline_split(value, &words);
	if (r < 0)
		return r;
	wish_drops(&words, &w);
	return grub_variable(p, "GRUB_CMDLINE_LINUX", &w);
}

static int edit_grub(struct pg_planner *p)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	char *configured pg_autofree = NULL;
	struct wishes w = { 0 };
	int r = pg_configured_cmdline(p->facts, PG_LOADER_GRUB, &configured, &err);
	bool readable = r == 0;

	if (r == -ENOMEM)
		return r;
	/* what cannot be read matters only if something would have to be written */
	if (!configured && p->facts->boot.running)
		configured = strdup(p->facts->boot.running);
	r = make_wishes(p, configured ? configured : "", &w);
	if (r < 0 || w.n == 0)
		return r;
	if (!readable)
		return refuse_edit(p, &err);
	r = grub_mend(p);
	return r < 0 ? r : grub_variable(p, "GRUB_CMDLINE_LINUX_DEFAULT", &w);
}

/* ---- systemd-boot ---- */

static int edit_kernel_cmdline(struct pg_planner *p)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_CMDLINE);
	char *configured pg_autofree = NULL;
	struct pg_bytes after = { 0 };
	struct wishes w = { 0 };
	int r = pg_configured_cmdline(p->facts, PG_LOADER_SYSTEMD_BOOT, &configured, &err);

	if (r == 0)
		r = make_wishes(p, configured ? configured : "", &w);
	if (r < 0 || w.n == 0)
		return r;
	r = pg_kernel_cmdline_edit(PG_PATH_CMDLINE, &now, w.option, w.n, &after, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return refuse_edit(p, &err);
	return put(p, PG_PATH_CMDLINE, &after, &w);
}

/* ---- which of them ---- */

static bool is_there(const struct pg_planner *p, const char *path)
{
	return pg_facts_file(p->facts, path) != NULL;
}

/* The running options without the loader's own initrd=, as proxmox-boot-tool takes them where
 * its file is not there (zz-proxmox-boot); NULL where they have no root=, or on -ENOMEM. */
static char *fallback_line(const char *running)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strbuf b = { 0 };
	struct pg_cmdline_word w;
	size_t pos = 0;

	if (pg_cmdline_split(running, &words) < 0 || !pg_cmdline_get(&words, "root"))
		return NULL;
	while (pg_cmdline_next(running, strlen(running), &pos, &w))
		if (!pg_text_starts(running + w.start, "initrd=")) {
			pg_strbuf_add(&b, b.len ? " " : "");
			pg_strbuf_addn(&b, running + w.start, w.end - w.start);
		}
	return pg_strbuf_steal(&b);
}

static int refuse_missing(struct pg_planner *p)
{
	const struct pg_boot *boot = &p->facts->boot;
	const char *running = boot->running ? boot->running : "";
	char *line pg_autofree = NULL, *advice pg_autofree = NULL;
	struct wishes w = { 0 };
	int r = make_wishes(p, running, &w);

	if (r < 0 || w.n == 0)
		return r;
	if (boot->loader == PG_LOADER_SYSTEMD_BOOT && !boot->disputed)
		line = fallback_line(running);
	if (line) {
		advice = pg_strf(_("Write this as the one line of %s, then plan again: %s"),
				 PG_PATH_CMDLINE, line);
		return advice ? pg_planner_refuse(p, "cmdline-missing", NULL,
						  "The file with the kernel options is not there. "
						  "The node boots with those that it runs with.",
						  advice) : -ENOMEM;
	}
	return pg_planner_refuse(p, "cmdline-missing", NULL,
				 "The file with the kernel options was not found, so that they "
				 "cannot be changed.",
				 "GRUB reads /etc/default/grub, systemd-boot reads "
				 "/etc/kernel/cmdline: put back the one that this node boots "
				 "with, then plan again.");
}

int pg_plan_boot_options(struct pg_planner *p)
{
	const struct pg_boot *boot = &p->facts->boot;
	bool both = boot->loader == PG_LOADER_UNKNOWN || boot->disputed;
	bool grub = (both || boot->loader == PG_LOADER_GRUB) && is_there(p, PG_PATH_GRUB);
	bool cmdline = (both || boot->loader == PG_LOADER_SYSTEMD_BOOT) &&
		       is_there(p, PG_PATH_CMDLINE);
	int r = 0;

	if (!grub && !cmdline)
		return refuse_missing(p);
	if (grub)
		r = edit_grub(p);
	if (r == 0 && cmdline)
		r = edit_kernel_cmdline(p);
	return r;
}
