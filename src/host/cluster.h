/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The nodes of the cluster, taken from bytes: guests.c reads them. Private to src/host. In
 * order: the two that add nodes, then their end, then what is known of them.
 */
#pragma once

#include "src/host/facts.h"

/* Adds a node unless it is there; what is no name of a node is passed over. Returns 0 or -ENOMEM. */
int pg_cluster_add(struct pg_facts *facts, const char *name, bool member);
/* The nodes of the node list of corosync.conf(5), as members. Returns 0 or -ENOMEM. */
int pg_cluster_members(struct pg_facts *facts, const struct pg_bytes *text);
/* Marks this node (NULL: unknown), without a node list all as members, and sorts them. Returns 0
 * or -ENOMEM. */
int pg_cluster_end(struct pg_facts *facts, const char *node);
/* online and no_quorum, of .members (pmxcfs, status.c cfs_create_memberlist_msg); what is no JSON
 * says nothing. Returns 0 or -ENOMEM. */
int pg_members_parse(const struct pg_bytes *text, struct pg_facts *facts);
