/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel watch: what a kernel that is installed, and not running, changes for devices that VMs have or
 * vfio-pci holds, so that it is known before the reboot. Pure functions of the facts.
 */
#pragma once

#include "src/plan/finding.h"

/*
 * The release that the next boot takes: what is pinned, what GRUB_DEFAULT names, else the newest. NULL: not
 * known. Borrowed. `pinned` (or NULL) is set where proxmox-boot-tool has pinned it.
 */
const char *pg_kernel_next(const struct pg_facts *facts, bool *pinned);
/* The newest one that is installed with its image, or NULL. Borrowed. */
const char *pg_kernel_newest(const struct pg_facts *facts);
/*
 * Adds what the kernel changes against the running one: "kernel-…", scope host or a device. Nothing where
 * no device is assigned, where it is the running one, or not installed. Returns 0 or -ENOMEM.
 */
int pg_kernel_findings(const struct pg_facts *facts, const char *release, struct pg_findings *ret);
