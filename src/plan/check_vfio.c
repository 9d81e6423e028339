/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* What a passed device needs loaded: vfio_pci depends on the first two, QEMU opens the third. */
static const char *const needed[] = { "vfio", "vfio_pci_core", "vfio_iommu_type1",
				      "vfio_pci" };

static bool is_needed(const char *module)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(needed); i++)
		if (pg_same_module(needed[i], module))
			return true;
	return false;
}

static int missing(struct pg_checker *c)
{
	struct pg_finding *f;

	if (c->facts->modules.vfio_there != PG_NO || c->facts->modules.loaded_known != PG_YES)
		return 0;
	f = pg_findings_add(c->f, "vfio-missing", PG_LEVEL_BLOCK, "host",
			    "The running kernel has no vfio-pci: no device can be passed.");
	if (pg_finding_evidence(f, "no vfio_pci below /lib/modules/%s",
				c->facts->system.kernel ? c->facts->system.kernel : "?") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Boot a Proxmox kernel, or reinstall the kernel's package.");
}

/* ---- install lines: kmod runs the command instead of loading the module ---- */

/* Does the command do nothing, whatever comes before it in the path? Others may load the
 * module after all ("modprobe --ignore-install", a script that sets driver_override). */
static bool does_nothing(const char *command)
{
	static const char *const names[] = { "false", "true", ":", "exit" };
	size_t n = strcspn(command, " \t;&|");
	size_t from = n;

	while (from && command[from - 1] != '/')
		from--;
	if (strstr(command + n, "modprobe") || strstr(command + n, "insmod"))
		return false;
	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n - from &&
		    strncmp(command + from, names[i], n - from) == 0)
			return true;
	return n == 0;
}

/* Of several install lines for a module the first counts (kmod_module_get_install_commands). */
static bool is_first(const struct pg_modules *m, const struct pg_modconf *line)
{
	for (const struct pg_modconf *l = m->conf; l < line; l++)
		if (l->kind == PG_MODCONF_INSTALL && pg_same_module(l->module, line->module))
			return false;
	return true;
}

static int install(struct pg_checker *c, const struct pg_modconf *line)
{
	bool never = does_nothing(line->value);
	struct pg_finding *f = pg_findings_add(
		c->f, "vfio-install", never ? PG_LEVEL_BLOCK : PG_LEVEL_WARN, "host",
		never ? N_("An `install` line keeps %s from ever loading: the node can bind no device "
			"to vfio-pci, and Proxmox starts no VM with a passed device.") :
			N_("An `install` line stands before %s: its command runs instead, and Proxmox "
			"may fail with \"Cannot find vfio-pci module\"."),
		line->module);

	if (pg_finding_evidence(f, "%s:%u: install %s %s", line->path, line->line, line->module,
				line->value) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, never ? N_("Take the line out, run `update-initramfs -u -k all`, "
					    "then plan again.") :
					    N_("Take the line out unless you know what it is for."));
}

/* A plain blacklist stops what asks for it (systemd-modules-load), not modprobe by name. */
static int blacklist(struct pg_checker *c, const struct pg_modconf *line)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "vfio-blacklisted", PG_LEVEL_WARN, "host",
		"%s is blacklisted: it is not loaded from the list of modules when the node "
		"starts, only by name or as a dependency.",
		line->module);

	if (pg_finding_evidence(f, "%s:%u: blacklist %s", line->path, line->line, line->module) <
	    0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the line out.");
}

static int lines(struct pg_checker *c)
{
	const struct pg_modules *m = &c->facts->modules;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_conf; i++) {
		const struct pg_modconf *line = &m->conf[i];

		if (!is_needed(line->module))
			continue;
		if (line->kind == PG_MODCONF_INSTALL && is_first(m, line))
			r = install(c, line);
		if (line->kind == PG_MODCONF_BLACKLIST && strcmp(line->path, "/proc/cmdline") != 0)
			r = blacklist(c, line);
	}
	return r;
}

/* ---- module_blacklist= of the kernel ---- */

/*
 * The needed module that the option names, or NULL. The kernel compares whole names as they
 * are, so that "vfio-pci" stops nothing (kernel/module/main.c, blacklisted()); of several
 * options the last counts.
 */
static const char *refused(const struct pg_strv *words)
{
	const char *list = pg_cmdline_get(words, "module_blacklist");

	for (size_t i = 0; list && i < PG_ARRAY_SIZE(needed); i++)
		if (pg_list_has(list, needed[i]))
			return needed[i];
	return NULL;
}

/* What the next boot has: the loader's file where it can be read, else the running options. */
static int next_words(const struct pg_facts *facts, struct pg_strv *ret, const char **ret_where)
{
	const struct pg_boot *boot = &facts->boot;
	char *line pg_autofree = NULL;
	int r = 0;

	if (boot->loader != PG_LOADER_UNKNOWN && !boot->disputed)
		r = pg_configured_cmdline(facts, boot->loader, &line, NULL);
	if (r == -ENOMEM)
		return r;
	*ret_where = !line				? "/proc/cmdline" :
		     boot->loader == PG_LOADER_GRUB	? PG_PATH_GRUB :
							  PG_PATH_CMDLINE;
	return pg_cmdline_split(line ? line : boot->running ? boot->running : "", ret);
}

/* Refused by the running kernel alone: gone with the reboot. */
static int refused_now(struct pg_checker *c)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *running = c->facts->boot.running, *module;
	struct pg_finding *f;

	if (pg_cmdline_split(running ? running : "", &words) < 0)
		return -ENOMEM;
	module = refused(&words);
	if (!module)
		return 0;
	f = pg_findings_add(c->f, "vfio-refused-now", PG_LEVEL_WARN, "host",
			    "The running kernel was told to refuse %s: no device can be passed "
			    "before the next reboot.",
			    module);
	if (pg_finding_evidence(f, "/proc/cmdline:1: module_blacklist=%s",
				pg_cmdline_get(&words, "module_blacklist")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Reboot: the option is not configured any more.");
}

static int kernel(struct pg_checker *c)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *where, *module;
	struct pg_finding *f;

	if (next_words(c->facts, &words, &where) < 0)
		return -ENOMEM;
	module = refused(&words);
	if (!module)
		return refused_now(c);
	f = pg_findings_add(c->f, "vfio-refused", PG_LEVEL_BLOCK, "host",
			    "A kernel option makes the kernel refuse %s: the node can bind no "
			    "device to vfio-pci, and Proxmox starts no VM with a passed device.",
			    module);
	if (pg_finding_evidence(f, "%s: module_blacklist=%s", where,
				pg_cmdline_get(&words, "module_blacklist")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take it out of the list, then plan again.");
}

int pg_check_vfio(struct pg_checker *c)
{
	int r = missing(c);

	if (r < 0 || c->facts->modules.vfio_builtin == PG_YES)
		return r;
	r = lines(c);
	return r < 0 ? r : kernel(c);
}
