/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the device is that an address in an entry means. Private to drift.c. */
#pragma once

#include "src/plan/choices.h"
#include "src/plan/memory.h"

/* What is known, and for which entry it is asked. */
struct pg_where_from {
	const struct pg_facts *facts;
	struct pg_memory memory;
	const struct pg_hostpci *hp;		/* the entry; or */
	const struct pg_mapping *mapping;	/* the mapping */
};

struct pg_where {
	bool known;		/* it was remembered, or is told by its ids */
	enum pg_place place;
	struct pg_pick to;	/* UNMADE: where it will be, as far as that is known */
	const char *by;		/* what tells; static */
	const struct pg_dev *card;	/* of a virtual function: its card */
	unsigned vf;			/* and its number */
};

/* By what was remembered for the user, "vm/100/0". */
struct pg_where pg_where_is(const struct pg_where_from *f, const char *user, struct pg_bdf addr,
			    bool slot);

/* Without a memory: by the ids that the entry itself gives. */
struct pg_where_ids {
	const char *ids, *subsystem;	/* "10de:2684"; subsystem may be NULL */
};

struct pg_where pg_where_by_ids(const struct pg_where_from *f, const struct pg_where_ids *ids,
				struct pg_bdf addr, bool slot);
bool pg_where_has_ids(const struct pg_dev *dev, const struct pg_where_ids *ids);
