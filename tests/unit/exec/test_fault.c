/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every open, write, fsync, rename, link, chmod and start of a process of an apply and of its
 * undo fails in turn, in the ways in which disks and limits fail: the exit status is 3, all is
 * as before, and the message names the file and the cause. Where it does not matter (an
 * interrupted call that is made again, what looks whether there is anything to sweep up) it is
 * done, and whole. Of undo a folder of ours may be left: that is status 4, said, and ended by
 * recover.
 */
#include "tests/unit/exec/node.h"
#include "tests/unit/exec/trace.h"

#include <sys/mman.h>

#define LIMIT 100000

/* A sample every day; FULL=yes takes every point. */
static size_t step(void)
{
	const char *full = getenv("FULL");

	return full && strcmp(full, "yes") == 0 ? 1 : 7;
}

static const int errors[] = { ENOSPC, EIO, EROFS, EACCES, EMFILE, EINTR };

/* What the child says at its end, seen by the parent. */
struct word {
	char text[8192];
};

struct act {
	struct node *n;
	struct word *word;
	bool undo;
};

static int run_act(void *ctx)
{
	struct act *a = ctx;
	struct node *n = a->n;
	int r = a->undo ? pg_undo(n->tree->root, NULL, &n->opts, &n->out, NULL) :
			  pg_apply(n->tree->root, &n->plan, &n->opts, &n->out, NULL);

	if (n->out.text)
		(void)snprintf(a->word->text, sizeof(a->word->text), "%s", n->out.text);
	return r < 0 ? 99 : pg_outcome_status(&n->out);
}

static struct node *fresh(bool applied)
{
	void *state = NULL;
	struct node *n;

	assert_int_equal(node_setup(&state), 0);
	n = state;
	n->opts.event = NULL;
	n->opts.cancelled = NULL;
	if (applied) {
		node_apply(n);
		node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	}
	pg_outcome_done(&n->out);
	return n;
}

static void drop(struct node *n)
{
	void *state = n;

	assert_int_equal(node_teardown(&state), 0);
}

struct tally {
	size_t points, back, done, recovered;
};

/* The message has a place (a path, or the command that could not be started), and the cause. */
static bool names_it(const char *text, int error)
{
	return strstr(text, pg_err_reason(error)) && (strchr(text, '/') || strstr(text, "started"));
}

/* Undo that takes back all but a rest says what is left, and recover ends it. */
static bool recovers(const struct act *a, const char *after)
{
	pg_autofree char *now = NULL;

	node_recover(a->n);
	now = node_contents(a->n);
	return a->undo && a->n->out.kind == PG_OUTCOME_DONE && strcmp(now, after) == 0;
}

static void check(const struct act *a, const struct trace *t, const char *before,
		  const char *after, struct tally *tally)
{
	pg_autofree char *now = node_contents(a->n);
	bool back = strcmp(now, before) == 0, done = strcmp(now, after) == 0;
	bool said = !t->error || names_it(a->word->text, t->error);
	bool good = t->status == 3 ? back && said :
		    t->status == 4 ? said && recovers(a, after) :
				     t->status == 0 && done;

	tally->points++;
	tally->back += t->status == 3;
	tally->done += t->status == 0;
	tally->recovered += t->status == 4;
	if (!good)
		print_error("%s: system call %ld, the %zuth, %s: status %d, %s\n%s\n",
			    a->undo ? "undo" : "apply", t->call, t->at,
			    t->error ? pg_err_reason(t->error) : "a short write", t->status,
			    back ? "as before" : done ? "done" : "neither", a->word->text);
	assert_true(good);
}

static void at_every_point(enum trace_mode mode, int error, bool undo)
{
	struct trace t = { .mode = mode, .error = error, .hit = true };
	struct tally tally = { 0 };
	pg_autofree char *old = NULL, *new = NULL;
	struct act a = { .undo = undo };
	size_t by = mode == TRACE_SHORT ? 1 : step();

	a.word = mmap(NULL, sizeof(*a.word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_true(a.word != MAP_FAILED);
	a.n = fresh(true);
	new = node_contents(a.n);
	drop(a.n);
	a.n = fresh(false);
	old = node_contents(a.n);
	drop(a.n);
	for (t.at = 1; t.at < LIMIT; t.at += by) {
		a.n = fresh(undo);
		a.word->text[0] = '\0';
		assert_int_equal(trace_run(&t, run_act, &a), 0);
		if (t.hit)
			check(&a, &t, undo ? new : old, undo ? old : new, &tally);
		drop(a.n);
		if (!t.hit)
			break;
	}
	(void)munmap(a.word, sizeof(*a.word));
	print_message("# %s, %s: %zu of %zu points: %zu put back, %zu done all the same, %zu "
		      "ended by recover\n",
		      undo ? "undo" : "apply", error ? pg_err_reason(error) : "short writes",
		      tally.points, t.at, tally.back, tally.done, tally.recovered);
	assert_true(tally.points > 5);
}

static void test_apply(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(errors); i++)
		at_every_point(TRACE_DISK, errors[i], false);
}

static void test_undo(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(errors); i++)
		at_every_point(TRACE_DISK, errors[i], true);
}

static void test_short(void **state)
{
	(void)state;
	at_every_point(TRACE_SHORT, 0, false);
	at_every_point(TRACE_SHORT, 0, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_short),
	};
	const char *why_not = trace_why_not();

	if (why_not) {
		(void)printf("1..0 # SKIP %s\n", why_not);
		return 0;
	}
	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
