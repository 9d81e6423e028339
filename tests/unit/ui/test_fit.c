/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guided path on the smallest screen that must do: every rule's texts, and every page of "Something
 * is broken" on nodes that have something broken, fit 80x24. Nothing is cut, and what a rule says can
 * be read at once in the box of `d`, by somebody who has read no other.
 */
#include "tests/unit/wizard/demo.h"

#include "src/base/text.h"
#include "ui/layout.h"
#include "ui/text.h"

#define ROWS 24
#define COLS 80
#define STATE_COLS 8	/* "found   " */
#define BOX_COLS 72	/* of the details: ui/page.c, OVER_COLS */
#define BOX_ROWS 16
#define ASK_COLS 64	/* of a question: ui/ask.c */

static const struct ui_layout_in page = { .rows = ROWS, .cols = COLS, .detail = true };

static int list_cols(void)
{
	return ui_rect_inner(ui_layout_make(&page).main).w;
}

static int pane_cols(void)
{
	return ui_rect_inner(ui_layout_make(&page).detail).w;
}

static size_t n_rows(const struct wiz_lines *lines, int cols)
{
	struct ui_rows rows PG_CLEANUP(ui_rows_done) = { 0 };

	assert_int_equal(ui_rows_make(lines, cols, &rows), 0);
	return rows.n;
}

/* ---- what is not right with a text ---- */

/* It would be understood only by who has read something else. */
static bool leans(const char *text)
{
	static const char *const start[] = { "It ", "This ", "That ", "They ", "These ", "Then ", "Also " };
	static const char *const word[] = { " above", " below", "see rule", "{" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(start); i++)
		if (pg_text_starts(text, start[i]))
			return true;
	for (size_t i = 0; i < PG_ARRAY_SIZE(word); i++)
		if (strstr(text, word[i]))
			return true;
	return false;
}

static bool ends_well(const char *text, char end)
{
	size_t n = strlen(text);

	return n > 1 && text[n - 1] == end && !strstr(text, "  ") && !strchr(text, '\n');
}

static size_t rows_of(const struct pg_rule *rule)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };

	if (rule->ask)
		assert_int_equal(wiz_lines_add(&lines, WIZ_STRONG, NULL, "%s You said no. Yes would mean:",
					       rule->ask), 0);
	assert_int_equal(wiz_lines_add(&lines, WIZ_PLAIN, NULL, "%s", rule->text), 0);
	assert_int_equal(wiz_lines_add(&lines, WIZ_PLAIN, NULL, "%s", rule->advice), 0);
	assert_int_equal(wiz_lines_add(&lines, WIZ_FAINT, NULL, "Known from: %s", rule->source), 0);
	return n_rows(&lines, BOX_COLS);
}

/* NULL: all is well. */
static const char *fault(const struct pg_rule *rule)
{
	if (!rule->title)
		return "it has no title";
	if (ui_width(rule->title) > list_cols() - STATE_COLS)
		return "the title is cut in the list";
	if (!rule->advice || !rule->source)
		return "it does not say what to do, or where it is from";
	if (!ends_well(rule->text, '.') || !ends_well(rule->advice, '.'))
		return "a text is no whole sentence";
	if (leans(rule->text) || strchr(rule->advice, '{'))
		return "the text leans on another, or on a fact that a page cannot fill in";
	if (rule->ask && !ends_well(rule->ask, '?'))
		return "the question is none";
	if (rule->ask && ui_wrap_count(rule->ask, ASK_COLS) > 4)
		return "the question is too long to be one";
	return rows_of(rule) > BOX_ROWS ? "it has to be scrolled even in the box of its details" : NULL;
}

static void test_rules(void **state)
{
	struct demo *d = *state;
	size_t bad = 0;

	demo_open(d);
	assert_int_equal(wiz_doctor_rules(d->w), 0);
	assert_true(d->w->doctor.rules.n >= 75);
	for (size_t i = 0; i < d->w->doctor.rules.n; i++) {
		const struct pg_rule *rule = &d->w->doctor.rules.v[i];
		const char *why = fault(rule);

		if (!why)
			continue;
		print_message("# %s:%u: %s: %s\n", rule->path, rule->line, rule->id, why);
		bad++;
	}
	assert_int_equal(bad, 0);
}

/* It can fail. */
static void test_faults(void **state)
{
	char title[] = "A title that is so long that it is cut", text[] = "The card sleeps.",
	     advice[] = "Wake it.", source[] = "here", leaning[] = "It sleeps, as said above.";
	struct pg_rule rule = { .title = advice, .text = text, .advice = advice, .source = source };

	(void)state;
	assert_null(fault(&rule));
	rule.title = title;
	assert_non_null(fault(&rule));
	rule.title = advice;
	rule.text = leaning;
	assert_non_null(fault(&rule));
	rule.text = text;
	rule.ask = text;
	assert_non_null(fault(&rule));
	rule.ask = NULL;
	rule.advice = NULL;
	assert_non_null(fault(&rule));
}

/* ---- whole pages ---- */

/* Every word of the text stands in some row, and no row is wider than the pane. */
static void assert_whole(const struct wiz_lines *lines, int cols)
{
	struct ui_rows rows PG_CLEANUP(ui_rows_done) = { 0 };
	size_t shown = 0, all = 0;

	assert_int_equal(ui_rows_make(lines, cols, &rows), 0);
	for (size_t i = 0; i < rows.n; i++) {
		const struct ui_row *row = &rows.v[i];
		const char *text = lines->v[row->line].text + row->off;

		assert_true(ui_width_n(text, row->len) <= cols - rows.label_width);
		for (size_t k = 0; k < row->len; k++)
			shown += text[k] != ' ';
	}
	for (size_t i = 0; i < lines->n; i++) {
		assert_false(lines->v[i].preformatted);
		for (const char *s = lines->v[i].text; *s; s++)
			all += *s != ' ';
	}
	assert_int_equal(shown, all);
}

static void assert_page(struct demo *d)
{
	struct ui_layout_in in = page;
	struct ui_layout l;

	in.intro_rows = d->view.intro ? ui_wrap_count(d->view.intro, COLS - 2) : 0;
	l = ui_layout_make(&in);
	assert_int_equal(l.intro.h, in.intro_rows);
	assert_true(ui_width(d->view.list_title) <= list_cols());
	assert_true(d->view.n_item > 0);
	for (size_t i = 0; i < d->view.n_item; i++) {
		const struct wiz_item *item = &d->view.item[i];

		assert_true(ui_width(item->text) <= list_cols());
		assert_true(!item->detail_title || ui_width(item->detail_title) <= pane_cols());
		wiz_lines_done(&d->lines);
		assert_int_equal(wiz_detail(d->w, item->id, &d->lines), 0);
		assert_true(d->lines.n > 0);
		assert_whole(&d->lines, pane_cols());
		assert_whole(&d->lines, BOX_COLS);
	}
}

static void play(void **state, const char *symptom)
{
	struct demo *d = *state;
	pg_autofree char *tree = pg_strf("tests/tui/symptoms/%s.tree", symptom);

	assert_non_null(tree);
	demo_tree(d, tree);
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "trouble");
	demo_assert_page(d, "trouble");
	assert_page(d);
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++) {
		demo_send(d, WIZ_EVENT_NEXT, s->id);
		demo_assert_page(d, "doctor");
		assert_page(d);
		demo_back(d, "trouble");
	}
}

#define node(name, symptom)                             \
	static void test_##name(void **state)           \
	{                                               \
		play(state, symptom);                   \
	}

node(vm_start, "vm-start")
node(black_screen, "black-screen")
node(network_gone, "network-gone")
node(host_hangs, "host-hangs")
node(code_43, "code-43")
node(guest_driver, "guest-driver")
node(vfs_gone, "vfs-gone")
node(vgpu_empty, "vgpu-empty")
node(after_update, "after-update")

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_rules),	      demo_test(test_faults),	    demo_test(test_vm_start),
		demo_test(test_black_screen), demo_test(test_network_gone), demo_test(test_host_hangs),
		demo_test(test_code_43),      demo_test(test_guest_driver), demo_test(test_vfs_gone),
		demo_test(test_vgpu_empty),   demo_test(test_after_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
