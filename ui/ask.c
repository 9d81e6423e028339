/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/ask.h"

#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "ui/keys.h"
#include "ui/text.h"

#define WIDEST 64

/* ---- the field ---- */

static size_t encode(int key, char out[4])
{
	unsigned c = (unsigned)key;

	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static size_t before(const char *text, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t after(const char *text, size_t n, size_t at)
{
	if (at < n)
		at++;
	while (at < n && ((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void cut(char *text, size_t *n, size_t from, size_t to)
{
	memmove(text + from, text + to, *n - to + 1);
	*n -= to - from;
}

static void insert(char *text, size_t size, size_t *n, size_t *at, int key)
{
	char c[4];
	size_t len = encode(key, c);

	if (pg_text_char(c, len) != len || *n + len >= size)
		return;
	memmove(text + *at + len, text + *at, *n - *at + 1);
	memcpy(text + *at, c, len);
	*n += len;
	*at += len;
}

bool ui_field_key(char *text, size_t size, size_t *n, size_t *at, int key)
{
	size_t to = *at;

	if (key == UI_KEY_BACKSPACE) {
		*at = before(text, *at);
		cut(text, n, *at, to);
	} else if (key == UI_KEY_DELETE) {
		cut(text, n, *at, after(text, *n, *at));
	} else if (key == UI_CTRL('u')) {
		*at = 0;
		cut(text, n, 0, to);
	} else if (key == UI_KEY_LEFT) {
		*at = before(text, *at);
	} else if (key == UI_KEY_RIGHT) {
		*at = after(text, *n, *at);
	} else if (key == UI_KEY_HOME) {
		*at = 0;
	} else if (key == UI_KEY_END) {
		*at = *n;
	} else if (key >= ' ' && key < UI_KEY_SPECIAL) {
		insert(text, size, n, at, key);
	} else {
		return false;
	}
	return true;
}

void ui_field_draw(struct ui_term *t, int y, int x, int w, const char *text, size_t at)
{
	struct ui_rect r = { y, x, 1, w };
	pg_autofree char *shown = NULL;
	int cursor = ui_width_n(text, at), pad = 0;
	size_t from = 0;

	if (cursor > w - 1)
		from = ui_skip(text, strlen(text), cursor - (w - 1), &pad);
	shown = ui_charset_text(ui_term_charset(t), text + from);
	ui_term_fill(t, r, UI_STYLE_FIELD);
	if (shown)
		(void)ui_term_put(t, y, x + pad, w - pad, UI_STYLE_FIELD, shown);
	ui_term_cursor(t, y, x + (cursor > w - 1 ? w - 1 : cursor), true);
}

/* ---- the question ---- */

void ui_ask_start(struct ui_ask *ask, const struct wiz_question *q)
{
	*ask = (struct ui_ask){ .yes = q->kind != WIZ_ASK_YESNO || q->yes_default };
	if (q->kind == WIZ_ASK_TEXT && q->initial) {
		/* Not cut inside a character. */
		while (q->initial[ask->n] && ask->n + 4 < sizeof(ask->text))
			ask->n = after(q->initial, strlen(q->initial), ask->n);
		memcpy(ask->text, q->initial, ask->n);
		ask->at = ask->n;
	}
}

enum ui_asked ui_ask_key(struct ui_ask *ask, const struct wiz_question *q, int key)
{
	if (key == UI_KEY_ESC)
		return q->kind == WIZ_ASK_NOTE ? UI_ASKED_YES : UI_ASKED_NO;
	if (key == UI_KEY_ENTER)
		return ask->yes ? UI_ASKED_YES : UI_ASKED_NO;
	if (q->kind == WIZ_ASK_TEXT) {
		(void)ui_field_key(ask->text, sizeof(ask->text), &ask->n, &ask->at, key);
		return UI_ASKED_STAY;
	}
	if (q->kind != WIZ_ASK_YESNO)
		return UI_ASKED_STAY;
	if (key == 'y' || key == 'Y')
		return UI_ASKED_YES;
	if (key == 'n' || key == 'N')
		return UI_ASKED_NO;
	if (key == UI_KEY_LEFT || key == UI_KEY_RIGHT || key == UI_KEY_TAB)
		ask->yes = !ask->yes;
	return UI_ASKED_STAY;
}

static int draw_button(struct ui_term *t, int y, int x, int w, const char *label, bool on)
{
	char buf[32];

	(void)snprintf(buf, sizeof(buf), on ? "[ %s ]" : "  %s  ", label);
	if (on)
		ui_term_cursor(t, y, x, false);
	w = ui_term_put(t, y, x, w, on ? (unsigned)UI_STYLE_CURSOR : (unsigned)WIZ_PLAIN, buf);
	ui_hot_add(ui_term_hot(t), y, x, w, on ? UI_KEY_ENTER : UI_KEY_LEFT);
	return w;
}

static void draw_answer(struct ui_term *t, struct ui_rect r, const struct ui_ask *ask,
			const struct wiz_question *q)
{
	int y = r.y + r.h - 1, x;

	if (q->kind == WIZ_ASK_TEXT) {
		ui_field_draw(t, y, r.x, r.w, ask->text, ask->at);
		return;
	}
	if (q->kind == WIZ_ASK_NOTE) {
		(void)draw_button(t, y, r.x + (r.w - 6) / 2, r.w, _("OK"), true);
		return;
	}
	x = r.x + (r.w - 15) / 2;
	x += draw_button(t, y, x, r.w, _("No"), !ask->yes) + 2;
	(void)draw_button(t, y, x, r.w, _("Yes"), ask->yes);
}

void ui_ask_draw(struct ui_term *t, const struct ui_ask *ask, const struct wiz_question *q)
{
	const char *text = q->text ? q->text : "";
	size_t pos = 0, off, len;
	struct ui_rect box, in;
	int rows, cols, w, y;

	ui_term_size(t, &rows, &cols);
	w = cols - 8 < WIDEST ? cols - 8 : WIDEST;
	box = ui_rect_centre(rows, cols, ui_wrap_count(text, w) + 2, w);
	in = ui_rect_inner(box);
	ui_hot_clear(ui_term_hot(t));
	ui_term_fill(t, box, WIZ_PLAIN);
	ui_term_box(t, box, UI_STYLE_FOCUS, q->title, NULL);
	for (y = in.y; y < in.y + in.h - 2 && ui_wrap(text, in.w, &pos, &off, &len); y++)
		(void)ui_term_putn(t, y, in.x, in.w, WIZ_PLAIN, text + off, len);
	draw_answer(t, in, ask, q);
}
