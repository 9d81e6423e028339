/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/grub_reader.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/vec.h"

#define CELL_MAX ((size_t)2 << 20)

static int add_cell(struct pg_grub_text *v, const struct pg_grub_cell *cell)
{
	struct pg_grub_cell *c = pg_vec_add(&v->cell, &v->n, sizeof(*c));

	if (!c)
		return -ENOMEM;
	*c = *cell;
	return 0;
}

static int add_literal(struct pg_grub_reader *r, struct pg_grub_text *v, size_t at, unsigned len,
		       enum pg_grub_quote quote)
{
	return add_cell(v, &(struct pg_grub_cell){ .at = at,
						   .file = r->file,
						   .c = r->sh.s[at + len - 1],
						   .len = (uint8_t)len,
						   .quote = (uint8_t)quote,
						   .own = true });
}

static int add_reference(struct pg_grub_reader *r, struct pg_grub_text *v, const char *name, size_t n,
			 const char *into, size_t n_into)
{
	bool self = n == n_into && !memcmp(name, into, n);
	const struct pg_grub_var *var = pg_grub_find(r->env, name, n);
	size_t i;

	v->self = v->self || self;
	if (!var && (r->env->opaque || !pg_grub_is_option(name, n)))
		v->unknown = _("The value refers to a variable that only a running shell knows.");
	if (!var)
		return 0;
	if (var->unknown)
		v->unknown = self ? var->unknown :
				    _("The value refers to a variable that only a running shell "
				    "knows.");
	if (v->n + var->n > CELL_MAX - r->env->n_cell)
		return pg_grub_problem(r, r->sh.pos, PG_GRUB_TOO_LARGE);
	for (i = 0; i < var->n; i++) {
		struct pg_grub_cell c = var->cell[i];
		int e;

		c.own = c.own && self;
		e = add_cell(v, &c);
		if (e < 0)
			return e;
	}
	return 0;
}

/* At '$' or '`'. */
static int read_expansion(struct pg_grub_reader *r, struct pg_grub_text *v, size_t end, bool in_double,
			  const struct pg_sh_word *name)
{
	const char *s = r->sh.s;
	size_t at = r->sh.pos, n = 0, skip = 1;
	char next = at + 1 < end ? s[at + 1] : '\0';

	if (s[at] == '$' && next == '{') {
		n = pg_sh_name(s + at + 2, end - at - 2);
		skip = at + 2 + n < end && s[at + 2 + n] == '}' ? 2 : 0;
	} else if (s[at] == '$') {
		n = pg_sh_name(s + at + 1, end - at - 1);
	}
	if (n && skip) {
		r->sh.pos = at + skip + n + (skip == 2);
		if (r->export && !in_double)
			v->unknown = _("An unquoted variable after export is split into words.");
		return add_reference(r, v, s + at + skip, n, s + name->start,
				     name->end - name->start);
	}
	if (s[at] == '$' && (!next || strchr("\" \t\n=,./:%+\\]^~", next))) {
		r->sh.pos++;
		return add_literal(r, v, at, 1, in_double ? PG_GRUB_DOUBLE : PG_GRUB_BARE);
	}
	v->unknown = _("The value depends on what a running shell would put in here.");
	if (!pg_sh_skip_expansion(&r->sh, in_double))
		return -EINVAL;
	return pg_grub_mentions(r, at, r->sh.pos, v->unknown);
}

static int read_single(struct pg_grub_reader *r, struct pg_grub_text *v)
{
	int e = 0;

	for (r->sh.pos++; e == 0 && r->sh.s[r->sh.pos] != '\''; r->sh.pos++)
		e = add_literal(r, v, r->sh.pos, 1, PG_GRUB_SINGLE);
	r->sh.pos++;
	return e;
}

static int read_double(struct pg_grub_reader *r, struct pg_grub_text *v, size_t end,
		       const struct pg_sh_word *name)
{
	const char *s = r->sh.s;
	int e = 0;

	r->sh.pos++;
	while (e == 0 && s[r->sh.pos] != '"') {
		size_t at = r->sh.pos;

		if (s[at] == '$' || s[at] == '`') {
			e = read_expansion(r, v, end, true, name);
		} else if (s[at] == '\\' && s[at + 1] == '\n') {
			r->sh.pos += 2;
		} else {
			unsigned len = s[at] == '\\' && strchr("$`\"\\", s[at + 1]) ? 2 : 1;

			e = add_literal(r, v, at, len, PG_GRUB_DOUBLE);
			r->sh.pos += len;
		}
	}
	r->sh.pos++;
	return e;
}

static int read_bare(struct pg_grub_reader *r, struct pg_grub_text *v, size_t start, size_t end)
{
	const char *s = r->sh.s;
	size_t at = r->sh.pos;

	if (s[at] == '\\' && at + 1 < end) {
		r->sh.pos += 2;
		return s[at + 1] == '\n' ? 0 : add_literal(r, v, at, 2, PG_GRUB_BARE);
	}
	if (s[at] == '~' && (at == start || s[at - 1] == ':'))
		v->unknown = _("An unquoted ~ stands for somebody's home folder.");
	if (r->export && strchr("*?[{", s[at]))
		v->unknown = _("An unquoted pattern after export may become file names.");
	r->sh.pos++;
	return add_literal(r, v, at, 1, PG_GRUB_BARE);
}

int pg_grub_read_value(struct pg_grub_reader *r, const struct pg_sh_word *name, size_t end,
		      struct pg_grub_text *v)
{
	size_t start = name->end + 1;
	int e = 0;

	r->sh.pos = start;
	while (e == 0 && r->sh.pos < end) {
		char c = r->sh.s[r->sh.pos];

		if (c == '\'')
			e = read_single(r, v);
		else if (c == '"')
			e = read_double(r, v, end, name);
		else if (c == '$' || c == '`')
			e = read_expansion(r, v, end, false, name);
		else
			e = read_bare(r, v, start, end);
	}
	return e;
}
