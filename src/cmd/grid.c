/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/grid.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

#include "src/base/strbuf.h"
#include "src/cmd/out.h"

enum { COLUMNS_MAX = 8, BRANCH = 2 /* columns of one */ };

/* Where a cell's text is, counted from 1; 0: it has none. */
struct cell {
	size_t at;
	size_t width;
};

struct pg_grid_row {
	struct pg_grid_row *up, *next, *first, *last;
	struct cell cell[];
};

struct column {
	const char *title;
	unsigned flags;
	size_t width;
};

struct pg_grid {
	struct column column[COLUMNS_MAX];
	size_t n;
	struct pg_strbuf text;		/* of all cells, each with its NUL */
	struct pg_grid_row *first, *last;
};

struct pg_grid *pg_grid_new(void)
{
	return calloc(1, sizeof(struct pg_grid));
}

/* The next one of the tree, each after those below it. */
static struct pg_grid_row *lowest(struct pg_grid_row *row)
{
	while (row && row->first)
		row = row->first;
	return row;
}

void pg_grid_free(struct pg_grid *grid)
{
	if (!grid)
		return;
	for (struct pg_grid_row *row = lowest(grid->first); row;) {
		struct pg_grid_row *next = row->next ? lowest(row->next) : row->up;

		free(row);
		row = next;
	}
	pg_strbuf_done(&grid->text);
	free(grid);
}

/* Columns on a screen. */
static size_t width_of(const char *s)
{
	mbstate_t state = { 0 };
	size_t n = strlen(s), width = 0;

	for (size_t i = 0; i < n;) {
		wchar_t c = L'?';
		size_t len = (unsigned char)s[i] < 0x80 ? 1 : mbrtowc(&c, s + i, n - i, &state);
		int columns = len > 1 ? wcwidth(c) : 1;

		if (len > n - i) {
			len = 1;
			state = (mbstate_t){ 0 };
		}
		width += columns < 0 ? 1 : (size_t)columns;
		i += len;
	}
	return width;
}

int pg_grid_column(struct pg_grid *grid, const char *title, unsigned flags)
{
	if (grid->n == COLUMNS_MAX)
		return -ENOMEM;
	grid->column[grid->n++] = (struct column){ title, flags, width_of(title) };
	return 0;
}

struct pg_grid_row *pg_grid_row(struct pg_grid *grid, struct pg_grid_row *parent)
{
	struct pg_grid_row *row = calloc(1, sizeof(*row) + grid->n * sizeof(row->cell[0]));
	struct pg_grid_row **first = parent ? &parent->first : &grid->first;
	struct pg_grid_row **last = parent ? &parent->last : &grid->last;

	if (!row)
		return NULL;
	row->up = parent;
	if (*last)
		(*last)->next = row;
	else
		*first = row;
	*last = row;
	return row;
}

static size_t depth_of(const struct pg_grid_row *row)
{
	size_t depth = 0;

	while ((row = row->up))
		depth++;
	return depth;
}

int pg_grid_cell(struct pg_grid *grid, struct pg_grid_row *row, size_t column, const char *text)
{
	struct column *c = &grid->column[column];
	size_t width = width_of(text), all = width;

	row->cell[column] = (struct cell){ grid->text.len + 1, width };
	pg_strbuf_addn(&grid->text, text, strlen(text) + 1);
	if (c->flags & PG_COLUMN_TREE)
		all += BRANCH * depth_of(row);
	if (all > c->width)
		c->width = all;
	return pg_strbuf_error(&grid->text);
}

static void put_blanks(FILE *to, size_t n)
{
	static const char some[] = "                                                                ";

	for (; n > strlen(some); n -= strlen(some))
		(void)fputs(some, to);
	(void)fputs(some + strlen(some) - n, to);
}

static void put_branches(const struct pg_grid_row *row, bool ascii, bool own, FILE *to)
{
	if (!row->up)
		return;
	put_branches(row->up, ascii, false, to);
	if (own)
		(void)fputs(ascii ? row->next ? "|-" : "`-" : row->next ? "├─" : "└─", to);
	else
		(void)fputs(!row->next ? "  " : ascii ? "| " : "│ ", to);
}

/* What comes behind the last text is not written. */
static void print_row(const struct pg_grid *grid, const struct pg_grid_row *row, bool ascii, FILE *to)
{
	size_t blanks = 0;

	for (size_t i = 0; i < grid->n; i++) {
		const struct column *c = &grid->column[i];
		const struct cell *cell = &row->cell[i];
		size_t branches = c->flags & PG_COLUMN_TREE ? BRANCH * depth_of(row) : 0;
		size_t rest = c->width - branches - cell->width;

		if (branches)
			put_branches(row, ascii, true, to);
		if (cell->width) {
			put_blanks(to, blanks + (c->flags & PG_COLUMN_RIGHT ? rest : 0));
			(void)fputs(grid->text.s + cell->at - 1, to);
			blanks = 0;
		} else
			blanks += c->flags & PG_COLUMN_RIGHT ? rest : 0;
		blanks += 1 + (c->flags & PG_COLUMN_RIGHT ? 0 : rest);
	}
	(void)fputc('\n', to);
}

static void print_head(const struct pg_grid *grid, FILE *to)
{
	size_t blanks = 0;

	for (size_t i = 0; i < grid->n; i++) {
		const struct column *c = &grid->column[i];
		size_t rest = c->width - width_of(c->title);

		put_blanks(to, blanks + (c->flags & PG_COLUMN_RIGHT ? rest : 0));
		(void)fputs(c->title, to);
		blanks = 1 + (c->flags & PG_COLUMN_RIGHT ? 0 : rest);
	}
	(void)fputc('\n', to);
}

void pg_grid_print(const struct pg_grid *grid, bool ascii, FILE *to)
{
	const struct pg_grid_row *row = grid->first;

	if (row)
		print_head(grid, to);
	while (row) {
		print_row(grid, row, ascii, to);
		if (row->first) {
			row = row->first;
			continue;
		}
		while (row && !row->next)
			row = row->up;
		row = row ? row->next : NULL;
	}
}
