/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/vec.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"

/* The array is reallocated when n reaches 0, 1, 2, 4, 8, ...: then it doubles. */
static bool is_full(size_t n)
{
	return (n & (n - 1)) == 0;
}

void *pg_vec_add(void *vecp, size_t *n, size_t size)
{
	void **vec = vecp;
	size_t bytes;
	char *slot;

	if (*n == 0 || is_full(*n)) {
		size_t cap = *n ? *n * 2 : 1;
		void *grown;

		if (__builtin_mul_overflow(cap, size, &bytes))
			return NULL;
		grown = realloc(*vec, bytes);
		if (!grown)
			return NULL;
		*vec = grown;
	}
	slot = (char *)*vec + *n * size;
	memset(slot, 0, size);
	(*n)++;
	return slot;
}

void pg_vec_remove(void *vec, size_t *n, size_t size, size_t i)
{
	char *slot = (char *)vec + i * size;

	memmove(slot, slot + size, (*n - i - 1) * size);
	(*n)--;
}

void pg_strv_done(struct pg_strv *sv)
{
	for (size_t i = 0; i < sv->n; i++)
		free(sv->v[i]);
	free(sv->v);
	*sv = (struct pg_strv){ 0 };
}

int pg_strv_take(struct pg_strv *sv, char *s)
{
	char **v;

	if (!s)
		return -ENOMEM;
	if (is_full(sv->n + 1) || !sv->v) {
		v = realloc(sv->v, 2 * (sv->n + 1) * sizeof(*v));
		if (!v) {
			free(s);
			return -ENOMEM;
		}
		sv->v = v;
	}
	sv->v[sv->n++] = s;
	sv->v[sv->n] = NULL;
	return 0;
}

int pg_strv_add(struct pg_strv *sv, const char *s)
{
	return pg_strv_take(sv, strdup(s));
}

int pg_strv_addn(struct pg_strv *sv, const char *s, size_t n)
{
	return pg_strv_take(sv, strndup(s, n));
}

int pg_strv_addf(struct pg_strv *sv, const char *fmt, ...)
{
	struct pg_strbuf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	return pg_strv_take(sv, pg_strbuf_steal(&b));
}

bool pg_strv_equal(const struct pg_strv *a, const struct pg_strv *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return a->n == b->n;
}

bool pg_strv_has(const struct pg_strv *sv, const char *s)
{
	for (size_t i = 0; i < sv->n; i++)
		if (strcmp(sv->v[i], s) == 0)
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void pg_strv_sort(struct pg_strv *sv)
{
	if (sv->n > 1)
		qsort(sv->v, sv->n, sizeof(*sv->v), by_name);
}

int pg_strv_copy(const struct pg_strv *sv, struct pg_strv *ret)
{
	struct pg_strv copy PG_CLEANUP(pg_strv_done) = { 0 };

	for (size_t i = 0; i < sv->n; i++) {
		int r = pg_strv_add(&copy, sv->v[i]);

		if (r < 0)
			return r;
	}
	*ret = copy;
	copy = (struct pg_strv){ 0 };
	return 0;
}

char *pg_strv_join(const struct pg_strv *sv, const char *sep)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < sv->n; i++) {
		if (i)
			pg_strbuf_add(&b, sep);
		pg_strbuf_add(&b, sv->v[i]);
	}
	return pg_strbuf_steal(&b);
}

int pg_strv_split(const char *s, const char *seps, struct pg_strv *ret)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };

	for (;;) {
		size_t n;
		int r;

		s += strspn(s, seps);
		if (!*s)
			break;
		n = strcspn(s, seps);
		r = pg_strv_addn(&parts, s, n);
		if (r < 0)
			return r;
		s += n;
	}
	*ret = parts;
	parts = (struct pg_strv){ 0 };
	return 0;
}
