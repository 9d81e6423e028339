/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resource mappings (PVE::Mapping::PCI, PVE::Mapping::USB): this node's entry made, put right,
 * written anew, taken away. A mapping is one list for all nodes, and `pvesh set` replaces the
 * whole list: the entries of other nodes are given again as they are written. Private to src/plan.
 */
#pragma once

#include "src/plan/guest.h"

/* ---- map_command.c ---- */

/* The map lines of a mapping, before and after. */
struct pg_map_change {
	bool usb;
	const char *id;
	bool there;			/* the mapping exists */
	struct pg_strv before, after;	/* no line after: the mapping goes */
	enum pg_tri mdev;		/* what it shall say of mdev; unknown: as it is */
	const char *why;
};

void pg_map_change_done(struct pg_map_change *c);
/* Fills there, before and after with what is there now; id and usb are set. Returns 0 or
 * -ENOMEM. */
int pg_map_change_begin(const struct pg_facts *facts, struct pg_map_change *c);
/*
 * Plans the command and its inverse; none where nothing changes. Where a line that stays is one
 * that Proxmox does not take, or this node has no quorum, that is a block. Returns 0 or -ENOMEM.
 */
int pg_map_command(struct pg_vm_plan *vm, const struct pg_map_change *c);
/* Would Proxmox take the line (the format map_fmt of both modules)? */
bool pg_map_fits(const struct pg_map *map);
bool pg_usb_map_fits(const struct pg_usb_map *map);

/* ---- plan_mapping.c, plan_usb_mapping.c ---- */

const struct pg_mapping *pg_mapping_find(const struct pg_facts *facts, const char *id);
/* This node's entry for these functions of one entry, of which `path` is the name. */
int pg_map_put(struct pg_vm_plan *vm, const char *id, enum pg_map_task task,
	       const struct pg_dev *const *dev, size_t n, const char *path);
int pg_usb_map_put(struct pg_vm_plan *vm, const char *id, enum pg_map_task task,
		   const struct pg_usb_spec *spec);

/* ---- plan_map_entry.c ---- */

/* Nothing but this node's entry, as choices->map_task says. Returns 0 or -ENOMEM. */
int pg_plan_map_entry(struct pg_planner *p);
/* The mapping that choices->map_task is about is one of USB. */
bool pg_map_task_is_usb(const struct pg_facts *facts, const struct pg_choices *choices);
/* Has the VM a device by this mapping at its next start? */
bool pg_guest_has_mapping(const struct pg_guest *guest, bool usb, const char *id);

/* ---- map_nodes.c ---- */

/* Where the VM can start with the mappings that it has or gets, and what keeps it here: notes,
 * where there is a cluster and a mapping was chosen. Returns 0 or -ENOMEM. */
int pg_vm_nodes(struct pg_vm_plan *vm);
