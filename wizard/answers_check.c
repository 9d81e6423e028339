/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the answers of a file are as a whole. */
#include "wizard/answers.h"

#include <errno.h>

int wiz_answers_check(const char *path, const struct pg_choices *choices, struct pg_err *err)
{
	if (choices->repair && (choices->n_pick || choices->vmid || pg_choices_has_usb(choices) ||
				pg_choices_has_vm_only(choices)))
		return pg_err_set(err, -EINVAL, path, 0,
				  "repair goes without devices and vm: it changes what is set up "
				  "already.");
	if (choices->map_task && (choices->repair || choices->vmid ||
				  (!choices->mapping && !choices->usb_mapping)))
		return pg_err_set(err, -EINVAL, path, 0,
				  "mapping_entry goes with mapping or usb_mapping, without vm and "
				  "repair.");
	if (choices->sriov.wanted && (choices->n_pick || choices->repair || choices->map_task ||
				      pg_choices_has_usb(choices)))
		return pg_err_set(err, -EINVAL, path, 0,
				  "sriov goes without devices, repair, mapping_entry and usb; with vm, the "
				  "VM gets the next virtual function that is free.");
	if (!choices->sriov.wanted && (choices->sriov.n_vf || choices->sriov.host_driver != PG_UNKNOWN))
		return pg_err_set(err, -EINVAL, path, 0, "vf and vf_driver go with sriov.");
	if (choices->n_pick == 0 && !choices->repair && !choices->sriov.wanted && choices->map_task != PG_MAP_REMOVE &&
	    !pg_choices_has_usb(choices) && !pg_choices_has_vm_only(choices))
		return pg_err_set(err, -EINVAL, path, 0,
				  "It names no device. Add a line like devices = "
				  "{'0000:01:00.0', '0000:01:00.1'}.");
	return 0;
}
