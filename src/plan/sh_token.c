/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/sh.h"

#include <string.h>

#include "src/base/i18n.h"
#define NEST_MAX 32u

bool pg_sh_fail(struct pg_sh *sh, size_t at, const char *problem)
{
	sh->problem = problem;
	sh->problem_at = at < sh->n ? at : sh->n;
	return false;
}

static char at(const struct pg_sh *sh, size_t i)
{
	return i < sh->n ? sh->s[i] : '\0';
}

size_t pg_sh_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = s[i];

		if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (i && c >= '0' && c <= '9')))
			break;
	}
	return i;
}

/* ---- quotes and expansions ---- */

static bool skip_single(struct pg_sh *sh)
{
	const char *end = memchr(sh->s + sh->pos + 1, '\'', sh->n - sh->pos - 1);

	if (!end)
		return pg_sh_fail(sh, sh->pos, _("A single quote is not closed."));
	sh->pos = (size_t)(end - sh->s) + 1;
	return true;
}

static bool skip_double(struct pg_sh *sh)
{
	size_t start = sh->pos++;

	while (sh->pos < sh->n) {
		char c = sh->s[sh->pos];

		if (c == '"') {
			sh->pos++;
			return true;
		}
		if (c == '\\')
			sh->pos += 2;
		else if (c != '$' && c != '`')
			sh->pos++;
		else if (!pg_sh_skip_expansion(sh, true))
			return false;
	}
	return pg_sh_fail(sh, start, _("A double quote is not closed."));
}

/* Up to the next '`' that is not escaped; quotes do not protect it. */
static bool skip_backtick(struct pg_sh *sh)
{
	size_t start = sh->pos++;

	for (; sh->pos < sh->n; sh->pos++) {
		if (sh->s[sh->pos] == '`') {
			sh->pos++;
			return true;
		}
		if (sh->s[sh->pos] == '\\')
			sh->pos++;
	}
	return pg_sh_fail(sh, start, _("A backquote is not closed."));
}

static bool word_begins(const struct pg_sh *sh)
{
	return sh->pos && strchr(" \t\n;&|(", sh->s[sh->pos - 1]);
}

/* One step inside $( … ) or ${ … }; what may not be there is refused. */
static bool skip_inner(struct pg_sh *sh, bool in_double)
{
	const char *rest = sh->s + sh->pos;
	size_t left = sh->n - sh->pos;

	if (*rest == '\'') {
		if (in_double)
			return pg_sh_fail(sh, sh->pos, _("This expansion is too intricate to be followed."));
		return skip_single(sh);
	}
	if (*rest == '"')
		return skip_double(sh);
	if (*rest == '$' || *rest == '`')
		return pg_sh_skip_expansion(sh, in_double);
	if (word_begins(sh) && left > 4 && !memcmp(rest, "case", 4) && strchr(" \t\n", rest[4]))
		return pg_sh_fail(sh, sh->pos, _("A case inside a substitution cannot be followed."));
	sh->pos += *rest == '\\' ? 2 : 1;
	return true;
}

static bool skip_parens(struct pg_sh *sh)
{
	size_t start = sh->pos, depth = 0;
	bool arithmetic = at(sh, start + 1) == '(';

	while (sh->pos < sh->n) {
		char c = sh->s[sh->pos];

		if (c == '#' && !arithmetic && word_begins(sh)) {
			while (sh->pos < sh->n && sh->s[sh->pos] != '\n')
				sh->pos++;
			continue;
		}
		if (c == '<' && at(sh, sh->pos + 1) == '<' && !arithmetic)
			return pg_sh_fail(sh, sh->pos, _("A here-document cannot be followed."));
		depth += c == '(';
		depth -= c == ')';
		if (c == ')' && depth == 0) {
			sh->pos++;
			return true;
		}
		if (!skip_inner(sh, false))
			return false;
	}
	return pg_sh_fail(sh, start, _("A parenthesis is not closed."));
}

static bool skip_brace(struct pg_sh *sh, bool in_double)
{
	size_t start = sh->pos++;

	while (sh->pos < sh->n) {
		if (sh->s[sh->pos] == '}') {
			sh->pos++;
			return true;
		}
		if (sh->s[sh->pos] == '\\' && at(sh, sh->pos + 1) == '\n')
			return pg_sh_fail(sh, sh->pos, _("A name is split over two lines."));
		if (!skip_inner(sh, in_double))
			return false;
	}
	return pg_sh_fail(sh, start, _("A brace is not closed."));
}

bool pg_sh_skip_expansion(struct pg_sh *sh, bool in_double)
{
	bool ok;

	if (sh->nested >= NEST_MAX)
		return pg_sh_fail(sh, sh->pos, _("Expansions are nested too deeply to be followed."));
	sh->nested++;
	if (sh->s[sh->pos] == '`') {
		ok = skip_backtick(sh);
	} else {
		sh->pos++;
		if (at(sh, sh->pos) == '(')
			ok = skip_parens(sh);
		else if (at(sh, sh->pos) == '{')
			ok = skip_brace(sh, in_double);
		else if (at(sh, sh->pos) == '\\' && at(sh, sh->pos + 1) == '\n')
			ok = pg_sh_fail(sh, sh->pos, _("A name is split over two lines."));
		else
			ok = true;
	}
	sh->nested--;
	return ok;
}

/* ---- tokens ---- */

static bool skip_word(struct pg_sh *sh)
{
	bool value = false;

	while (sh->pos < sh->n && !strchr(" \t\n;&|<>()", sh->s[sh->pos])) {
		char c = sh->s[sh->pos];
		bool ok = true;

		value = value || c == '=';
		if (c == '\\' && at(sh, sh->pos + 1) == '\n' && !value)
			return pg_sh_fail(sh, sh->pos, _("A word is split over two lines."));
		if (c == '\'')
			ok = skip_single(sh);
		else if (c == '"')
			ok = skip_double(sh);
		else if (c == '$' || c == '`')
			ok = pg_sh_skip_expansion(sh, false);
		else
			sh->pos += c == '\\' && sh->pos + 1 < sh->n ? 2 : 1;
		if (!ok)
			return false;
	}
	return true;
}

static void skip_blanks(struct pg_sh *sh)
{
	for (;;) {
		char c = at(sh, sh->pos);

		if (c == ' ' || c == '\t')
			sh->pos++;
		else if (c == '\\' && at(sh, sh->pos + 1) == '\n')
			sh->pos += 2;
		else
			break;
	}
	if (at(sh, sh->pos) == '#')
		while (sh->pos < sh->n && sh->s[sh->pos] != '\n')
			sh->pos++;
}

static enum pg_sh_token operator(struct pg_sh *sh)
{
	char c = sh->s[sh->pos++], next = at(sh, sh->pos);

	if (c == '\n')
		return PG_SH_NEWLINE;
	if (c == '(')
		return PG_SH_LPAREN;
	if (c == ')')
		return PG_SH_RPAREN;
	if (c == '<' || c == '>') {
		if (c == '<' && next == '<') {
			(void)pg_sh_fail(sh, sh->pos - 1, _("A here-document cannot be followed."));
			return PG_SH_BAD;
		}
		if (next && strchr("<>&|", next))
			sh->pos++;
		return PG_SH_REDIR;
	}
	if (c != next)
		return c == ';' ? PG_SH_SEMI : c == '&' ? PG_SH_AMP : PG_SH_PIPE;
	sh->pos++;
	return c == ';' ? PG_SH_DSEMI : PG_SH_LIST;
}

enum pg_sh_token pg_sh_token(struct pg_sh *sh, struct pg_sh_word *ret)
{
	skip_blanks(sh);
	ret->start = sh->pos;
	if (sh->pos >= sh->n)
		return PG_SH_END;
	if (strchr("\n;&|<>()", sh->s[sh->pos]))
		return operator(sh);
	if (!skip_word(sh))
		return PG_SH_BAD;
	ret->end = sh->pos;
	return PG_SH_WORD;
}
