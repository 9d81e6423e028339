/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/input.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "src/base/strbuf.h"
#include "ui/dump.h"
#include "ui/keys.h"
#include "ui/signals.h"

#define CHAR_MS 100
#define WHEEL_ROWS 3
#define MOUSE (BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)
#define MOUSE_OLD "\033[M"	/* then three bytes */
#define MOUSE_SGR "\033[<"	/* then numbers, and the letter M or m */
#define MOUSE_MAX 20

/* How they come from the mouse of somebody else, who may have left it switched on. */
enum { KEY_UNASKED_OLD = KEY_MAX + 1, KEY_UNASKED_SGR };

static const struct {
	wint_t curses;
	int key;
} special[] = {
	{ KEY_UP, UI_KEY_UP }, { KEY_DOWN, UI_KEY_DOWN },
	{ KEY_LEFT, UI_KEY_LEFT }, { KEY_RIGHT, UI_KEY_RIGHT },
	{ KEY_PPAGE, UI_KEY_PAGE_UP }, { KEY_NPAGE, UI_KEY_PAGE_DOWN },
	{ KEY_HOME, UI_KEY_HOME }, { KEY_END, UI_KEY_END },
	{ KEY_FIND, UI_KEY_HOME }, { KEY_SELECT, UI_KEY_END },	/* vt220 */
	{ KEY_A1, UI_KEY_HOME }, { KEY_C1, UI_KEY_END },
	{ KEY_A3, UI_KEY_PAGE_UP }, { KEY_C3, UI_KEY_PAGE_DOWN },
	{ KEY_ENTER, UI_KEY_ENTER }, { KEY_BACKSPACE, UI_KEY_BACKSPACE },
	{ KEY_DC, UI_KEY_DELETE }, { KEY_F(1), UI_KEY_F1 },
	{ KEY_RESIZE, UI_KEY_RESIZE },
};

void ui_input_done(struct ui_input *in)
{
	ui_script_done(&in->script);
}

static void close_file(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

int ui_input_load(struct ui_input *in, const char *path, struct pg_err *err)
{
	struct pg_strbuf text PG_CLEANUP(pg_strbuf_done) = { 0 };
	FILE *f PG_CLEANUP(close_file) = fopen(path, "re");
	char buf[4096];
	size_t n;

	if (!f) {
		int code = -errno;

		return pg_err_set(err, code, path, 0, "The key script cannot be read: %s.",
				  pg_err_reason(code));
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		pg_strbuf_addn(&text, buf, n);
	in->scripted = true;
	if (pg_strbuf_error(&text) < 0)
		return -ENOMEM;
	return ui_script_parse(text.s ? text.s : "", text.len, path, &in->script,
			       err);
}

/* ---- the mouse ---- */

/* Unless that is a key there (F1 of some), or the mouse that was asked for. */
static void note_unasked(const struct ui_input *in, const char *begin, int key)
{
	int now = key_defined(begin);

	if (now == 0 || (now == KEY_MOUSE && !in->mouse))
		(void)define_key(begin, key);
}

void ui_input_take_mouse(struct ui_input *in, bool mouse)
{
	/* gpm's comes by a connection of its own, at which nobody here waits. */
	in->mouse = mouse && setenv("NCURSES_GPM_TERMS", "", 1) == 0 && mousemask(MOUSE, NULL) != 0;
	if (in->mouse)
		(void)mouseinterval(0);
	note_unasked(in, MOUSE_OLD, KEY_UNASKED_OLD);
	note_unasked(in, MOUSE_SGR, KEY_UNASKED_SGR);
}

static int take_mouse(struct ui_input *in, int what, int y, int x)
{
	if (!in->mouse)
		return UI_KEY_NONE;
	if (what == UI_KEY_CLICK) {
		in->y = y;
		in->x = x;
		return what;
	}
	in->again = WHEEL_ROWS - 1;
	in->again_key = what == UI_KEY_WHEEL_UP ? UI_KEY_UP : UI_KEY_DOWN;
	return in->again_key;
}

static int from_mouse(struct ui_input *in)
{
	MEVENT e;

	if (getmouse(&e) != OK || !(e.bstate & MOUSE))
		return UI_KEY_NONE;
	return take_mouse(in, e.bstate & BUTTON1_PRESSED ? UI_KEY_CLICK :
			      e.bstate & BUTTON4_PRESSED ? UI_KEY_WHEEL_UP : UI_KEY_WHEEL_DOWN, e.y, e.x);
}

/* What comes behind its beginning is no text and no keys. */
static void leave_out_mouse(wint_t kind)
{
	int c;

	timeout(CHAR_MS);
	for (int i = 0; i < (kind == KEY_UNASKED_OLD ? 3 : MOUSE_MAX); i++) {
		c = getch();
		if (c == ERR || (kind == KEY_UNASKED_SGR && c != ';' && (c < '0' || c > '9')))
			break;
	}
}

/* ---- keys ---- */

static int from_function(struct ui_input *in, wint_t c)
{
	if (c == KEY_MOUSE)
		return from_mouse(in);
	if (c == KEY_UNASKED_OLD || c == KEY_UNASKED_SGR) {
		leave_out_mouse(c);
		return UI_KEY_NONE;
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(special); i++)
		if (special[i].curses == c)
			return special[i].key;
	return UI_KEY_OTHER;
}

static int from_curses(struct ui_input *in, wint_t c, bool function)
{
	if (function)
		return from_function(in, c);
	if (c == '\r' || c == '\n')
		return UI_KEY_ENTER;
	if (c == '\t')
		return UI_KEY_TAB;
	if (c == 0x1b)
		return UI_KEY_ESC;
	if (c == UI_CTRL('c'))
		return UI_KEY_INTERRUPT;
	if (c == 0x7f || c == '\b')
		return UI_KEY_BACKSPACE;
	return c == 0 || c >= UI_KEY_SPECIAL ? UI_KEY_OTHER : (int)c;
}

/* Signals that are keys, or that happen to the terminal. */
static int from_signals(struct ui_input *in)
{
	if (ui_signals_seen(UI_SIGNAL_HUP)) {
		ui_term_lost(in->term);
		in->ended = true;
		return UI_KEY_NONE;
	}
	if (ui_signals_seen(UI_SIGNAL_WINCH)) {
		ui_signals_clear(UI_SIGNAL_WINCH);
		ui_term_follow_size(in->term);
		return UI_KEY_RESIZE;
	}
	if (ui_signals_seen(UI_SIGNAL_INT)) {
		ui_signals_clear(UI_SIGNAL_INT);
		return UI_KEY_INTERRUPT;
	}
	return UI_KEY_NONE;
}

/* Readable, and yet there is nothing to read: the other end was closed. (Where a
 * UTF-8 character stays incomplete there is no key either, but then the terminal is silent.) */
static bool is_at_end(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int n = 0;

	return poll(&p, 1, 0) > 0 && (ioctl(STDIN_FILENO, FIONREAD, &n) < 0 || n == 0);
}

/* curses may hold characters that it has read already, so it is asked first and after. */
static int from_keyboard(struct ui_input *in, int timeout_ms)
{
	bool readable = false;
	wint_t c;
	int r;

	for (int turn = 0; turn < 2; turn++) {
		/* The rest of a UTF-8 character may come late, over a slow line. */
		timeout(readable || ui_signals_wait(STDIN_FILENO, 0) ? CHAR_MS : 0);
		r = get_wch(&c);
		if (r != ERR)
			return from_curses(in, c, r == KEY_CODE_YES);
		if (readable && is_at_end()) {
			ui_term_lost(in->term);
			in->ended = true;
		}
		if (turn == 0)
			readable = ui_signals_wait(STDIN_FILENO, timeout_ms);
		if (!readable)
			break;
	}
	return UI_KEY_NONE;
}

static int do_step(struct ui_input *in, const struct ui_step *step)
{
	switch (step->kind) {
	case UI_STEP_RESIZE:
		ui_term_resize(in->term, step->rows, step->cols);
		return UI_KEY_RESIZE;
	case UI_STEP_DUMP:
		if (in->dump)
			(void)ui_dump(in->term, step->name, in->dump);
		return UI_KEY_NONE;
	case UI_STEP_BYTES:
		if (in->dump)
			(void)fprintf(in->dump, "%s %zu\n", step->name, ui_term_sent(in->term));
		return UI_KEY_NONE;
	case UI_STEP_REST:
		return UI_KEY_NONE;
	case UI_STEP_KEY:
		break;
	}
	if (step->key == UI_KEY_CLICK || step->key == UI_KEY_WHEEL_UP || step->key == UI_KEY_WHEEL_DOWN)
		return take_mouse(in, step->key, step->rows, step->cols);
	return step->key;
}

static int from_script(struct ui_input *in, int timeout_ms)
{
	const struct ui_step *step;
	int key = UI_KEY_NONE;

	while (key == UI_KEY_NONE) {
		step = ui_script_peek(&in->script);
		if (step && timeout_ms == 0 &&
		    ui_script_next_key(&in->script) != UI_KEY_INTERRUPT)
			return UI_KEY_NONE;
		if (!step) {
			in->ended = timeout_ms < 0;
			return UI_KEY_NONE;
		}
		if (timeout_ms > 0 && step->kind != UI_STEP_KEY && step->kind != UI_STEP_BYTES)
			return UI_KEY_NONE;
		key = do_step(in, ui_script_next(&in->script));
	}
	return key;
}

int ui_input_key(struct ui_input *in, int timeout_ms)
{
	int key = from_signals(in);

	if (key != UI_KEY_NONE || in->ended)
		return key;
	if (in->again > 0) {
		in->again--;
		return in->again_key;
	}
	if (in->scripted)
		return from_script(in, timeout_ms);
	key = from_keyboard(in, timeout_ms);
	return key != UI_KEY_NONE ? key : from_signals(in);
}
