/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which devices were meant when addresses were written down: /etc/pve-gpu/devices.conf. A
 * plan that gives a device to a VM writes it, so that a card that has moved since is noticed.
 * Private to src/plan.
 */
#pragma once

#include "src/plan/planner.h"

/*
 * A device as it was. A virtual function is told by its card and its number, since all of a card are
 * alike: everything but `addr` and `user` is then its card's.
 */
struct pg_known {
	struct pg_bdf addr;
	bool is_vf;
	unsigned vf;		/* its number, from 0 */
	struct pg_bdf card;	/* where its card was */
	uint16_t vendor, device;
	bool has_subsystem;
	uint16_t subvendor, subdevice;
	char *path;		/* pg_dev_path(), or NULL */
	char *serial;		/* pg_dev.serial, or NULL */
	/* Who named it by this address: "vm/100/0" (hostpci0), "bind" (bind.conf), "mapping/gpu1". None: it is
	 * there for the sake of another with its ids, which it must not be taken for. */
	struct pg_strv user;
};

enum pg_place {
	PG_PLACE_SAME,
	PG_PLACE_MOVED,
	PG_PLACE_GONE,		/* none with its ids is left that it could be */
	PG_PLACE_UNSURE,	/* there is one, or more, and nothing tells */
	PG_PLACE_UNMADE,	/* a virtual function: its card is found, and has none of the number now */
};

/* Where it is now. */
struct pg_found {
	enum pg_place place;
	const struct pg_dev *dev;	/* SAME, MOVED; borrowed from facts */
	const struct pg_dev *card;	/* of a virtual function: its card, of UNMADE too. Else as dev */
	const char *by;			/* what tells it, or its card: "its serial number"; static */
};

struct pg_memory {
	struct pg_known *known;	/* in the order of the file */
	size_t n;
	struct pg_found *found;	/* of each */
	unsigned bad_line;	/* the first line that could not be read; 0: none */
};

/* memory.c: reads the file and looks for each device. No file: none is known. Returns 0 or
 * -ENOMEM. */
int pg_memory_read(const struct pg_facts *facts, struct pg_memory *ret);
void pg_memory_done(struct pg_memory *memory);
/* Its first fields, as they stand in a line, without those who name it: ADDRESS VENDOR:DEVICE SUBSYSTEM
 * PLACE SERIAL, '-' for what is not known. Reading returns 0, -EINVAL or -ENOMEM. */
enum { PG_KNOWN_FIELDS = 5 };
int pg_known_read(char *const *field, struct pg_known *ret);
void pg_known_write(const struct pg_known *known, struct pg_strbuf *b);
void pg_known_done(struct pg_known *known);
bool pg_known_has_user(const struct pg_known *known, const char *user);
/* The file with these devices in it; its other lines stay. Returns 0 or -ENOMEM. */
int pg_memory_text(const struct pg_memory *memory, const struct pg_bytes *in,
		   struct pg_bytes *ret);

/* match.c: fills found. Returns 0 or -ENOMEM. */
int pg_memory_match(const struct pg_facts *facts, struct pg_memory *memory);
/*
 * The place of a device in the machine, which stays when buses are numbered anew: the root bus,
 * then slot and function on each bridge's bus ("0000:00/1c.2/00.0"). NULL: no memory.
 */
char *pg_dev_path(const struct pg_facts *facts, const struct pg_dev *dev);
/* Could the host do without the device's slot: nothing of it hangs there, nor its screen? */
bool pg_card_is_free(const struct pg_facts *facts, const struct pg_dev *dev);

/* remember.c: as the device (of a virtual function: its card) is now, but for the address; a serial that
 * cannot be read now is not forgotten. Returns 0 or -ENOMEM. */
int pg_known_refresh(const struct pg_facts *facts, struct pg_known *known, const struct pg_dev *dev);
/* remember.c: adds the device as it is now, or the user to it. Returns 0 or -ENOMEM. */
int pg_memory_add(const struct pg_facts *facts, struct pg_memory *memory,
		  const struct pg_dev *dev, const char *user);
/* Forgets users that are not there any more, or have another address by now; what moved is known
 * by its new place from then on. Returns 0 or -ENOMEM. */
int pg_memory_prune(const struct pg_planner *p, struct pg_memory *memory);
/* Adds, without a user, those that have the ids of one with a user; drops such lines that are
 * not true any more. Returns 0 or -ENOMEM. */
int pg_memory_add_twins(const struct pg_facts *facts, struct pg_memory *memory);
/* Plans the file. Returns 0 or -ENOMEM. */
int pg_memory_put(struct pg_planner *p, const struct pg_memory *memory);
