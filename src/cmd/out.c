/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/out.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/grid.h"

/* ---- lines ---- */

static const char *escape(const struct pg_cmd_env *env, enum pg_tone tone)
{
	static const char *const codes[] = {
		[PG_TONE_PLAIN] = "",	       [PG_TONE_GOOD] = "\033[32m",
		[PG_TONE_WARN] = "\033[33m",   [PG_TONE_BAD] = "\033[1;31m",
		[PG_TONE_STRONG] = "\033[1m",  [PG_TONE_FAINT] = "\033[2m",
	};

	return env->color ? codes[tone] : "";
}

static const char *reset(const struct pg_cmd_env *env, enum pg_tone tone)
{
	return env->color && tone != PG_TONE_PLAIN ? "\033[0m" : "";
}

/* What our own texts have beyond ASCII; nothing gets longer. */
static const char *in_ascii(const char *from)
{
	return pg_text_starts(from, "…") ? "..." : pg_text_starts(from, "→") ? "->" : "?";
}

/* One question mark for each other character, not for each of its bytes. */
static void make_ascii(char *s)
{
	char *to = s;

	for (const char *from = s, *end; *from; from = end) {
		const char *ascii = (unsigned char)*from >= 0xc0 ? in_ascii(from) : "";

		for (end = from + 1; ((unsigned char)*end & 0xc0) == 0x80;)
			end++;
		if ((unsigned char)*from < 0x80)
			*to++ = *from;
		to = mempcpy(to, ascii, strlen(ascii));
	}
	*to = '\0';
}

char *pg_out_text(const struct pg_cmd_env *env, const char *s)
{
	char *clean = pg_text_clean(s ? s : "", s ? strlen(s) : 0);

	if (clean && env->ascii)
		make_ascii(clean);
	return clean;
}

static void put_text(const struct pg_cmd_env *env, enum pg_tone tone, const char *raw)
{
	pg_autofree char *text = pg_out_text(env, raw);

	if (text)
		(void)fprintf(env->out, "%s%s%s", escape(env, tone), text, reset(env, tone));
}

void pg_out_line(const struct pg_cmd_env *env, enum pg_tone tone, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	if (!pg_strbuf_error(&b))
		put_text(env, tone, b.s);
	(void)fputc('\n', env->out);
}

void pg_out_labelled(const struct pg_cmd_env *env, enum pg_tone tone, const char *label,
		     const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	put_text(env, tone, label);
	(void)fputs("  ", env->out);
	if (!pg_strbuf_error(&b))
		put_text(env, PG_TONE_PLAIN, b.s);
	(void)fputc('\n', env->out);
}

void pg_out_lines(const struct pg_cmd_env *env, FILE *to, unsigned indent, const char *text)
{
	const char *line = NULL;
	size_t pos = 0, len = 0, full = 0;

	while (text && pg_text_line(text, strlen(text), &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);
		pg_autofree char *safe = copy ? pg_out_text(env, copy) : NULL;

		if (safe)
			(void)fprintf(to, "%*s%s\n", (int)indent, "", safe);
	}
}

static enum pg_tone diff_tone(const char *line, size_t n)
{
	if (n >= 3 && (memcmp(line, "+++", 3) == 0 || memcmp(line, "---", 3) == 0))
		return PG_TONE_STRONG;
	if (n && line[0] == '+')
		return PG_TONE_GOOD;
	if (n && line[0] == '-')
		return PG_TONE_BAD;
	return n && line[0] == '@' ? PG_TONE_FAINT : PG_TONE_PLAIN;
}

void pg_out_diff(const struct pg_cmd_env *env, const char *diff)
{
	const char *line = NULL;
	size_t pos = 0, len = 0, full = 0;

	while (pg_text_line(diff, strlen(diff), &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		if (copy)
			put_text(env, diff_tone(line, len), copy);
		(void)fputc('\n', env->out);
	}
}

int pg_out_json(const struct pg_cmd_env *env, struct pg_json *doc)
{
	pg_autofree char *text = pg_json_text(doc, true);

	pg_json_free(doc);
	if (!text) {
		(void)fputs(_("pve-gpu: Memory ran out.\n"), env->diag);
		return -ENOMEM;
	}
	(void)fputs(text, env->out);
	return 0;
}

/* ---- tables ---- */

struct pg_table {
	const struct pg_cmd_env *env;
	struct pg_grid *grid;		/* neither a terminal nor colours; else NULL */
	struct libscols_table *scols;
	bool failed;
};

static struct libscols_line *line_of(struct pg_row *row)
{
	return (struct libscols_line *)(void *)row;
}

static void set_up(struct pg_table *t)
{
	const struct pg_cmd_env *env = t->env;

	(void)scols_table_set_stream(t->scols, env->out);
	(void)scols_table_enable_ascii(t->scols, env->ascii);
	(void)scols_table_enable_colors(t->scols, env->color);
	(void)scols_table_set_termforce(t->scols, env->columns ? SCOLS_TERMFORCE_ALWAYS :
								 SCOLS_TERMFORCE_NEVER);
	if (env->columns > 0)
		(void)scols_table_set_termwidth(t->scols, (size_t)env->columns);
}

struct pg_table *pg_table_new(const struct pg_cmd_env *env)
{
	struct pg_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->env = env;
	if (!env->columns && !env->color)
		t->grid = pg_grid_new();
	else
		t->scols = scols_new_table();
	if (!t->scols && !t->grid) {
		free(t);
		return NULL;
	}
	if (t->scols)
		set_up(t);
	return t;
}

void pg_table_free(struct pg_table *t)
{
	if (!t)
		return;
	if (t->scols)
		scols_unref_table(t->scols);
	pg_grid_free(t->grid);
	free(t);
}

void pg_table_freep(struct pg_table **t)
{
	pg_table_free(*t);
}

void pg_table_column(struct pg_table *t, const char *title, unsigned flags)
{
	/* Where the terminal is narrow, the texts share what the facts leave. */
	double hint = flags & PG_COLUMN_CUT ? 0.28 : flags & PG_COLUMN_WRAP ? 0.2 : 0;
	int scols = 0;

	if (!t)
		return;
	if (t->grid) {
		t->failed |= pg_grid_column(t->grid, _(title), flags) < 0;
		return;
	}
	scols |= flags & PG_COLUMN_TREE ? SCOLS_FL_TREE : 0;
	scols |= flags & PG_COLUMN_CUT ? SCOLS_FL_TRUNC : 0;
	scols |= flags & PG_COLUMN_WRAP ? SCOLS_FL_WRAP : 0;
	scols |= flags & PG_COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;
	if (!scols_table_new_column(t->scols, _(title), hint, scols))
		t->failed = true;
}

struct pg_row *pg_table_row(struct pg_table *t, struct pg_row *parent)
{
	void *row;

	if (!t)
		return NULL;
	row = t->grid ? (void *)pg_grid_row(t->grid, (struct pg_grid_row *)(void *)parent) :
			(void *)scols_table_new_line(t->scols, line_of(parent));
	t->failed |= !row;
	return row;
}

static const char *scols_color(enum pg_tone tone)
{
	static const char *const names[] = {
		[PG_TONE_GOOD] = "green", [PG_TONE_WARN] = "yellow", [PG_TONE_BAD] = "lightred",
		[PG_TONE_STRONG] = "bold", [PG_TONE_FAINT] = "darkgray", [PG_TONE_PLAIN] = NULL,
	};

	return names[tone];
}

void pg_table_cell(struct pg_table *t, struct pg_row *row, size_t column, enum pg_tone tone,
		   const char *text)
{
	pg_autofree char *shown = NULL;
	struct libscols_cell *cell;

	if (!t || !row)
		return;
	shown = pg_out_text(t->env, text);
	if (shown && t->grid) {
		t->failed |= pg_grid_cell(t->grid, (struct pg_grid_row *)(void *)row, column, shown) < 0;
		return;
	}
	if (!shown || scols_line_set_data(line_of(row), column, shown) != 0) {
		t->failed = true;
		return;
	}
	cell = scols_line_get_cell(line_of(row), column);
	if (cell && t->env->color && scols_color(tone))
		(void)scols_cell_set_color(cell, scols_color(tone));
}

int pg_table_print(struct pg_table *t)
{
	if (!t || t->failed)
		return -ENOMEM;
	if (t->grid) {
		pg_grid_print(t->grid, t->env->ascii, t->env->out);
		return 0;
	}
	/* libsmartcols says 0 also where the stream fails; main asks the stream at the end. */
	return scols_print_table(t->scols) == -ENOMEM ? -ENOMEM : 0;
}
