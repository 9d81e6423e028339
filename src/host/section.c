/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define SECTIONS_MAX 4096
#define PROPS_MAX 4096

void pg_sections_done(struct pg_sections *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->v[i].n_prop; k++) {
			free(s->v[i].prop[k].key);
			free(s->v[i].prop[k].value);
		}
		free(s->v[i].prop);
		free(s->v[i].type);
		free(s->v[i].id);
	}
	free(s->v);
	*s = (struct pg_sections){ 0 };
}

static bool has_space(const char *s)
{
	return s[strcspn(s, " \t\v\f\r")];
}

/* "type: id" or "id". NULL: the line is no header; the lines up to the next are skipped. */
static int add_section(struct pg_sections *all, char *text, bool typed,
		       struct pg_section **ret)
{
	char *colon = typed ? strchr(text, ':') : NULL;
	char *id = colon ? pg_text_trim(colon + 1) : text;
	struct pg_section *s;

	*ret = NULL;
	if (colon)
		*colon = '\0';
	if ((typed && (!colon || !*text || has_space(text))) || !*id || has_space(id) ||
	    all->n >= SECTIONS_MAX)
		return 0;
	s = pg_vec_add(&all->v, &all->n, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->type = strdup(typed ? text : "");
	s->id = strdup(id);
	*ret = s;
	return s->type && s->id ? 0 : -ENOMEM;
}

/* "key value", or "key" alone (a switch) */
static int add_prop(struct pg_section *s, char *text)
{
	size_t n = strcspn(text, " \t\v\f\r");
	struct pg_section_prop *p;

	if (s->n_prop >= PROPS_MAX)
		return 0;
	p = pg_vec_add(&s->prop, &s->n_prop, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->key = strndup(text, n);
	p->value = strdup(pg_text_trim(text + n));
	return p->key && p->value ? 0 : -ENOMEM;
}

static bool is_indented(const char *s)
{
	return *s == ' ' || *s == '\t';
}

static int add_line(struct pg_sections *all, char *raw, bool typed, bool *inside,
		    struct pg_section **cur)
{
	bool indented = is_indented(raw);
	char *text = pg_text_trim(raw);

	if (*text == '#')
		return 0;
	if (!*text) {
		*inside = false;
		*cur = NULL;
		return 0;
	}
	if (!*inside && !indented) {
		*inside = true;
		return add_section(all, text, typed, cur);
	}
	return indented && *cur ? add_prop(*cur, text) : 0;
}

int pg_sections_parse(const struct pg_bytes *text, bool typed, struct pg_sections *ret)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	struct pg_section *cur = NULL;
	size_t pos = 0, len, full;
	bool inside = false;
	const char *line;

	while (pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		pg_autofree char *raw = NULL;
		int r;

		if (memchr(line, '\0', len))
			continue;
		raw = strndup(line, len);
		r = raw ? add_line(&all, raw, typed, &inside, &cur) : -ENOMEM;
		if (r < 0)
			return r;
	}
	*ret = all;
	all = (struct pg_sections){ 0 };
	return 0;
}

const char *pg_section_get(const struct pg_section *s, const char *key)
{
	for (size_t i = 0; i < s->n_prop; i++)
		if (strcmp(s->prop[i].key, key) == 0)
			return s->prop[i].value;
	return NULL;
}
