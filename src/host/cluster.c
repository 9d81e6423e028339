/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The nodes of the cluster, as /etc/pve shows them on each: the node list of corosync.conf(5), a
 * folder for each in nodes/, and .members, which pmxcfs makes of what it hears.
 */
#include "src/host/cluster.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/host/corosync.h"

/* More than corosync can have; a longer list is cut. */
#define NODES_MAX 128
/* A label of a host name. */
#define NAME_MAX_LENGTH 63

static bool is_name(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > NAME_MAX_LENGTH || *s == '-' || s[n - 1] == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

static struct pg_node *find(const struct pg_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_node; i++)
		if (strcmp(facts->node[i].name, name) == 0)
			return &facts->node[i];
	return NULL;
}

int pg_cluster_add(struct pg_facts *facts, const char *name, bool member)
{
	struct pg_node *node = is_name(name) ? find(facts, name) : NULL;

	if (node)
		node->member |= member;
	if (node || !is_name(name) || facts->n_node >= NODES_MAX)
		return 0;
	node = pg_vec_add(&facts->node, &facts->n_node, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->member = member;
	node->online = PG_UNKNOWN;
	node->name = strdup(name);
	return node->name ? 0 : -ENOMEM;
}

/* ---- corosync.conf ---- */

int pg_cluster_members(struct pg_facts *facts, const struct pg_bytes *text)
{
	struct pg_corosync conf PG_CLEANUP(pg_corosync_done) = { 0 };
	int r = pg_corosync_parse(text, &conf);

	for (size_t i = 0; r == 0 && i < conf.n; i++)
		if (conf.v[i].name)
			r = pg_cluster_add(facts, conf.v[i].name, true);
	return r;
}

/* ---- .members ---- */

int pg_members_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct pg_jval *doc PG_CLEANUP(pg_jval_freep) = NULL;
	const struct pg_jval *cluster, *list;
	int r = text->p && text->n ? pg_json_parse(text->p, text->n, &doc) : -EBADMSG;

	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	cluster = pg_jval_get(doc, "cluster");
	list = pg_jval_get(doc, "nodelist");
	facts->no_quorum = cluster && pg_jval_get_int(cluster, "quorate", 1) == 0;
	for (size_t i = 0; list && i < facts->n_node; i++) {
		const struct pg_jval *node = pg_jval_get(list, facts->node[i].name);
		int64_t online = node ? pg_jval_get_int(node, "online", -1) : -1;

		facts->node[i].online = online < 0 ? PG_UNKNOWN : online ? PG_YES : PG_NO;
	}
	return 0;
}

/* ---- all together ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pg_node *)a)->name, ((const struct pg_node *)b)->name);
}

int pg_cluster_end(struct pg_facts *facts, const char *node)
{
	bool any_member = false;
	int r = node ? pg_cluster_add(facts, node, false) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < facts->n_node; i++)
		any_member |= facts->node[i].member;
	for (size_t i = 0; i < facts->n_node; i++) {
		facts->node[i].member |= !any_member;
		facts->node[i].here = node && strcmp(facts->node[i].name, node) == 0;
	}
	if (facts->n_node)
		qsort(facts->node, facts->n_node, sizeof(*facts->node), by_name);
	return 0;
}
