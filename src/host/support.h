/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the host stands on what, down to its PCI devices: interfaces, bonds, the cluster's
 * links, disks, partitions, volumes, arrays. Included by facts.h, which is to be used.
 */
#pragma once

#include "src/base/macro.h"

/*
 * It works as long as all its devices are there, and `need` of what it stands on works. A set
 * (a bond, RAID, several paths) needs fewer than it has; that is said only where the kernel
 * shows each member and its state.
 */
struct pg_support {
	char *name;		/* "bond0", "enp3s0", "md0", "the cluster" */
	bool is_set;
	char *down;		/* why it does not work now: "its link is not up"; NULL: it does */
	char *why;		/* a sentence: why no member can be spared; or NULL */
	char *look;		/* the command that shows a set's members; or NULL */
	size_t need;
	size_t *below;		/* indexes into pg_facts.support */
	size_t n_below;
	size_t *dev;		/* indexes into pg_facts.dev */
	size_t n_dev;
};

void pg_support_done(struct pg_support *s);
