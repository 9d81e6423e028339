/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/dump.h"

#include <errno.h>

#include "src/base/strbuf.h"

static void dump_row(const struct ui_term *t, int y, int cols, FILE *f)
{
	struct pg_strbuf row PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct ui_cell cell;

	for (int x = 0; x < cols && ui_term_cell(t, y, x, &cell); x += cell.width)
		pg_strbuf_add(&row, cell.text);
	while (row.len > 0 && row.s[row.len - 1] == ' ')
		row.s[--row.len] = '\0';
	(void)fprintf(f, "%s\n", row.s ? row.s : "");
}

int ui_dump(const struct ui_term *t, const char *name, FILE *f)
{
	int rows, cols, y, x;

	ui_term_size(t, &rows, &cols);
	(void)fprintf(f, "== %s ==\n", name);
	for (int i = 0; i < rows; i++)
		dump_row(t, i, cols, f);
	ui_term_where(t, &y, &x);
	(void)fprintf(f, "-- cursor %d,%d\n", y + 1, x + 1);
	return ferror(f) ? -EIO : 0;
}
