/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/charset.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"

static const struct ui_glyphs sets[] = {
	[UI_CHARSET_UTF8] = {
		.h = "─", .v = "│", .tl = "┌", .tr = "┐", .bl = "└", .br = "┘",
		.branch = "├ ", .last_branch = "└ ", .open = "▾ ", .closed = "▸ ",
		.step_done = "✓", .step_current = "●", .step_line = "─", .cut = "…",
		.bar_full = "█", .bar_empty = "░",
	},
	[UI_CHARSET_LINUX] = {
		.h = "─", .v = "│", .tl = "┌", .tr = "┐", .bl = "└", .br = "┘",
		.branch = "├ ", .last_branch = "└ ", .open = "v ", .closed = "> ",
		.step_done = "+", .step_current = "*", .step_line = "─", .cut = "~",
		.bar_full = "#", .bar_empty = ".",
	},
	[UI_CHARSET_ASCII] = {
		.h = "-", .v = "|", .tl = "+", .tr = "+", .bl = "+", .br = "+",
		.branch = "|- ", .last_branch = "`- ", .open = "v ", .closed = "> ",
		.step_done = "+", .step_current = "*", .step_line = "-", .cut = "~",
		.bar_full = "#", .bar_empty = ".",
	},
};

static const struct {
	const char *utf8, *ascii;
} symbols[] = {
	{ "→", "->" }, { "←", "<-" }, { "↑", "^" }, { "↓", "v" }, { "…", "..." },
	{ "–", "-" }, { "—", "-" }, { "‘", "'" }, { "’", "'" }, { "“", "\"" },
	{ "”", "\"" }, { "✓", "+" }, { "✔", "+" }, { "✗", "x" }, { "✘", "x" },
	{ "×", "x" }, { "·", "-" }, { "•", "*" }, { "●", "*" }, { "▸", ">" },
	{ "▾", "v" }, { "≥", ">=" }, { "≤", "<=" }, { "µ", "u" }, { "®", "(R)" },
	{ "™", "(TM)" }, { "©", "(C)" }, { "─", "-" }, { "│", "|" }, { "├", "|" },
	{ "└", "`" },
};

const struct ui_glyphs *ui_glyphs(enum ui_charset charset)
{
	return &sets[charset];
}

static const char *find_symbol(const char *s, size_t len)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(symbols); i++)
		if (strlen(symbols[i].utf8) == len && memcmp(symbols[i].utf8, s, len) == 0)
			return symbols[i].ascii;
	return NULL;
}

char *ui_charset_text(enum ui_charset charset, const char *s)
{
	struct pg_strbuf b = { 0 };
	size_t n = strlen(s), len;

	for (size_t i = 0; i < n; i += len) {
		const char *ascii;

		len = pg_text_char(s + i, n - i);
		ascii = len > 1 && charset != UI_CHARSET_UTF8 ? find_symbol(s + i, len) : NULL;
		if (ascii)
			pg_strbuf_add(&b, ascii);
		else if (len == 0 || (len > 1 && charset == UI_CHARSET_ASCII))
			pg_strbuf_addc(&b, '?');
		else
			pg_strbuf_addn(&b, s + i, len);
		len = len ? len : 1;
	}
	return pg_strbuf_steal(&b);
}

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static int bring_down(enum ui_charset charset, char **s)
{
	char *copy;

	if (!*s || is_plain(*s))
		return 0;
	copy = ui_charset_text(charset, *s);
	if (!copy)
		return -ENOMEM;
	free(*s);
	*s = copy;
	return 0;
}

int ui_charset_lines(enum ui_charset charset, struct wiz_lines *lines)
{
	int r = 0;

	for (size_t i = 0; charset != UI_CHARSET_UTF8 && i < lines->n && r == 0; i++) {
		r = bring_down(charset, &lines->v[i].label);
		if (r == 0)
			r = bring_down(charset, &lines->v[i].text);
	}
	return r;
}

static int bring_down_all(enum ui_charset charset, char **const *s, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = bring_down(charset, s[i]);
	return r;
}

int ui_charset_item(enum ui_charset charset, struct wiz_item *item)
{
	char **const texts[] = { &item->text, &item->note, &item->also, &item->detail_title, &item->why_not };

	return charset == UI_CHARSET_UTF8 ? 0 : bring_down_all(charset, texts, PG_ARRAY_SIZE(texts));
}

int ui_charset_view(enum ui_charset charset, struct wiz_view *view)
{
	char **const own[] = {
		&view->title, &view->host, &view->place, &view->intro, &view->list_title,
		&view->detail_title, &view->next_label, &view->why_not_next,
		&view->question.title, &view->question.text, &view->progress_text,
	};
	int r;

	if (charset == UI_CHARSET_UTF8)
		return 0;
	r = bring_down_all(charset, own, PG_ARRAY_SIZE(own));
	for (size_t i = 0; i < view->n_step && r == 0; i++)
		r = bring_down(charset, &view->step[i].label);
	for (size_t i = 0; i < view->n_item && r == 0; i++)
		r = ui_charset_item(charset, &view->item[i]);
	return r < 0 ? r : ui_charset_lines(charset, &view->lines);
}
