/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mediated devices among the choices: what check_mdev.c, mdev_vm.c and plan_mdev.c share with the
 * planner. Private to src/plan. */
#pragma once

#include "src/plan/hostpci.h"
#include "src/plan/planner.h"

/* The part of a card that an entry of the VM asks for, at its next start. */
bool pg_mdev_is_had(const struct pg_facts *facts, const struct pg_guest *guest,
		    struct pg_bdf addr, const char *type);
/* The kind of answer to "can the type be made of this parent for one more VM?" */
enum pg_mdev_state { PG_MDEV_CAN, PG_MDEV_NO_TYPE, PG_MDEV_EXHAUSTED };
enum pg_mdev_state pg_mdev_state(const struct pg_mdev_parent *parent, const char *type);
/* Do other VMs of this node ask for this function of a card, of which each can be one vGPU only? */
bool pg_mdev_is_taken(const struct pg_facts *facts, const struct pg_mdev_parent *parent,
		      uint32_t but_vmid);

/* plan_mdev.c */

/* The choices with the function that is meant in the place of a card: of one that is divided on its
 * virtual functions a free one, or the one that the VM has already. Returns 0 or -ENOMEM. */
int pg_mdev_choices(const struct pg_facts *facts, const struct pg_choices *choices,
		    struct pg_choices **ret);
/* The numbers of the VM's entries that have the device whole, and become the part, a bit each. */
unsigned pg_mdev_leaving(const struct pg_facts *facts, const struct pg_choices *choices);
/* GVT-g is to be switched on for the chosen device, unless it is already. */
bool pg_mdev_wants_gvt(const struct pg_planner *p);
/* Can the VM's entry be made now: are the types known? */
bool pg_mdev_is_known(const struct pg_planner *p);
/* The list of modules gets kvmgt. Returns 0 or -ENOMEM. */
int pg_plan_kvmgt(struct pg_planner *p);
/* The entry of the VM that the part is to be put in; NULL: a new one. */
const struct pg_hostpci *pg_mdev_entry(const struct pg_vm_plan *vm, const struct pg_entry *e);

/* mdev_vm.c: VMs of this node that ask for a part of a card which cannot be made. Returns 0 or
 * -ENOMEM. */
int pg_check_mdev_guests(struct pg_checker *c);
