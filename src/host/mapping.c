/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

void pg_mappings_done(struct pg_mappings *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].id);
		free(m->v[i].on.addr);
		free(m->v[i].on.slot);
	}
	free(m->v);
	*m = (struct pg_mappings){ 0 };
}

/* What follows `key=` in one part of a map line, or NULL. */
static const char *value_of(const char *part, const char *key)
{
	size_t n = strlen(key);

	return strncmp(part, key, n) == 0 && part[n] == '=' ? part + n + 1 : NULL;
}

/* Adds the paths of a map line ("id=…,node=…,path=a;b") if it is for the node. Of paths,
 * Proxmox takes only those with a domain. */
static int add_map(struct pg_mapping *m, const char *value, const char *node)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 }, paths PG_CLEANUP(pg_strv_done) = { 0 };
	bool here = false;
	int r = pg_strv_split(value, ",", &parts);

	for (size_t i = 0; r == 0 && i < parts.n; i++) {
		const char *of = value_of(parts.v[i], "node"), *path = value_of(parts.v[i], "path");

		here |= of && strcmp(of, node) == 0;
		if (path && !paths.n)
			r = pg_strv_split(path, ";", &paths);
	}
	for (size_t i = 0; r == 0 && here && i < paths.n; i++) {
		const char *colon = strchr(paths.v[i], ':');

		if (!colon || !strchr(colon + 1, ':'))
			continue;
		r = pg_hostpci_add(&m->on, paths.v[i]);
		if (r == -EINVAL)
			r = 0;
	}
	return r;
}

static int add_mapping(const struct pg_section *s, const char *node, struct pg_mappings *all)
{
	struct pg_mapping *m = pg_vec_add(&all->v, &all->n, sizeof(*m));
	int r = 0;

	if (!m)
		return -ENOMEM;
	m->id = strdup(s->id);
	if (!m->id)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < s->n_prop; i++)
		if (strcmp(s->prop[i].key, "map") == 0)
			r = add_map(m, s->prop[i].value, node);
	return r;
}

int pg_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_mappings *ret)
{
	struct pg_sections sections PG_CLEANUP(pg_sections_done) = { 0 };
	struct pg_mappings all PG_CLEANUP(pg_mappings_done) = { 0 };
	int r = pg_sections_parse(text, false, &sections);

	for (size_t i = 0; r == 0 && i < sections.n; i++)
		r = add_mapping(&sections.v[i], node, &all);
	if (r < 0)
		return r;
	*ret = all;
	all = (struct pg_mappings){ 0 };
	return 0;
}

const struct pg_mapping *pg_mappings_find(const struct pg_mappings *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].id, id) == 0)
			return &m->v[i];
	return NULL;
}
