/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What names a device by its address and does not mean the one that has it now: hostpci
 * entries, lines of bind.conf, resource mappings. Found by what was remembered of the device
 * (memory.h), or by what the entry itself says of it.
 */
#pragma once

#include "src/plan/choices.h"
#include "src/plan/planner.h"

enum pg_drift_what { PG_DRIFT_HOSTPCI, PG_DRIFT_BIND, PG_DRIFT_MAPPING };

enum pg_drift_how {
	PG_DRIFT_MOVED,		/* the device that is meant has another address */
	PG_DRIFT_CHANGED,	/* it is the device, but a mapping says other things of it */
	PG_DRIFT_UNMADE,	/* it is a virtual function of a card that has none of that number now */
	PG_DRIFT_GONE,		/* the device is not there any more */
	PG_DRIFT_UNSURE,	/* it is not there, and which it could be is not known */
};

struct pg_drift {
	enum pg_drift_what what;
	enum pg_drift_how how;
	/* Which entry, by `what`; borrowed from facts. */
	const struct pg_guest *guest;
	const struct pg_hostpci *hp;
	unsigned line;			/* of bind.conf */
	const struct pg_mapping *mapping;
	const struct pg_map *map;
	/* The first of its addresses that is not right, and what has it now, or NULL. */
	struct pg_bdf from;
	bool slot;
	const struct pg_dev *there;
	/* Where those are that it means: all of its addresses, in order. Only of MOVED and CHANGED. */
	struct pg_pick *to;
	size_t n_to;
	const char *by;			/* what tells; static */
	/* Of a virtual function: its card, where that was found, and its number. UNMADE: will it have the
	 * address, so that the entry is right? */
	const struct pg_dev *card;
	unsigned vf;
	bool will_be_there;
	bool mdev;			/* CHANGED: the mapping says the opposite of mdev */
	/* What the entry must be: a hostpci value, a map line, a line of bind.conf, or "" for
	 * one that has to go. NULL: it cannot be put right from here. */
	char *value;
};

struct pg_drifts {
	struct pg_drift *v;
	size_t n;
};

/* drift.c: all of them: VMs by number, bind.conf, mappings. Only this node's. Returns 0 or
 * -ENOMEM. */
int pg_drifts_find(const struct pg_facts *facts, struct pg_drifts *ret);
void pg_drifts_done(struct pg_drifts *drifts);
/* "0000:01:00.0", or the slot "0000:01:00". */
struct pg_bdf_str pg_pick_str(struct pg_bdf addr, bool slot);
/* Does the entry name another address than its device has, or will have? */
bool pg_drift_is_elsewhere(const struct pg_drift *d);
/* Does the entry count at the next start of the VM: neither deleted nor replaced by [PENDING]? */
bool pg_hostpci_counts(const struct pg_guest *guest, const struct pg_hostpci *hp);
/* "vm/100/0": the entry as a user in memory.h. NULL: no memory. */
char *pg_hostpci_user(uint32_t vmid, unsigned index);

/* drift_text.c: the entries as they must be. Returns 0 or -ENOMEM; *ret NULL: cannot be said. */
int pg_drift_hostpci(const struct pg_hostpci *hp, const struct pg_pick *to, size_t n, char **ret);
int pg_drift_map(const struct pg_facts *facts, const struct pg_map *map,
		 const struct pg_pick *to, size_t n, char **ret);
/* Does the check at the start of a VM pass what the line says of its first device
 * (PVE::Mapping::PCI, assert_valid)? */
bool pg_map_is_right(const struct pg_map *map, const struct pg_dev *dev);
/* The same of its ids alone, which are compared for each path that the line lists. */
bool pg_map_has_ids(const struct pg_map *map, const struct pg_dev *dev);
/* Puts the value of a mapping's drift in the place of its line. Returns 0 or -ENOMEM. */
struct pg_map_change;
int pg_drift_put(const struct pg_drift *d, struct pg_map_change *c);

/* drift_words.c, for findings and status: a stable id ("hostpci-points-elsewhere"), a sentence,
 * the entry with what tells, what to do. NULL: no memory. */
#define PG_DRIFT_FIX "status --repair"
const char *pg_drift_id(const struct pg_drift *d);
char *pg_drift_text(const struct pg_drift *d);
char *pg_drift_evidence(const struct pg_drift *d);
char *pg_drift_advice(const struct pg_drift *d);

/* plan_repair.c: the devices that the entries will name, as choices; what the person said of
 * trial and losses is kept. Returns 0 or -ENOMEM. */
int pg_repair_choices(const struct pg_facts *facts, const struct pg_choices *choices,
		      struct pg_choices **ret);
