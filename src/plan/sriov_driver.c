/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drivers that make no virtual functions when sriov_numvfs is written: those without
 * sriov_configure (the kernel says "driver does not support SR-IOV configuration via sysfs"), and
 * those of which something else makes them.
 */
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"

static const struct {
	const char *driver, *why, *advice;
} drivers[] = {
	{ "vfio-pci", N_("The device is with vfio-pci, which makes no virtual functions."),
	  N_("Take it from its VM, and out of what binds it; then its own driver makes them after a reboot.") },
	{ "nvidia", N_("Virtual functions of NVIDIA's cards are made by NVIDIA's own script, which Proxmox's "
		    "unit runs."),
	  N_("Install pve-nvidia-vgpu-helper, then `systemctl enable --now pve-nvidia-sriov@ALL.service`.") },
	{ "gim", N_("AMD's driver gim makes the virtual functions itself when it is loaded."),
	  N_("Set their number where gim has it (vf_num= in its options), then reboot.") },
	{ "nouveau", N_("The driver nouveau makes no virtual functions."),
	  N_("NVIDIA's driver for vGPU makes them, on cards that have a licence for it.") },
	{ "amdgpu", N_("The driver amdgpu of the host makes no virtual functions."),
	  N_("AMD's driver gim (MxGPU) makes them, on cards that it knows.") },
	{ "i915", N_("This driver i915 makes no virtual functions: that of the package i915-sriov-dkms does, "
		  "which has the parameter max_vfs."),
	  N_("Install i915-sriov-dkms in the branch for this kernel, boot with i915.enable_guc=3 "
	  "i915.max_vfs=7, then plan again.") },
};

const char *pg_sriov_driver_why_not(const struct pg_dev *pf, const char **ret_advice)
{
	for (size_t i = 0; pf->driver && i < PG_ARRAY_SIZE(drivers); i++) {
		if (strcmp(drivers[i].driver, pf->driver) != 0)
			continue;
		if (pf->vf_param && strcmp(pf->driver, "i915") == 0)
			return NULL;
		*ret_advice = _(drivers[i].advice);
		return _(drivers[i].why);
	}
	return NULL;
}
