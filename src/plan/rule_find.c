/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where messages may stand in a text, in one pass over it: by Wu and Manber (A fast algorithm for multi-pattern
 * searching, 1994), as grep -F does it. Of each message its longest part without holes is looked for; whether the
 * message stands there is for pg_message_match() to say.
 */
#include <errno.h>
#include <string.h>

#include "src/plan/rule.h"

/* Characters that are hashed together; so many of a part are looked at by the way. */
enum { BLOCK = 3, WINDOW_MAX = 32, HASHES = 1 << 14 };

struct word {
	const char *s;		/* in the rule's pattern */
	size_t n;
	size_t rule, message;
	size_t next;		/* of the same hash, counted from 1 */
};

struct pg_finder {
	struct word *word;	/* in the order of rules and their messages */
	size_t n;
	size_t window;		/* as long as the shortest part: where one of each is looked for */
	uint8_t shift[HASHES];	/* how far the next place is at which one may end */
	size_t first[HASHES];	/* counted from 1: those that end with it */
};

static size_t hash(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;

	return ((size_t)c[0] << 10 ^ (size_t)c[1] << 5 ^ c[2]) % HASHES;
}

void pg_finder_free(struct pg_finder *f)
{
	if (f)
		free(f->word);
	free(f);
}

void pg_finder_freep(struct pg_finder **f)
{
	pg_finder_free(*f);
}

static int add_words(struct pg_finder *f, const struct pg_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->v[i].message.n; k++) {
			struct word *w = pg_vec_add(&f->word, &f->n, sizeof(*w));

			if (!w)
				return -ENOMEM;
			w->s = pg_message_fixed(rules->v[i].message.v[k], &w->n);
			w->rule = i;
			w->message = k;
			f->window = w->n < f->window ? w->n : f->window;
		}
	return 0;
}

/* The last characters of a part are its window: what differs comes late in messages ("vfio-pci {device}: …"). */
static void add_window(struct pg_finder *f, size_t which)
{
	struct word *w = &f->word[which];
	const char *s = w->s + w->n - f->window;
	size_t h;

	for (size_t i = 0; i + BLOCK <= f->window; i++) {
		size_t left = f->window - BLOCK - i;

		h = hash(s + i);
		f->shift[h] = left < f->shift[h] ? (uint8_t)left : f->shift[h];
	}
	h = hash(s + f->window - BLOCK);
	w->next = f->first[h];
	f->first[h] = which + 1;
}

int pg_finder_new(const struct pg_rules *rules, struct pg_finder **ret)
{
	struct pg_finder *f PG_CLEANUP(pg_finder_freep) = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->window = WINDOW_MAX;
	if (add_words(f, rules) < 0)
		return -ENOMEM;
	if (f->n && f->window < BLOCK)
		return -EINVAL;
	memset(f->shift, (int)(f->window - BLOCK + 1), sizeof(f->shift));
	for (size_t i = f->n; i > 0; i--)
		add_window(f, i - 1);
	*ret = PG_STEAL(f);
	return 0;
}

/* Does the part end where `end` is, in a text that begins at s? */
static bool ends_at(const struct word *w, const char *s, const char *end)
{
	return (size_t)(end - s) >= w->n && memcmp(end - w->n, w->s, w->n) == 0;
}

static size_t word_at(const struct pg_finder *f, const char *s, const char *end, size_t from)
{
	while (from && !ends_at(&f->word[from - 1], s, end))
		from = f->word[from - 1].next;
	return from;
}

bool pg_finder_next(const struct pg_finder *f, const char *s, size_t n, size_t *pos)
{
	size_t at = *pos + f->window;

	while (f->n && at <= n) {
		size_t h = hash(s + at - BLOCK), far = f->shift[h];

		if (!far && word_at(f, s, s + at, f->first[h])) {
			*pos = at - f->window;
			return true;
		}
		at += far ? far : 1;
	}
	return false;
}

int pg_finder_messages(const struct pg_finder *f, const char *line,
		       int (*each)(size_t rule, size_t message, void *ctx), void *ctx)
{
	pg_autofree bool *may = NULL;
	size_t n = strlen(line), pos = 0;
	int r = 0;

	if (!pg_finder_next(f, line, n, &pos))
		return 0;
	may = calloc(f->n, sizeof(*may));
	if (!may)
		return -ENOMEM;
	do {
		const char *end = line + pos + f->window;
		size_t w = f->first[hash(end - BLOCK)];

		while ((w = word_at(f, line, end, w))) {
			may[w - 1] = true;
			w = f->word[w - 1].next;
		}
		pos++;
	} while (pg_finder_next(f, line, n, &pos));
	for (size_t i = 0; r == 0 && i < f->n; i++)
		if (may[i])
			r = each(f->word[i].rule, f->word[i].message, ctx);
	return r;
}
