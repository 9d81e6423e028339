/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"

/* json-c writes "null" for what it could not allocate; the flag keeps that from passing
 * for a document. */
struct pg_json {
	struct json_object *o;
	bool failed;
};

static struct pg_json *wrap(struct json_object *o)
{
	struct pg_json *j = o ? calloc(1, sizeof(*j)) : NULL;

	if (!j) {
		(void)json_object_put(o);
		return NULL;
	}
	j->o = o;
	return j;
}

struct pg_json *pg_json_object(void)
{
	return wrap(json_object_new_object());
}

struct pg_json *pg_json_array(void)
{
	return wrap(json_object_new_array());
}

void pg_json_free(struct pg_json *j)
{
	if (!j)
		return;
	(void)json_object_put(j->o);
	free(j);
}

void pg_json_freep(struct pg_json **j)
{
	pg_json_free(*j);
}

/* Takes the value over. NULL stands for memory that ran out; a JSON null has its own way. */
static void put(struct pg_json *j, const char *key, struct json_object *value)
{
	int r;

	if (!j) {
		(void)json_object_put(value);
		return;
	}
	if (!value) {
		j->failed = true;
		return;
	}
	r = key ? json_object_object_add(j->o, key, value) : json_object_array_add(j->o, value);
	if (r != 0) {
		(void)json_object_put(value);
		j->failed = true;
	}
}

static void put_child(struct pg_json *j, const char *key, struct pg_json *child)
{
	if (j && child && child->failed)
		j->failed = true;
	put(j, key, child ? json_object_get(child->o) : NULL);
	pg_json_free(child);
}

static struct json_object *clean_string(const char *s)
{
	pg_autofree char *clean = pg_text_clean(s, strlen(s));

	return clean ? json_object_new_string(clean) : NULL;
}

/* A string that may hold line feeds (a diff): JSON carries them, the rest is made safe. */
static struct json_object *clean_text(const char *s)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;

	if (!strchr(s, '\n'))
		return clean_string(s);
	while (pg_text_line(s, strlen(s), &pos, &line, &len, &full)) {
		pg_autofree char *clean = pg_text_clean(line, len);

		if (!clean)
			return NULL;
		pg_strbuf_add(&b, clean);
		if (line[full - 1] == '\n')
			pg_strbuf_addc(&b, '\n');
	}
	return pg_strbuf_error(&b) < 0 ? NULL : json_object_new_string(b.s);
}

void pg_json_set(struct pg_json *object, const char *key, struct pg_json *child)
{
	put_child(object, key, child);
}

void pg_json_set_str(struct pg_json *object, const char *key, const char *s)
{
	if (s)
		put(object, key, clean_text(s));
	else
		pg_json_set_null(object, key);
}

void pg_json_set_strf(struct pg_json *object, const char *key, const char *fmt, ...)
{
	struct pg_strbuf b = { 0 };
	pg_autofree char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	s = pg_strbuf_steal(&b);
	put(object, key, s ? clean_text(s) : NULL);
}

void pg_json_set_int(struct pg_json *object, const char *key, int64_t value)
{
	put(object, key, json_object_new_int64(value));
}

void pg_json_set_bool(struct pg_json *object, const char *key, bool value)
{
	put(object, key, json_object_new_boolean(value));
}

void pg_json_set_tri(struct pg_json *object, const char *key, enum pg_tri value)
{
	if (value == PG_UNKNOWN)
		pg_json_set_null(object, key);
	else
		pg_json_set_bool(object, key, value == PG_YES);
}

void pg_json_set_null(struct pg_json *object, const char *key)
{
	if (object && json_object_object_add(object->o, key, NULL) != 0)
		object->failed = true;
}

void pg_json_set_strv(struct pg_json *object, const char *key, const struct pg_strv *sv)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < sv->n; i++)
		pg_json_add_str(array, sv->v[i]);
	put_child(object, key, array);
}

void pg_json_add(struct pg_json *array, struct pg_json *child)
{
	put_child(array, NULL, child);
}

void pg_json_add_str(struct pg_json *array, const char *s)
{
	put(array, NULL, clean_text(s));
}

void pg_json_add_int(struct pg_json *array, int64_t value)
{
	put(array, NULL, json_object_new_int64(value));
}

char *pg_json_text(const struct pg_json *j, bool pretty)
{
	const char *text;

	if (!j || j->failed)
		return NULL;
	text = json_object_to_json_string_ext(j->o,
		JSON_C_TO_STRING_NOSLASHESCAPE |
		(pretty ? JSON_C_TO_STRING_PRETTY : JSON_C_TO_STRING_PLAIN));
	return text ? pg_strf(pretty ? "%s\n" : "%s", text) : NULL;
}

/* ---- reading ---- */

/* struct pg_jval is json_object by another name: never defined, only cast. */
static struct json_object *obj(const struct pg_jval *v)
{
	return (struct json_object *)(uintptr_t)v;
}

int pg_json_parse(const char *s, size_t n, struct pg_jval **ret)
{
	struct json_tokener *tok;
	struct json_object *o;
	size_t end;

	if (n > INT32_MAX)
		return -EBADMSG;
	tok = json_tokener_new();
	if (!tok)
		return -ENOMEM;
	o = json_tokener_parse_ex(tok, s, (int)n);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	while (end < n && strchr(" \t\r\n", s[end]) && s[end])
		end++;
	if (!o || end != n) {
		(void)json_object_put(o);
		return -EBADMSG;
	}
	*ret = (struct pg_jval *)o;
	return 0;
}

void pg_jval_free(struct pg_jval *v)
{
	(void)json_object_put(obj(v));
}

void pg_jval_freep(struct pg_jval **v)
{
	pg_jval_free(*v);
}

const struct pg_jval *pg_jval_get(const struct pg_jval *object, const char *key)
{
	struct json_object *o = NULL;

	if (!object || !json_object_is_type(obj(object), json_type_object) ||
	    !json_object_object_get_ex(obj(object), key, &o))
		return NULL;
	return (const struct pg_jval *)o;
}

const char *pg_jval_str(const struct pg_jval *v)
{
	if (!v || !json_object_is_type(obj(v), json_type_string))
		return NULL;
	return json_object_get_string(obj(v));
}

const char *pg_jval_get_str(const struct pg_jval *object, const char *key)
{
	return pg_jval_str(pg_jval_get(object, key));
}

int64_t pg_jval_get_int(const struct pg_jval *object, const char *key, int64_t fallback)
{
	const struct pg_jval *v = pg_jval_get(object, key);

	if (!v || !json_object_is_type(obj(v), json_type_int))
		return fallback;
	return json_object_get_int64(obj(v));
}

bool pg_jval_get_bool(const struct pg_jval *object, const char *key, bool fallback)
{
	const struct pg_jval *v = pg_jval_get(object, key);

	if (!v || !json_object_is_type(obj(v), json_type_boolean))
		return fallback;
	return json_object_get_boolean(obj(v));
}

size_t pg_jval_length(const struct pg_jval *array)
{
	if (!array || !json_object_is_type(obj(array), json_type_array))
		return 0;
	return json_object_array_length(obj(array));
}

const struct pg_jval *pg_jval_at(const struct pg_jval *array, size_t i)
{
	if (i >= pg_jval_length(array))
		return NULL;
	return (const struct pg_jval *)json_object_array_get_idx(obj(array), i);
}
