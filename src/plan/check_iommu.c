/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/lint.h"

static const char *table_name(const struct pg_iommu *iommu)
{
	static const char *const names[] = {
		[PG_TABLE_NONE] = N_("none"),
		[PG_TABLE_DMAR] = N_("DMAR (Intel VT-d)"),
		[PG_TABLE_IVRS] = N_("IVRS (AMD-Vi)"),
	};

	return iommu->table_known ? _(names[iommu->table]) : _("unknown");
}

static int active(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(c->f, "iommu-active", PG_LEVEL_OK, "host",
					       "The IOMMU is active.");

	return pg_finding_evidence(f, "/sys/class/iommu has entries; firmware table: %s",
				   table_name(&c->facts->iommu));
}

static int unknown(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "iommu-unknown", PG_LEVEL_NOTE, "host",
		"Whether the IOMMU is active could not be read.");

	return pg_finding_evidence(f, "/sys/class/iommu");
}

static int nested(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "iommu-nested", PG_LEVEL_BLOCK, "host",
		"This node is itself a virtual machine and has no virtual IOMMU: it cannot "
		"pass devices on.");

	if (pg_finding_evidence(f, "/proc/cpuinfo: flag hypervisor; no DMAR or IVRS table") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "On the host of this node, give it one: machine "
				    "q35,viommu=intel (then intel_iommu=on here), or "
				    "viommu=virtio.");
}

static int firmware(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "iommu-firmware", PG_LEVEL_BLOCK, "host",
		"The firmware announces no IOMMU: it is switched off in the firmware's setup, or "
		"the machine has none. No kernel option can replace it.");

	if (pg_finding_evidence(f, "/sys/firmware/acpi/tables has neither DMAR nor IVRS") < 0)
		return -ENOMEM;
	return pg_finding_advice(
		f, "Switch on %s in the firmware's setup, then plan again.",
		c->facts->system.cpu == PG_CPU_AMD ? _("IOMMU (AMD-Vi)") :
		c->facts->system.cpu == PG_CPU_INTEL ? "VT-d" : _("VT-d or AMD-Vi (IOMMU)"));
}

/* The word of the running kernel that turns it off, or NULL. Borrowed from words. */
static const char *off_word(const struct pg_strv *words)
{
	static const char *const key[] = { "iommu", "intel_iommu", "amd_iommu" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(key); i++) {
		const char *word = pg_words_find(words, key[i], "off");

		if (word)
			return word;
	}
	return NULL;
}

/* Planning a device for a VM sets the options: one that a VM has already, or else the person chooses. */
static int fix_off(struct pg_checker *c, struct pg_finding *f)
{
	int r = pg_lint_fix_first(c, f, "");

	return r < 0 || f->fix ? r : pg_finding_fix(f, PG_FIX_CHOOSE);
}

/*
 * Announced, but not active: a kernel option. With choices the plan mends it. On AMD nothing
 * but an option turns it off, so that without one there is nothing to mend.
 */
static int off(struct pg_checker *c)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *running = c->facts->boot.running;
	const char *word;
	struct pg_finding *f;
	bool mends;

	if (pg_cmdline_split(running ? running : "", &words) < 0)
		return -ENOMEM;
	word = off_word(&words);
	mends = word || c->facts->iommu.table != PG_TABLE_IVRS;
	f = pg_findings_add(c->f, "iommu-off",
			    !c->choices ? PG_LEVEL_BLOCK : mends ? PG_LEVEL_NOTE : PG_LEVEL_WARN,
			    "host", "The IOMMU is there but not active. Proxmox starts no VM with "
				    "a passed device as long as it is off.");
	if (pg_finding_evidence(f, "firmware table: %s; /sys/class/iommu is empty; running "
				   "kernel: %s",
				table_name(&c->facts->iommu), word ? word : _("no option for it")) < 0)
		return -ENOMEM;
	if (!mends)
		return pg_finding_advice(f, "Look at the firmware's setup and at the kernel's "
					    "messages (AMD-Vi).");
	if (pg_finding_advice(f, c->choices ? N_("The plan sets the kernel options; it takes effect "
					      "with the reboot.") :
					      N_("Set the kernel options and reboot.")) < 0)
		return -ENOMEM;
	return c->choices ? 0 : fix_off(c, f);
}

static int state(struct pg_checker *c)
{
	const struct pg_iommu *iommu = &c->facts->iommu;

	if (iommu->active == PG_YES)
		return active(c);
	if (iommu->active == PG_UNKNOWN)
		return unknown(c);
	if (!iommu->table_known || iommu->table != PG_TABLE_NONE)
		return off(c);
	return c->facts->system.hypervisor == PG_YES ? nested(c) : firmware(c);
}

/* The word of the running kernel that switches it off, or NULL. Borrowed from words. */
static const char *remap_word(const struct pg_strv *words)
{
	const char *word = pg_words_find(words, "intremap", "off");

	for (size_t i = 0; !word && i < words->n; i++)
		if (strcmp(words->v[i], "nointremap") == 0)
			word = words->v[i];
	return word;
}

static int remapping(struct pg_checker *c)
{
	const struct pg_iommu *iommu = &c->facts->iommu;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *running = c->facts->boot.running, *word;
	struct pg_finding *f;

	if (iommu->active != PG_YES || iommu->remapping == PG_UNKNOWN)
		return 0;
	if (iommu->remapping == PG_YES) {
		f = pg_findings_add(c->f, "remapping-on", PG_LEVEL_OK, "host",
				    "Interrupt remapping is on.");
		return f ? 0 : -ENOMEM;
	}
	f = pg_findings_add(c->f, "remapping-off", PG_LEVEL_WARN, "host",
			    "Interrupt remapping is off: VMs with a passed device will not start, "
			    "since a guest could raise any interrupt of the node.");
	if (pg_cmdline_split(running ? running : "", &words) < 0)
		return -ENOMEM;
	word = remap_word(&words);
	if (pg_finding_evidence(f, "no IR- chip in /proc/interrupts%s%s", word ? "; running kernel: " : "",
				word ? word : "") < 0)
		return -ENOMEM;
	if (word)
		return pg_finding_advice(f, "Take %s out of the kernel options, and reboot.", word);
	return pg_finding_advice(f, "Switch on interrupt remapping and x2APIC in the firmware's "
				    "setup, or update the firmware.");
}

int pg_check_iommu(struct pg_checker *c)
{
	int r = state(c);

	return r < 0 ? r : remapping(c);
}
