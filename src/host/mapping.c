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

/* Of paths, Proxmox takes only those with a domain. */
static bool has_domain(const char *path)
{
	const char *colon = strchr(path, ':');

	return colon && strchr(colon + 1, ':');
}

static int add_paths(struct pg_map *map, const char *list)
{
	struct pg_strv paths PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ";", &paths);

	for (size_t i = 0; r == 0 && i < paths.n; i++) {
		if (has_domain(paths.v[i]))
			r = pg_addr_add(&map->addr, &map->slot, &map->n_addr, paths.v[i]);
		if (r == -EINVAL)
			r = 0;
	}
	return r;
}

/* The first of a key counts. */
static int keep(char **field, const char *value)
{
	if (*field || !value)
		return 0;
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int read_map(struct pg_map *map, const struct pg_strv *parts, const char *node)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {
		{ "node", &map->node },		  { "path", &map->path },
		{ "id", &map->ids },		  { "subsystem-id", &map->subsystem },
		{ "iommugroup", &map->group },
	};
	int r = 0;

	for (size_t i = 0; i < parts->n; i++)
		for (size_t k = 0; r == 0 && k < PG_ARRAY_SIZE(fields); k++)
			r = keep(fields[k].field, value_of(parts->v[i], fields[k].key));
	map->here = map->node && node && strcmp(map->node, node) == 0;
	return r < 0 || !map->path ? r : add_paths(map, map->path);
}

/* What all lines of this node stand for. */
static int add_here(struct pg_mapping *m, const struct pg_map *map)
{
	m->here |= map->here;
	for (size_t i = 0; map->here && i < map->n_addr; i++) {
		size_t n = m->n_addr;
		struct pg_bdf *addr = pg_vec_add(&m->addr, &n, sizeof(*addr));
		bool *slot = addr ? pg_vec_add(&m->slot, &m->n_addr, sizeof(*slot)) : NULL;

		if (!slot)
			return -ENOMEM;
		*addr = map->addr[i];
		*slot = map->slot[i];
	}
	return 0;
}

static int add_map(struct pg_mapping *m, const char *value, const char *node)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_map *map = pg_vec_add(&m->map, &m->n_map, sizeof(*map));
	int r = map ? pg_strv_split(value, ",", &parts) : -ENOMEM;

	if (r < 0)
		return r;
	map->value = strdup(value);
	r = map->value ? read_map(map, &parts, node) : -ENOMEM;
	return r < 0 ? r : add_here(m, map);
}

static int add_mapping(const struct pg_section *s, const char *node, struct pg_facts *facts)
{
	struct pg_mapping *m = pg_vec_add(&facts->mapping, &facts->n_mapping, sizeof(*m));
	const char *mdev = pg_section_get(s, "mdev");
	const char *live = pg_section_get(s, "live-migration-capable");
	int r;

	if (!m)
		return -ENOMEM;
	m->id = strdup(s->id);
	if (!m->id)
		return -ENOMEM;
	m->mdev = mdev && pg_pve_boolean(mdev) == PG_YES;
	m->live_migration = live && pg_pve_boolean(live) == PG_YES;
	r = keep(&m->description, pg_section_get(s, "description"));
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
