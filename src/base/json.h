/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON out and in, over json-c (the only file that includes it is json.c).
 *
 * Out: a writer that remembers failure, asked once at the end. Strings are made valid UTF-8
 * first. In: a read-only value tree.
 */
#pragma once

#include "src/base/macro.h"
#include "src/base/vec.h"

struct pg_json; /* an object or array under construction */
struct pg_jval; /* a value that was read; borrowed, but for the one that pg_json_parse gave */

/* Containers. They return NULL when memory ran out; every function below takes NULL and
 * then does nothing, so that only pg_json_text need be checked. */
struct pg_json *pg_json_object(void);
struct pg_json *pg_json_array(void);
void pg_json_free(struct pg_json *j);
void pg_json_freep(struct pg_json **j);

/* Members. `s` NULL writes null. The container owns `child` from the call on. */
void pg_json_set(struct pg_json *object, const char *key, struct pg_json *child);
void pg_json_set_str(struct pg_json *object, const char *key, const char *s);
void pg_json_set_strf(struct pg_json *object, const char *key, const char *fmt, ...)
	PG_PRINTF(3, 4);
void pg_json_set_int(struct pg_json *object, const char *key, int64_t value);
void pg_json_set_bool(struct pg_json *object, const char *key, bool value);
/* unknown is null */
void pg_json_set_tri(struct pg_json *object, const char *key, enum pg_tri value);
void pg_json_set_null(struct pg_json *object, const char *key);
void pg_json_set_strv(struct pg_json *object, const char *key, const struct pg_strv *sv);
void pg_json_add(struct pg_json *array, struct pg_json *child);
void pg_json_add_str(struct pg_json *array, const char *s);
void pg_json_add_int(struct pg_json *array, int64_t value);

/* The document: indented with a final newline, or in one line without (for the journal).
 * Returns NULL when memory ran out anywhere on the way. The caller frees it. */
char *pg_json_text(const struct pg_json *j, bool pretty);

/* Parses exactly one document of n bytes. Returns 0, -EBADMSG or -ENOMEM. */
int pg_json_parse(const char *s, size_t n, struct pg_jval **ret);
void pg_jval_free(struct pg_jval *v);
void pg_jval_freep(struct pg_jval **v);
/* NULL (or the fallback) where v is NULL, the key is missing, or the type is another. */
const struct pg_jval *pg_jval_get(const struct pg_jval *object, const char *key);
const char *pg_jval_get_str(const struct pg_jval *object, const char *key);
int64_t pg_jval_get_int(const struct pg_jval *object, const char *key, int64_t fallback);
bool pg_jval_get_bool(const struct pg_jval *object, const char *key, bool fallback);
size_t pg_jval_length(const struct pg_jval *array);
const struct pg_jval *pg_jval_at(const struct pg_jval *array, size_t i);
const char *pg_jval_str(const struct pg_jval *v);
