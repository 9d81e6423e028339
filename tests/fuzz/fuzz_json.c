/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JSON document of another's, and every question that is asked of one. */
#include "tests/fuzz/fuzz.h"

#include "src/base/json.h"

static const char *const key[] = { "type", "n", "a", "" };

static void ask(const struct pg_jval *v, unsigned depth);

static void ask_for(const struct pg_jval *v, const char *name, unsigned depth)
{
	const struct pg_jval *child = pg_jval_get(v, name);
	const char *s = pg_jval_get_str(v, name);

	FUZZ_ASSERT(s == pg_jval_str(child));
	/* What is not there, or of another kind, has the value for that. */
	FUZZ_ASSERT(child || (pg_jval_get_int(v, name, 7) == 7 && pg_jval_get_bool(v, name, true)));
	FUZZ_ASSERT(!s || (pg_jval_get_int(v, name, 7) == 7 && !pg_jval_length(child)));
	ask(child, depth + 1);
}

static void ask(const struct pg_jval *v, unsigned depth)
{
	size_t n = pg_jval_length(v);
	const char *s = pg_jval_str(v);

	FUZZ_ASSERT(depth < 64);
	FUZZ_ASSERT(!s || !n);
	FUZZ_ASSERT(!pg_jval_at(v, n));
	for (size_t i = 0; i < n; i++)
		ask(pg_jval_at(v, i), depth + 1);
	if (v)
		for (size_t i = 0; i < PG_ARRAY_SIZE(key); i++)
			ask_for(v, key[i], depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;
	struct pg_jval *more PG_CLEANUP(pg_jval_freep) = NULL;
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *two = NULL;
	int r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	r = pg_json_parse(in.p, in.n, &v);
	FUZZ_ASSERT(r == 0 ? v != NULL : r == -EBADMSG && !v);
	if (r < 0)
		return 0;
	ask(v, 0);
	/* Nothing may come behind a document. */
	two = pg_strf("%s{}", in.p);
	FUZZ_ASSERT(two && pg_json_parse(two, strlen(two), &more) == -EBADMSG);
	return 0;
}
