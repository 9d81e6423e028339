/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/text.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

#include "src/base/text.h"
#include "src/base/vec.h"

#define LABEL_GAP 2
#define LABEL_MIN 7		/* most are not wider: what is beside them stays in its column */

static wchar_t decode(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];
	uint32_t u = len == 1 ? c : c & (0x7fU >> len);

	for (size_t i = 1; i < len; i++)
		u = u << 6 | ((unsigned char)s[i] & 0x3fU);
	return (wchar_t)u;
}

int ui_char_width(const char *s, size_t n, size_t *len)
{
	size_t bytes;
	int width;

	if (n && s[0] >= ' ' && s[0] <= '~') {
		*len = 1;
		return 1;
	}
	bytes = pg_text_char(s, n);
	*len = bytes ? bytes : 1;
	if (bytes <= 1)
		return 1;
	width = wcwidth(decode(s, bytes));
	return width < 0 ? 1 : width;
}

size_t ui_fit(const char *s, size_t n, int cols, int *used)
{
	size_t i = 0, len;
	int w = 0;

	while (i < n) {
		int c = ui_char_width(s + i, n - i, &len);

		if (w + c > cols)
			break;
		w += c;
		i += len;
	}
	if (used)
		*used = w;
	return i;
}

size_t ui_skip(const char *s, size_t n, int cols, int *pad)
{
	int used, width;
	size_t i = ui_fit(s, n, cols, &used), len;

	*pad = 0;
	if (i < n && used < cols) {
		width = ui_char_width(s + i, n - i, &len);
		*pad = used + width - cols;
		i += len;
	}
	return i;
}

int ui_width_n(const char *s, size_t n)
{
	size_t len;
	int w = 0;

	for (size_t i = 0; i < n; i += len)
		w += ui_char_width(s + i, n - i, &len);
	return w;
}

int ui_width(const char *s)
{
	return ui_width_n(s, strlen(s));
}

/* The last blank in s[0..n], or 0. */
static size_t last_blank(const char *s, size_t n)
{
	while (n > 0 && s[n] != ' ')
		n--;
	return n;
}

/* Where a word that fills a row is best broken: after a slash or a comma, or anywhere. */
static size_t break_word(const char *s, size_t n)
{
	for (size_t i = n; i > 1; i--)
		if (s[i - 1] == '/' || s[i - 1] == ',')
			return i;
	return n;
}

bool ui_wrap(const char *s, int cols, size_t *pos, size_t *off, size_t *len)
{
	size_t n = strlen(s), fit, cut, one;

	if (*pos > n || (*pos == n && n > 0))
		return false;
	*off = *pos;
	fit = ui_fit(s + *pos, n - *pos, cols < 1 ? 1 : cols, NULL);
	if (*pos + fit >= n) {
		*len = n - *pos;
		*pos = n + 1;
		return true;
	}
	cut = last_blank(s + *pos, fit);
	if (cut == 0) {
		/* One word fills the row; a wide character in one column still moves on. */
		(void)ui_char_width(s + *pos, n - *pos, &one);
		cut = fit ? break_word(s + *pos, fit) : one;
	}
	*len = cut;
	*pos += cut;
	while (s[*pos] == ' ')
		(*pos)++;
	while (*len > 0 && s[*off + *len - 1] == ' ')
		(*len)--;
	return true;
}

int ui_wrap_count(const char *s, int cols)
{
	size_t pos = 0, off, len;
	int n = 0;

	while (ui_wrap(s, cols, &pos, &off, &len))
		n++;
	return n;
}

void ui_rows_done(struct ui_rows *rows)
{
	free(rows->v);
	*rows = (struct ui_rows){ 0 };
}

/* The label column is as wide as its widest label, but never more than half. */
static int label_column(const struct wiz_lines *lines, int cols)
{
	int width = 0;

	for (size_t i = 0; i < lines->n; i++) {
		int w = lines->v[i].label ? ui_width(lines->v[i].label) : 0;

		if (w > width)
			width = w;
	}
	if (width == 0)
		return 0;
	width = LABEL_GAP + (width < LABEL_MIN ? LABEL_MIN : width);
	return width > cols / 2 ? cols / 2 : width;
}

static int add_row(struct ui_rows *rows, size_t line, size_t off, size_t len, bool first)
{
	struct ui_row *row = pg_vec_add(&rows->v, &rows->n, sizeof(*row));

	if (!row)
		return -ENOMEM;
	*row = (struct ui_row){ .line = line, .off = off, .len = len, .first = first };
	return 0;
}

static int add_line(struct ui_rows *rows, const struct wiz_line *line, size_t i, int cols)
{
	int width = cols - (line->label ? rows->label_width : 0), r = 0;
	size_t pos = 0, off, len;
	bool first = true;

	if (line->preformatted)
		return add_row(rows, i, 0, strlen(line->text), true);
	while (r == 0 && ui_wrap(line->text, width, &pos, &off, &len)) {
		r = add_row(rows, i, off, len, first);
		first = false;
	}
	return r;
}

int ui_rows_make(const struct wiz_lines *lines, int cols, struct ui_rows *ret)
{
	struct ui_rows rows PG_CLEANUP(ui_rows_done) = { 0 };
	int r = 0;

	rows.label_width = label_column(lines, cols);
	for (size_t i = 0; i < lines->n && r == 0; i++)
		r = add_line(&rows, &lines->v[i], i, cols);
	if (r < 0)
		return r;
	*ret = rows;
	rows = (struct ui_rows){ 0 };
	return 0;
}
