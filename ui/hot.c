/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/hot.h"

#include "ui/keys.h"

void ui_hot_clear(struct ui_hot *hot)
{
	hot->n = 0;
}

void ui_hot_add(struct ui_hot *hot, int y, int x, int w, int key)
{
	if (key == UI_KEY_NONE || hot->n == UI_HOT_MAX)
		return;
	hot->v[hot->n].y = y;
	hot->v[hot->n].x = x;
	hot->v[hot->n].w = w;
	hot->v[hot->n++].key = key;
}

int ui_hot_key(const struct ui_hot *hot, int y, int x)
{
	for (size_t i = 0; i < hot->n; i++)
		if (y == hot->v[i].y && x >= hot->v[i].x && x < hot->v[i].x + hot->v[i].w)
			return hot->v[i].key;
	return UI_KEY_NONE;
}
