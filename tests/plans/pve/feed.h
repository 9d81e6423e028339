/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds the stand-in with what the planner was given, and with what it planned. */
#pragma once

#include "src/plan/plan.h"
#include "tests/plans/pve/pve.h"

/* The node as the facts tell it, without its mappings. */
void pve_feed_facts(const struct pg_facts *facts, struct pve_node *node);
/* The node as the facts and the files of the tree tell it. The caller frees *node. */
void pve_feed_node(const struct pg_root *root, const struct pg_facts *facts,
		   struct pve_node *node);
/* Functions that other running VMs of this node have. */
void pve_feed_users(const struct pg_facts *facts, uint32_t but, struct pve_node *node);
/* The VM's file. False: there is none on this node. */
bool pve_feed_vm(const struct pg_root *root, const struct pg_facts *facts, uint32_t vmid,
		 struct pve_vm *vm);
