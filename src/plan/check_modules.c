/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/lint.h"

/* ---- ids= ---- */

static int malformed(struct pg_checker *c, const struct pg_modconf *line, const char *item)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "vfio-ids-malformed", PG_LEVEL_WARN, "host",
		"\"%s\" in ids= is not read by vfio-pci: vendor and device are parted by a "
		"colon.",
		item);

	if (pg_finding_evidence(f, "%s:%u: options vfio-pci %s", line->path, line->line,
				line->value) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Write VENDOR:DEVICE,VENDOR:DEVICE, as `lspci -n` shows "
				    "them.");
}

static int overridden(struct pg_checker *c, const struct pg_modconf *line,
		      const struct pg_modconf *last)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "vfio-ids-overridden", PG_LEVEL_WARN, "host",
		"Of several lists of ids for vfio-pci only the last counts: this one has no "
		"effect.");

	if (pg_finding_evidence(f, "%s:%u, overridden by %s%s", line->path, line->line,
				last ? last->path : _("the kernel command line"),
				last ? "" : " (vfio-pci.ids)") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Write all ids into one line.");
}

static int ids_line(struct pg_checker *c, const struct pg_modconf *line,
		    const struct pg_modconf *last)
{
	struct pg_strv items PG_CLEANUP(pg_strv_done) = { 0 };
	char *ids pg_autofree = pg_options_ids(line->value);
	int r = 0;

	if (!ids)
		return 0;
	if (pg_strv_split(ids, ",", &items) < 0)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < items.n; i++)
		if (!pg_ids_item_valid(items.v[i]))
			r = malformed(c, line, items.v[i]);
	if (r == 0 && line != last)
		r = overridden(c, line, last);
	return r;
}

/* A device that ids= takes from the host although nobody chose it. */
static bool is_victim(const struct pg_checker *c, const struct pg_dev *dev)
{
	if (c->choices)
		return !pg_planner_has(c->dev, c->n_dev, dev);
	return dev->driver && !pg_dev_on_vfio(dev);
}

/* Several devices that one id catches. */
static int ids_shared(struct pg_checker *c, const char *ids, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;
	bool victim = false;
	size_t twins = 0;

	for (size_t i = 0; i < c->facts->n_dev; i++) {
		const struct pg_dev *other = &c->facts->dev[i];

		if (other->vendor != dev->vendor || other->device != dev->device ||
		    !pg_ids_match(ids, other))
			continue;
		if (other < dev)
			return 0; /* said when the first of them came */
		victim |= is_victim(c, other);
		pg_strbuf_addf(&b, "%s%s", twins++ ? ", " : "", pg_bdf_str(other->addr).s);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (twins < 2 || (c->choices && !victim))
		return 0;
	f = pg_findings_add(c->f, "vfio-ids-several", victim ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
			    "host",
			    "ids= with %04x:%04x takes every such device from the host, and there "
			    "are %zu.",
			    dev->vendor, dev->device, twins);
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "If one of them is to stay with the host, bind the others by "
				    "address (--bind address) and take the id out.");
}

static int ids(struct pg_checker *c)
{
	const struct pg_modules *m = &c->facts->modules;
	char *list pg_autofree = NULL;
	const struct pg_modconf *last;
	int r = pg_ids_in_effect(c->facts, &list, &last);

	for (size_t i = 0; r == 0 && i < m->n_conf; i++)
		if (m->conf[i].kind == PG_MODCONF_OPTIONS &&
		    pg_same_module(m->conf[i].module, "vfio_pci"))
			r = ids_line(c, &m->conf[i], last);
	for (size_t i = 0; r == 0 && list && i < c->facts->n_dev; i++)
		if (pg_ids_match(list, &c->facts->dev[i]))
			r = ids_shared(c, list, &c->facts->dev[i]);
	return r;
}

/* ---- lists and blacklists ---- */

static int virqfd(struct pg_checker *c)
{
	struct pg_finding *f;

	if (!pg_kernels_from(c->facts, 6, 2) || !pg_is_loaded_at_boot(c->facts, "vfio_virqfd"))
		return 0;
	f = pg_findings_add(c->f, "vfio-virqfd", PG_LEVEL_NOTE, "host",
			    "vfio_virqfd is listed to be loaded, but since Linux 6.2 it is part "
			    "of vfio: the attempt fails at every boot, without harm.");
	if (pg_finding_evidence(f, "/etc/modules or /etc/modules-load.d: vfio_virqfd") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the line out.");
}

static const struct pg_dev *bound_to(const struct pg_facts *facts, const char *module)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (facts->dev[i].driver && pg_same_module(facts->dev[i].driver, module))
			return &facts->dev[i];
	return NULL;
}

static int blacklists(struct pg_checker *c)
{
	const struct pg_modules *m = &c->facts->modules;

	for (size_t i = 0; i < m->n_conf; i++) {
		const struct pg_modconf *line = &m->conf[i];
		const struct pg_dev *dev;
		struct pg_finding *f;

		if (line->kind != PG_MODCONF_BLACKLIST)
			continue;
		dev = bound_to(c->facts, line->module);
		if (!dev)
			continue;
		f = pg_findings_add(c->f, "blacklist-ineffective", PG_LEVEL_WARN, "host",
				    "%s is blacklisted and has %s all the same: it was loaded by "
				    "name, as a dependency, or from an older initramfs.",
				    line->module, pg_bdf_str(dev->addr).s);
		if (pg_finding_evidence(f, "%s:%u: blacklist %s", line->path, line->line,
					line->module) < 0 ||
		    pg_finding_advice(f, "Run `update-initramfs -u -k all` and reboot; if it "
					 "stays so, use softdep or bind by address.") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int unsafe_interrupts(struct pg_checker *c)
{
	const struct pg_modules *m = &c->facts->modules;

	for (size_t i = 0; i < m->n_conf; i++) {
		const struct pg_modconf *line = &m->conf[i];
		struct pg_finding *f;

		if (line->kind != PG_MODCONF_OPTIONS ||
		    !strstr(line->value, "allow_unsafe_interrupts=1"))
			continue;
		f = pg_findings_add(c->f, "unsafe-interrupts", PG_LEVEL_WARN, "host",
				    "Passing devices without interrupt remapping is allowed here: a "
				    "guest can raise any interrupt of the node.");
		if (pg_finding_evidence(f, "%s:%u: options %s %s", line->path, line->line,
					line->module, line->value) < 0 ||
		    pg_finding_advice(f, "Take it out where interrupt remapping is on.") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- configured, but another driver has it ---- */

static const char *stale_advice(const struct pg_facts *facts, const struct pg_dev *dev)
{
	if (pg_by_ids(facts, dev) && pg_softdep_other(facts, dev->driver))
		return _("Reboot if that was not done since. If it stays so, the driver was "
		       "there first: it has a softdep without vfio-pci, and only the first one "
		       "counts. Add vfio-pci behind its \"pre:\", or bind by address.");
	if (pg_by_ids(facts, dev) && !pg_has_softdep(facts, dev->driver))
		return _("Reboot if that was not done since. If it stays so, the driver was "
		       "there first: a softdep is missing (/etc/modules is read too late).");
	return _("Reboot if that was not done since. If it stays so, run "
	       "`update-initramfs -u -k all` and reboot.");
}

static int stale(struct pg_checker *c)
{
	char *list pg_autofree = NULL;
	const struct pg_modconf *line;

	if (pg_ids_in_effect(c->facts, &list, &line) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < c->facts->n_dev; i++) {
		const struct pg_dev *dev = &c->facts->dev[i];
		struct pg_bdf_str addr = pg_bdf_str(dev->addr);
		struct pg_finding *f;

		if (!dev->driver || pg_dev_on_vfio(dev) || dev->is_bridge ||
		    (!pg_ids_match(list, dev) && !pg_by_address(c->facts, dev)))
			continue;
		if (c->choices && !pg_planner_has(c->dev, c->n_dev, dev))
			continue;
		f = pg_findings_add(c->f, "driver-stale", c->choices ? PG_LEVEL_NOTE : PG_LEVEL_WARN,
				    addr.s, "%s is configured for vfio-pci, but %s has it.",
				    addr.s, dev->driver);
		if (pg_finding_evidence(f, "driver: %s", dev->driver) < 0 ||
		    pg_finding_advice(f, "%s", stale_advice(c->facts, dev)) < 0 ||
		    pg_lint_fix_bind(c, f, dev, pg_by_address(c->facts, dev) ? "address" : "early") < 0)
			return -ENOMEM;
	}
	return 0;
}

int pg_check_modules(struct pg_checker *c)
{
	static int (*const parts[])(struct pg_checker *c) = {
		ids, virqfd, blacklists, unsafe_interrupts, stale,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](c);
	return r;
}
