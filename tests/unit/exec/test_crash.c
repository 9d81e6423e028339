/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Killed before any of its system calls, or any of them failing, and recovered: the tree is
 * the old or the new one, and no file of ours is left lying about. */
#include "tests/unit/exec/node.h"
#include "tests/unit/exec/trace.h"

#define LIMIT 100000

static int do_apply(void *ctx)
{
	struct node *n = ctx;
	int r = pg_apply(n->tree->root, &n->plan, &n->opts, &n->out, NULL);

	return r < 0 ? 99 : (int)n->out.kind;
}

static int do_undo(void *ctx)
{
	struct node *n = ctx;
	int r = pg_undo(n->tree->root, NULL, &n->opts, &n->out, NULL);

	return r < 0 ? 99 : (int)n->out.kind;
}

static int do_recover(void *ctx)
{
	struct node *n = ctx;
	int r = pg_recover(n->tree->root, &n->opts, &n->out, NULL);

	return r < 0 ? 99 : (int)n->out.kind;
}

static struct node *fresh(bool applied)
{
	void *state = NULL;
	struct node *n;

	assert_int_equal(node_setup(&state), 0);
	n = state;
	n->opts.event = NULL;
	n->opts.run_commands = PG_NO;
	if (applied)
		node_apply(n);
	pg_outcome_done(&n->out);
	return n;
}

static void drop(struct node *n)
{
	void *state = n;

	assert_int_equal(node_teardown(&state), 0);
}

static bool is_old(const struct node *n)
{
	pg_autofree char *now = node_snapshot(n);

	return strcmp(now, n->old) == 0;
}

static void recover_and_check(struct node *n, const struct trace *t, const char *new)
{
	pg_autofree char *now = NULL;

	node_recover(n);
	now = node_contents(n);
	if (!is_old(n) && strcmp(now, new) != 0)
		print_error("system call %ld, the %zuth: %s\n%s", t->call, t->at, n->out.text, now);
	assert_true(is_old(n) || strcmp(now, new) == 0);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

/* What the child said of its end must be so. */
static void check_word(const struct node *n, const struct trace *t, const char *new,
		       int (*act)(void *ctx))
{
	pg_autofree char *now = node_contents(n);
	bool back = t->status == PG_OUTCOME_PUT_BACK || t->status == PG_OUTCOME_REFUSED;

	if (act == do_apply && t->status == PG_OUTCOME_DONE)
		assert_string_equal(now, new);
	if (act == do_apply && back)
		assert_true(is_old(n));
	if (act == do_undo && t->status == PG_OUTCOME_DONE)
		assert_true(is_old(n));
	if (act == do_undo && back)
		assert_string_equal(now, new);
}

static char *new_tree(void)
{
	struct node *n = fresh(true);
	char *new = node_contents(n);

	drop(n);
	return new;
}

static size_t at_every_call(enum trace_mode mode, int error, int (*act)(void *ctx))
{
	pg_autofree char *new = new_tree();
	struct trace t = { .mode = mode, .error = error, .hit = true };

	for (t.at = 1; t.hit && t.at < LIMIT; t.at++) {
		struct node *n = fresh(act == do_undo);

		assert_int_equal(trace_run(&t, act, n), 0);
		check_word(n, &t, new, act);
		recover_and_check(n, &t, new);
		drop(n);
	}
	print_message("# %s, %s: %zu points, all of them\n", act == do_undo ? "undo" : "apply",
		      mode == TRACE_KILL ? "killed" : pg_err_reason(error), t.at - 2);
	return t.at;
}

static void test_kill_apply(void **state)
{
	(void)state;
	assert_true(at_every_call(TRACE_KILL, 0, do_apply) > 50);
}

static void test_kill_undo(void **state)
{
	(void)state;
	assert_true(at_every_call(TRACE_KILL, 0, do_undo) > 30);
}

static void test_fail_apply(void **state)
{
	(void)state;
	assert_true(at_every_call(TRACE_FAIL, ENOSPC, do_apply) > 100);
}

static void test_fail_undo(void **state)
{
	(void)state;
	assert_true(at_every_call(TRACE_FAIL, EIO, do_undo) > 100);
}

/* Killed while it applied, and killed again while it recovered. */
static void test_kill_recover(void **state)
{
	pg_autofree char *new = NULL;

	(void)state;
	new = new_tree();
	for (size_t at = 5; at < LIMIT; at += 61) {
		struct trace t = { .mode = TRACE_KILL, .at = at, .hit = true };
		bool reached = true;

		for (size_t again = 1; t.hit && reached; again += 7) {
			struct node *n = fresh(false);

			t.at = at;
			assert_int_equal(trace_run(&t, do_apply, n), 0);
			reached = t.hit;
			t.at = again;
			assert_int_equal(trace_run(&t, do_recover, n), 0);
			recover_and_check(n, &t, new);
			drop(n);
		}
		if (!reached)
			return;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kill_apply),  cmocka_unit_test(test_kill_undo),
		cmocka_unit_test(test_fail_apply),  cmocka_unit_test(test_fail_undo),
		cmocka_unit_test(test_kill_recover),
	};
	const char *why_not = trace_why_not();

	if (why_not) { /* cmocka's own skip() says "not ok" in TAP */
		(void)printf("1..0 # SKIP %s\n", why_not);
		return 0;
	}
	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
