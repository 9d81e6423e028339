/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VM's file: parse_vm_config and write_vm_config of PVE::QemuServer. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

void pve_conf_done(struct pve_conf *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].section);
		free(c->v[i].key);
		free(c->v[i].value);
	}
	free(c->v);
	pg_strv_done(&c->notes);
	*c = (struct pve_conf){ 0 };
}

static struct pve_line *find(const struct pve_conf *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].section, section) == 0 && strcmp(c->v[i].key, key) == 0)
			return &c->v[i];
	return NULL;
}

const char *pve_conf_get(const struct pve_conf *c, const char *section, const char *key)
{
	const struct pve_line *l = find(c, section, key);

	return l ? l->value : NULL;
}

static void drop(struct pve_conf *c, struct pve_line *l)
{
	free(l->section);
	free(l->key);
	free(l->value);
	pg_vec_remove(c->v, &c->n, sizeof(*l), (size_t)(l - c->v));
}

void pve_conf_set(struct pve_conf *c, const char *section, const char *key, const char *value)
{
	struct pve_line *l = find(c, section, key);
	char *copy = value ? pve_must(strdup(value)) : NULL;

	if (!value) {
		if (l)
			drop(c, l);
		return;
	}
	if (!l) {
		l = pve_must(pg_vec_add(&c->v, &c->n, sizeof(*l)));
		l->section = pve_must(strdup(section));
		l->key = pve_must(strdup(key));
	}
	free(l->value);
	l->value = copy;
}

/* "[name]": false where the section is to be skipped. */
static bool section_name(const char *s, char *ret, size_t size, struct pve_out *out)
{
	snprintf(ret, size, "%.*s", (int)strcspn(s + 1, "]"), s + 1);
	if (strcasecmp(ret, "PENDING") == 0) {
		snprintf(ret, size, "PENDING");
		return true;
	}
	if (pve_match("^special:(cloudinit|fleecing)$", ret) ||
	    pve_match("^[A-Za-z][A-Za-z0-9_-]+$", ret))
		return true;
	pve_say(out, PVE_WARN, "vm config: skipping section '%s'", ret);
	return false;
}

static bool keeps(const char *section, const char *key)
{
	static const char *const own[] = { "parent", "snaptime", "vmstate", "snapstate", "meta",
					   "runningmachine", "runningcpu", "running-nets-host-mtu" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(own); i++)
		if (strcmp(own[i], key) == 0)
			return true;
	if (strcmp(key, "delete") == 0)
		return strcmp(section, "PENDING") == 0;
	return pg_text_starts(section, "special:") || pve_option_known(key);
}

static void read_line(struct pve_conf *c, const char *section, char *line,
		      struct pve_out *out)
{
	char *colon = strchr(line, ':'), *value;

	if (line[0] == '#') {
		if (pg_strv_addf(&c->notes, "%s\t%s", section, line) < 0)
			abort();
		return;
	}
	if (!pve_match("^[a-z][a-z_-]*[0-9]*:[[:space:]]*[^[:space:]]", line)) {
		pve_say(out, PVE_WARN, "vm config: unable to parse line: %s", line);
		return;
	}
	*colon = '\0';
	value = pg_text_trim(colon + 1);
	if (!keeps(section, line)) {
		pve_say(out, PVE_WARN, "vm config: unknown setting '%s'", line);
		return;
	}
	if (pve_option_known(line)) {
		char *why pg_autofree = pve_option_check(line, value);

		if (why) {
			pve_say(out, PVE_WARN, "vm config: unable to parse value of '%s' - %s",
				line, why);
			return;
		}
	}
	pve_conf_set(c, section, line, value);
}

void pve_conf_read(const char *text, struct pve_conf *c, struct pve_out *out)
{
	char section[256] = "";
	size_t pos = 0, len, full, n = strlen(text);
	const char *p;
	bool skip = false;

	while (pg_text_line(text, n, &pos, &p, &len, &full)) {
		char *line pg_autofree = pve_must(strndup(p, len));

		if (line[strspn(line, " \t")] == '\0')
			continue;
		if (line[0] == '[' && strchr(line, ']'))
			skip = !section_name(line, section, sizeof(section), out);
		else if (!skip)
			read_line(c, section, line, out);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct pve_line *x = a, *y = b;
	int r = strcmp(x->section, y->section);

	return r ? r : strcmp(x->key, y->key);
}

static void write_notes(const struct pve_conf *c, const char *section, struct pg_strbuf *b)
{
	size_t n = strlen(section);

	for (size_t i = 0; i < c->notes.n; i++)
		if (strncmp(c->notes.v[i], section, n) == 0 && c->notes.v[i][n] == '\t')
			pg_strbuf_addf(b, "%s\n", c->notes.v[i] + n + 1);
}

char *pve_conf_write(const struct pve_conf *c)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *section = "";

	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_place);
	write_notes(c, "", &b);
	for (size_t i = 0; i < c->n; i++) {
		const struct pve_line *l = &c->v[i];

		if (strcmp(section, l->section) != 0) {
			pg_strbuf_addf(&b, "\n[%s]\n", l->section);
			write_notes(c, l->section, &b);
		}
		section = l->section;
		pg_strbuf_addf(&b, "%s: %s\n", l->key, l->value);
	}
	return pve_must(pg_strbuf_steal(&b));
}

void pve_conf_apply_pending(struct pve_conf *c)
{
	const char *gone = pve_conf_get(c, "PENDING", "delete");
	struct pg_strv key PG_CLEANUP(pg_strv_done) = { 0 };

	if (gone && pg_strv_split(gone, ",; ", &key) < 0)
		abort();
	for (size_t i = 0; i < key.n; i++)
		pve_conf_set(c, "", key.v[i] + (key.v[i][0] == '!'), NULL);
	for (size_t i = 0; i < c->n;) {
		if (strcmp(c->v[i].section, "PENDING") != 0) {
			i++;
			continue;
		}
		if (strcmp(c->v[i].key, "delete") != 0) {
			char *k pg_autofree = pve_must(strdup(c->v[i].key));
			char *v pg_autofree = pve_must(strdup(c->v[i].value));

			pve_conf_set(c, "", k, v);
		}
		drop(c, &c->v[i]);
	}
}
