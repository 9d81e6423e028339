/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/pve/mapping/pci.cfg and usb.cfg, and pvesh on them. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

struct map {
	char *id;
	struct pg_strv line;		/* "map id=…,node=…" */
};

struct maps {
	struct map *v;
	size_t n;
};

static void maps_done(struct maps *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].id);
		pg_strv_done(&m->v[i].line);
	}
	free(m->v);
}

static void map_drop(struct maps *m, struct map *one)
{
	free(one->id);
	pg_strv_done(&one->line);
	pg_vec_remove(m->v, &m->n, sizeof(*one), (size_t)(one - m->v));
}

static struct map *map_find(const struct maps *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].id, id) == 0)
			return &m->v[i];
	return NULL;
}

static struct map *map_new(struct maps *m, const char *id)
{
	struct map *one = pve_must(pg_vec_add(&m->v, &m->n, sizeof(*one)));

	one->id = pve_must(strdup(id));
	return one;
}

static void line_add(struct map *m, const char *key, const char *value)
{
	if (pg_strv_addf(&m->line, "%s %s", key, value) < 0)
		abort();
}

static void maps_read(const char *text, struct maps *m)
{
	size_t pos = 0, len, full, n = text ? strlen(text) : 0;
	struct map *now = NULL;
	const char *p;

	while (text && pg_text_line(text, n, &pos, &p, &len, &full)) {
		char *line pg_autofree = pve_must(strndup(p, len));
		bool indented = line[0] == ' ' || line[0] == '\t';
		char *s = pg_text_trim(line);

		if (!*s)
			now = NULL;
		else if (*s == '#')
			continue;
		else if (!indented)
			now = pve_match("^[A-Za-z][A-Za-z0-9_-]+$", s) ? map_new(m, s) : NULL;
		else if (now && pg_strv_add(&now->line, s) < 0)
			abort();
	}
}

static char *maps_write(const struct maps *m)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < m->n; i++) {
		pg_strbuf_addf(&b, "%s\n", m->v[i].id);
		for (size_t k = 0; k < m->v[i].line.n; k++)
			pg_strbuf_addf(&b, "\t%s\n", m->v[i].line.v[k]);
		pg_strbuf_add(&b, "\n");
	}
	return pve_must(pg_strbuf_steal(&b));
}

int pve_mapping_find(const struct pve_node *node, const char *kind, const char *id,
		     struct pg_strv *lines, bool *mdev)
{
	struct maps m PG_CLEANUP(maps_done) = { 0 };
	const struct map *one;

	maps_read(strcmp(kind, "pci") == 0 ? node->pci_cfg : node->usb_cfg, &m);
	one = map_find(&m, id);
	*mdev = false;
	for (size_t i = 0; one && i < one->line.n; i++) {
		struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
		const char *s = one->line.v[i], *v = s + strcspn(s, " \t");
		char *why pg_autofree = NULL;

		v += strspn(v, " \t");
		if (pve_match("^mdev[ \t]", s))
			*mdev = pve_boolean(v) == 1;
		if (!pve_match("^map[ \t]", s))
			continue;
		why = pve_props_parse(strcmp(kind, "pci") == 0 ? "pcimap" : "usbmap", v, &p);
		if (!why && strcmp(pve_props_get(&p, "node"), node->name) == 0 &&
		    pg_strv_add(lines, v) < 0)
			abort();
	}
	return one ? 0 : -1;
}

/* ---- pvesh ---- */

struct call {
	bool usb;
	const char *verb, *id;
	struct pg_strv key, value;
};

static void call_done(struct call *c)
{
	pg_strv_done(&c->key);
	pg_strv_done(&c->value);
}

static char *check_param(const struct call *c, const char *key, const char *value)
{
	char *why pg_autofree = NULL;

	if (strcmp(key, "map") == 0) {
		struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };

		why = pve_props_parse(c->usb ? "usbmap" : "pcimap", value, &p);
		return why ? pg_strf("map: invalid format - %s", why) : NULL;
	}
	if (!c->usb && (strcmp(key, "mdev") == 0 || strcmp(key, "live-migration-capable") == 0))
		return pve_boolean(value) >= 0 ? NULL :
			pg_strf("%s: type check ('boolean') failed - got '%s'", key, value);
	if (strcmp(key, "description") == 0)
		return strlen(value) <= 4096 ? NULL :
			pg_strf("description: value may only be 4096 characters long");
	if (strcmp(key, "id") == 0)
		return pve_match("^[A-Za-z][A-Za-z0-9_-]+$", value) ? NULL :
			pg_strf("id: invalid format - invalid configuration ID '%s'", value);
	if (strcmp(c->verb, "set") == 0 && (strcmp(key, "delete") == 0 || strcmp(key, "digest") == 0))
		return NULL;
	return pg_strf("Unknown option: %s", key);
}

static const char *param(const struct call *c, const char *key)
{
	for (size_t i = 0; i < c->key.n; i++)
		if (strcmp(c->key.v[i], key) == 0)
			return c->value.v[i];
	return NULL;
}

static char *read_call(const struct pg_strv *argv, struct call *c)
{
	static const char *const base[] = { "/cluster/mapping/pci", "/cluster/mapping/usb" };
	const char *rest;

	c->verb = argv->v[1];
	c->usb = pg_text_starts(argv->v[2], base[1]);
	if (!pg_text_starts(argv->v[2], base[c->usb]))
		return pg_strf("No '%s' handler defined for '%s'", c->verb, argv->v[2]);
	rest = argv->v[2] + strlen(base[c->usb]);
	c->id = *rest == '/' ? rest + 1 : NULL;
	if ((strcmp(c->verb, "create") == 0) != !c->id)
		return pg_strf("No '%s' handler defined for '%s'", c->verb, argv->v[2]);
	for (size_t i = 3; i < argv->n; i += 2) {
		char *why;

		if (!pg_text_starts(argv->v[i], "--") || i + 1 == argv->n)
			return pg_strf("unable to parse option '%s'", argv->v[i]);
		why = check_param(c, argv->v[i] + 2, argv->v[i + 1]);
		if (why)
			return why;
		if (pg_strv_add(&c->key, argv->v[i] + 2) < 0 ||
		    pg_strv_add(&c->value, argv->v[i + 1]) < 0)
			abort();
	}
	if (strcmp(c->verb, "create") == 0) {
		c->id = param(c, "id");
		if (!c->id)
			return pg_strf("id: property is missing and it is not optional");
	}
	if (strcmp(c->verb, "delete") != 0 && !param(c, "map"))
		return pg_strf("map: property is missing and it is not optional");
	return NULL;
}

static void drop_key(struct map *one, const char *key)
{
	for (size_t i = 0; i < one->line.n;) {
		if (strcspn(one->line.v[i], " \t") == strlen(key) &&
		    strncmp(one->line.v[i], key, strlen(key)) == 0) {
			free(one->line.v[i]);
			pg_vec_remove(one->line.v, &one->line.n, sizeof(*one->line.v), i);
		} else {
			i++;
		}
	}
}

/* What is given replaces what was there under the same key: all map lines, for one. */
static void take(struct map *one, const struct call *c)
{
	for (size_t i = 0; i < c->key.n; i++)
		drop_key(one, strcmp(c->key.v[i], "delete") == 0 ? c->value.v[i] : c->key.v[i]);
	for (size_t i = 0; i < c->key.n; i++)
		if (strcmp(c->key.v[i], "id") != 0 && strcmp(c->key.v[i], "delete") != 0 &&
		    strcmp(c->key.v[i], "digest") != 0)
			line_add(one, c->key.v[i], c->value.v[i]);
}

static char *change(struct maps *m, const struct call *c)
{
	struct map *one = map_find(m, c->id);

	if (strcmp(c->verb, "create") == 0) {
		if (one)
			return pg_strf("%s ID '%s' already defined", c->usb ? "usb" : "pci", c->id);
		take(map_new(m, c->id), c);
	} else if (strcmp(c->verb, "delete") == 0) {
		if (one)
			map_drop(m, one);
	} else if (strcmp(c->verb, "set") == 0) {
		if (!one)
			return pg_strf("mapping '%s' does not exist", c->id);
		take(one, c);
	} else if (strcmp(c->verb, "get") != 0) {
		return pg_strf("no such command 'pvesh %s'", c->verb);
	}
	return NULL;
}

bool pve_pvesh(struct pve_node *node, const struct pg_strv *argv, struct pve_out *out)
{
	struct call c PG_CLEANUP(call_done) = { 0 };
	struct maps m PG_CLEANUP(maps_done) = { 0 };
	char *why pg_autofree = read_call(argv, &c);
	char **cfg = c.usb ? &node->usb_cfg : &node->pci_cfg;

	if (!why) {
		maps_read(*cfg, &m);
		why = change(&m, &c);
	}
	if (why) {
		pve_say(out, PVE_REJECT, "%s", why);
		return false;
	}
	free(*cfg);
	*cfg = maps_write(&m);
	return true;
}
