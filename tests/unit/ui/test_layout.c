/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "ui/layout.h"

static void add(struct pg_strbuf *b, const char *name, struct ui_rect r)
{
	if (r.h)
		pg_strbuf_addf(b, "%s %d,%d %dx%d; ", name, r.y, r.x, r.w, r.h);
}

static char *as_text(const struct ui_layout *l)
{
	struct pg_strbuf b = { 0 };

	if (l->too_small)
		pg_strbuf_add(&b, "too small");
	add(&b, "title", l->title);
	add(&b, "steps", l->steps);
	add(&b, "intro", l->intro);
	add(&b, "main", l->main);
	add(&b, "detail", l->detail);
	add(&b, "progress", l->progress);
	add(&b, "message", l->message);
	add(&b, "keys", l->keys);
	return pg_strbuf_steal(&b);
}

/* A test is data: what is asked, and what comes out. */
static const struct {
	struct ui_layout_in in;
	const char *out;
} cases[] = {
	{ { .rows = 24, .cols = 80, .steps = true, .detail = true },
	  "title 0,0 80x1; steps 1,0 80x1; main 2,0 43x19; detail 2,43 37x19; "
	  "message 21,0 80x2; keys 23,0 80x1; " },
	{ { .rows = 24, .cols = 80, .intro_rows = 2 },
	  "title 0,0 80x1; intro 1,0 80x2; main 3,0 80x18; message 21,0 80x2; "
	  "keys 23,0 80x1; " },
	{ { .rows = 40, .cols = 120, .steps = true, .detail = true },
	  "title 0,0 120x1; steps 1,0 120x1; main 2,0 65x35; detail 2,65 55x35; "
	  "message 37,0 120x2; keys 39,0 120x1; " },
	/* An intro that is a novel is cut. */
	{ { .rows = 24, .cols = 80, .intro_rows = 99, .shape = WIZ_SHAPE_TEXT },
	  "title 0,0 80x1; intro 1,0 80x4; main 5,0 80x17; message 22,0 80x1; "
	  "keys 23,0 80x1; " },
	{ { .rows = 24, .cols = 80, .shape = WIZ_SHAPE_RUN, .progress = true },
	  "title 0,0 80x1; main 1,0 80x20; progress 21,0 80x1; message 22,0 80x1; "
	  "keys 23,0 80x1; " },
	/* Narrow: above each other; flat as well: one of them. */
	{ { .rows = 20, .cols = 60, .detail = true },
	  "title 0,0 60x1; main 1,0 60x9; detail 10,0 60x8; message 18,0 60x1; "
	  "keys 19,0 60x1; " },
	{ { .rows = 10, .cols = 40, .detail = true, .steps = true },
	  "title 0,0 40x1; steps 1,0 40x1; main 2,0 40x6; message 8,0 40x1; "
	  "keys 9,0 40x1; " },
	{ { .rows = 10, .cols = 40, .detail = true, .steps = true, .detail_focus = true },
	  "title 0,0 40x1; steps 1,0 40x1; detail 2,0 40x6; message 8,0 40x1; "
	  "keys 9,0 40x1; " },
	{ { .rows = 9, .cols = 80 }, "too small" },
	{ { .rows = 24, .cols = 39 }, "too small" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct ui_layout l = ui_layout_make(&cases[i].in);
		pg_autofree char *text = as_text(&l);

		assert_string_equal(text, cases[i].out);
	}
}

static void assert_inside(struct ui_rect r, int rows, int cols)
{
	assert_true(r.y >= 0 && r.x >= 0 && r.h >= 0 && r.w >= 0);
	assert_true(r.y + r.h <= rows && r.x + r.w <= cols);
}

static void test_every_size(void **state)
{
	(void)state;
	for (int rows = 0; rows < 60; rows++)
		for (int cols = 0; cols < 200; cols++) {
			struct ui_layout_in in = { .rows = rows, .cols = cols, .steps = true,
						   .intro_rows = 3, .detail = true,
						   .progress = true };
			struct ui_layout l = ui_layout_make(&in);
			const struct ui_rect all[] = { l.title, l.steps, l.intro, l.main,
						       l.detail, l.progress, l.message,
						       l.keys };

			for (size_t i = 0; i < PG_ARRAY_SIZE(all); i++)
				assert_inside(all[i], rows, cols);
			assert_inside(ui_rect_centre(rows, cols, 20, 70), rows, cols);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
