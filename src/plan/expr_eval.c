/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/expr_private.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"

void pg_value_done(struct pg_value *v)
{
	pg_strv_done(&v->words);
	*v = (struct pg_value){ 0 };
}

char *pg_value_text(const struct pg_value *v)
{
	switch (v->type) {
	case PG_VALUE_YESNO:
		return strdup(v->number ? "yes" : "no");
	case PG_VALUE_NUMBER:
		return pg_strf("%llu", (unsigned long long)v->number);
	case PG_VALUE_WORDS:
		return v->words.n ? pg_strv_join(&v->words, ", ") : strdup("none");
	default:
		return strdup("unknown");
	}
}

static bool any_equal(const struct pg_value *a, const struct pg_value *b)
{
	/* "none": a list without a word. */
	if (!a->words.n)
		return !b->words.n || pg_strv_has(&b->words, "none");
	for (size_t i = 0; i < b->words.n; i++)
		if (pg_strv_has(&a->words, b->words.v[i]))
			return true;
	return false;
}

static bool any_contains(const struct pg_value *a, const struct pg_value *b)
{
	for (size_t i = 0; i < a->words.n; i++)
		for (size_t k = 0; k < b->words.n; k++)
			if (strstr(a->words.v[i], b->words.v[k]))
				return true;
	return false;
}

static bool compare(enum pg_op op, const struct pg_value *a, const struct pg_value *b)
{
	bool equal = a->type == PG_VALUE_WORDS ? any_equal(a, b) : a->number == b->number;

	switch (op) {
	case PG_OP_EQUAL:
		return equal;
	case PG_OP_UNEQUAL:
		return !equal;
	case PG_OP_LESS:
		return a->number < b->number;
	case PG_OP_AT_MOST:
		return a->number <= b->number;
	case PG_OP_MORE:
		return a->number > b->number;
	case PG_OP_AT_LEAST:
		return a->number >= b->number;
	default:
		return any_contains(a, b);
	}
}

static int eval_compare(const struct pg_expr *e, pg_expr_get get, const void *ctx,
			enum pg_tri *ret)
{
	struct pg_value a PG_CLEANUP(pg_value_done) = { 0 };
	struct pg_value b PG_CLEANUP(pg_value_done) = { 0 };
	const struct pg_value *right = e->other ? &b : &e->value;
	int r = get(ctx, e->fact, &a);

	if (r == 0 && e->other)
		r = get(ctx, e->other, &b);
	if (r < 0)
		return r;
	if (a.type == PG_VALUE_UNKNOWN || right->type == PG_VALUE_UNKNOWN)
		*ret = PG_UNKNOWN;
	else
		*ret = compare(e->op, &a, right) ? PG_YES : PG_NO;
	return 0;
}

int pg_expr_eval(const struct pg_expr *e, pg_expr_get get, const void *ctx, enum pg_tri *ret)
{
	enum pg_tri a, b, decides = e->kind == PG_EXPR_AND ? PG_NO : PG_YES;
	int r;

	if (e->kind == PG_EXPR_COMPARE)
		return eval_compare(e, get, ctx, ret);
	r = pg_expr_eval(e->left, get, ctx, &a);
	if (r < 0)
		return r;
	if (e->kind == PG_EXPR_NOT) {
		*ret = a == PG_UNKNOWN ? a : a == PG_NO ? PG_YES : PG_NO;
		return 0;
	}
	if (a == decides) {
		*ret = a;
		return 0;
	}
	r = pg_expr_eval(e->right, get, ctx, &b);
	if (r == 0)
		*ret = b == decides ? b : a == PG_UNKNOWN ? a : b;
	return r;
}
