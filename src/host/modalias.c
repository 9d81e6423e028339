/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which patterns fit which modalias. A host has a handful of distinct modaliases and some
 * ten thousand patterns, so the patterns are walked once.
 *
 * Why not libkmod alone: it reads only the .bin indexes, trusts every offset in them, and
 * matches with fnmatch(3), which a pattern of many stars keeps busy for ever. For a tree
 * that comes from elsewhere that will not do. Here all offsets are checked and matching is
 * bounded by the product of the lengths.
 */
#include "src/host/modules.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define MODULES_MAX 64		/* for one modalias */
#define PATTERN_MAX 512

/* ---- the modaliases of a host ---- */

void pg_aliases_done(struct pg_aliases *a)
{
	for (size_t i = 0; i < a->n; i++)
		pg_strv_done(&a->v[i].modules);
	free(a->v);
	*a = (struct pg_aliases){ 0 };
}

static int by_modalias(const void *a, const void *b)
{
	return strcmp(((const struct pg_alias *)a)->modalias,
		      ((const struct pg_alias *)b)->modalias);
}

int pg_aliases_gather(const struct pg_facts *facts, struct pg_aliases *ret)
{
	struct pg_aliases a = { .v = calloc(facts->n_dev + 1, sizeof(*a.v)) };
	size_t n = 0;

	if (!a.v)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_dev; i++)
		if (facts->dev[i].modalias && pg_text_starts(facts->dev[i].modalias, "pci:"))
			a.v[n++].modalias = facts->dev[i].modalias;
	qsort(a.v, n, sizeof(*a.v), by_modalias);
	for (size_t i = 0; i < n; i++)
		if (a.n == 0 || strcmp(a.v[a.n - 1].modalias, a.v[i].modalias) != 0)
			a.v[a.n++].modalias = a.v[i].modalias;
	*ret = a;
	return 0;
}

const struct pg_alias *pg_aliases_find(const struct pg_aliases *a, const char *modalias)
{
	struct pg_alias key = { .modalias = modalias };

	return a->n ? bsearch(&key, a->v, a->n, sizeof(*a->v), by_modalias) : NULL;
}

int pg_alias_add(struct pg_alias *alias, const char *module, size_t n)
{
	pg_autofree char *name = NULL;

	if (alias->modules.n >= MODULES_MAX || n == 0)
		return 0;
	name = pg_module_name(module, n);
	if (!name)
		return -ENOMEM;
	return pg_strv_has(&alias->modules, name) ? 0 : pg_strv_add(&alias->modules, name);
}

/* ---- matching ---- */

/* Patterns of PCI devices know '*' (and '?'), nothing else. */
static bool fits(const char *p, size_t n, const char *s)
{
	const char *end = p + n, *star = NULL, *from = NULL;

	while (*s) {
		if (p < end && *p == '*') {
			star = ++p;
			from = s;
		} else if (p < end && (*p == '?' || *p == *s)) {
			p++;
			s++;
		} else if (star) {
			p = star;
			s = ++from;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

static int offer(struct pg_aliases *a, const char *pattern, size_t n, const char *module,
		 size_t n_module)
{
	int r = 0;

	if (n < 4 || n > PATTERN_MAX || strncmp(pattern, "pci:", 4) != 0)
		return 0;
	for (size_t i = 0; r == 0 && i < a->n; i++)
		if (fits(pattern, n, a->v[i].modalias))
			r = pg_alias_add(&a->v[i], module, n_module);
	return r;
}

/* ---- text ---- */

int pg_aliases_from_text(const struct pg_bytes *text, struct pg_aliases *a)
{
	static const char word[] = "alias pci:";
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		const char *pattern = line + strlen("alias "), *space;
		size_t n_pattern;

		if (len < strlen(word) || strncmp(line, word, strlen(word)) != 0)
			continue;
		space = memchr(pattern, ' ', len - strlen("alias "));
		if (!space)
			continue;
		n_pattern = (size_t)(space - pattern);
		r = offer(a, pattern, n_pattern, space + 1, len - strlen("alias ") - n_pattern - 1);
	}
	return r;
}

int pg_aliases_from_builtin(const struct pg_bytes *modinfo, struct pg_aliases *a)
{
	static const char word[] = ".alias=";
	int r = 0;

	for (size_t pos = 0; r == 0 && pos < modinfo->n;) {
		const char *entry = modinfo->p + pos, *eq;
		size_t n = strlen(entry);

		pos += n + 1;
		eq = strstr(entry, word);
		if (eq && !memchr(entry, '=', (size_t)(eq - entry)))
			r = offer(a, eq + strlen(word), strlen(eq + strlen(word)), entry,
				  (size_t)(eq - entry));
	}
	return r;
}

/* ---- the index ---- */

/*
 * kmod's libkmod/libkmod-index.h, all numbers big endian: magic, version, offset of the
 * root. The upper bits of a node's offset say what the node has: a prefix (with NUL); children
 * (first and last byte, an offset for each between); values (count; priority and module
 * with NUL, each).
 */
#define INDEX_MAGIC 0xb007f457U
#define INDEX_MAJOR 2
#define NODE_PREFIX 0x80000000U
#define NODE_VALUES 0x40000000U
#define NODE_CHILDREN 0x20000000U
#define NODE_MASK 0x0fffffffU
#define STEPS_MAX 1000000

struct walk {
	const struct pg_bytes *index;
	struct pg_aliases *aliases;
	size_t steps;	/* nodes and values: a broken index may be a net rather than a tree */
};

struct cursor {
	const unsigned char *p;
	size_t n;
};

static bool take_u32(struct cursor *c, uint32_t *ret)
{
	if (c->n < 4)
		return false;
	*ret = (uint32_t)c->p[0] << 24 | (uint32_t)c->p[1] << 16 | (uint32_t)c->p[2] << 8 | c->p[3];
	c->p += 4;
	c->n -= 4;
	return true;
}

static bool take_string(struct cursor *c, const char **ret, size_t *len)
{
	const unsigned char *end = memchr(c->p, '\0', c->n);

	if (!end)
		return false;
	*ret = (const char *)c->p;
	*len = (size_t)(end - c->p);
	c->n -= *len + 1;
	c->p = end + 1;
	return true;
}

static int walk_node(struct walk *w, uint32_t offset, const char *above, size_t n_above,
		     int extra);

static int walk_children(struct walk *w, struct cursor *c, const char *path, size_t n)
{
	unsigned first, last;

	if (c->n < 2)
		return -EBADMSG;
	first = c->p[0];
	last = c->p[1];
	c->p += 2;
	c->n -= 2;
	for (unsigned ch = first; ch <= last; ch++) {
		uint32_t child;
		int r;

		if (!take_u32(c, &child))
			return -EBADMSG;
		r = child & NODE_MASK ? walk_node(w, child, path, n, (int)ch) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int walk_values(struct walk *w, struct cursor *c, const char *path, size_t n)
{
	uint32_t count;

	if (!take_u32(c, &count))
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++) {
		const char *module;
		uint32_t priority;
		size_t len;
		int r;

		if (!take_u32(c, &priority) || !take_string(c, &module, &len) ||
		    ++w->steps > STEPS_MAX)
			return -EBADMSG;
		r = offer(w->aliases, path, n, module, len);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The pattern up to the node is what stands above it, the byte that led here (-1: none),
 * and its own prefix. Patterns are short, and so the recursion is bounded by PATTERN_MAX. */
static int walk_node(struct walk *w, uint32_t offset, const char *above, size_t n_above,
		     int extra)
{
	struct cursor c = { .n = w->index->n };
	char path[PATTERN_MAX + 1];
	size_t n = n_above, len = 0;
	const char *prefix = "";
	int r = 0;

	if (!(offset & ~NODE_MASK))
		return 0; /* a node that has nothing: the root of an empty index */
	if ((offset & NODE_MASK) >= c.n || n_above + 1 > PATTERN_MAX || ++w->steps > STEPS_MAX)
		return -EBADMSG;
	c.p = (const unsigned char *)w->index->p + (offset & NODE_MASK);
	c.n -= offset & NODE_MASK;
	memcpy(path, above, n_above);
	if (extra >= 0)
		path[n++] = (char)extra;
	if (offset & NODE_PREFIX && !take_string(&c, &prefix, &len))
		return -EBADMSG;
	if (n + len > PATTERN_MAX)
		return -EBADMSG;
	memcpy(path + n, prefix, len);
	n += len;
	if (offset & NODE_CHILDREN)
		r = walk_children(w, &c, path, n);
	return r == 0 && offset & NODE_VALUES ? walk_values(w, &c, path, n) : r;
}

int pg_aliases_from_index(const struct pg_bytes *index, struct pg_aliases *a)
{
	struct cursor c = { .p = (const unsigned char *)index->p, .n = index->n };
	struct walk w = { .index = index, .aliases = a };
	uint32_t magic, version, top;

	if (!take_u32(&c, &magic) || magic != INDEX_MAGIC || !take_u32(&c, &version) ||
	    version >> 16 != INDEX_MAJOR || !take_u32(&c, &top))
		return -EBADMSG;
	return walk_node(&w, top, "", 0, -1);
}
