/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/state.h"

#include <string.h>

/* Looks from `from`; in a list, a place inside a folded group unfolds the group. */
static int find(struct ui *ui, size_t from, int dir, bool here)
{
	struct ui_textview *v = ui_page_textview(ui);
	const char *text = ui->search.text;
	size_t row;
	int r;

	ui->search.missing = false;
	if (v) {
		ui->search.missing = !ui_textview_find(v, text, from, dir, here,
						       ui_page_rows(ui));
		return 0;
	}
	if (ui_list_find(&ui->list, &ui->view, text, from, dir, here))
		return 0;
	row = ui_list_find_folded(&ui->list, &ui->view, text);
	ui->search.missing = row == ui->list.n;
	if (ui->search.missing)
		return 0;
	r = ui_fold(ui, row);
	(void)ui_list_find(&ui->list, &ui->view, text, from, dir, true);
	return r;
}

void ui_find_start(struct ui *ui)
{
	struct ui_textview *v = ui_page_textview(ui);

	ui->search = (struct ui_search){ .typing = true };
	if (v)
		v->found = 0;
	ui->search.origin = v ? ui_textview_line(v) : ui->list.cursor;
	ui->search.origin_top = v ? v->top : ui->list.top;
}

static void go_back(struct ui *ui)
{
	struct ui_textview *v = ui_page_textview(ui);

	if (v) {
		v->found = 0;
		v->top = ui->search.origin_top;
	} else if (ui->search.origin < ui->list.n) {
		ui->list.cursor = ui->search.origin;
		ui->list.top = ui->search.origin_top;
	}
}

int ui_find_key(struct ui *ui, int key)
{
	struct ui_search *s = &ui->search;
	struct ui_textview *v = ui_page_textview(ui);
	size_t n = s->n;

	if (key == UI_KEY_ENTER || key == UI_KEY_ESC) {
		s->typing = false;
		if (key == UI_KEY_ESC || s->n == 0 || s->missing)
			go_back(ui);
		if (key == UI_KEY_ENTER && s->missing)
			ui_say(ui, "This text is nowhere here.");
		return 0;
	}
	if (!ui_field_key(s->text, sizeof(s->text), &s->n, &s->at, key))
		return 0;
	/* More text is found where the less was, or after it, or nowhere either. */
	if (n > 0 && s->n > n && s->at == s->n)
		return s->missing ? 0 : find(ui, v ? ui_textview_line(v) : ui->list.cursor, 1, true);
	if (s->n > 0)
		return find(ui, s->origin, 1, true);
	s->missing = false;
	go_back(ui);
	return 0;
}

int ui_find_again(struct ui *ui, int dir)
{
	struct ui_textview *v = ui_page_textview(ui);
	int r;

	if (ui->search.n == 0) {
		ui_say(ui, "Search for something first, with the key /.");
		return 0;
	}
	r = find(ui, v ? ui_textview_line(v) : ui->list.cursor, dir, false);
	if (ui->search.missing)
		ui_say(ui, "This text is nowhere here.");
	return r;
}
