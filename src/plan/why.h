/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a device is not where the configuration puts it. Pure: over facts alone. Reasons
 * (pg_status.reason), in the order in which they are looked for:
 *
 *	off			booted with pve-gpu.off
 *	pending			the configuration was changed after the boot
 *	wrong-loader		the option stands in the file that this node's loader does not read
 *	not-written		in the loader's file, but not in what was generated from it
 *	not-running		generated too, but the running kernel was started without
 *	iommu-off		the IOMMU is off for another cause
 *	built-in		the driver is a part of the kernel
 *	stale-initramfs		the initramfs is older than, or differs from, the configuration
 *	pending			the initramfs was made again after the boot
 *	initramfs-lacks		it does not hold vfio-pci, or the script that binds by address
 *	vfio-missing, vfio-not-loaded
 *	refused			the kernel's log says why vfio-pci did not take it
 *	lost-race		the other driver was there first
 *	unknown			none of these; says what was looked at
 *
 * and without a fault: vfio, at-start, part, vm-runs, not-configured, missing. Of cards whose virtual functions
 * are made when the node starts (sriov_state.c): vfs, vfs-missing, vfs-differ, vfs-declined. What names another
 * device than it means goes before all of these: the ids of drift.h are the reasons.
 */
#pragma once

#include "src/plan/status.h"

/* Sets reason and why (and verdict); the texts are formatted, evidence and fix may be set
 * after it. Return 0 or -ENOMEM. */
int pg_why_set(struct pg_status *s, enum pg_status_verdict verdict, const char *reason,
	       const char *fmt, ...) PG_PRINTF(4, 5);
int pg_why_evidence(struct pg_status *s, const char *fmt, ...) PG_PRINTF(2, 3);
int pg_why_fix(struct pg_status *s, const char *fmt, ...) PG_PRINTF(2, 3);

/* Expected with vfio-pci, but it is not. */
int pg_why_not_vfio(const struct pg_facts *facts, struct pg_status *s);
/* Is it asked for in a place that has no effect: ids= in the other loader's file? */
bool pg_why_is_misplaced(const struct pg_facts *facts, const struct pg_dev *dev);

/* why_boot.c: the same for causes that lie in the kernel options. 1: it was one, filled in;
 * 0: none; or -ENOMEM. */
int pg_why_misplaced(const struct pg_facts *facts, struct pg_status *s);
int pg_why_iommu(const struct pg_facts *facts, struct pg_status *s);
