/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* What follows `key=` in one part of a map line, or NULL. */
static const char *value_of(const char *part, const char *key)
{
	size_t n = strlen(key);

	return strncmp(part, key, n) == 0 && part[n] == '=' ? part + n + 1 : NULL;
}

/* The first `node` and `path` of a map line ("id=…,node=…,path=a;b"), or NULL. */
static void read_map(const struct pg_strv *parts, const char **ret_node, const char **ret_path)
{
	for (size_t i = parts->n; i-- > 0;) {
		const char *node = value_of(parts->v[i], "node");
		const char *path = value_of(parts->v[i], "path");

		if (node)
			*ret_node = node;
		if (path)
			*ret_path = path;
	}
}

/* Of paths, Proxmox takes only those with a domain. */
static bool has_domain(const char *path)
{
	const char *colon = strchr(path, ':');

	return colon && strchr(colon + 1, ':');
}

static int add_paths(struct pg_mapping *m, const char *list)
{
	struct pg_strv paths PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ";", &paths);

	for (size_t i = 0; r == 0 && i < paths.n; i++) {
		if (has_domain(paths.v[i]))
			r = pg_addr_add(&m->addr, &m->slot, &m->n_addr, paths.v[i]);
		if (r == -EINVAL)
			r = 0;
	}
	return r;
}

static int add_map(struct pg_mapping *m, const char *value, const char *node)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	const char *of = NULL, *path = NULL;
	int r = pg_strv_split(value, ",", &parts);

	if (r < 0)
		return r;
	read_map(&parts, &of, &path);
	if (!of || !node || strcmp(of, node) != 0)
		return 0;
	m->here = true;
	return path ? add_paths(m, path) : 0;
}

static int add_mapping(const struct pg_section *s, const char *node, struct pg_facts *facts)
{
	struct pg_mapping *m = pg_vec_add(&facts->mapping, &facts->n_mapping, sizeof(*m));
	const char *mdev = pg_section_get(s, "mdev");
	int r = 0;

	if (!m)
		return -ENOMEM;
	m->id = strdup(s->id);
	if (!m->id)
		return -ENOMEM;
	m->mdev = mdev && pg_pve_boolean(mdev) == PG_YES;
	for (size_t i = 0; r == 0 && i < s->n_prop; i++)
		if (strcmp(s->prop[i].key, "map") == 0)
			r = add_map(m, s->prop[i].value, node);
	return r;
}

int pg_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts)
{
	struct pg_sections sections PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, false, &sections);

	for (size_t i = 0; r == 0 && i < sections.n; i++)
		r = add_mapping(&sections.v[i], node, facts);
	return r;
}
