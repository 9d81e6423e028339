/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processor model and memory of a VM with a passed device: for the plan, and for doctor. */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/usb.h"

#define GIB ((uint64_t)1 << 30)

/* ---- processor ---- */

bool pg_cpu_is_host(const char *cpu)
{
	const char *type = cpu && pg_text_starts(cpu, "cputype=") ? cpu + 8 : cpu;

	return type && pg_text_starts(type, "host") && (!type[4] || type[4] == ',');
}

bool pg_cpu_has_bits(const char *cpu)
{
	return pg_cpu_is_host(cpu) ||
	       (cpu && (strstr(cpu, ",phys-bits=") || strstr(cpu, "+pdpe1gb")));
}

uint64_t pg_dev_largest_bar(const struct pg_dev *dev)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < PG_ARRAY_SIZE(dev->bar_size); i++)
		if (dev->bar_size[i] > largest)
			largest = dev->bar_size[i];
	return largest;
}

/* OVMF places what is large where a guest with 40 bits of address does not reach. */
static int too_few(const struct pg_vm_scope *scope, const struct pg_dev *dev, const char *cpu,
		   struct pg_findings *f, struct pg_finding **ret)
{
	*ret = pg_findings_add(f, "cpu-address-bits", PG_LEVEL_WARN, scope->s,
			       "The card has a large window of memory, and this processor model shows the "
			       "guest 40 bits of address: OVMF may not place the window, and the card does "
			       "not work.");
	if (pg_finding_evidence(*ret, "%s: %llu GiB; cpu: %s", pg_bdf_str(dev->addr).s,
				(unsigned long long)(pg_dev_largest_bar(dev) / GIB),
				cpu ? cpu : _("(not set)")) < 0)
		return -ENOMEM;
	return pg_finding_advice(*ret, "Choose `--cpu host`, or add phys-bits=host to the model.");
}

/* The number behind ",KEY=" in the value of cpu:; 0: not there, or "host". */
static unsigned bits_of(const char *cpu, const char *key)
{
	const char *at = cpu ? strstr(cpu, key) : NULL;

	return at ? (unsigned)strtoul(at + strlen(key), NULL, 10) : 0;
}

static int too_many(const struct pg_facts *facts, const struct pg_vm_scope *scope,
		    const struct pg_dev *dev, const char *cpu, struct pg_findings *f,
		    struct pg_finding **ret)
{
	unsigned width = facts->iommu.address_bits, shown = bits_of(cpu, ",guest-phys-bits=");

	if (!shown)
		shown = bits_of(cpu, ",phys-bits=");
	if (!shown)
		shown = facts->system.phys_bits;
	if (!width || shown <= width)
		return 0;
	*ret = pg_findings_add(f, "iommu-address-bits", PG_LEVEL_NOTE, scope->s,
			       "The guest sees %u bits of address, and the IOMMU translates %u: OVMF may place "
			       "the card's large window where the IOMMU does not reach "
			       "(vfio_container_dma_map … Invalid argument). Often that is a warning only; "
			       "transfers from device to device fail.", shown, width);
	if (pg_finding_evidence(*ret, "%s: %llu GiB; cpu: %s; /sys/class/iommu: cap", pg_bdf_str(dev->addr).s,
				(unsigned long long)(pg_dev_largest_bar(dev) / GIB), cpu) < 0)
		return -ENOMEM;
	return pg_finding_advice(*ret, "If the card does not work, add guest-phys-bits=%u to the processor "
				       "model.", width);
}

int pg_check_address_bits(const struct pg_facts *facts, const struct pg_guest *guest,
			  const struct pg_dev *dev, const char *cpu, struct pg_findings *f,
			  struct pg_finding **ret)
{
	struct pg_vm_scope scope;

	*ret = NULL;
	pg_vm_scope(guest->vmid, &scope);
	if (pg_dev_largest_bar(dev) < PG_LARGE_BAR)
		return 0;
	return pg_cpu_has_bits(cpu) ? too_many(facts, &scope, dev, cpu, f, ret) :
				      too_few(&scope, dev, cpu, f, ret);
}

struct pg_cpu_option pg_cpu_fix_width(const struct pg_facts *facts)
{
	struct pg_cpu_option option;

	(void)snprintf(option.s, sizeof(option.s), "--cpu host,guest-phys-bits=%u",
		       facts->iommu.address_bits);
	return option;
}

/* ---- memory ---- */

uint64_t pg_memory_mib(const char *value)
{
	uint64_t mib = 512; /* PVE::QemuServer::Memory, without the key */
	char *digits pg_autofree = NULL;

	if (!value)
		return mib;
	if (pg_text_starts(value, "current="))
		value += 8;
	digits = strndup(value, strcspn(value, ","));
	if (!digits || pg_text_number(digits, 10, UINT64_MAX >> 21, &mib) < 0)
		return 0;
	return mib;
}

static int short_of(struct pg_findings *f, const struct pg_vm_scope *scope, uint64_t need,
		    uint64_t have, bool ever)
{
	struct pg_finding *finding = pg_findings_add(
		f, "memory-short", PG_LEVEL_WARN, scope->s,
		ever ? N_("With a passed device the VM takes all of its memory when it starts, and the "
		       "node has less than that: it will not start (VFIO_MAP_DMA failed: Cannot "
		       "allocate memory).") :
		       N_("With a passed device the VM takes all of its memory when it starts, and less "
		       "than that is free now: it may not start (VFIO_MAP_DMA failed: Cannot allocate "
		       "memory), or other VMs are ended for it."));

	if (pg_finding_evidence(finding, "memory: %.1f GiB; %s: %.1f GiB", (double)need / (double)GIB,
				ever ? _("the node has") : _("free"), (double)have / (double)GIB) < 0)
		return -ENOMEM;
	return pg_finding_advice(finding, "Give the VM less (`qm set %s --memory …`), or stop others "
					  "before it starts.", scope->number);
}

/* Pinning takes about a second for a few GiB; Proxmox waits four times as long as else, and a
 * second for each GiB (PVE::QemuServer::Helpers, config_aware_timeout). */
static int slow(struct pg_findings *f, const struct pg_vm_scope *scope, uint64_t need)
{
	struct pg_finding *finding;

	if (need < 128 * GIB)
		return 0;
	finding = pg_findings_add(f, "memory-slow-start", PG_LEVEL_NOTE, scope->s,
				  "All memory of the VM is taken when it starts: that may last minutes, "
				  "and Proxmox may end the start before (got timeout).");
	if (pg_finding_evidence(finding, "memory: %.1f GiB", (double)need / (double)GIB) < 0)
		return -ENOMEM;
	return pg_finding_advice(finding, "`qm start %s --timeout 600` waits longer; hugepages make it "
					  "faster.", scope->number);
}

int pg_check_memory(const struct pg_facts *facts, const struct pg_guest *g, const char *value,
		    struct pg_findings *f)
{
	uint64_t need = pg_memory_mib(value) << 20;
	struct pg_vm_scope scope;

	pg_vm_scope(g->vmid, &scope);
	if (g->running == PG_YES)
		return 0; /* it has it */
	if (facts->system.mem_total && need > facts->system.mem_total)
		return short_of(f, &scope, need, facts->system.mem_total, true);
	if (facts->system.mem_free && need > facts->system.mem_free &&
	    short_of(f, &scope, need, facts->system.mem_free, false) < 0)
		return -ENOMEM;
	return slow(f, &scope, need);
}
