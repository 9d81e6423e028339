/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wizard on a copy of the demo node (or of another tree), driven by events as a frontend
 * would.
 */
#pragma once

#include "tests/unit/mktree.h"

#include "wizard/ctx.h"

#define GPU "dev/0000:01:00.0"
#define GPU_SOUND "dev/0000:01:00.1"
#define NIC "dev/0000:03:00.0"

struct demo {
	struct tree *tree;
	struct pg_templates templates;
	struct wiz_opts opts;
	char *data;
	struct wiz *w;
	struct wiz_view view;
	struct wiz_lines lines;		/* of the last detail, details or help */
	size_t refreshed;
	bool cancel;
};

int demo_setup(void **state);
int demo_teardown(void **state);
#define demo_test(f) cmocka_unit_test_setup_teardown(f, demo_setup, demo_teardown)

/* The tree's files may be changed between the two. */
void demo_tree(struct demo *d, const char *file);
void demo_start(struct demo *d);
/* Both, with the demo node. */
void demo_open(struct demo *d);

/* An event; the view is built again. */
enum wiz_follow demo_send(struct demo *d, enum wiz_event_kind kind, const char *item);
enum wiz_follow demo_answer(struct demo *d, bool yes, const char *text);
/* NEXT without an item, and lands on this page. */
void demo_next(struct demo *d, const char *page);
void demo_back(struct demo *d, const char *page);
/* From Home: devices and VM chosen as given (NULL: none), up to the review. */
void demo_to_review(struct demo *d, const char *vm);

/* NULL: there is none; demo_item fails then. */
const struct wiz_item *demo_find(const struct demo *d, const char *id);
const struct wiz_item *demo_item(const struct demo *d, const char *id);
void demo_assert_page(const struct demo *d, const char *page);
void demo_assert_mark(const struct demo *d, const char *id, enum wiz_mark mark);
void demo_assert_step(const struct demo *d, const char *label, enum wiz_step_state state);
/* Some line of the view, or of the last detail, holds the text. */
bool demo_view_has(const struct demo *d, const char *text);
bool demo_detail_has(struct demo *d, const char *item, const char *text);
bool demo_details_has(struct demo *d, const char *item, const char *text);
/* Paths and contents of all plain files but for our own state. The caller frees it. */
char *demo_snapshot(const struct demo *d);
