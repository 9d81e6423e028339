/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What interfaces and the cluster's links stand on: facts->support. */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

void pg_links_done(struct pg_links *links)
{
	for (size_t i = 0; links->port && i < links->names.n; i++)
		pg_devset_done(&links->port[i].devs);
	free(links->port);
	pg_strv_done(&links->names);
	for (size_t i = 0; i < links->n_edge; i++) {
		free(links->edge[i].lower);
		free(links->edge[i].upper);
	}
	free(links->edge);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t pg_links_support(const struct pg_links *links, const char *iface)
{
	char **at = iface && links->names.n ? bsearch(&iface, links->names.v, links->names.n,
						     sizeof(*links->names.v), by_name) : NULL;

	return at ? links->support + (size_t)(at - links->names.v) : PG_ON_NOTHING;
}

static int cards(struct pg_facts *facts, struct pg_links *links)
{
	int r = 0;

	links->support = facts->n_support;
	for (size_t i = 0; r == 0 && i < links->names.n; i++) {
		size_t at;

		r = pg_support_new(facts, links->names.v[i], &at);
		if (r == 0)
			r = pg_support_devs(facts, at, &links->port[i].devs);
	}
	return r;
}

/* What is no bond needs all of what it stands on; the bonds are sets by now. */
static int edges(struct pg_facts *facts, const struct pg_links *links)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < links->n_edge; i++) {
		size_t upper = pg_links_support(links, links->edge[i].upper);
		size_t lower = pg_links_support(links, links->edge[i].lower);

		if (upper != PG_ON_NOTHING && lower != PG_ON_NOTHING && !facts->support[upper].is_set)
			r = pg_support_below(facts, upper, lower);
	}
	return r;
}

/* Is a network card below it, itself included, whose link is up? A bridge is up by its VMs alone.
 * Each is looked at once: links of a captured tree may run in a circle. */
static int card_is_up(const struct pg_root *root, const struct pg_facts *facts, size_t top,
		      bool *ret)
{
	pg_autofree bool *seen = calloc(facts->n_support, sizeof(*seen));
	pg_autofree size_t *todo = calloc(facts->n_support, sizeof(*todo));
	size_t n = 0;

	if (!seen || !todo)
		return -ENOMEM;
	todo[n++] = top;
	seen[top] = true;
	for (size_t i = 0; !*ret && i < n; i++) {
		const struct pg_support *s = &facts->support[todo[i]];

		*ret = s->n_dev && pg_iface_is_up(root, s->name);
		for (size_t k = 0; k < s->n_below; k++) {
			if (!seen[s->below[k]])
				todo[n++] = s->below[k];
			seen[s->below[k]] = true;
		}
	}
	return 0;
}

/* knet uses the links that work; corosync.conf tells which there are. */
static int cluster_link(const struct pg_root *root, struct pg_facts *facts,
			const struct pg_links *links, const struct pg_way *way)
{
	pg_autofree char *name = strndup(way->words, strcspn(way->words, "("));
	const char *iface = way->ifaces.n ? way->ifaces.v[0] : NULL;
	size_t on = pg_links_support(links, iface), at;
	int r = name ? pg_support_new(facts, pg_text_trim(name), &at) : -ENOMEM;
	bool up = false;

	if (r == 0 && on != PG_ON_NOTHING && pg_iface_is_up(root, iface))
		r = card_is_up(root, facts, on, &up);
	if (r == 0 && !up)
		r = pg_support_down(facts, at, strdup(_("no interface that is up has its address")));
	if (r == 0 && on != PG_ON_NOTHING)
		r = pg_support_below(facts, at, on);
	return r < 0 ? r : pg_support_below(facts, links->cluster, at);
}

int pg_net_support(const struct pg_root *root, struct pg_facts *facts, struct pg_links *links,
		   const struct pg_ways *ways)
{
	int r = cards(facts, links);

	for (size_t i = 0; r == 0 && i < links->names.n; i++)
		if (links->port[i].bond)
			r = pg_bond_support(root, facts, &links->names, links->support,
					    links->support + i);
	if (r == 0)
		r = edges(facts, links);
	if (r == 0)
		r = pg_support_new(facts, _("the cluster"), &links->cluster);
	if (r == 0)
		r = pg_support_set(facts, links->cluster, 1, strdup("corosync-cfgtool -s"));
	for (size_t i = 0; r == 0 && i < ways->n; i++)
		if (ways->v[i].cluster)
			r = cluster_link(root, facts, links, &ways->v[i]);
	return r;
}
