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

static int take_map(struct pg_usb_mapping *m, const struct pg_strv *parts)
{
	const char *id = value_of(parts, "id"), *path = value_of(parts, "path");
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = id ? pg_usb_spec_parse(id, &spec) : -EINVAL;

	if (r == -ENOMEM)
		return r;
	if (r == 0 && spec.by == PG_USB_BY_ID) {
		m->has_ids = true;
		m->vendor = spec.vendor;
		m->product = spec.product;
	}
	m->port = path ? strdup(path) : NULL;
	return path && !m->port ? -ENOMEM : 0;
}

static int add_map(struct pg_usb_mapping *m, const char *value, const char *node)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	const char *of;
	int r = pg_strv_split(value, ",", &parts);

	if (r < 0)
		return r;
	of = value_of(&parts, "node");
	if (!of || !node || strcmp(of, node) != 0)
		return 0;
	return m->n_here++ ? 0 : take_map(m, &parts);
}

static int add_mapping(const struct pg_section *s, const char *node, struct pg_facts *facts)
{
	struct pg_usb_mapping *m =
		pg_vec_add(&facts->usb_mapping, &facts->n_usb_mapping, sizeof(*m));
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

int pg_usb_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts)
{
	struct pg_sections sections PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, false, &sections);

	for (size_t i = 0; r == 0 && i < sections.n; i++)
		r = add_mapping(&sections.v[i], node, facts);
	return r;
}
