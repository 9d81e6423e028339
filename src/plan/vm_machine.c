/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM's machine: and its EFI disk, for the plan and for doctor. */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/usb.h"

/* ---- an IOMMU for the guest's own guests ---- */

/* PVE::QemuServer::Machine, assert_valid_machine_property; *advice is for it. */
static const char *wrong(const char *machine, const char **advice)
{
	size_t n_type = 0, n_bits = 0, n = 0;
	const char *type = pg_pve_part(machine, "type", true, &n_type);
	const char *bits = pg_pve_part(machine, "aw-bits", false, &n_bits);
	const char *viommu = pg_pve_part(machine, "viommu", false, &n);
	bool intel = viommu && n == strlen("intel") && strncmp(viommu, "intel", n) == 0;

	if (intel && !(type && memmem(type, n_type, "q35", 3))) {
		*advice = _("Choose viommu=virtio, which works on i440fx, too; or leave it out.");
		return _("Intel's IOMMU in a VM needs the q35 machine type: the VM will not start (to use Intel "
			 "vIOMMU please set the machine type to q35).");
	}
	*advice = _("Leave aw-bits out.");
	if (intel && bits && strncmp(bits, "39", 2) != 0 && strncmp(bits, "48", 2) != 0)
		return _("Intel's IOMMU in a VM has 39 or 48 bits of address: the VM will not start (Intel "
			 "vIOMMU supports only 39 or 48 bits as address width).");
	return bits && !viommu ? _("The VM has a width of addresses (aw-bits) for an IOMMU that it has not: it "
				   "will not start (cannot set aw-bits if no vIOMMU is configured).") : NULL;
}

int pg_check_viommu(const struct pg_guest *guest, const char *machine, struct pg_findings *f,
		    struct pg_finding **ret)
{
	struct pg_vm_scope scope;
	const char *advice, *why;

	*ret = NULL;
	why = machine ? wrong(machine, &advice) : NULL;
	if (!why)
		return 0;
	pg_vm_scope(guest->vmid, &scope);
	*ret = pg_findings_add(f, "viommu", PG_LEVEL_BLOCK, scope.s, "%s", why);
	if (pg_finding_evidence(*ret, "machine: %s", machine) < 0)
		return -ENOMEM;
	return pg_finding_advice(*ret, "%s", advice);
}

/* ---- Secure Boot ---- */

/* Only images of 4 MiB have keys (PVE::QemuServer::OVMF, get_ovmf_files); 2m is the default. */
bool pg_efi_has_keys(const char *disk)
{
	size_t n_type = 0, n = 0;
	const char *type = pg_pve_part(disk, "efitype", false, &n_type);
	const char *keys = pg_pve_part(disk, "pre-enrolled-keys", false, &n);
	char word[8];

	if (!type || n_type != 2 || strncmp(type, "4m", 2) != 0 || !keys || n >= sizeof(word))
		return false;
	(void)snprintf(word, sizeof(word), "%.*s", (int)n, keys);
	return pg_pve_true(word);
}
