/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/expr_private.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* Deeper than anybody writes; recursion has an end. */
#define DEPTH_MAX 24

static const char *const op_words[] = {
	[PG_OP_EQUAL] = "=", [PG_OP_UNEQUAL] = "!=", [PG_OP_LESS] = "<", [PG_OP_AT_MOST] = "<=",
	[PG_OP_MORE] = ">", [PG_OP_AT_LEAST] = ">=", [PG_OP_HAS] = "~",
};

void pg_expr_free(struct pg_expr *e)
{
	if (!e)
		return;
	pg_expr_free(e->left);
	pg_expr_free(e->right);
	free(e->fact);
	free(e->other);
	pg_value_done(&e->value);
	free(e);
}

void pg_expr_freep(struct pg_expr **e)
{
	pg_expr_free(*e);
}

/* ---- words ---- */

struct reader {
	const char *p;		/* the rest */
	char *word;		/* the word read last; NULL: the end */
	bool quoted;
	unsigned depth;
	enum pg_value_type (*type)(const char *name);
	struct pg_err *err;
};

static int complain(struct reader *r, const char *what)
{
	return pg_err_set(r->err, -EINVAL, NULL, 0, "%s, not \"%.60s\".", what,
			  r->word ? r->word : _("the end"));
}

static size_t op_length(const char *p)
{
	if (strchr("!<>", *p) && p[1] == '=')
		return 2;
	return *p && strchr("=<>~()", *p) ? 1 : 0;
}

/* Takes the next word off. */
static int next(struct reader *r)
{
	const char *p = r->p + strspn(r->p, " \t\n");
	size_t n;

	free(r->word);
	r->word = NULL;
	r->quoted = *p == '"';
	r->p = p;
	if (!*p)
		return 0;
	if (r->quoted) {
		n = strcspn(p + 1, "\"");
		if (!p[1 + n])
			return pg_err_set(r->err, -EINVAL, NULL, 0, "A \" has no end.");
		r->word = strndup(p + 1, n);
		r->p = p + n + 2;
		return r->word ? 0 : -ENOMEM;
	}
	n = op_length(p);
	if (!n)
		n = strcspn(p, " \t\n\"=<>~()!");
	if (!n)
		return pg_err_set(r->err, -EINVAL, NULL, 0, "\"%c\" means nothing here.", *p);
	r->word = strndup(p, n);
	r->p = p + n;
	return r->word ? 0 : -ENOMEM;
}

static bool is_word(const struct reader *r, const char *word)
{
	return r->word && !r->quoted && strcmp(r->word, word) == 0;
}

static bool is_operator(const struct reader *r, enum pg_op *ret)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(op_words); i++)
		if (is_word(r, op_words[i])) {
			*ret = (enum pg_op)i;
			return true;
		}
	return false;
}

/* ---- values ---- */

/* "16G": powers of 1024. */
static bool read_number(const char *s, uint64_t *ret)
{
	static const char units[] = "KMGT";
	size_t n = strlen(s);
	const char *unit = n ? strchr(units, toupper((unsigned char)s[n - 1])) : NULL;
	pg_autofree char *digits = strndup(s, unit ? n - 1 : n);
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

	if (!digits || pg_text_number(digits, 10, UINT64_MAX >> shift, ret) < 0)
		return false;
	*ret <<= shift;
	return true;
}

/* What stands on the right, by the type of what stands on the left. */
static int read_value(struct reader *r, struct pg_expr *e, enum pg_value_type type)
{
	enum pg_value_type other = r->quoted ? PG_VALUE_UNKNOWN : r->type(r->word);

	if (other != PG_VALUE_UNKNOWN) {
		if (other != type)
			return complain(r, _("Two facts of one kind are wanted"));
		e->other = PG_STEAL(r->word);
		return next(r);
	}
	e->value.type = type;
	if (type == PG_VALUE_WORDS && pg_strv_add(&e->value.words, r->word) < 0)
		return -ENOMEM;
	if (type == PG_VALUE_YESNO) {
		e->value.number = strcmp(r->word, "yes") == 0;
		if (!e->value.number && strcmp(r->word, "no") != 0)
			return complain(r, _("\"yes\" or \"no\" is wanted"));
	}
	if (type == PG_VALUE_NUMBER && !read_number(r->word, &e->value.number))
		return complain(r, _("A number is wanted"));
	return next(r);
}

static bool may_compare(enum pg_op op, enum pg_value_type type)
{
	if (op == PG_OP_HAS)
		return type == PG_VALUE_WORDS;
	return op == PG_OP_EQUAL || op == PG_OP_UNEQUAL || type == PG_VALUE_NUMBER;
}

/* ---- the grammar ---- */

static int read_or(struct reader *r, struct pg_expr **ret);

static struct pg_expr *new_expr(enum pg_expr_kind kind)
{
	struct pg_expr *e = calloc(1, sizeof(*e));

	if (e)
		e->kind = kind;
	return e;
}

static int read_comparison(struct reader *r, struct pg_expr **ret)
{
	struct pg_expr *e PG_CLEANUP(pg_expr_freep) = new_expr(PG_EXPR_COMPARE);
	enum pg_value_type type;
	int res;

	if (!r->word || r->quoted)
		return complain(r, _("A fact is wanted"));
	type = r->type(r->word);
	if (type == PG_VALUE_UNKNOWN)
		return complain(r, _("There is no such fact. A fact is wanted"));
	if (!e)
		return -ENOMEM;
	e->fact = PG_STEAL(r->word);
	res = next(r);
	if (res < 0)
		return res;
	if (!is_operator(r, &e->op)) {
		if (type != PG_VALUE_YESNO)
			return complain(r, _("A comparison is wanted"));
		e->value = (struct pg_value){ .type = PG_VALUE_YESNO, .number = 1 };
		*ret = PG_STEAL(e);
		return 0;
	}
	if (!may_compare(e->op, type))
		return complain(r, _("This fact is not compared like that"));
	res = next(r);
	if (res == 0 && !r->word)
		return complain(r, _("A value is wanted"));
	if (res == 0)
		res = read_value(r, e, type);
	if (res == 0)
		*ret = PG_STEAL(e);
	return res;
}

static int read_not(struct reader *r, struct pg_expr **ret)
{
	struct pg_expr *e PG_CLEANUP(pg_expr_freep) = NULL;
	bool group = is_word(r, "(");
	int res;

	if (!group && !is_word(r, "not"))
		return read_comparison(r, ret);
	if (++r->depth > DEPTH_MAX)
		return complain(r, _("It is too deep"));
	res = next(r);
	if (group) {
		res = res < 0 ? res : read_or(r, ret);
		if (res == 0 && !is_word(r, ")"))
			return complain(r, _("A \")\" is wanted"));
		r->depth--;
		return res < 0 ? res : next(r);
	}
	e = new_expr(PG_EXPR_NOT);
	if (res == 0)
		res = e ? read_not(r, &e->left) : -ENOMEM;
	r->depth--;
	if (res == 0)
		*ret = PG_STEAL(e);
	return res;
}

/* a and b and c; a or b or c: from the left. */
static int read_chain(struct reader *r, const char *word, enum pg_expr_kind kind,
		      int (*part)(struct reader *r, struct pg_expr **ret), struct pg_expr **ret)
{
	struct pg_expr *all PG_CLEANUP(pg_expr_freep) = NULL;
	int res = part(r, &all);

	while (res == 0 && is_word(r, word)) {
		struct pg_expr *e PG_CLEANUP(pg_expr_freep) = new_expr(kind);

		if (!e)
			return -ENOMEM;
		e->left = PG_STEAL(all);
		res = next(r);
		if (res == 0)
			res = part(r, &e->right);
		all = PG_STEAL(e);
	}
	if (res == 0)
		*ret = PG_STEAL(all);
	return res;
}

static int read_and(struct reader *r, struct pg_expr **ret)
{
	return read_chain(r, "and", PG_EXPR_AND, read_not, ret);
}

static int read_or(struct reader *r, struct pg_expr **ret)
{
	return read_chain(r, "or", PG_EXPR_OR, read_and, ret);
}

int pg_expr_parse(const char *text, enum pg_value_type (*type)(const char *name),
		  struct pg_expr **ret, struct pg_err *err)
{
	struct pg_expr *e PG_CLEANUP(pg_expr_freep) = NULL;
	struct reader r = { .p = text, .type = type, .err = err };
	int res = next(&r);

	if (res == 0)
		res = read_or(&r, &e);
	if (res == 0 && r.word)
		res = complain(&r, _("\"and\" or \"or\" is wanted"));
	free(r.word);
	if (res == 0)
		*ret = PG_STEAL(e);
	return res;
}

int pg_expr_facts(const struct pg_expr *e, int (*each)(const char *name, void *ctx), void *ctx)
{
	int r = 0;

	if (e->left)
		r = pg_expr_facts(e->left, each, ctx);
	if (r == 0 && e->right)
		r = pg_expr_facts(e->right, each, ctx);
	if (r == 0 && e->fact)
		r = each(e->fact, ctx);
	return r == 0 && e->other ? each(e->other, ctx) : r;
}
