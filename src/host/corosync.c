/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/corosync.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* More than corosync can have; a longer list is cut. */
#define NODES_MAX 128
#define LINKS_MAX 8

/* Where a line stands: in `node {` of `nodelist {`, and how deep. */
struct place {
	unsigned depth;
	bool nodelist, node;
};

void pg_corosync_done(struct pg_corosync *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->v[i].name);
		pg_strv_done(&all->v[i].links);
	}
	free(all->v);
	*all = (struct pg_corosync){ 0 };
}

static int enter(struct place *p, const char *section, struct pg_corosync *all)
{
	if (p->depth == 0)
		p->nodelist = strcmp(section, "nodelist") == 0;
	if (p->depth == 1)
		p->node = p->nodelist && strcmp(section, "node") == 0 && all->n < NODES_MAX;
	p->depth++;
	if (p->depth != 2 || !p->node)
		return 0;
	return pg_vec_add(&all->v, &all->n, sizeof(*all->v)) ? 0 : -ENOMEM;
}

/* "ring0_addr", "ring7_addr". */
static bool is_link(const char *key)
{
	return pg_text_starts(key, "ring") && key[4] >= '0' && key[4] < '0' + LINKS_MAX &&
	       strcmp(key + 5, "_addr") == 0;
}

static int take(struct pg_corosync_node *node, const char *key, const char *value)
{
	if (strcmp(key, "name") == 0) {
		char *name = strdup(value);

		free(node->name);
		node->name = name;
		return name ? 0 : -ENOMEM;
	}
	if (is_link(key) && *value && node->links.n < LINKS_MAX)
		return pg_strv_addf(&node->links, "%c%s", key[4], value);
	return 0;
}

static int take_line(struct pg_corosync *all, struct place *p, char *text)
{
	char *cut = strchr(text, '{');

	if (*text == '#')
		return 0;
	if (cut) {
		*cut = '\0';
		return enter(p, pg_text_trim(text), all);
	}
	cut = strchr(text, ':');
	if (cut) {
		*cut = '\0';
		return p->depth == 2 && p->node ?
			       take(&all->v[all->n - 1], pg_text_trim(text),
				    pg_text_trim(cut + 1)) :
			       0;
	}
	if (strchr(text, '}'))
		p->depth -= p->depth > 0;
	return 0;
}

int pg_corosync_parse(const struct pg_bytes *text, struct pg_corosync *ret)
{
	struct pg_corosync all PG_CLEANUP(pg_corosync_done) = { 0 };
	struct place place = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && text->p && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? take_line(&all, &place, pg_text_trim(copy)) : -ENOMEM;
	}
	if (r == 0) {
		*ret = all;
		all = (struct pg_corosync){ 0 };
	}
	return r;
}
