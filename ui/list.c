/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "ui/text.h"

#define NOTE_GAP 2
#define TEXT_MIN 20		/* cells that a note leaves to the text */

void ui_list_done(struct ui_list *list)
{
	free(list->row);
	*list = (struct ui_list){ 0 };
}

static int at_most(int a, int b)
{
	return a < b ? a : b;
}

static int at_least(int a, int b)
{
	return a > b ? a : b;
}

/* Behind the items that are below this one. */
static size_t end_of(const struct wiz_view *view, size_t i)
{
	unsigned depth = view->item[i].depth;

	for (i++; i < view->n_item && view->item[i].depth > depth; i++)
		;
	return i;
}

/* Fills rows with the items from `from` to `to` that no folded group hides; returns how many. */
static size_t collect_rows(const struct wiz_view *view, size_t from, size_t to, uint32_t *row)
{
	size_t n = 0;

	while (from < to) {
		row[n++] = (uint32_t)from;
		from = view->item[from].folded ? end_of(view, from) : from + 1;
	}
	return n;
}

static size_t count_rows(const struct wiz_view *view, size_t from, size_t to)
{
	size_t n = 0;

	for (; from < to; n++)
		from = view->item[from].folded ? end_of(view, from) : from + 1;
	return n;
}

static void look_at_items(const struct wiz_view *view, struct ui_list *list)
{
	bool flat = true;
	int text = 0, note = 0;

	list->any_fold = list->any_mark = false;
	for (size_t i = 0; i < view->n_item; i++) {
		const struct wiz_item *item = &view->item[i];
		bool noted = item->note && *item->note && item->text;

		list->any_fold = list->any_fold || item->can_fold;
		list->any_mark = list->any_mark || item->mark != WIZ_MARK_NONE;
		flat = flat && item->depth == 0;
		text = at_least(text, noted ? ui_width(item->text) : 0);
		note = at_least(note, noted ? ui_width(item->note) : 0);
	}
	list->text_width = flat && !list->any_fold ? text : 0;
	list->note_width = flat && !list->any_fold ? note : 0;
}

static size_t row_of(const struct wiz_view *view, const struct ui_list *list, const char *id)
{
	size_t want = view->cursor < view->n_item ? view->cursor : 0;

	for (size_t i = 0; id && i < list->n; i++)
		if (strcmp(view->item[list->row[i]].id, id) == 0)
			return i;
	if (id)
		return list->cursor;
	for (size_t i = list->n; i > 0; i--)
		if (list->row[i - 1] <= want)
			return i - 1;
	return 0;
}

int ui_list_make(const struct wiz_view *view, const char *id, struct ui_list *list)
{
	uint32_t *row = calloc(view->n_item + 1, sizeof(*row));

	if (!row)
		return -ENOMEM;
	free(list->row);
	list->row = row;
	list->n = collect_rows(view, 0, view->n_item, row);
	if (!id)
		list->top = 0;
	list->cursor = row_of(view, list, id);
	if (list->cursor >= list->n)
		list->cursor = list->n ? list->n - 1 : 0;
	look_at_items(view, list);
	return 0;
}

void ui_list_refold(struct ui_list *list, const struct wiz_view *view, size_t row)
{
	size_t i = list->row[row], end = end_of(view, i), next = row + 1, n;

	while (next < list->n && list->row[next] < end)
		next++;
	/* What comes takes the place of what goes; there is room for all items. */
	n = view->item[i].folded ? 1 : 1 + count_rows(view, i + 1, end);
	memmove(list->row + row + n, list->row + next, (list->n - next) * sizeof(*list->row));
	list->n += n - (next - row);
	(void)collect_rows(view, i, end, list->row + row);
	if (list->cursor > row)
		list->cursor = row;
}

const struct wiz_item *ui_list_item(const struct ui_list *list, const struct wiz_view *view)
{
	return list->cursor < list->n ? &view->item[list->row[list->cursor]] : NULL;
}

void ui_list_show(struct ui_list *list, int height)
{
	size_t h = height > 0 ? (size_t)height : 1;

	if (list->top + h > list->n)
		list->top = list->n > h ? list->n - h : 0;
	if (list->cursor >= list->top && list->cursor < list->top + h)
		return;
	/* By half a page: a slow line carries that once and then single rows. */
	list->top = list->cursor > h / 2 ? list->cursor - h / 2 : 0;
	if (list->top + h > list->n)
		list->top = list->n > h ? list->n - h : 0;
}

bool ui_list_move(struct ui_list *list, enum ui_action action, int height)
{
	size_t page = height > 1 ? (size_t)height - 1 : 1, last = list->n ? list->n - 1 : 0;
	size_t c = list->cursor;

	if (action == UI_ACT_UP)
		c = c ? c - 1 : 0;
	else if (action == UI_ACT_DOWN)
		c = c + 1;
	else if (action == UI_ACT_PAGE_UP)
		c = c > page ? c - page : 0;
	else if (action == UI_ACT_PAGE_DOWN)
		c = c + page;
	else if (action == UI_ACT_FIRST)
		c = 0;
	else if (action == UI_ACT_LAST)
		c = last;
	else
		return false;
	list->cursor = c < last ? c : last;
	return true;
}

/* ---- search ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Most places are not even the first letter: a key goes over every row that there is. */
bool ui_text_has(const char *text, const char *s)
{
	char first = lower(*s), other = first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first;

	for (; first; text++) {
		size_t i = 1;

		while (*text && *text != first && *text != other)
			text++;
		if (!*text)
			return false;
		while (s[i] && lower(text[i]) == lower(s[i]))
			i++;
		if (!s[i])
			return true;
	}
	return true;
}

bool ui_item_has(const struct wiz_item *item, const char *s)
{
	const char *const texts[] = { item->text, item->note, item->also, item->detail_title };

	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++)
		if (texts[i] && ui_text_has(texts[i], s))
			return true;
	return false;
}

bool ui_list_find(struct ui_list *list, const struct wiz_view *view, const char *s,
		  size_t from, int dir, bool here)
{
	size_t at = from;

	for (size_t i = 0; i < list->n; i++) {
		if (i > 0 || !here)
			at = dir > 0 ? (at + 1) % list->n : (at + list->n - 1) % list->n;
		if (ui_item_has(&view->item[list->row[at]], s)) {
			list->cursor = at;
			return true;
		}
	}
	return false;
}

size_t ui_list_find_folded(const struct ui_list *list, const struct wiz_view *view, const char *s)
{
	for (size_t r = 0; r < list->n; r++) {
		size_t end = r + 1 < list->n ? list->row[r + 1] : view->n_item;

		for (size_t i = list->row[r] + 1; i < end; i++)
			if (ui_item_has(&view->item[i], s))
				return r;
	}
	return list->n;
}

/* ---- drawing ---- */

void ui_list_foot(const struct ui_list *list, int height, char *buf, size_t size)
{
	buf[0] = '\0';
	if (list->n > (size_t)(height > 0 ? height : 0))
		(void)snprintf(buf, size, _("%zu of %zu"), list->cursor + 1, list->n);
}

static bool is_last_child(const struct wiz_view *view, size_t i)
{
	size_t end = end_of(view, i);

	return end >= view->n_item || view->item[end].depth < view->item[i].depth;
}

/* Does a branch of level `depth` go on below the item, which is deeper? */
static bool goes_on(const struct wiz_view *view, size_t i, unsigned depth)
{
	for (i++; i < view->n_item && view->item[i].depth > depth; i++)
		;
	return i < view->n_item && view->item[i].depth == depth;
}

static const char *mark_text(enum wiz_mark mark)
{
	static const char *const marks[] = {
		[WIZ_MARK_NONE] = "    ", [WIZ_MARK_OFF] = "[ ] ", [WIZ_MARK_ON] = "[x] ",
		[WIZ_MARK_RADIO_OFF] = "( ) ", [WIZ_MARK_RADIO_ON] = "(*) ",
		[WIZ_MARK_ALERT] = " !  ",
	};

	return marks[mark];
}

/* A branch that needs a cell more takes it from the blanks before it. */
static int draw_branch(struct ui_term *t, struct ui_rect r, int x, unsigned style, bool last)
{
	const struct ui_glyphs *g = ui_term_glyphs(t);
	const char *branch = last ? g->last_branch : g->branch;
	int more = ui_width(branch) - 2;

	return ui_term_put(t, r.y, r.x + x - more, r.w - x, style, branch) - more;
}

/* What stands before an item's text: blanks, branch or fold sign, mark. Returns the cells. */
static int draw_lead(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		     const struct ui_list *list, size_t i, unsigned style)
{
	const struct ui_glyphs *g = ui_term_glyphs(t);
	const struct wiz_item *item = &view->item[i];
	int x = 1 + 2 * (int)(item->depth < 8 ? item->depth : 8);

	for (unsigned d = 1; d < item->depth && d < 8; d++)
		if (goes_on(view, i, d))
			(void)ui_term_put(t, r.y, r.x + 1 + 2 * (int)d - (ui_width(g->branch) - 2), 1, style, g->v);
	if (item->can_fold)
		x += ui_term_put(t, r.y, r.x + x, r.w - x, style,
				 item->folded ? g->closed : g->open);
	else if (item->depth > 0)
		x += draw_branch(t, r, x, style, is_last_child(view, i));
	else if (list->any_fold)
		x += 2;
	if (list->any_mark && !(item->can_fold && item->mark == WIZ_MARK_NONE))
		x += ui_term_put(t, r.y, r.x + x, r.w - x, style, mark_text(item->mark));
	return x;
}

static unsigned item_style(const struct wiz_item *item)
{
	return !item->enabled && item->style == WIZ_PLAIN ? WIZ_FAINT : item->style;
}

static unsigned note_style(const struct wiz_item *item)
{
	return item->style == WIZ_WARN || item->style == WIZ_BAD || item->style == WIZ_GOOD ?
		       item->style :
		       WIZ_FAINT;
}

/* Cells for the text where text and note do not both fit: it keeps the larger part. */
static int text_share(int room, int text, int note)
{
	int least = at_most(room - room * 2 / 5, at_least(room - room / 2, TEXT_MIN));

	return at_most(text, at_least(least, room - note - NOTE_GAP));
}

/* Text, then the note: after it in a tree, in a column of its own in a flat list. */
static void draw_item(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		      const struct ui_list *list, size_t i, unsigned cursor_style)
{
	const struct wiz_item *item = &view->item[i];
	bool cursor = cursor_style != WIZ_PLAIN;
	unsigned style = cursor ? cursor_style : item_style(item);
	const char *text = item->text ? item->text : "";
	int x = draw_lead(t, r, view, list, i, cursor ? cursor_style : style);
	int room = r.w - x - 1, share = ui_width(text);

	if (!item->note || !*item->note) {
		(void)ui_term_put_cut(t, r.y, r.x + x, room, style, text);
		return;
	}
	if (list->note_width)
		share = text_share(room, list->text_width, list->note_width);
	else
		share = text_share(room, share, ui_width(item->note));
	(void)ui_term_put_cut(t, r.y, r.x + x, share, style, text);
	x += share + NOTE_GAP;
	(void)ui_term_put_cut(t, r.y, r.x + x, room - share - NOTE_GAP,
			      cursor ? cursor_style : note_style(item), item->note);
}

void ui_list_draw(struct ui_term *t, struct ui_rect r, const struct wiz_view *view,
		  struct ui_list *list, bool focus)
{
	ui_list_show(list, r.h);
	for (int y = 0; y < r.h && list->top + (size_t)y < list->n; y++) {
		struct ui_rect row = { r.y + y, r.x, 1, r.w };
		size_t at = list->top + (size_t)y;
		unsigned style = WIZ_PLAIN;

		if (at == list->cursor) {
			style = focus ? UI_STYLE_CURSOR : UI_STYLE_CURSOR_OFF;
			ui_term_fill(t, row, style);
			ui_term_cursor(t, row.y, row.x, false);
		}
		draw_item(t, row, view, list, list->row[at], style);
	}
}
