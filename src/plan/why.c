/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/why.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/planner.h"

#define CLOCK_SLACK 2 /* seconds: btime is computed from two clocks */

/* ---- texts ---- */

static int set_text(char **to, const char *fmt, va_list ap)
{
	struct pg_strbuf b = { 0 };

	pg_strbuf_vaddf(&b, fmt, ap);
	free(*to);
	*to = pg_strbuf_steal(&b);
	return *to ? 0 : -ENOMEM;
}

int pg_why_set(struct pg_status *s, enum pg_status_verdict verdict, const char *reason,
	       const char *fmt, ...)
{
	va_list ap;
	int r;

	s->verdict = verdict;
	s->reason = reason;
	va_start(ap, fmt);
	r = set_text(&s->why, _(fmt), ap);
	va_end(ap);
	return r;
}

int pg_why_evidence(struct pg_status *s, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = set_text(&s->evidence, _(fmt), ap);
	va_end(ap);
	return r;
}

int pg_why_fix(struct pg_status *s, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = set_text(&s->fix, _(fmt), ap);
	va_end(ap);
	return r;
}

static int said(int a, int b, int c)
{
	return a < 0 || b < 0 || c < 0 ? -ENOMEM : 1;
}

/* "nouveau has it", "no driver has it" */
static const char *holder(const struct pg_status *s)
{
	return s->dev->driver ? s->dev->driver : _("no driver");
}

/* ---- not rebooted since ---- */

static int off(const struct pg_facts *facts, struct pg_status *s)
{
	if (!facts->boot.off)
		return 0;
	return said(pg_why_set(s, PG_STATUS_PENDING, "off",
			       "The node was booted without passthrough: pve-gpu.off is on its "
			       "kernel command line."),
		    pg_why_evidence(s, "/proc/cmdline: %s", facts->boot.running),
		    pg_why_fix(s, "Reboot with the usual entry of the boot menu."));
}

static bool is_boot_config(const char *path)
{
	return pg_is_grub_file(path) || strcmp(path, PG_PATH_CMDLINE) == 0 ||
	       pg_text_starts(path, "/etc/modprobe.d/") || strcmp(path, PG_PATH_BIND_CONF) == 0 ||
	       strcmp(path, PG_PATH_HOOK) == 0 || strcmp(path, PG_PATH_SCRIPT) == 0;
}

static int pending(const struct pg_facts *facts, struct pg_status *s)
{
	for (size_t i = 0; facts->system.live && facts->boot.since && i < facts->n_file; i++) {
		const struct pg_file *f = &facts->file[i];

		if (!is_boot_config(f->path) ||
		    f->changed.tv_sec <= facts->boot.since + CLOCK_SLACK)
			continue;
		return said(pg_why_set(s, PG_STATUS_PENDING, "pending",
				       "The configuration was changed after this boot: it goes to "
				       "vfio-pci at the next reboot of the node."),
			    pg_why_evidence(s, "%s is newer than the boot", f->path),
			    pg_why_fix(s, "Reboot the node."));
	}
	return 0;
}

/* ---- the kernel and its modules ---- */

static int built_in(const struct pg_facts *facts, struct pg_status *s)
{
	if (!s->dev->driver || pg_by_address(facts, s->dev))
		return 0;
	for (size_t i = 0; i < s->dev->n_claim; i++) {
		const struct pg_claim *c = &s->dev->claim[i];
		const char *says = c->unnamed ? _("/sys/bus/pci/drivers names no module for") :
						_("modules.builtin names");

		/* a driver may have another name than its module: "serial" of 8250_pci */
		if (!c->builtin || pg_facts_loaded(facts, s->dev->driver))
			continue;
		return said(pg_why_set(s, PG_STATUS_WRONG, "built-in",
				       "Its driver %s is built into the kernel: it takes the device "
				       "before any module can, and ids= comes too late.",
				       s->dev->driver),
			    pg_why_evidence(s, "%s %s (%s)", says, c->module,
					    facts->system.kernel ? facts->system.kernel :
								   _("the running kernel")),
			    pg_why_fix(s, "Bind it by address: `pve-gpu passthrough VMID %s --bind "
					  "address`.", pg_bdf_str(s->addr).s));
	}
	return 0;
}

static int vfio_there(const struct pg_facts *facts, struct pg_status *s)
{
	const struct pg_modules *m = &facts->modules;

	if (m->vfio_there == PG_NO)
		return said(pg_why_set(s, PG_STATUS_WRONG, "vfio-missing",
				       "The running kernel has no module vfio-pci."),
			    pg_why_evidence(s, "modules.dep of %s does not name it",
					    facts->system.kernel ? facts->system.kernel :
								   _("the kernel")),
			    pg_why_fix(s, "Install the kernel's modules again, or boot another "
					  "kernel."));
	if (m->vfio_builtin == PG_YES || m->loaded_known != PG_YES ||
	    pg_facts_loaded(facts, "vfio_pci"))
		return 0;
	return said(pg_why_set(s, PG_STATUS_WRONG, "vfio-not-loaded",
			       "The module vfio-pci is not loaded, so that %s has the device.",
			       holder(s)),
		    pg_why_evidence(s, "/proc/modules does not name vfio_pci"),
		    pg_is_loaded_at_boot(facts, "vfio_pci") ?
			    pg_why_fix(s, "Run `update-initramfs -u -k all`, then reboot.") :
			    pg_why_fix(s, "`pve-gpu passthrough VMID %s` plans that it is loaded "
					  "at boot.", pg_bdf_str(s->addr).s));
}

/* ---- the initramfs ---- */

static int stale(const struct pg_facts *facts, struct pg_status *s)
{
	const struct pg_initrd *rd = pg_facts_initrd(facts);
	const char *file = pg_initrd_old(facts);

	if (!file)
		return 0;
	return said(pg_why_set(s, PG_STATUS_WRONG, "stale-initramfs",
			       "The initramfs of the running kernel was made before the "
			       "configuration was changed, so that the node boots with the old one."),
		    rd->differ.n ? pg_why_evidence(s, "%s holds another %s than the disk",
						   rd->path, file) :
				   pg_why_evidence(s, "%s is older than %s", rd->path, file),
		    pg_why_fix(s, "Run `update-initramfs -u -k all`, then reboot."));
}

/* What it holds now was not booted yet. */
static int rebuilt(const struct pg_facts *facts, struct pg_status *s)
{
	const struct pg_initrd *rd = pg_facts_initrd(facts);

	if (!facts->boot.since || !rd ||
	    rd->changed.tv_sec <= facts->boot.since + CLOCK_SLACK)
		return 0;
	return said(pg_why_set(s, PG_STATUS_PENDING, "pending",
			       "The initramfs was made again after this boot: it goes to vfio-pci "
			       "at the next reboot of the node."),
		    pg_why_evidence(s, "%s is newer than the boot", rd->path),
		    pg_why_fix(s, "Reboot the node."));
}

static int lacks(const struct pg_facts *facts, struct pg_status *s)
{
	const char *what = pg_initrd_lacks(facts, s->dev);

	if (!what)
		return 0;
	return said(pg_why_set(s, PG_STATUS_WRONG, "initramfs-lacks",
			       "The initramfs of the running kernel does not hold %s.", what),
		    pg_why_evidence(s, "%s", pg_facts_initrd(facts)->path),
		    pg_why_fix(s, "Run `update-initramfs -u -k all`, then reboot."));
}

/* ---- who was first ---- */

static const struct pg_klog_line *first_of(const struct pg_facts *facts, struct pg_bdf addr,
					   const char *part)
{
	for (size_t i = 0; i < facts->klog.n_line; i++) {
		const struct pg_klog_line *l = &facts->klog.line[i];

		if (l->of_dev && pg_bdf_equal(l->addr, addr) && strstr(l->text, part))
			return l;
	}
	return NULL;
}

static int refused(const struct pg_facts *facts, struct pg_status *s)
{
	static const char *const parts[] = { "denylist", "probe with driver vfio-pci failed",
					     "vfio-pci: probe" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(parts); i++) {
		const struct pg_klog_line *l = first_of(facts, s->addr, parts[i]);

		if (l)
			return said(pg_why_set(s, PG_STATUS_WRONG, "refused",
					       "vfio-pci was asked to take it and did not."),
				    pg_why_evidence(s, "the kernel's log: %s", l->text), 0);
	}
	return 0;
}

static int lost_race(const struct pg_facts *facts, struct pg_status *s)
{
	const char *driver = s->dev->driver;
	const struct pg_klog_line *l;

	if (!driver || !pg_by_ids(facts, s->dev) || pg_by_address(facts, s->dev) ||
	    pg_has_softdep(facts, driver))
		return 0;
	l = first_of(facts, s->addr, driver);
	return said(pg_why_set(s, PG_STATUS_WRONG, "lost-race",
			       "%s was there before vfio-pci: no softdep makes it wait.", driver),
		    l ? pg_why_evidence(s, "the kernel's log, %.1f s after its start: %s",
					(double)l->usec / 1e6, l->text) :
			pg_why_evidence(s, "no line \"softdep %s pre: vfio-pci\" in modprobe.d",
					driver),
		    pg_why_fix(s, "`pve-gpu passthrough VMID %s` plans the softdep.",
			       pg_bdf_str(s->addr).s));
}

/* Of a tree it is not known whether it was booted since. */
static int unbooted(const struct pg_facts *facts, struct pg_status *s)
{
	if (facts->boot.waits)
		return pg_why_set(s, PG_STATUS_PENDING, "pending",
				  "The configuration gives it to vfio-pci at the next reboot of the "
				  "node, which was not rebooted since the change.");
	return pg_why_set(s, PG_STATUS_PENDING, "pending",
			  "The configuration gives it to vfio-pci at the next reboot of the node. "
			  "If that was done, something else takes it first.");
}

static int unknown(const struct pg_facts *facts, struct pg_status *s)
{
	const struct pg_initrd *rd = pg_facts_initrd(facts);

	if (!facts->system.live || !facts->boot.since)
		return unbooted(facts, s);
	return said(pg_why_set(s, PG_STATUS_WRONG, "unknown",
			       "The configuration gives it to vfio-pci, but %s has it. Why could "
			       "not be found.", holder(s)),
		    pg_why_evidence(s, "looked at: kernel options, modules%s%s",
				    rd && rd->looked ? _(", initramfs") : "",
				    facts->klog.known ? _(", kernel log") : ""),
		    pg_why_fix(s, "Run `update-initramfs -u -k all` and reboot; if it stays so, "
				  "bind by address."));
}

int pg_why_not_vfio(const struct pg_facts *facts, struct pg_status *s)
{
	static int (*const parts[])(const struct pg_facts *facts, struct pg_status *s) = {
		off,   pending, pg_why_iommu, built_in, stale,
		rebuilt, lacks, vfio_there, refused, lost_race,
	};
	/* of a tree only what is so at any boot */
	size_t n = facts->system.live ? PG_ARRAY_SIZE(parts) : 4;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = parts[i](facts, s);
	if (r == 0)
		r = unknown(facts, s);
	return r < 0 ? r : 0;
}
