/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cell of the table of mappings, filled for one entry after the other: the worst counts. All
 * return 0 or -ENOMEM. Private to src/plan.
 */
#pragma once

#include "src/plan/drift.h"
#include "src/plan/map_table.h"

/* An entry of another node; usual: the ids of the mapping's others, or NULL. */
int pg_map_cell_pci(struct pg_map_cell *c, const struct pg_map *map, const char *usual);
int pg_map_cell_usb(struct pg_map_cell *c, const struct pg_usb_map *map, const char *usual);
/* One of this node. */
int pg_map_cell_pci_here(const struct pg_facts *facts, const struct pg_drifts *drifts,
			 struct pg_map_cell *c, const struct pg_map *map);
int pg_map_cell_usb_here(const struct pg_facts *facts, struct pg_map_cell *c,
			 const struct pg_usb_mapping *usb);
/* No entry: on this node, with a device that there could be one for. */
int pg_map_cell_none(const struct pg_facts *facts, const struct pg_map_row *row,
		     struct pg_map_cell *c, const char *usual);
