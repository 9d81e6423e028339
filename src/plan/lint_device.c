/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devices that VMs have, and physical functions whose virtual ones do not come. */
#include "src/plan/lint.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/vm_check.h"

/* What the kernel says when sriov_numvfs is written (drivers/pci/iov.c, pci-sysfs.c). */
static const struct {
	const char *words, *id, *text, *advice;
} refusals[] = {
	{ "VFs already enabled. Disable before enabling", "sriov-busy",
	  N_("Another number of virtual functions was asked for while there were some: the kernel refused "
	  "that."),
	  N_("Write 0 to sriov_numvfs first, with no VM on any of them, then the number.") },
	{ "not enough MMIO resources for SR-IOV", "sriov-no-memory",
	  N_("There is no room for the memory of the virtual functions, so none were made."),
	  N_("Switch on Above 4G Decoding in the firmware; else boot with pci=realloc.") },
	{ "IOV BARS not allocated", "sriov-no-memory",
	  N_("There is no room for the memory of the virtual functions, so none were made."),
	  N_("Switch on Above 4G Decoding in the firmware; else boot with pci=realloc.") },
	{ "no driver bound to device; cannot configure SR-IOV", "sriov-no-driver",
	  N_("Virtual functions were asked for while the device had no driver, which is what makes them."),
	  N_("Load or install its driver first.") },
	{ "driver does not support SR-IOV configuration via sysfs", "sriov-driver",
	  N_("The driver of the device makes no virtual functions when it is asked."),
	  N_("Another driver may (that of the maker, or a package of DKMS).") },
	{ "out of range of", "sriov-no-bus",
	  N_("There are no bus numbers for the virtual functions, so none were made."),
	  N_("Switch on ARI and SR-IOV in the firmware; else boot with pci=assign-busses, which may rename "
	  "network cards (--pin-nics).") },
};

static int sriov(struct pg_checker *c, const struct pg_klog_line *line)
{
	struct pg_finding *f;

	for (size_t i = 0; i < PG_ARRAY_SIZE(refusals); i++) {
		if (!strstr(line->text, refusals[i].words))
			continue;
		f = pg_findings_add(c->f, refusals[i].id, PG_LEVEL_WARN, pg_bdf_str(line->addr).s, "%s",
				    _(refusals[i].text));
		if (pg_finding_evidence(f, "kernel log: %s", line->text) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "%s", _(refusals[i].advice));
	}
	return 0;
}

/* Said once, however often it was tried. */
static bool is_repeated(const struct pg_klog *log, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (log->line[k].of_dev && pg_bdf_equal(log->line[k].addr, log->line[i].addr) &&
		    strcmp(log->line[k].text, log->line[i].text) == 0)
			return true;
	return false;
}

int pg_lint_devices(struct pg_checker *c)
{
	const struct pg_klog *log = &c->facts->klog;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_dev; i++)
		if (c->facts->dev[i].n_vmid)
			r = pg_check_hardware(c, &c->facts->dev[i]);
	for (size_t i = 0; r == 0 && i < log->n_line; i++)
		if (log->line[i].of_dev && !is_repeated(log, i))
			r = sriov(c, &log->line[i]);
	return r;
}
