/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/grub_put.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"

void pg_grub_changes_done(struct pg_grub_changes *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->v[i].text);
	free(c->v);
	*c = (struct pg_grub_changes){ 0 };
}

/* Text is owned from here on; `take` says whether there should be any. */
static int add_change(struct pg_grub_changes *c, size_t at, size_t len, bool take, char *text)
{
	struct pg_grub_change *change = take && !text ? NULL : pg_vec_add(&c->v, &c->n, sizeof(*change));

	if (!change) {
		free(text);
		return -ENOMEM;
	}
	*change = (struct pg_grub_change){ at, len, text, c->n };
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct pg_grub_change *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if ((x->len > 0) != (y->len > 0))
		return x->len > 0 ? 1 : -1; /* what is put in, then what is taken out */
	return x->order < y->order ? -1 : 1;
}

int pg_grub_make(const struct pg_bytes *in, struct pg_grub_changes *c, struct pg_bytes *ret)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	size_t i, pos = 0;

	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_place);
	for (i = 0; i < c->n; i++) {
		const struct pg_grub_change *ch = &c->v[i];

		if (ch->at > pos) {
			pg_strbuf_addn(&b, in->p + pos, ch->at - pos);
			pos = ch->at;
		}
		if (ch->text)
			pg_strbuf_add(&b, ch->text);
		if (ch->at + ch->len > pos)
			pos = ch->at + ch->len;
	}
	if (in->n > pos)
		pg_strbuf_addn(&b, in->p + pos, in->n - pos);
	return pg_strbuf_steal_bytes(&b, ret);
}

/* ---- text inside quotes ---- */

static bool is_safe(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "_-+.,:/=@%")] == '\0';
}

static void add_escaped(const char *text, enum pg_grub_quote quote, struct pg_strbuf *b)
{
	for (; *text; text++) {
		if (quote == PG_GRUB_SINGLE && *text == '\'')
			pg_strbuf_add(b, "'\\'");
		else if (quote == PG_GRUB_DOUBLE && strchr("$`\"\\", *text))
			pg_strbuf_addc(b, '\\');
		pg_strbuf_addc(b, *text);
	}
}

/* The text as it must be written where the quoting is as told. */
static char *quoted(const char *text, enum pg_grub_quote quote)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	bool wrap = quote == PG_GRUB_BARE && !is_safe(text);

	if (wrap)
		pg_strbuf_addc(&b, '"');
	add_escaped(text, wrap ? PG_GRUB_DOUBLE : quote, &b);
	if (wrap)
		pg_strbuf_addc(&b, '"');
	return pg_strbuf_steal(&b);
}

/* ---- one replacement in the value ---- */

static int refuse(const struct pg_file *const *files, const struct pg_grub_cell *cell,
		  const char *variable, const char *why, struct pg_err *err)
{
	const struct pg_file *f = files[cell->file];

	return pg_err_set(err, -EINVAL, f->path, pg_grub_line(f, cell->at),
			  "%s cannot be changed here. %s", variable, why);
}

/* Separators at either end that are not written beside the word stay. */
static void trim_separators(const struct pg_grub_var *v, struct pg_cmdline_edit *e)
{
	size_t from = e->from, to = e->to;
	int file;

	while (from < to && pg_cmdline_space(v->cell[from].c))
		from++;
	if (from == to)
		return;
	file = v->cell[from].file;
	while (from > e->from && v->cell[from - 1].own && v->cell[from - 1].file == file)
		from--;
	e->from = from;
	while (to > from && pg_cmdline_space(v->cell[to - 1].c) &&
	       !(v->cell[to - 1].own && v->cell[to - 1].file == file))
		to--;
	e->to = to;
}

/* Leaves out what is the same at both ends. Returns where the new text begins and its length. */
static size_t trim_common(const struct pg_grub_var *v, struct pg_cmdline_edit *e, size_t *len)
{
	size_t skip = 0;

	*len = strlen(e->text);
	while (e->from < e->to && skip < *len && v->cell[e->from].c == e->text[skip]) {
		e->from++;
		skip++;
	}
	while (e->to > e->from && *len > skip && v->cell[e->to - 1].c == e->text[*len - 1]) {
		e->to--;
		(*len)--;
	}
	*len -= skip;
	return skip;
}

int pg_grub_replace(const struct pg_file *const *files, const struct pg_grub_var *v,
		   struct pg_cmdline_edit e, struct pg_grub_changes *c, struct pg_err *err)
{
	pg_autofree char *text = NULL;
	const struct pg_grub_cell *anchor;
	size_t i, skip, len;
	int r = 0;

	if (!*e.text)
		trim_separators(v, &e);
	skip = trim_common(v, &e, &len);
	text = strndup(e.text + skip, len);
	if (!text)
		return -ENOMEM;
	anchor = &v->cell[e.from < e.to || !e.from ? e.from : e.from - 1];
	if (!c->n)
		c->file = anchor->file;
	for (i = e.from; i < e.to || i == e.from; i++) {
		const struct pg_grub_cell *cell = i < e.to ? &v->cell[i] : anchor;

		if (!cell->own)
			return refuse(files, cell, v->name,
				      _("The option is in the value of another variable. Change or "
					"remove it there yourself."), err);
		if (cell->file != c->file)
			return refuse(files, cell, v->name,
				      _("The option is set in two files. Remove it from one of them "
					"yourself."), err);
	}
	if (*text)
		r = add_change(c, e.from < e.to ? anchor->at : anchor->at + anchor->len, 0, true,
			       quoted(text, (enum pg_grub_quote)anchor->quote));
	for (i = e.from; r == 0 && i < e.to; i++)
		r = add_change(c, v->cell[i].at, v->cell[i].len, false, NULL);
	return r;
}

/* ---- a new word ---- */

/* The last byte of the last word that is written in the assignment the value is built on. */
static const struct pg_grub_cell *add_behind(const struct pg_grub_var *v, const char *value)
{
	const struct pg_grub_cell *found = NULL;
	struct pg_cmdline_word w;
	size_t n = strlen(value), pos = 0;

	while (pg_cmdline_next(value, n, &pos, &w)) {
		const struct pg_grub_cell *c = &v->cell[w.end - 1];

		if (w.end - w.start == 2 && !memcmp(value + w.start, "--", 2))
			break;
		if (c->own && c->file == v->base.file && c->at >= v->base.at &&
		    c->at < v->base.end)
			found = c;
	}
	return found;
}

static bool is_bare(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strchr("\"'\\`", s[i]))
			return false;
	return n > 0;
}

static int add_word_behind(const struct pg_file *f, const struct pg_grub_var *v,
			   const struct pg_grub_cell *c, const char *word,
			   struct pg_grub_changes *changes)
{
	bool wrap = is_bare(f->bytes.p + v->base.at, v->base.end - v->base.at);
	pg_autofree char *text = pg_strf(" %s", word);
	int r = 0;

	if (!text)
		return -ENOMEM;
	if (wrap)
		r = add_change(changes, v->base.at, 0, true, strdup("\""));
	if (r == 0)
		r = add_change(changes, c->at + c->len, 0, true,
			       quoted(text, wrap ? PG_GRUB_DOUBLE : (enum pg_grub_quote)c->quote));
	if (r == 0 && wrap)
		r = add_change(changes, v->base.end, 0, true, strdup("\""));
	return r;
}

/* At the start of the value, which holds no word of its own that ours could follow. */
static int add_word_first(const struct pg_file *f, const struct pg_grub_var *v, const char *word,
			  struct pg_grub_changes *changes)
{
	const char *s = f->bytes.p + v->base.at;
	size_t i, at = v->base.at;
	enum pg_grub_quote quote = PG_GRUB_BARE;
	pg_autofree char *text = NULL;
	bool space = v->n > 0;

	if (v->base.end > v->base.at && (*s == '"' || *s == '\'')) {
		quote = *s == '"' ? PG_GRUB_DOUBLE : PG_GRUB_SINGLE;
		at++;
	}
	for (i = 0; i < v->n; i++)
		if (v->cell[i].own && v->cell[i].file == v->base.file && v->cell[i].at == at)
			space = !pg_cmdline_space(v->cell[i].c);
	text = pg_strf("%s%s", word, space ? " " : "");
	if (!text)
		return -ENOMEM;
	return add_change(changes, at, 0, true, quoted(text, quote));
}

int pg_grub_append(const struct pg_file *f, const char *variable, const char *word,
			     struct pg_grub_changes *changes, struct pg_err *err)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	const char *p = f->bytes.p, *lf = f->bytes.n ? memchr(p, '\n', f->bytes.n) : NULL;
	size_t n = f->bytes.n;

	if (n && p[n - 1] == '\\')
		return pg_err_set(err, -EINVAL, f->path, pg_grub_line(f, n),
				  "The file ends in the middle of a continued line.");
	if (n >= 2 && p[n - 1] == '\n' && p[n - 2] == '\\')
		pg_strbuf_addc(&b, '\n');
	if (n && p[n - 1] != '\n')
		pg_strbuf_addc(&b, '\n');
	pg_strbuf_addf(&b, "%s=\"", variable);
	add_escaped(word, PG_GRUB_DOUBLE, &b);
	pg_strbuf_addf(&b, "\" # added by pve-gpu%s", lf && lf > p && lf[-1] == '\r' ? "\r\n" : "\n");
	return add_change(changes, n, 0, true, pg_strbuf_steal(&b));
}

int pg_grub_add(const struct pg_file *f, const struct pg_grub_var *v, const char *value,
		const char *word, struct pg_grub_changes *changes)
{
	const struct pg_grub_cell *behind = add_behind(v, value);

	changes->file = v->base.file;
	return behind ? add_word_behind(f, v, behind, word, changes) :
			add_word_first(f, v, word, changes);
}
