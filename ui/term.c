/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <wchar.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "ui/signals.h"
#include "ui/text.h"

#define ESCDELAY_MS 25		/* Esc alone is Esc after this long */
#define ROW_MAX 1024		/* cells of a row; no terminal is wider */

struct ui_term {
	SCREEN *screen;
	FILE *in, *out;		/* headless: /dev/null and a file in memory, ours to close */
	bool headless, lost;
	enum ui_palette palette;
	enum ui_charset charset;
	attr_t can;		/* attributes that make a difference there */
	int cursor_y, cursor_x;
	bool cursor_visible;
	struct ui_hot hot;
};

static int refuse(struct pg_err *err, const char *why)
{
	return pg_err_set(err, -ENOTTY, NULL, 0,
			  "%s Use `pve-gpu --plain`, the same on ordinary lines, `pve-gpu list`, or `pve-gpu --help` instead.", why);
}

/* A terminal's string, or NULL. */
static const char *find_string(const char *name)
{
	const char *s = tigetstr(name);

	return s == (const char *)-1 ? NULL : s;
}

/* Adds one without its padding ("$<5>"). */
static void add_string(char *buf, size_t size, const char *s)
{
	size_t at = strlen(buf);

	if (!s)
		return;
	while (*s && at + 1 < size) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end)
			s = end + 1;
		else
			buf[at++] = *s++;
	}
	buf[at] = '\0';
}

static int look_at_terminal(struct pg_err *err)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return refuse(err, _("The wizard needs a terminal, and there is none."));
	if (!type || !*type || strcmp(type, "dumb") == 0)
		return refuse(err, _("This terminal cannot show a full screen."));
	return 0;
}

/* Opens the terminal and learns how to put it back after a crash. */
static SCREEN *open_terminal(bool mouse)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);
	char reset[UI_RESET_MAX] = "";

	if (!screen)
		return NULL;
	/* As curses does it. */
	if (mouse && find_string("kmous"))
		add_string(reset, sizeof(reset),
			   find_string("XM") ? tiparm(find_string("XM"), 0) : "\033[?1000l");
	add_string(reset, sizeof(reset), find_string("sgr0"));
	add_string(reset, sizeof(reset), find_string("cnorm"));
	add_string(reset, sizeof(reset), find_string("rmcup"));
	ui_signals_set_reset(reset);
	return screen;
}

/* Counts what goes there (ui_term_sent). */
static FILE *open_memory(void)
{
	int fd = memfd_create("pve-gpu-screen", MFD_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f && fd >= 0)
		(void)close(fd);
	return f ? f : fopen("/dev/null", "we");
}

static SCREEN *open_headless(struct ui_term *t, const char *type)
{
	static const char *const types[] = { "xterm-256color", "xterm", "linux", "vt100" };
	SCREEN *screen;

	t->in = fopen("/dev/null", "re");
	t->out = open_memory();
	if (!t->in || !t->out)
		return NULL;
	screen = type ? newterm(type, t->out, t->in) : NULL;
	for (size_t i = 0; !type && !screen && i < PG_ARRAY_SIZE(types); i++)
		screen = newterm(types[i], t->out, t->in);
	return screen;
}

static void start_colors(struct ui_term *t, enum pg_tri color, bool light)
{
	const char *no_color = getenv("NO_COLOR");

	if (color == PG_NO || (color == PG_UNKNOWN && no_color && *no_color))
		return;
	if (!has_colors() || start_color() != OK || use_default_colors() != OK)
		return;
	for (short c = 1; c < 8; c++)
		(void)init_pair(c, c, -1);
	t->palette = light ? UI_PALETTE_LIGHT : UI_PALETTE_USUAL;
}

static void choose_charset(struct ui_term *t, bool ascii)
{
	const char *type = getenv("TERM");

	if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		t->charset = UI_CHARSET_ASCII;
	else if (!t->headless && type && strcmp(type, "linux") == 0)
		t->charset = UI_CHARSET_LINUX;
	else
		t->charset = UI_CHARSET_UTF8;
}

/* Ctrl-C comes as a key: as a signal it would reach whatever started this program too. */
static void take_interrupt_key(void)
{
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &modes) < 0)
		return;
	modes.c_cc[VINTR] = _POSIX_VDISABLE;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
	(void)def_prog_mode();
}

static void set_modes(bool headless)
{
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)intrflush(stdscr, FALSE);
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)idlok(stdscr, TRUE);	/* text scrolls by the terminal itself */
	(void)set_escdelay(ESCDELAY_MS);
	(void)curs_set(0);
	if (!headless)
		take_interrupt_key();
}

int ui_term_open(const struct ui_term_opts *opts, struct ui_term **ret, struct pg_err *err)
{
	struct ui_term *t PG_CLEANUP(ui_term_closep) = NULL;
	int r = opts->headless ? 0 : look_at_terminal(err);

	if (r < 0)
		return r;
	(void)setlocale(LC_CTYPE, "");
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->headless = opts->headless;
	choose_charset(t, opts->ascii);
	/* Before curses looks at the signals: it leaves those alone that have a handler. */
	ui_signals_take(t->headless ? -1 : STDOUT_FILENO);
	t->screen = t->headless ? open_headless(t, opts->type) : open_terminal(opts->mouse);
	if (!t->screen)
		return refuse(err, _("This type of terminal (TERM) is not known here."));
	(void)set_term(t->screen);
	set_modes(t->headless);
	start_colors(t, opts->color, opts->light);
	t->can = termattrs();
	if (t->headless)
		ui_term_resize(t, opts->rows ? opts->rows : 24, opts->cols ? opts->cols : 80);
	*ret = PG_STEAL(t);
	return 0;
}

/* A terminal without a second screen keeps what was shown: the shell gets an empty row. */
static void leave_row(const struct ui_term *t)
{
	if (t->headless || t->lost || find_string("rmcup"))
		return;
	(void)attr_set(A_NORMAL, 0, NULL);
	(void)move(LINES - 1, 0);
	(void)clrtoeol();
	(void)refresh();
}

void ui_term_close(struct ui_term *t)
{
	if (!t)
		return;
	if (t->screen) {
		leave_row(t);
		(void)endwin();
		delscreen(t->screen);
	}
	ui_signals_release();
	if (t->in)
		(void)fclose(t->in);
	if (t->out)
		(void)fclose(t->out);
	free(t);
}

void ui_term_closep(struct ui_term **t)
{
	ui_term_close(*t);
}

enum ui_charset ui_term_charset(const struct ui_term *t)
{
	return t->charset;
}

const struct ui_glyphs *ui_term_glyphs(const struct ui_term *t)
{
	return ui_glyphs(t->charset);
}

bool ui_term_color(const struct ui_term *t)
{
	return t->palette != UI_PALETTE_NONE;
}

void ui_term_size(const struct ui_term *t, int *rows, int *cols)
{
	(void)t;
	getmaxyx(stdscr, *rows, *cols);
}

void ui_term_resize(struct ui_term *t, int rows, int cols)
{
	if (!t->lost)
		(void)resizeterm(rows, cols < ROW_MAX ? cols : ROW_MAX);
}

void ui_term_follow_size(struct ui_term *t)
{
	struct winsize size;

	if (!t->headless && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
	    size.ws_col)
		ui_term_resize(t, size.ws_row, size.ws_col);
}

void ui_term_lost(struct ui_term *t)
{
	t->lost = true;
}

bool ui_term_is_lost(const struct ui_term *t)
{
	return t->lost;
}

void ui_term_suspend(struct ui_term *t)
{
	if (t->lost || t->headless)
		return;
	(void)endwin();
	ui_signals_stop();
	(void)reset_prog_mode();
	ui_term_follow_size(t);
	ui_term_flush(t, true);
}

/* ---- drawing ---- */

static void set_style(const struct ui_term *t, unsigned style)
{
	struct ui_look look = ui_theme(style, t->palette);
	attr_t attr = A_NORMAL;

	attr |= look.attr & UI_BOLD ? A_BOLD : 0;
	attr |= look.attr & UI_DIM ? A_DIM : 0;
	attr |= look.attr & UI_REVERSE ? A_REVERSE : 0;
	attr |= look.attr & UI_UNDERLINE ? A_UNDERLINE : 0;
	(void)attr_set(attr & t->can, (short)(look.color > 0 ? look.color : 0), NULL);
}

void ui_term_erase(struct ui_term *t)
{
	(void)attr_set(A_NORMAL, 0, NULL);
	(void)erase();
	t->cursor_visible = false;
	t->cursor_y = t->cursor_x = 0;
	ui_hot_clear(&t->hot);
}

struct ui_hot *ui_term_hot(struct ui_term *t)
{
	return &t->hot;
}

/* Up to n bytes as wide characters; what is not valid becomes '?'. */
static int widen(const char *s, size_t n, wchar_t *out)
{
	int count = 0;

	for (size_t i = 0; i < n && count < ROW_MAX;) {
		size_t len = s[i] >= ' ' && s[i] <= '~' ? 1 : pg_text_char(s + i, n - i);
		wchar_t wc = L'?';

		if (len == 0)
			len = 1;
		else if (len == 1)
			wc = (unsigned char)s[i];
		else if (mbtowc(&wc, s + i, len) < 0 || wcwidth(wc) < 0)
			wc = L'?';
		out[count++] = wc;
		i += len;
	}
	return count;
}

int ui_term_putn(struct ui_term *t, int y, int x, int w, unsigned style, const char *text,
		 size_t n)
{
	wchar_t wide[ROW_MAX];
	int rows, cols, used = 0, count;

	getmaxyx(stdscr, rows, cols);
	if (y < 0 || y >= rows || x < 0 || x >= cols || w <= 0)
		return 0;
	n = ui_fit(text, n, w < cols - x ? w : cols - x, &used);
	count = widen(text, n, wide);
	set_style(t, style);
	if (count > 0)
		(void)mvaddnwstr(y, x, wide, count);
	return used;
}

int ui_term_put(struct ui_term *t, int y, int x, int w, unsigned style, const char *text)
{
	return ui_term_putn(t, y, x, w, style, text, strlen(text));
}

int ui_term_put_cut(struct ui_term *t, int y, int x, int w, unsigned style,
		    const char *text)
{
	int used;

	if (w <= 0 || ui_width(text) <= w)
		return ui_term_put(t, y, x, w, style, text);
	used = ui_term_put(t, y, x, w - 1, style, text);
	return used + ui_term_put(t, y, x + used, 1, style, ui_term_glyphs(t)->cut);
}

void ui_term_fill(struct ui_term *t, struct ui_rect r, unsigned style)
{
	int rows, cols;

	getmaxyx(stdscr, rows, cols);
	set_style(t, style);
	for (int y = r.y < 0 ? 0 : r.y; y < r.y + r.h && y < rows; y++)
		if (r.x < cols)
			(void)mvhline(y, r.x, ' ', r.w < cols - r.x ? r.w : cols - r.x);
}

void ui_term_cursor(struct ui_term *t, int y, int x, bool visible)
{
	t->cursor_y = y;
	t->cursor_x = x;
	t->cursor_visible = visible;
}

void ui_term_flush(struct ui_term *t, bool all)
{
	if (t->lost)
		return;
	(void)curs_set(t->cursor_visible ? 1 : 0);
	(void)move(t->cursor_y, t->cursor_x);
	if (all)
		(void)clearok(curscr, TRUE);
	(void)refresh();
}

/* ---- reading back ---- */

size_t ui_term_sent(struct ui_term *t)
{
	off_t n = t->out ? lseek(fileno(t->out), 0, SEEK_CUR) : 0;

	if (n > 0)
		(void)lseek(fileno(t->out), 0, SEEK_SET);
	return n > 0 ? (size_t)n : 0;
}

void ui_term_where(const struct ui_term *t, int *y, int *x)
{
	*y = t->cursor_y;
	*x = t->cursor_x;
}

bool ui_term_cell(const struct ui_term *t, int y, int x, struct ui_cell *ret)
{
	wchar_t wide[CCHARW_MAX + 1] = { 0 };
	short pair = 0;
	cchar_t cell;
	attr_t attr;

	(void)t;
	*ret = (struct ui_cell){ .width = 1, .color = UI_COLOR_NONE };
	if (mvin_wch(y, x, &cell) == ERR || getcchar(&cell, wide, &attr, &pair, NULL) == ERR)
		return false;
	for (size_t i = 0, at = 0; wide[i] && at + MB_CUR_MAX < sizeof(ret->text); i++) {
		int n = wctomb(ret->text + at, wide[i]);

		at += n > 0 ? (size_t)n : 0;
	}
	if (wide[0] && wcwidth(wide[0]) == 2)
		ret->width = 2;
	ret->attr |= attr & A_BOLD ? UI_BOLD : 0U;
	ret->attr |= attr & A_DIM ? UI_DIM : 0U;
	ret->attr |= attr & A_REVERSE ? UI_REVERSE : 0U;
	ret->attr |= attr & A_UNDERLINE ? UI_UNDERLINE : 0U;
	ret->color = pair ? pair : UI_COLOR_NONE;
	return true;
}
