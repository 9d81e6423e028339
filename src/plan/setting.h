/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the commands for VMs change: single settings of a VM (`qm set`), or an entry of a list of
 * the cluster (`pvesh`). Whoever edits the VM in the meantime must not lose that.
 */
#pragma once

#include "src/base/vec.h"
#include "src/host/facts.h"

/* Do two commands change the same setting of one VM, or the same entry? */
bool pg_setting_shared(const struct pg_strv *a, const struct pg_strv *b);

enum pg_setting_state {
	PG_SETTING_FITS,	/* or it is not known */
	PG_SETTING_CHANGED,
	PG_SETTING_NO_VM,	/* the VM is not on this node */
};

struct pg_setting {
	enum pg_setting_state state;
	uint32_t vmid;
	const char *key, *now;	/* of CHANGED; now is NULL where there is none. Borrowed */
};

/* May the inverse be run: does each entry of the VM (hostpciN, usbN) still name the device that the
 * command gave it, or the one that it had before? */
struct pg_setting pg_setting_after(const struct pg_facts *facts, const struct pg_strv *argv,
				   const struct pg_strv *undo);
