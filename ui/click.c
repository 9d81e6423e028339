/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a click means: the key of the place, or a row of the list. Nothing is done by it that a key does not
 * do, and nothing with less: a question is answered by its buttons alone, of which a click on the one that
 * is not proposed only goes there, so that a double click on a row never says yes to what it opens.
 */
#include "ui/state.h"

/* Space where rows are chosen from, and for a group that only folds; else the row is opened. */
static int key_of_row(const struct ui *ui)
{
	const struct wiz_item *item = ui_list_item(&ui->list, &ui->view);
	bool choice = ui->list.any_mark && ui->view.can & WIZ_CAN_TOGGLE;

	return choice || (item && item->can_fold && !item->enabled) ? ' ' : UI_KEY_ENTER;
}

/* From frame to frame, as the cursor's row. */
static bool find_row(const struct ui *ui, int y, int x, size_t *ret)
{
	struct ui_rect in = ui_rect_inner(ui->layout.main);

	if (ui->view.shape != WIZ_SHAPE_LIST || ui->over != UI_OVER_NONE || ui->asking || ui->search.typing)
		return false;
	if (y < in.y || y >= in.y + in.h || x < in.x - 1 || x > in.x + in.w)
		return false;
	*ret = ui->list.top + (size_t)(y - in.y);
	return *ret < ui->list.n;
}

int ui_click(struct ui *ui)
{
	int y = ui->in.y, x = ui->in.x, key;
	size_t row;
	bool here;

	/* It was meant for what was seen, and not for what has come since. */
	if (!ui->seen)
		return 0;
	key = ui_hot_key(ui_term_hot(ui->term), y, x);
	if (key != UI_KEY_NONE)
		return ui_key(ui, key);
	if (!find_row(ui, y, x, &row))
		return 0;
	here = row == ui->list.cursor && !ui->detail_focus;
	ui_say(ui, NULL);
	ui->touched = true;	/* where more rows come, the cursor stays with this one */
	ui->detail_focus = false;
	ui->list.cursor = row;
	return here ? ui_key(ui, key_of_row(ui)) : 0;
}
