/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of network cards that are made of their place on PCI ("enp3s0": bus 3, slot 0;
 * systemd.net-naming-scheme(7)): when a card is added, removed or moved, buses are numbered
 * anew, such a name is another one, and what is configured for the old does not come up.
 * Private to src/plan.
 */
#pragma once

#include "src/plan/planner.h"

enum pg_nic_state {
	PG_NIC_FIRM,		/* named by something else, or a virtual function */
	PG_NIC_PINNED,		/* a .link file or a rule of udev names it by its address */
	PG_NIC_LEAVES,		/* goes to a VM */
	PG_NIC_OFFERED,		/* can be pinned */
	PG_NIC_NO_MAC,		/* cannot: its own hardware address is not known */
	PG_NIC_SHARED_MAC,	/* cannot: another card has the same */
	PG_NIC_OTHER_LINK,	/* cannot: a .link file of the person's is for it, and but one counts */
};

/* choices may be NULL. *ret_path: of OTHER_LINK and PINNED, the file. Borrowed. */
enum pg_nic_state pg_nic_state(const struct pg_facts *facts, const struct pg_choices *choices,
			       const struct pg_nic *nic, const char **ret_path);
/* Does the host reach the network through it? */
bool pg_nic_is_used(const struct pg_facts *facts, const struct pg_nic *nic);
/* Why buses are about to be numbered anew, or have been lately: a sentence; NULL: nothing
 * says so. *ret is static. Returns 0 or -ENOMEM. */
int pg_nic_why_now(const struct pg_facts *facts, const char **ret);
/* Of a card that stays, named by the kernel in the order in which cards come up ("eth1"): the first chosen
 * one with a lower number that is gone at the next boot, so that this one gets another name then. NULL:
 * none, or the name is pinned. */
const struct pg_nic *pg_nic_before(const struct pg_checker *c, const struct pg_nic *nic);
