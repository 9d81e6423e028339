/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups that are folded and unfolded. */
#include "wizard/ctx.h"

#include <errno.h>
#include <string.h>

#include "src/base/vec.h"

bool wiz_is_folded(const struct wiz *w, const char *item, bool by_default)
{
	return pg_strv_has(&w->flipped, item) ? !by_default : by_default;
}

int wiz_flip(struct wiz *w, const char *item, enum wiz_follow *ret)
{
	*ret = WIZ_REBUILD;
	for (size_t i = 0; i < w->flipped.n; i++) {
		if (strcmp(w->flipped.v[i], item) != 0)
			continue;
		free(w->flipped.v[i]);
		pg_vec_remove(w->flipped.v, &w->flipped.n, sizeof(char *), i);
		w->flipped.v[w->flipped.n] = NULL;
		return 0;
	}
	return pg_strv_add(&w->flipped, item);
}

int wiz_fold(struct wiz *w, struct wiz_view *view, size_t i, bool *ret_done)
{
	const struct wiz_page_ops *ops = wiz_page_ops(w->page);
	struct wiz_item *item = &view->item[i];
	enum wiz_follow follow;
	int r;

	*ret_done = false;
	if (!ops->refold || w->run.running || w->asking != WIZ_ASKING_NOTHING || !item->can_fold ||
	    !(view->can & WIZ_CAN_FOLD))
		return 0;
	r = wiz_flip(w, item->id, &follow);
	if (r < 0)
		return r;
	item->folded = !item->folded;
	ops->refold(w, view, item);
	*ret_done = !view->failed;
	return view->failed ? -ENOMEM : 0;
}
