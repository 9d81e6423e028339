/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* Bounds for hostile files; a VM with forty snapshots has some 4000 lines. */
#define BAD_MAX 32
#define LINES_MAX 65536
#define SECTION_LINES_MAX 2048
#define SECTIONS_MAX 1024	/* with those that are there again */
#define SHOWN_MAX 60

struct parser {
	struct pg_guest *guest;
	char *section;	/* NULL: one that Proxmox does not know, skipped */
	struct pg_strv seen;
	size_t first;	/* of the section, in guest->lines */
	size_t n_entered;
	unsigned line;
};

static void parser_done(struct parser *p)
{
	free(p->section);
	pg_strv_done(&p->seen);
}

int pg_guest_note(struct pg_guest *guest, unsigned line, const char *why, const char *what,
		  size_t n)
{
	pg_autofree char *shown = NULL;

	if (guest->bad.n > BAD_MAX)
		return 0;
	if (guest->bad.n == BAD_MAX)
		return pg_strv_add(&guest->bad, _("more lines do not fit; they are not listed"));
	shown = pg_text_clean(what, n < SHOWN_MAX ? n : SHOWN_MAX);
	if (!shown)
		return -ENOMEM;
	return pg_strv_addf(&guest->bad, _("line %u: %s: %s%s"), line, _(why), shown,
			    n > SHOWN_MAX ? "..." : "");
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* [a-z][a-z0-9_-]+ in any case */
static bool is_configid(const char *s, size_t n)
{
	if (n < 2 || !is_lower((char)(s[0] | 0x20)))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!is_lower((char)(s[i] | 0x20)) && !is_digit(s[i]) && s[i] != '_' && s[i] != '-')
			return false;
	return true;
}

static bool is_special(const char *s, size_t n)
{
	static const char *const names[] = { "special:cloudinit", "special:fleecing" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (n == strlen(names[i]) && strncasecmp(s, names[i], n) == 0)
			return true;
	return false;
}

/* ---- sections ---- */

/* Proxmox takes a section that is there twice from its second start (parse_vm_config). */
static void forget_section(struct pg_guest *g, const char *section)
{
	for (size_t i = g->n_lines; i > 0; i--) {
		struct pg_guest_line *l = &g->lines[i - 1];

		if (strcmp(l->section, section) != 0)
			continue;
		free(l->section);
		free(l->key);
		free(l->value);
		pg_vec_remove(g->lines, &g->n_lines, sizeof(*l), i - 1);
	}
}

static int enter_section(struct parser *p, const char *name, size_t n)
{
	bool pending = n == strlen("PENDING") && strncasecmp(name, "PENDING", n) == 0;
	pg_autofree char *copy = NULL;

	free(p->section);
	p->section = NULL;
	if (p->n_entered++ >= SECTIONS_MAX)
		return pg_guest_note(p->guest, p->line, "too many sections", name, n);
	if (!pending && !is_special(name, n) && !is_configid(name, n))
		return pg_guest_note(p->guest, p->line, "not a section that Proxmox knows", name, n);
	copy = pending ? strdup("PENDING") : strndup(name, n);
	if (!copy)
		return -ENOMEM;
	if (pg_strv_has(&p->seen, copy)) {
		forget_section(p->guest, copy);
		if (pg_guest_note(p->guest, p->line, "the section is there twice", name, n) < 0)
			return -ENOMEM;
	} else if (pg_strv_add(&p->seen, copy) < 0) {
		return -ENOMEM;
	}
	p->first = p->guest->n_lines;
	p->section = PG_STEAL(copy);
	return 0;
}

/* ---- lines ---- */

/* Length of the key of "key: value", that is ^[a-z][a-z_-]*\d*: , or 0. */
static size_t key_length(const char *s, size_t n)
{
	size_t i = 0;

	if (n == 0 || !is_lower(s[0]))
		return 0;
	while (i < n && (is_lower(s[i]) || s[i] == '_' || s[i] == '-'))
		i++;
	while (i < n && is_digit(s[i]))
		i++;
	return i < n && s[i] == ':' ? i : 0;
}

/* The line of a key in the current section, or a new one; NULL without memory. */
static struct pg_guest_line *line_of(struct parser *p, const char *key, size_t n)
{
	struct pg_guest *g = p->guest;
	struct pg_guest_line *l;

	for (size_t i = p->first; i < g->n_lines; i++)
		if (strncmp(g->lines[i].key, key, n) == 0 && !g->lines[i].key[n])
			return &g->lines[i];
	l = pg_vec_add(&g->lines, &g->n_lines, sizeof(*l));
	if (!l)
		return NULL;
	l->section = strdup(p->section);
	l->key = strndup(key, n);
	if (!l->section || !l->key) {
		free(l->section);
		free(l->key);
		g->n_lines--;
		return NULL;
	}
	return l;
}

static int add_line(struct parser *p, const char *s, size_t n_key, const char *value, size_t n)
{
	pg_autofree char *copy = strndup(value, n);
	struct pg_guest_line *l;

	if (!copy)
		return -ENOMEM;
	if (p->guest->n_lines >= LINES_MAX || p->guest->n_lines - p->first >= SECTION_LINES_MAX)
		return pg_guest_note(p->guest, p->line, "too many lines", s, n_key);
	l = line_of(p, s, n_key);
	if (!l)
		return -ENOMEM;
	free(l->value);
	l->value = PG_STEAL(copy);
	l->line = p->line;
	return 0;
}

static int parse_line(struct parser *p, const char *s, size_t n)
{
	size_t n_key, value;

	while (n && is_space(s[n - 1]))
		n--;
	if (n == 0 || s[0] == '#')
		return 0;
	if (memchr(s, '\0', n))
		return pg_guest_note(p->guest, p->line, "it holds a NUL byte", s, n);
	if (s[0] == '[' && s[n - 1] == ']')
		return enter_section(p, s + 1, n - 2);
	if (!p->section)
		return 0;
	n_key = key_length(s, n);
	for (value = n_key + 1; n_key && value < n && is_space(s[value]); value++)
		;
	if (!n_key || value >= n)
		return pg_guest_note(p->guest, p->line, "not of the form \"key: value\"", s, n);
	if (n_key == strlen("delete") && strncmp(s, "delete", n_key) == 0 &&
	    strcmp(p->section, "PENDING") != 0)
		return pg_guest_note(p->guest, p->line, "only [PENDING] may delete", s, n);
	return add_line(p, s, n_key, s + value, n - value);
}

int pg_guest_parse(const struct pg_bytes *text, struct pg_guest *guest)
{
	struct parser p PG_CLEANUP(parser_done) = { .guest = guest, .section = strdup("") };
	size_t pos = 0, len, full;
	const char *line;

	if (!p.section)
		return -ENOMEM;
	while (pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		int r;

		p.line++;
		r = parse_line(&p, line, len);
		if (r < 0)
			return r;
	}
	return 0;
}
