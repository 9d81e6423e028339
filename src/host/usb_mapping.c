/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/guests.h"
#include "src/host/usb_private.h"

/* What follows `key=` among the parts, or NULL. */
static const char *value_of(const struct pg_strv *parts, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < parts->n; i++)
		if (strncmp(parts->v[i], key, n) == 0 && parts->v[i][n] == '=')
			return parts->v[i] + n + 1;
	return NULL;
}

static int copy(const char *s, char **ret)
{
	*ret = s ? strdup(s) : NULL;
	return s && !*ret ? -ENOMEM : 0;
}

static int read_map(struct pg_usb_map *map, const char *value)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(value, ",", &parts);

	if (r == 0)
		r = copy(value, &map->value);
	if (r == 0)
		r = copy(value_of(&parts, "node"), &map->node);
	if (r == 0)
		r = copy(value_of(&parts, "id"), &map->ids);
	return r < 0 ? r : copy(value_of(&parts, "path"), &map->port);
}

/* What this node's first line says. */
static int take_map(struct pg_usb_mapping *m, const struct pg_usb_map *map)
{
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = map->ids ? pg_usb_spec_parse(map->ids, &spec) : -EINVAL;

	if (r == -ENOMEM)
		return r;
	if (r == 0 && spec.by == PG_USB_BY_ID) {
		m->has_ids = true;
		m->vendor = spec.vendor;
		m->product = spec.product;
	}
	return copy(map->port, &m->port);
}

static int add_map(struct pg_usb_mapping *m, const char *value, const char *node)
{
	struct pg_usb_map *map = pg_vec_add(&m->map, &m->n_map, sizeof(*map));
	int r = map ? read_map(map, value) : -ENOMEM;

	if (r < 0)
		return r;
	map->here = map->node && node && strcmp(map->node, node) == 0;
	return map->here && m->n_here++ == 0 ? take_map(m, map) : 0;
}

static int add_mapping(const struct pg_section *s, const char *node, struct pg_facts *facts)
{
	struct pg_usb_mapping *m =
		pg_vec_add(&facts->usb_mapping, &facts->n_usb_mapping, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	m->id = strdup(s->id);
	if (!m->id)
		return -ENOMEM;
	r = copy(pg_section_get(s, "description"), &m->description);
	for (size_t i = 0; r == 0 && i < s->n_prop; i++)
		if (strcmp(s->prop[i].key, "map") == 0)
			r = add_map(m, s->prop[i].value, node);
	return r;
}

int pg_usb_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts)
{
	struct pg_sections sections PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, false, &sections);

	for (size_t i = 0; r == 0 && i < sections.n; i++)
		r = add_mapping(&sections.v[i], node, facts);
	return r;
}
