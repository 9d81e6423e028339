/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/mapping.h"

struct pg_bdf_str pg_pick_str(struct pg_bdf addr, bool slot)
{
	return slot ? pg_bdf_slot_str(addr) : pg_bdf_str(addr);
}

static char *address_list(const struct pg_pick *to, size_t n)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < n; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ";" : "", pg_pick_str(to[i].addr, to[i].slot).s);
	return pg_strbuf_steal(&b);
}

/* The part that names the device: host=…, or the value alone. */
int pg_drift_hostpci(const struct pg_hostpci *hp, const struct pg_pick *to, size_t n, char **ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	char *host pg_autofree = address_list(to, n);

	if (!host || pg_strv_split(hp->value, ",", &part) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < part.n; i++) {
		bool named = pg_text_starts(part.v[i], "host=");

		if (i)
			pg_strbuf_addc(&b, ',');
		if (named || !strchr(part.v[i], '='))
			pg_strbuf_addf(&b, "%s%s", named ? "host=" : "", host);
		else
			pg_strbuf_add(&b, part.v[i]);
	}
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

/* ---- mappings ---- */

/* What the check compares, as sysfs has it; "" where it asks for none. */
struct props {
	char ids[16], subsystem[16], group[16];
};

static struct props props_of(const struct pg_dev *dev)
{
	struct props p = { 0 };

	(void)snprintf(p.ids, sizeof(p.ids), "%04x:%04x", dev->vendor, dev->device);
	if (dev->has_subsystem)
		(void)snprintf(p.subsystem, sizeof(p.subsystem), "%04x:%04x", dev->subvendor,
			       dev->subdevice);
	if (dev->group >= 0)
		(void)snprintf(p.group, sizeof(p.group), "%d", dev->group);
	return p;
}

static bool is_right(const char *have, const char *want)
{
	return !*want || (have && strcmp(have, want) == 0);
}

bool pg_map_is_right(const struct pg_map *map, const struct pg_dev *dev)
{
	struct props p = props_of(dev);

	return is_right(map->ids, p.ids) && is_right(map->subsystem, p.subsystem) &&
	       is_right(map->group, p.group);
}

bool pg_map_has_ids(const struct pg_map *map, const struct pg_dev *dev)
{
	struct props p = props_of(dev);

	return is_right(map->ids, p.ids) && is_right(map->subsystem, p.subsystem);
}

/* A line has one pair of ids for all of its paths. */
static bool are_alike(const struct pg_facts *facts, const struct pg_pick *to, size_t n)
{
	const struct pg_dev *first = pg_facts_dev(facts, to->addr);

	for (size_t i = 1; first && i < n; i++) {
		const struct pg_dev *dev = pg_facts_dev(facts, to[i].addr);
		struct props a = props_of(first), b;

		if (!dev)
			return false;
		b = props_of(dev);
		if (strcmp(a.ids, b.ids) != 0 || strcmp(a.subsystem, b.subsystem) != 0)
			return false;
	}
	return true;
}

static const struct pg_dev *first_dev(const struct pg_facts *facts, const struct pg_pick *to)
{
	return pg_facts_dev(facts, to->addr); /* of a slot: function 0 */
}

/* Puts a value in the place of the old one, or behind the last part. */
static void add_part(struct pg_strbuf *b, const struct pg_strv *part, const char *key,
		     const char *value, bool append)
{
	size_t n = strlen(key);
	bool there = false;

	for (size_t i = 0; i < part->n; i++)
		there |= strncmp(part->v[i], key, n) == 0 && part->v[i][n] == '=';
	if (*value && there != append)
		pg_strbuf_addf(b, "%s%s=%s", b->len ? "," : "", key, value);
}

static bool is_ours(const char *part, const char **ret_key)
{
	static const char *const keys[] = { "path", "id", "subsystem-id", "iommugroup" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++) {
		size_t n = strlen(keys[i]);

		*ret_key = keys[i];
		if (strncmp(part, keys[i], n) == 0 && part[n] == '=')
			return true;
	}
	return false;
}

int pg_drift_map(const struct pg_facts *facts, const struct pg_map *map,
		 const struct pg_pick *to, size_t n, char **ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	const struct pg_dev *dev = first_dev(facts, to);
	char *path pg_autofree = address_list(to, n);
	struct props p;

	*ret = NULL;
	if (!dev || dev->group < 0 || !are_alike(facts, to, n))
		return 0; /* no VM would start with it */
	if (!path || pg_strv_split(map->value, ",", &part) < 0)
		return -ENOMEM;
	p = props_of(dev);
	for (size_t i = 0; i < part.n; i++) {
		const char *key;

		if (!is_ours(part.v[i], &key)) {
			pg_strbuf_addf(&b, "%s%s", b.len ? "," : "", part.v[i]);
			continue;
		}
		add_part(&b, &part, key, strcmp(key, "path") == 0 ? path :
					 strcmp(key, "id") == 0 ? p.ids :
					 strcmp(key, "iommugroup") == 0 ? p.group : p.subsystem,
			 false);
	}
	add_part(&b, &part, "iommugroup", p.group, true);
	add_part(&b, &part, "subsystem-id", p.subsystem, true);
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

int pg_drift_put(const struct pg_drift *d, struct pg_map_change *c)
{
	size_t i = (size_t)(d->map - d->mapping->map);
	char *value = strdup(d->value);

	if (!value)
		return -ENOMEM;
	free(c->after.v[i]);
	c->after.v[i] = value;
	if (d->mdev)
		c->mdev = PG_YES;
	return 0;
}
