/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine around the devices: its IOMMU for guests of its own, encrypted memory. */
#include "src/plan/lint.h"

#include <errno.h>
#include <string.h>

#include "src/plan/vm_check.h"

static int viommu(const struct pg_lint *l)
{
	struct pg_finding *f;
	int r = pg_check_viommu(l->g, pg_vm_value(l->g, "machine"), l->c->f, &f);

	return r < 0 || !f ? r : pg_lint_key(l, f, "machine");
}

/* Proxmox starts it; devices cannot reach memory that is the guest's alone (qm(1), Memory
 * Encryption: PCI passthrough is not supported). */
static int encrypted(const struct pg_lint *l)
{
	const char *key = pg_vm_value(l->g, "amd-sev")	 ? "amd-sev" :
			  pg_vm_value(l->g, "intel-tdx") ? "intel-tdx" : NULL;
	struct pg_finding *f;

	if (!key)
		return 0;
	f = pg_lint_add(l, "vm-encrypted", PG_LEVEL_WARN,
			"The VM's memory is encrypted (%s), and Proxmox does not support passed devices with "
			"that: they do not reach the guest's memory.", key);
	if (pg_lint_key(l, f, key) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take one of both from the VM: `qm set %s --delete %s`, or its devices.",
				 l->scope.number, key);
}

int pg_lint_machine(const struct pg_lint *l)
{
	int r;

	if (!pg_lint_has_device(l->g))
		return 0;
	r = viommu(l);
	return r < 0 ? r : encrypted(l);
}
