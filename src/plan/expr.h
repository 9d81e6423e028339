/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The condition of a rule:
 *
 *	iommu.active = no and (iommu.table != none or boot.off)
 *
 * `and` binds closer than `or`, `not` closest. A comparison is a fact, an operator and a value; a
 * fact alone asks whether it is yes. Values are words, numbers (with K, M, G, T: powers of 1024),
 * text in "…", or another fact. A fact that is a list is equal to a value when one of its words
 * is; `~` asks whether a word contains the value. What is not known makes the comparison unknown,
 * and that goes on as in Kleene's logic: `no and unknown` is no.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/vec.h"

enum pg_value_type {
	PG_VALUE_UNKNOWN,
	PG_VALUE_YESNO,		/* number is 0 or 1 */
	PG_VALUE_NUMBER,
	PG_VALUE_WORDS,		/* one, several, or none */
};

struct pg_value {
	enum pg_value_type type;
	uint64_t number;
	struct pg_strv words;
};

void pg_value_done(struct pg_value *v);
/* "yes", "16", "vmbr0, eth0"; "unknown", "none". NULL when memory ran out. The caller frees it. */
char *pg_value_text(const struct pg_value *v);

struct pg_expr;

void pg_expr_free(struct pg_expr *e);
void pg_expr_freep(struct pg_expr **e);
/*
 * Parses `text`. `type` tells the type of a fact by its name, PG_VALUE_UNKNOWN where there is none
 * of that name. Returns 0, -ENOMEM, or -EINVAL with a sentence in err: what is not right.
 */
int pg_expr_parse(const char *text, enum pg_value_type (*type)(const char *name),
		  struct pg_expr **ret, struct pg_err *err);
/* Where facts come from: fills *ret; 0 or -ENOMEM. */
typedef int (*pg_expr_get)(const void *ctx, const char *name, struct pg_value *ret);
/* Returns 0 or -ENOMEM. */
int pg_expr_eval(const struct pg_expr *e, pg_expr_get get, const void *ctx, enum pg_tri *ret);
/* Calls `each` with the name of every fact in it, in order. Stops where that is negative. */
int pg_expr_facts(const struct pg_expr *e, int (*each)(const char *name, void *ctx), void *ctx);
