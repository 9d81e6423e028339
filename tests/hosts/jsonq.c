/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks a JSON document on standard input, for shell tests:
 *
 *	jsonq get POINTER		the value (strings without quotes), or fails
 *	jsonq keys POINTER		the keys of an object, a line each
 *	jsonq rows POINTER FIELD...	for each element of an array a line with these fields;
 *					an array's elements are joined with commas
 *
 * POINTER is as in RFC 6901 ("" is the document). Status 2 if the input is not exactly one
 * document, 1 if there is nothing of that name.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(size_t *n)
{
	char *text = NULL;
	size_t cap = 0, got;

	*n = 0;
	do {
		cap = cap ? cap * 2 : 65536;
		text = realloc(text, cap);
		if (!text)
			return NULL;
		got = fread(text + *n, 1, cap - *n, stdin);
		*n += got;
	} while (*n == cap);
	return text;
}

static struct json_object *parse(const char *text, size_t n)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *doc = NULL;
	size_t end;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	doc = json_tokener_parse_ex(tok, text, (int)n);
	end = json_tokener_get_parse_end(tok);
	while (doc && end < n && strchr(" \n", text[end]))
		end++;
	if (doc && end < n) {
		json_object_put(doc);
		doc = NULL;
	}
	json_tokener_free(tok);
	return doc;
}

static void print(struct json_object *v)
{
	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			if (i)
				putchar(',');
			print(json_object_array_get_idx(v, i));
		}
		return;
	}
	if (json_object_is_type(v, json_type_string))
		fputs(json_object_get_string(v), stdout);
	else
		fputs(json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN), stdout);
}

static int rows(struct json_object *array, int n, char **field)
{
	if (!json_object_is_type(array, json_type_array))
		return 1;
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *row = json_object_array_get_idx(array, i);

		for (int k = 0; k < n; k++) {
			struct json_object *v = NULL;

			if (!json_object_object_get_ex(row, field[k], &v))
				return 1;
			if (k)
				putchar(' ');
			print(v);
		}
		putchar('\n');
	}
	return 0;
}

static int ask(struct json_object *v, int argc, char **argv)
{
	if (strcmp(argv[1], "rows") == 0)
		return rows(v, argc - 3, argv + 3);
	if (strcmp(argv[1], "get") == 0) {
		print(v);
		putchar('\n');
		return 0;
	}
	if (!json_object_is_type(v, json_type_object))
		return 1;
	json_object_object_foreach(v, key, value) {
		(void)value;
		puts(key);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct json_object *doc, *v = NULL;
	size_t n = 0;
	char *text;
	int status;

	if (argc < 3)
		return 2;
	text = slurp(&n);
	doc = text ? parse(text, n) : NULL;
	free(text);
	if (!doc)
		return 2;
	status = json_pointer_get(doc, argv[2], &v) == 0 ? ask(v, argc, argv) : 1;
	json_object_put(doc);
	return status;
}
