/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drivers that make no virtual functions when sriov_numvfs is written: those without
 * sriov_configure (the kernel says "driver does not support SR-IOV configuration via sysfs"), and
 * those of which something else makes them.
 */
#include <string.h>

#include "src/plan/planner.h"
#include "src/plan/sriov.h"

static const struct {
	const char *driver, *why, *advice;
} drivers[] = {
	{ "vfio-pci", "The device is with vfio-pci, which makes no virtual functions.",
	  "Take it from its VM, and out of what binds it; then its own driver makes them after a reboot." },
	{ "nvidia", "Virtual functions of NVIDIA's cards are made by NVIDIA's own script, which Proxmox's "
		    "unit runs.",
	  "Install pve-nvidia-vgpu-helper, then `systemctl enable --now pve-nvidia-sriov@ALL.service`." },
	{ "gim", "AMD's driver gim makes the virtual functions itself when it is loaded.",
	  "Set their number where gim has it (vf_num= in its options), then reboot." },
	{ "nouveau", "The driver nouveau makes no virtual functions.",
	  "NVIDIA's driver for vGPU makes them, on cards that have a licence for it." },
	{ "amdgpu", "The driver amdgpu of the host makes no virtual functions.",
	  "AMD's driver gim (MxGPU) makes them, on cards that it knows." },
	{ "i915", "This driver i915 makes no virtual functions: that of the package i915-sriov-dkms does, "
		  "which has the parameter max_vfs.",
	  "Install i915-sriov-dkms in the branch for this kernel, boot with i915.enable_guc=3 "
	  "i915.max_vfs=7, then plan again." },
};

const char *pg_sriov_driver_why_not(const struct pg_dev *pf, const char **ret_advice)
{
	for (size_t i = 0; pf->driver && i < PG_ARRAY_SIZE(drivers); i++) {
		if (strcmp(drivers[i].driver, pf->driver) != 0)
			continue;
		if (pf->vf_param && strcmp(pf->driver, "i915") == 0)
			return NULL;
		*ret_advice = drivers[i].advice;
		return drivers[i].why;
	}
	return NULL;
}
