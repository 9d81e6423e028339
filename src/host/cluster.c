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

/* Where a line stands: in `node {` of `nodelist {`, and how deep. */
struct place {
	unsigned depth;
	bool nodelist, node;
};

static void enter(struct place *p, const char *name, size_t n)
{
	if (p->depth == 0)
		p->nodelist = n == strlen("nodelist") && strncmp(name, "nodelist", n) == 0;
	if (p->depth == 1)
		p->node = n == strlen("node") && strncmp(name, "node", n) == 0;
	p->depth++;
}

static int take_line(struct pg_facts *facts, struct place *p, char *text)
{
	size_t n = strlen(text);
	char *colon = strchr(text, ':');

	if (*text == '#' || !n)
		return 0;
	if (text[n - 1] == '{') {
		enter(p, text, strcspn(text, " \t{"));
		return 0;
	}
	if (strcmp(text, "}") == 0) {
		p->depth -= p->depth > 0;
		return 0;
	}
	if (p->depth != 2 || !p->nodelist || !p->node || !colon)
		return 0;
	*colon = '\0';
	return strcmp(pg_text_trim(text), "name") == 0 ?
		       pg_cluster_add(facts, pg_text_trim(colon + 1), true) : 0;
}

int pg_corosync_parse(const struct pg_bytes *text, struct pg_facts *facts)
{
	struct place place = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && text->p && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? take_line(facts, &place, pg_text_trim(copy)) : -ENOMEM;
	}
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
