/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growing arrays: of any struct, and of strings.
 */
#pragma once

#include "src/base/macro.h"

/*
 * Adds one zeroed element of `size` bytes to the array *vecp of *n elements and returns it,
 * or NULL when memory ran out (the array is then unchanged). Capacity follows from n (it
 * doubles at powers of two), so an array is two fields: a pointer and a count.
 *
 *	struct pg_group *g = pg_vec_add(&facts->group, &facts->n_group, sizeof(*g));
 */
void *pg_vec_add(void *vecp, size_t *n, size_t size);

/* Removes element i, keeping the order. What the element owned must be freed before. */
void pg_vec_remove(void *vec, size_t *n, size_t size, size_t i);

/* Strings, owned. v is NULL or NULL-terminated, so that it can serve as an argv. */
struct pg_strv {
	char **v;
	size_t n;
};

void pg_strv_done(struct pg_strv *sv);
/* Appends a copy of s. Returns 0 or -ENOMEM. */
int pg_strv_add(struct pg_strv *sv, const char *s);
int pg_strv_addn(struct pg_strv *sv, const char *s, size_t n);
int pg_strv_addf(struct pg_strv *sv, const char *fmt, ...) PG_PRINTF(2, 3);
/* Appends s itself, which it owns from now on, also on failure; NULL is -ENOMEM. */
int pg_strv_take(struct pg_strv *sv, char *s);
bool pg_strv_has(const struct pg_strv *sv, const char *s);
/* The same strings in the same order? */
bool pg_strv_equal(const struct pg_strv *a, const struct pg_strv *b);
void pg_strv_sort(struct pg_strv *sv);
/* Copies all strings. Returns 0 or -ENOMEM. */
int pg_strv_copy(const struct pg_strv *sv, struct pg_strv *ret);
/* Joins with sep. Returns NULL when memory ran out. The caller frees it. */
char *pg_strv_join(const struct pg_strv *sv, const char *sep);
/* Splits at any of the bytes in seps; empty parts are dropped. Returns 0 or -ENOMEM. */
int pg_strv_split(const char *s, const char *seps, struct pg_strv *ret);
