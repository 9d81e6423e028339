/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mappings over the nodes of the cluster. Of this node all is known that the start of a VM
 * compares; of another only what its entry says.
 */
#pragma once

#include "src/host/facts.h"

enum pg_map_state {
	PG_MAP_OK,		/* this node: a VM starts with it */
	PG_MAP_LISTED,		/* another: it has an entry, for the same kind of device */
	PG_MAP_DIFFERS,		/* another: its entry is for another kind of device */
	PG_MAP_MISSING,		/* no entry */
	PG_MAP_INCOMPLETE,	/* another: its entry lacks what the start of a VM demands */
	PG_MAP_WRONG,		/* this node: its entry says what is not so */
	PG_MAP_MOVED,		/* this node: the device has another place now */
	PG_MAP_ABSENT,		/* this node: the device is not there, or nothing tells which it is */
};

/* A mapping on a node. */
struct pg_map_cell {
	const char *node;	/* borrowed */
	bool here;
	bool member;		/* the node is one of the cluster */
	enum pg_tri online;
	enum pg_map_state state;
	char *device;		/* "0000:01:00"; alternatives with " or " between; or NULL */
	char *ids;		/* "10de:2684" as its first entry says; or NULL */
	char *why;		/* a sentence; NULL: nothing to say */
	char *fix;		/* a command; or NULL */
	char *give;		/* for which device it is: "0000:02:00", "1-2"; NULL: it is a repair */
};

struct pg_map_row {
	const char *id;		/* borrowed */
	bool usb;
	bool live;		/* live-migration-capable */
	struct pg_map_cell *cell;	/* nodes by name, then those that the cluster does not have */
	size_t n_cell;
	uint32_t *vmid;		/* of all nodes: who has a device by it */
	size_t n_vmid;
};

struct pg_map_table {
	struct pg_map_row *v;	/* PCI, then USB, in the order of the files */
	size_t n;
};

/* Needs PG_WANT_PCI, PG_WANT_GUESTS, PG_WANT_USB and the files. Returns 0 or -ENOMEM. */
int pg_map_table_make(const struct pg_facts *facts, struct pg_map_table *ret);
void pg_map_table_done(struct pg_map_table *table);
/* "ok", "listed", "differs", "missing", "incomplete", "wrong", "moved", "absent" */
const char *pg_map_state_name(enum pg_map_state state);
/* As far as is known here: does a VM start on that node with it? */
bool pg_map_state_starts(enum pg_map_state state);
/* The cell of a node by its name; NULL: there is none. */
const struct pg_map_cell *pg_map_row_at(const struct pg_map_row *row, const char *node);
