/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the screen can be clicked: places that stand for a key. Whoever draws one notes it, so that
 * nothing can be clicked that is not seen.
 */
#pragma once

#include "src/base/macro.h"

#define UI_HOT_MAX 32		/* more than a row of keys has */

struct ui_hot {
	struct {
		int y, x, w;
		int key;
	} v[UI_HOT_MAX];
	size_t n;
};

void ui_hot_clear(struct ui_hot *hot);
/* w cells from x stand for a key; UI_KEY_NONE: for nothing. */
void ui_hot_add(struct ui_hot *hot, int y, int x, int w, int key);
/* The key of a place, or UI_KEY_NONE. */
int ui_hot_key(const struct ui_hot *hot, int y, int x);
