/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the node keeps though devices leave: a bond, an array, the cluster with a member that is
 * left. Every device that is not in the way, but that a VM has or vfio-pci is to take, counts as
 * gone: what would be left may not be there when it is needed.
 */
#pragma once

#include "src/host/facts.h"

struct pg_effects;

struct pg_keeps {
	const struct pg_facts *facts;
	unsigned char *taken;	/* of each of facts->dev: it leaves */
	unsigned char *state;	/* of each of facts->support */
};

/* The facts must outlive it. Returns 0 or -ENOMEM. */
int pg_keeps_make(const struct pg_facts *facts, const struct pg_effects *effects,
		  struct pg_keeps *ret);
void pg_keeps_done(struct pg_keeps *keeps);
/* Does what hangs on a device that leaves go on without it? Never, where that is not known. */
bool pg_keeps_use(const struct pg_keeps *keeps, const struct pg_use *use);
/* The first use of the device that goes on by the members of a set; NULL: none. */
const struct pg_use *pg_keeps_first(const struct pg_keeps *keeps, const struct pg_dev *dev);
/* The first use that is vital and does not go on; NULL: none. */
const struct pg_use *pg_keeps_vital(const struct pg_keeps *keeps, const struct pg_dev *dev);
/*
 * "bond0 keeps enp3s0 (1 of 2)"; of a use that does not go on, a sentence that says why, where
 * there is more to say than that. *ret is NULL where there is nothing. Returns 0 or -ENOMEM.
 */
int pg_keeps_words(const struct pg_keeps *keeps, const struct pg_use *use, char **ret);
/* The command that shows the members of what goes on; NULL: none is known. Borrowed. */
const char *pg_keeps_look(const struct pg_keeps *keeps, const struct pg_use *use);
