/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/sh.h"

#include <errno.h>
#include <string.h>

#include "src/base/vec.h"

#define NEST_MAX 32u

struct level {
	char closer;		/* f: fi, d: done, e: esac, } and ) */
	bool pattern;		/* in a case, before the ) of a pattern */
	unsigned head;		/* words still to come between case and its patterns */
};

struct state {
	struct level level[NEST_MAX];
	size_t depth;
	bool cmdpos;		/* the next word is a command, a reserved word, an assignment */
	bool redir;		/* the next word is a file */
	bool more;		/* a newline does not end the command yet */
	bool first;		/* of a case pattern */
};

static struct level *top(struct state *st)
{
	return st->depth ? &st->level[st->depth - 1] : NULL;
}

static bool in_pattern(struct state *st)
{
	return st->depth && (top(st)->pattern || top(st)->head);
}

static bool push(struct pg_sh *sh, struct state *st, char closer)
{
	if (st->depth == NEST_MAX)
		return pg_sh_fail(sh, sh->pos, "Conditions are nested too deeply to be followed.");
	st->level[st->depth++] = (struct level){ .closer = closer,
						 .head = closer == 'e' ? 2 : 0 };
	return true;
}

static bool pop(struct pg_sh *sh, struct state *st, char closer, size_t where)
{
	if (!st->depth || top(st)->closer != closer)
		return pg_sh_fail(sh, where, "Something is closed here that was not opened.");
	st->depth--;
	st->cmdpos = false;
	return true;
}

static bool is_one_of(const char *s, size_t n, const char *words)
{
	size_t len;

	for (; *words; words += len + (words[len] != '\0')) {
		len = strcspn(words, " ");
		if (len == n && !memcmp(words, s, n))
			return true;
	}
	return false;
}

static const struct {
	const char *word;
	char open, close;
	bool cmdpos;		/* a command follows */
} reserved[] = {
	{ "if", 'f', 0, true },	   { "then", 0, 0, true },    { "elif", 0, 0, true },
	{ "else", 0, 0, true },	   { "fi", 0, 'f', false },   { "while", 'd', 0, true },
	{ "until", 'd', 0, true }, { "for", 'd', 0, false },  { "do", 0, 0, true },
	{ "done", 0, 'd', false }, { "case", 'e', 0, false }, { "esac", 0, 'e', false },
	{ "{", '}', 0, true },	   { "}", 0, '}', false },    { "!", 0, 0, true },
};

/* A reserved word: 1; none: 0; a misplaced one: -1. */
static int take_reserved(struct pg_sh *sh, struct state *st, const struct pg_sh_word *w)
{
	size_t i;

	for (i = 0; i < PG_ARRAY_SIZE(reserved); i++) {
		if (!is_one_of(sh->s + w->start, w->end - w->start, reserved[i].word))
			continue;
		st->cmdpos = reserved[i].cmdpos;
		if (reserved[i].open && !push(sh, st, reserved[i].open))
			return -1;
		if (reserved[i].close && !pop(sh, st, reserved[i].close, w->start))
			return -1;
		return 1;
	}
	return 0;
}

/* A word before the body of a case, or in a pattern. */
static bool take_pattern(struct pg_sh *sh, struct state *st, const struct pg_sh_word *w)
{
	struct level *l = top(st);

	if (l->head) {
		l->head--;
		if (l->head == 0) {
			if (!is_one_of(sh->s + w->start, w->end - w->start, "in"))
				return pg_sh_fail(sh, w->start, "This case cannot be followed.");
			l->pattern = st->first = true;
		}
		return true;
	}
	if (st->first && is_one_of(sh->s + w->start, w->end - w->start, "esac"))
		return pop(sh, st, 'e', w->start);
	st->first = false;
	return true;
}

/* The name of a command: some change what the following lines mean. */
static bool take_name(struct pg_sh *sh, struct state *st, const struct pg_sh_word *w,
		      struct pg_sh_command *cmd)
{
	const char *s = sh->s + w->start;
	size_t i, n = w->end - w->start;

	st->cmdpos = false;
	if (is_one_of(s, n, "exit return exec set alias unalias shopt trap readonly break continue"))
		return pg_sh_fail(sh, w->start, "This command may keep the lines below from being read, or "
					  "from meaning what they say.");
	if (is_one_of(s, n, ". source eval command builtin"))
		cmd->opaque = true;
	for (i = 0; i < n; i++)
		if (strchr("$`\"'\\", s[i]))
			cmd->opaque = true;
	return true;
}

static bool take_word(struct pg_sh *sh, struct state *st, const struct pg_sh_word *w,
		      struct pg_sh_command *cmd)
{
	size_t name = pg_sh_name(sh->s + w->start, w->end - w->start);
	int r = 0;

	st->more = false;
	if (in_pattern(st))
		return take_pattern(sh, st, w);
	if (st->redir) {
		st->redir = false;
		return true;
	}
	if (!st->cmdpos)
		return true;
	if (name && w->start + name < w->end && sh->s[w->start + name] == '=')
		return true;
	r = take_reserved(sh, st, w);
	if (r) {
		cmd->plain = false;
		return r > 0;
	}
	return take_name(sh, st, w, cmd);
}

static bool take_paren(struct pg_sh *sh, struct state *st, enum pg_sh_token t,
		       struct pg_sh_command *cmd)
{
	cmd->plain = false;
	if (in_pattern(st) && !top(st)->head) {
		if (t == PG_SH_RPAREN) {
			top(st)->pattern = false;
			st->cmdpos = true;
		}
		return true;
	}
	if (t == PG_SH_RPAREN)
		return pop(sh, st, ')', sh->pos - 1);
	if (st->cmdpos)
		return push(sh, st, ')');
	return pg_sh_fail(sh, sh->pos - 1, "A function is defined here; whether and when it runs "
					   "cannot be followed.");
}

/* What stands between commands. Returns true where the command is complete. */
static bool take_separator(struct state *st, enum pg_sh_token t, struct pg_sh_command *cmd)
{
	if (t == PG_SH_LIST || t == PG_SH_PIPE || t == PG_SH_AMP)
		cmd->plain = false;
	if (in_pattern(st))
		return false;
	st->cmdpos = true;
	if (t == PG_SH_LIST || t == PG_SH_PIPE)
		st->more = true;
	else if (st->depth == 0 && !(t == PG_SH_NEWLINE && st->more))
		return true;
	return false;
}

void pg_sh_command_done(struct pg_sh_command *cmd)
{
	free(cmd->word);
	*cmd = (struct pg_sh_command){ 0 };
}

static int take_token(struct pg_sh *sh, struct state *st, enum pg_sh_token t,
		      const struct pg_sh_word *w, struct pg_sh_command *cmd)
{
	struct pg_sh_word *word;
	bool ok = true;

	switch (t) {
	case PG_SH_WORD:
		word = pg_vec_add(&cmd->word, &cmd->n_word, sizeof(*word));
		if (!word)
			return -ENOMEM;
		*word = *w;
		ok = take_word(sh, st, w, cmd);
		break;
	case PG_SH_LPAREN:
	case PG_SH_RPAREN:
		ok = take_paren(sh, st, t, cmd);
		break;
	case PG_SH_DSEMI:
		if (!st->depth || top(st)->closer != 'e')
			return pg_sh_fail(sh, w->start, "This ;; is not inside a case."), -EINVAL;
		top(st)->pattern = st->first = true;
		break;
	case PG_SH_REDIR:
		cmd->plain = false;
		st->redir = true;
		break;
	default:
		return take_separator(st, t, cmd);
	}
	return ok ? 0 : -EINVAL;
}

int pg_sh_next(struct pg_sh *sh, struct pg_sh_command *ret)
{
	PG_CLEANUP(pg_sh_command_done) struct pg_sh_command cmd = { .plain = true };
	struct state st = { .cmdpos = true };
	struct pg_sh_word w = { 0 };
	enum pg_sh_token t;
	int r;

	do
		t = pg_sh_token(sh, &w);
	while (t == PG_SH_NEWLINE);
	cmd.start = w.start;
	if (t == PG_SH_END)
		return 0;
	for (r = 0; r == 0; t = r == 0 ? pg_sh_token(sh, &w) : t) {
		if (t == PG_SH_BAD)
			return -EINVAL;
		if (t == PG_SH_END)
			break;
		r = take_token(sh, &st, t, &w, &cmd);
	}
	if (r < 0)
		return r;
	if (t == PG_SH_END && (st.depth || st.more || st.redir))
		return pg_sh_fail(sh, cmd.start, "What begins here is not complete."), -EINVAL;
	cmd.end = sh->pos;
	*ret = cmd;
	cmd = (struct pg_sh_command){ 0 };
	return 1;
}
