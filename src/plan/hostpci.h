/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostpciN of the chosen VM: what plan_hostpci.c, plan_igd.c and hostpci_*.c share. Private to
 * src/plan.
 */
#pragma once

#include "src/plan/guest.h"

/* Functions that become one hostpciN. */
struct pg_entry {
	const struct pg_dev **dev;	/* in the order that they have in the guest */
	size_t n;
	char *host;			/* "0000:01:00", "0000:01:00.0;0000:01:00.1" */
	bool joined;			/* by the person, as one device */
	bool xvga;
	bool options;			/* the ROM file, rombar and ids are for this one */
	bool igd;			/* legacy-igd */
};

struct pg_entries {
	struct pg_entry *v;
	size_t n;
};

/* hostpci_entry.c: those that the choices ask for, with what each gets. Returns 0 or -ENOMEM. */
int pg_vm_entries(struct pg_vm_plan *vm, struct pg_entries *ret);
void pg_entries_done(struct pg_entries *entries);

/* ---- hostpci_have.c: what the VM has ---- */

/* How an entry of the VM stands to one that is wanted. */
struct pg_have {
	const struct pg_hostpci *hp;	/* the last that names any of its functions; NULL: none */
	size_t covered;			/* functions that are named, by all of them together */
	size_t entries;
};

struct pg_have pg_vm_have(const struct pg_vm_plan *vm, const struct pg_entry *e);
/* The functions that an entry of the VM names among those. */
size_t pg_vm_covered(const struct pg_vm_plan *vm, const struct pg_hostpci *hp,
		     const struct pg_entry *e);
/* The entry of that number that counts at the next start, or NULL. */
const struct pg_hostpci *pg_vm_hostpci_at(const struct pg_guest *guest, unsigned index);
/* A number that nobody has; where there is none, one that this plan empties; else -1. */
int pg_vm_free_hostpci(const struct pg_vm_plan *vm);

/* ---- hostpci_value.c ---- */

/* The value of a new entry, and of one that is there with what was chosen put in; the rest of
 * what the person wrote stays. host: how the device is named then ("0000:01:00",
 * "mapping=gpu1"); NULL: as it is. Return NULL where there is no memory. */
char *pg_hostpci_new_value(const struct pg_vm_plan *vm, const struct pg_entry *e);
char *pg_hostpci_edit_value(const struct pg_vm_plan *vm, const struct pg_entry *e,
			    const char *old, const char *host);

/* ---- plan_igd.c ---- */

/* Where legacy-igd is chosen, or there already: is it possible? Adds why not. Returns 0 or
 * -ENOMEM. */
int pg_vm_igd(struct pg_vm_plan *vm, const struct pg_entries *entries);
