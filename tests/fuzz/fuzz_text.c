/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes, made safe for a terminal and for JSON. */
#include "tests/fuzz/fuzz.h"

#include "src/base/json.h"

/* Nothing but characters that are seen, and in valid UTF-8. */
static void check_seen(const char *s)
{
	while (*s) {
		size_t len = pg_text_char(s, strlen(s));

		FUZZ_ASSERT(len);
		s += len;
	}
}

static void check_json(const char *s, const char *clean)
{
	struct pg_json *doc PG_CLEANUP(pg_json_freep) = pg_json_object();
	struct pg_jval *back PG_CLEANUP(pg_jval_freep) = NULL;
	pg_autofree char *text = NULL, *value = NULL;

	pg_json_set_str(doc, "s", s);
	text = pg_json_text(doc, false);
	FUZZ_ASSERT(text);
	check_seen(text);
	FUZZ_ASSERT(pg_json_parse(text, strlen(text), &back) == 0);
	/* A document keeps line ends, as escapes; those of DOS become ours. */
	FUZZ_ASSERT(pg_jval_get_str(back, "s"));
	value = pg_text_clean(pg_jval_get_str(back, "s"), strlen(pg_jval_get_str(back, "s")));
	FUZZ_ASSERT(value && (strcmp(value, clean) == 0 || strchr(s, '\r')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pg_autofree char *s = strndup((const char *)data, size);
	pg_autofree char *clean = s ? pg_text_clean(s, strlen(s)) : NULL;
	pg_autofree char *all = pg_text_clean((const char *)data, size);
	pg_autofree char *again = clean ? pg_text_clean(clean, strlen(clean)) : NULL;

	FUZZ_ASSERT(s && all && again);
	check_seen(clean);
	check_seen(all);
	FUZZ_ASSERT(strcmp(clean, again) == 0);
	check_json(s, clean);
	return 0;
}
