/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a condition is made of. Private to expr.c and expr_eval.c. */
#pragma once

#include "src/plan/expr.h"

enum pg_op {
	PG_OP_EQUAL,
	PG_OP_UNEQUAL,
	PG_OP_LESS,
	PG_OP_AT_MOST,
	PG_OP_MORE,
	PG_OP_AT_LEAST,
	PG_OP_HAS,
};

enum pg_expr_kind { PG_EXPR_COMPARE, PG_EXPR_NOT, PG_EXPR_AND, PG_EXPR_OR };

struct pg_expr {
	enum pg_expr_kind kind;
	struct pg_expr *left, *right;	/* NOT has the left one only */
	/* COMPARE: */
	char *fact;
	enum pg_op op;
	char *other;		/* the fact that it is compared with, or NULL: */
	struct pg_value value;
};
