/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws a terminal screen as SVG: standard input is what `tmux capture-pane -e -p` prints
 * (text with SGR sequences, UTF-8), standard output the picture. For README.md.
 *
 *	screen2svg < screen.ansi > screen.svg
 */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { CELL_W = 9, CELL_H = 20, PAD = 12, LINE_MAX_BYTES = 65536 };

struct pen {
	int fg, bg; /* -1: the screen's own */
	bool bold, dim, reverse, underline;
};

/* The sixteen colours, as most terminals show them on a dark ground. */
static const char *const palette[16] = {
	"#2e3436", "#ef5350", "#8ae234", "#e9c46a", "#729fcf", "#c792ea", "#56c7c7", "#d3d7cf",
	"#7f8c8d", "#ff6b6b", "#b5f06c", "#fce94f", "#9ecbff", "#e0aaff", "#7fe5e5", "#ffffff",
};
static const char ground[] = "#1c1f24", ink[] = "#d3d7cf";

static const char *colour(int n, const char *own)
{
	return n >= 0 && n < 16 ? palette[n] : own;
}

static const struct pen plain = { .fg = -1, .bg = -1 };

static void sgr_one(struct pen *pen, int n)
{
	if (n == 0)
		*pen = plain;
	else if (n == 1)
		pen->bold = true;
	else if (n == 2)
		pen->dim = true;
	else if (n == 4)
		pen->underline = true;
	else if (n == 7)
		pen->reverse = true;
	else if (n == 22)
		pen->bold = pen->dim = false;
	else if (n == 24)
		pen->underline = false;
	else if (n == 27)
		pen->reverse = false;
	else if (n >= 30 && n <= 37)
		pen->fg = n - 30;
	else if (n == 39)
		pen->fg = -1;
	else if (n >= 40 && n <= 47)
		pen->bg = n - 40;
	else if (n == 49)
		pen->bg = -1;
	else if (n >= 90 && n <= 97)
		pen->fg = n - 90 + 8;
	else if (n >= 100 && n <= 107)
		pen->bg = n - 100 + 8;
}

/* Takes "ESC [ 1 ; 32 m" and returns what follows it; other sequences are skipped. */
static const char *sequence(const char *s, struct pen *pen)
{
	const char *end = s + 1;

	if (*end != '[')
		return end;
	end += 1 + strspn(end + 1, "0123456789;");
	if (*end == 'm') {
		for (const char *p = s + 2; p <= end; p += strcspn(p, ";m") + 1)
			sgr_one(pen, atoi(p));
	}
	return *end ? end + 1 : end;
}

static void put_text(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '&')
			(void)fputs("&amp;", stdout);
		else if (s[i] == '<')
			(void)fputs("&lt;", stdout);
		else
			(void)putchar(s[i]);
	}
}

/* One run of cells in one pen. */
static void run(int row, int col, int cells, const char *s, size_t n, const struct pen *pen)
{
	const char *fg = colour(pen->fg, ink), *bg = colour(pen->bg, ground);
	int x = PAD + col * CELL_W, y = PAD + row * CELL_H;

	if (pen->reverse) {
		const char *swap = fg;

		fg = bg;
		bg = swap;
	}
	if (cells == 0)
		return;
	if (strcmp(bg, ground) != 0)
		(void)printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x, y,
			     cells * CELL_W, CELL_H, bg);
	if (strspn(s, " ") >= n)
		return;
	(void)printf("<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"%s%s%s>", x,
		     y + CELL_H - 5, cells * CELL_W, fg, pen->bold ? " font-weight=\"bold\"" : "",
		     pen->dim ? " opacity=\"0.65\"" : "",
		     pen->underline ? " text-decoration=\"underline\"" : "");
	put_text(s, n);
	(void)puts("</text>");
}

/* Draws a line; returns its width in cells. The pen goes on from line to line. */
static int draw_line(int row, const char *s, struct pen *pen)
{
	const char *start = s;
	int col = 0, from = 0;

	while (*s) {
		wchar_t wc;
		int n;

		if (*s == '\x1b') {
			run(row, from, col - from, start, (size_t)(s - start), pen);
			start = s = sequence(s, pen);
			from = col;
			continue;
		}
		n = mbtowc(&wc, s, MB_CUR_MAX);
		if (n <= 0) {
			s++;
			continue;
		}
		col += wcwidth(wc) > 0 ? wcwidth(wc) : 0;
		s += n;
	}
	run(row, from, col - from, start, (size_t)(s - start), pen);
	return col;
}

/* All lines: read first, since the picture's size stands at its head. */
static size_t read_lines(char **lines, size_t max)
{
	static char line[LINE_MAX_BYTES];
	size_t n = 0;

	while (n < max && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		lines[n] = strdup(line);
		if (!lines[n])
			break;
		n++;
	}
	return n;
}

static int width_of(const char *s)
{
	struct pen pen = plain;
	int col = 0;

	while (*s) {
		wchar_t wc;
		int n;

		if (*s == '\x1b') {
			s = sequence(s, &pen);
			continue;
		}
		n = mbtowc(&wc, s, MB_CUR_MAX);
		col += n > 0 && wcwidth(wc) > 0 ? wcwidth(wc) : 0;
		s += n > 0 ? n : 1;
	}
	return col;
}

int main(void)
{
	char *lines[256];
	struct pen pen = plain;
	size_t n;
	int cols = 80;

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	n = read_lines(lines, sizeof(lines) / sizeof(*lines));
	for (size_t i = 0; i < n; i++)
		cols = width_of(lines[i]) > cols ? width_of(lines[i]) : cols;
	(void)printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		     "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\" "
		     "xml:space=\"preserve\">\n"
		     "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"%s\"/>\n",
		     cols * CELL_W + 2 * PAD, (int)n * CELL_H + 2 * PAD, ground);
	for (size_t i = 0; i < n; i++) {
		(void)draw_line((int)i, lines[i], &pen);
		free(lines[i]);
	}
	(void)puts("</svg>");
	return ferror(stdout) ? 1 : 0;
}
