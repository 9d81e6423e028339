/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware, memory and processor of a VM with passed devices. */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/drift.h"
#include "src/plan/vm_check.h"

/* The first device of the VM that fits; NULL: none. */
static const struct pg_dev *find(const struct pg_lint *l, bool (*fits)(const struct pg_dev *dev))
{
	for (size_t i = 0; i < l->g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &l->g->hostpci[i];
		const struct pg_dev *dev = pg_hostpci_counts(l->g, hp) && !hp->mdev ?
						   pg_lint_dev(l->c->facts, hp) : NULL;

		if (dev && fits(dev))
			return dev;
	}
	return NULL;
}

static bool is_gpu(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU;
}

/* ---- firmware ---- */

static int efidisk(const struct pg_lint *l)
{
	struct pg_finding *f = pg_lint_add(
		l, "efidisk-missing", PG_LEVEL_NOTE,
		"The VM starts with OVMF and has no EFI disk: its firmware settings are lost at every "
		"stop (no efidisk configured! Using temporary efivars disk).");

	if (pg_lint_key(l, f, "bios") < 0 ||
	    pg_finding_advice(f, "Give it one; a plan for one of its devices does so.") < 0)
		return -ENOMEM;
	return pg_lint_fix(l, f, NULL, "");
}

int pg_lint_firmware(const struct pg_lint *l)
{
	const char *disk = pg_vm_value(l->g, "efidisk0");
	struct pg_finding *f;

	if (!pg_lint_has_device(l->g) || !pg_vm_is_ovmf(l->g))
		return 0;
	if (!disk)
		return efidisk(l);
	if (!pg_efi_has_keys(disk) || !find(l, is_gpu))
		return 0;
	f = pg_lint_add(l, "guest-secure-boot", PG_LEVEL_NOTE,
			"The VM starts with Secure Boot: an unsigned ROM of the GPU, or an unsigned driver, "
			"is refused.");
	if (pg_lint_key(l, f, "efidisk0") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "If the screen stays dark, switch Secure Boot off in the VM's firmware "
				    "setup.");
}

/* ---- memory ---- */

static int layout(const struct pg_lint *l)
{
	size_t before = l->c->f->n;
	const char *value = pg_vm_value(l->g, "hugepages");
	int r = pg_check_numa(l->c->facts, l->g, value, pg_vm_value(l->g, "numa"), l->c->f);

	if (r < 0 || l->c->f->n == before || strcmp(l->c->f->v[before].id, "hugepages") != 0)
		return r;
	return pg_lint_fix(l, &l->c->f->v[before], NULL, "--hugepages off");
}

static int balloon(const struct pg_lint *l)
{
	const char *value = pg_vm_value(l->g, "balloon");
	struct pg_finding *f;

	if (value && strcmp(value, "0") == 0)
		return 0;
	f = pg_lint_add(l, "memory-pinned", PG_LEVEL_NOTE,
			"With a passed device all memory of the VM is taken when it starts; ballooning gives "
			"nothing back.");
	if (pg_lint_key(l, f, "balloon") < 0 ||
	    pg_finding_advice(f, "Count with all of its memory, and set balloon: 0.") < 0)
		return -ENOMEM;
	return pg_lint_fix(l, f, NULL, "--no-balloon");
}

int pg_lint_memory(const struct pg_lint *l)
{
	int r;

	if (!pg_lint_has_device(l->g))
		return 0;
	r = pg_check_memory(l->c->facts, l->g, pg_vm_value(l->g, "memory"), l->c->f);
	if (r == 0)
		r = layout(l);
	return r < 0 ? r : balloon(l);
}

/* ---- processor ---- */

static bool is_large(const struct pg_dev *dev)
{
	return pg_dev_largest_bar(dev) >= PG_LARGE_BAR;
}

static bool is_nvidia(const struct pg_dev *dev)
{
	return is_gpu(dev) && dev->vendor == 0x10de;
}

static bool any_xvga(const struct pg_guest *g)
{
	for (size_t i = 0; i < g->n_hostpci; i++)
		if (g->hostpci[i].xvga && pg_hostpci_counts(g, &g->hostpci[i]))
			return true;
	return false;
}

/* x-vga=1 hides the hypervisor too, unless hidden=0 says otherwise (CPUConfig.pm). */
static int code_43(const struct pg_lint *l)
{
	const char *cpu = pg_vm_value(l->g, "cpu"), *os = pg_vm_value(l->g, "ostype");
	const struct pg_dev *dev = find(l, is_nvidia);
	struct pg_finding *f;
	char option[96];

	if (!dev || !os || !pg_text_starts(os, "w") || (cpu && strstr(cpu, "hidden=1")) ||
	    (any_xvga(l->g) && !(cpu && strstr(cpu, "hidden=0"))))
		return 0;
	f = pg_lint_add(l, "nvidia-code-43", PG_LEVEL_NOTE,
			"The guest sees that it is a VM. NVIDIA's drivers for Windows before version 465 "
			"refuse GeForce cards then (Code 43 in the device manager).");
	if (pg_lint_key(l, f, "cpu") < 0 ||
	    pg_finding_advice(f, "Install a newer driver; where that cannot be, hide it (hidden=1). A bad "
				 "ROM gives the same code.") < 0)
		return -ENOMEM;
	if (cpu && (strlen(cpu) > 60 || strpbrk(cpu, ";' ")))
		return 0;
	(void)snprintf(option, sizeof(option), "--cpu %s,hidden=1", cpu ? cpu : "host");
	return pg_lint_fix(l, f, NULL, option);
}

int pg_lint_processor(const struct pg_lint *l)
{
	const char *cpu = pg_vm_value(l->g, "cpu");
	const struct pg_dev *dev = find(l, is_large);
	int r = 0;

	if (dev && pg_vm_is_ovmf(l->g)) {
		struct pg_finding *f = NULL;

		r = pg_check_address_bits(l->c->facts, l->g, dev, cpu, l->c->f, &f);
		if (r == 0 && f && pg_cpu_has_bits(cpu))
			r = pg_lint_fix(l, f, NULL, pg_cpu_fix_width(l->c->facts).s);
		else if (r == 0 && f)
			r = pg_lint_fix(l, f, NULL, "--cpu host");
	}
	return r < 0 ? r : code_43(l);
}
