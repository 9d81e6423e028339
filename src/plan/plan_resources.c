/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processor model and memory of a VM with a passed device: for the plan, and for doctor. */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

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
		ever ? "With a passed device the VM takes all of its memory when it starts, and the "
		       "node has less than that: it will not start (VFIO_MAP_DMA failed: Cannot "
		       "allocate memory)." :
		       "With a passed device the VM takes all of its memory when it starts, and less "
		       "than that is free now: it may not start (VFIO_MAP_DMA failed: Cannot allocate "
		       "memory), or other VMs are ended for it.");

	if (pg_finding_evidence(finding, "memory: %.1f GiB; %s: %.1f GiB", (double)need / (double)GIB,
				ever ? "the node has" : "free", (double)have / (double)GIB) < 0)
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
