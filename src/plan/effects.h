/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What leaves the host: the one simulation behind the plan's effects, the guard, doctor and the
 * device pane. A pure function that also answers for a device that nobody has chosen yet.
 */
#pragma once

#include "src/host/facts.h"
#include "src/plan/choices.h"
#include "src/plan/keeps.h"

/* What brings a device along. */
enum pg_cause {
	PG_CAUSE_CHOSEN,
	PG_CAUSE_IDS,		/* ids= that somebody wrote catches it too */
	PG_CAUSE_GUEST,		/* the VM has it already */
	PG_CAUSE_GROUP,		/* Proxmox binds the whole group at VM start */
	PG_CAUSE_VF,		/* a virtual function whose physical one leaves its driver */
};

/* A device that leaves its host driver. */
struct pg_effect {
	struct pg_bdf addr;
	enum pg_cause cause;
	struct pg_bdf by;		/* the device that brings it along; itself where chosen */
	char *now;			/* driver, or NULL */
	char *after;			/* "vfio-pci"; NULL: it is gone (a virtual function) */
	bool at_boot;			/* else when the VM starts */
	char *why;			/* "chosen", "same IOMMU group", "same ids" */
	/* What of the host goes with it, or NULL: "vmbr0, default route (bond0 keeps enp3s0 (1 of 2))" */
	char *lost;
};

struct pg_effects {
	struct pg_effect *v;		/* sorted by address */
	size_t n;
	struct pg_keeps keeps;		/* what goes on without them */
};

/* What is to be taken: by choice, and by what a VM has. */
struct pg_taking {
	const struct pg_dev *const *dev;
	const enum pg_bind *how;	/* of each; NULL: all when the VM starts */
	size_t n;
	const struct pg_guest *guest;	/* the VM that starts; NULL: one that has nothing yet */
	unsigned leaving;		/* numbers of its entries that it will not have, a bit each */
};

/*
 * Every device that is taken, each once, with the first cause in the order of enum pg_cause.
 * Left out is what Proxmox leaves out: bridges (PVE::SysFSTools pci_dev_group_bind_to_vfio
 * skips what has a pci_bus folder). What is with vfio-pci already is among them. Returns 0 or
 * -ENOMEM.
 */
int pg_effects_make(const struct pg_facts *facts, const struct pg_taking *taking,
		    struct pg_effects *ret);
void pg_effects_done(struct pg_effects *effects);

/* What the loss of it means for the node, in a sentence (guard.c). */
const char *pg_use_consequence(const struct pg_use *use);
