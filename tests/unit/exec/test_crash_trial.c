/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial, applied, confirmed or taken back by the watch: killed before any system
 * call, or with one failing. What comes then (the watch again, a power cut, a person with
 * recover) ends with the old or the new tree, and the node was rebooted for once. */
#include "tests/unit/exec/trace.h"
#include "tests/unit/exec/trialnode.h"

#include "src/exec/watch.h"

#define LIMIT 100000
#define LATE 700 /* seconds: more than the wait */

/* Sanitizers make each try slow: the plain build is killed at every call, they at a sample. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SLOW)
#define SLOW 1
#endif
#ifdef SLOW
#define EVERY 7
#define EVERY_FAIL 67
#else
#define EVERY 1
#define EVERY_FAIL 17
#endif

enum then { AGAIN, POWER_CUT, PERSON };

/* ---- acts ---- */

static int status_of(int r, const struct trial *t)
{
	return r < 0 ? 99 : (int)t->n->out.kind;
}

static int do_apply(void *ctx)
{
	struct trial *t = ctx;

	return status_of(pg_apply(t->n->tree->root, &t->n->plan, &t->n->opts, &t->n->out, NULL), t);
}

static int do_confirm(void *ctx)
{
	struct trial *t = ctx;

	return status_of(pg_confirm(t->n->tree->root, NULL, &t->n->opts, &t->n->out, NULL), t);
}

/* The clock is the kernel's: where it is this that fails, it goes on all the same. */
static void wait_long(void *ctx)
{
	struct trial *t = ctx;
	pg_autofree char *path = pg_strf("%s/proc/uptime", t->n->tree->dir);
	bool set = false;

	t->up += LATE;
	for (int i = 0; path && !set && i < 2; i++) {
		FILE *f = fopen(path, "we");

		set = f && fprintf(f, "%u.50 1.00\n", t->up) > 0;
		set = f && fclose(f) == 0 && set;
	}
}

static int do_watch(void *ctx)
{
	struct trial *t = ctx;

	const struct pg_watch_hooks hooks = { .ctx = t, .pause = wait_long,
					      .reboot = pg_watch_reboot_node };

	return status_of(pg_watch_run(t->n->tree->root, &t->n->opts, &hooks, &t->n->out, NULL), t);
}

static void watch(struct trial *t)
{
	pg_outcome_done(&t->n->out);
	assert_true(do_watch(t) != 99);
}

/* ---- the node ---- */

/* It notes what it saw when it was built, and in which boot a reboot was asked for. */
static void add_commands(const struct node *n)
{
	pg_autofree char *grub = pg_strf("s=old; while read -r l; do case $l in *intel_iommu*) "
					 "s=new;; esac; done <%s" GRUB "; echo $s >%s/built",
					 n->tree->dir, n->bin);
	pg_autofree char *boot = pg_strf("read -r b <%s" BOOT "; echo $b >>%s/reboots",
					 n->tree->dir, n->bin);

	node_command(n, "update-grub", grub);
	node_command(n, "systemctl", boot);
	node_command(n, "ip", "echo '[]'");
}

static struct trial *fresh(void)
{
	struct trial *t = calloc(1, sizeof(*t));
	void *state = NULL;

	assert_non_null(t);
	assert_int_equal(node_setup(&state), 0);
	trial_begin(t, state);
	t->n->opts.data = t->data;
	t->n->opts.event = NULL;
	t->n->opts.run_commands = PG_NO;
	tree_dir(t->n->tree, "/run/motd.d");
	tree_dir(t->n->tree, "/run/issue.d");
	add_commands(t->n);
	return t;
}

static void drop(struct trial *t)
{
	void *state = t->n;

	assert_int_equal(node_teardown(&state), 0);
	free(t);
}

/* Applied, and booted with it. */
static struct trial *booted(unsigned up)
{
	struct trial *t = fresh();

	node_apply(t->n);
	node_assert_outcome(t->n, PG_OUTCOME_DONE, 0);
	pg_outcome_done(&t->n->out);
	trial_boot(t, "two");
	t->up = up;
	trial_set_uptime(t);
	return t;
}

static char *read_note(const struct trial *t, const char *name)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_bytes bytes = { 0 };

	assert_int_equal(pg_root_open(t->n->bin, &root, NULL), 0);
	return pg_root_read(root, name, PG_ROOT_MAX, &bytes) < 0 ? strdup("") : bytes.p;
}

/* As it was read in its first boot: what is of the boot alone is no difference. */
static char *contents(struct trial *t)
{
	trial_boot(t, "one");
	return node_contents(t->n);
}

struct trees {
	char *old, *new, *kept;	/* as it was; with the unit; without it */
};

static void trees_done(struct trees *trees)
{
	free(trees->old);
	free(trees->new);
	free(trees->kept);
}

static struct trees make_trees(void)
{
	struct trial *t = fresh();
	struct trees trees = { .old = contents(t) };

	node_apply(t->n);
	trees.new = contents(t);
	trial_boot(t, "two");
	pg_outcome_done(&t->n->out);
	assert_int_equal(do_confirm(t), PG_OUTCOME_DONE);
	trees.kept = contents(t);
	drop(t);
	assert_string_not_equal(trees.new, trees.kept);
	return trees;
}

/* ---- what must be so ---- */

/* Asked for in one boot only; twice in it where the first was cut off. */
static size_t count_reboots(const struct trial *t)
{
	pg_autofree char *text = read_note(t, "/reboots");
	struct pg_strv boots PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_strv_split(text, "\n", &boots), 0);
	assert_true(boots.n <= 2);
	for (size_t i = 1; i < boots.n; i++)
		assert_string_equal(boots.v[i], boots.v[0]);
	return boots.n;
}

static bool is_waited_for(const struct trial *t)
{
	return pg_root_exists(t->n->tree->root, PG_TRIAL_UNIT) &&
	       pg_root_exists(t->n->tree->root, PG_TRIAL_WANT);
}

static void boot_late(struct trial *t, const char *id)
{
	trial_boot(t, id);
	t->up = LATE;
	trial_set_uptime(t);
}

/* The unit starts where the node has it, as systemd would. */
static void boot_with_unit(struct trial *t, const char *id)
{
	boot_late(t, id);
	if (is_waited_for(t))
		watch(t);
}

static void go_on(struct trial *t, enum then then)
{
	t->n->opts.run_commands = PG_YES;
	switch (then) {
	case AGAIN:
		t->up = LATE;
		trial_set_uptime(t);
		watch(t);
		break;
	case POWER_CUT:
		boot_with_unit(t, "three");
		break;
	case PERSON:
		node_recover(t->n);
		break;
	}
}

static void complain(const struct trace *trace, enum then then, const char *now)
{
	print_error("system call %ld, the %zuth, then %d:\n%s", trace->call, trace->at, (int)then,
		    now);
}

/* Nothing but the announcement itself lies where logins look. */
static void check_announced(const struct trial *t, const char *dir, const char *name)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_root_list(t->n->tree->root, dir, &names), 0);
	assert_true(names.n <= 1);
	if (names.n)
		assert_string_equal(names.v[0], name);
}

/* One of the trees (NULL: not allowed), the boot files made of the same, nothing for recover
 * to do, and no reboot in a later boot. */
static void check(struct trial *t, const struct trace *trace, enum then then, const char *a,
		  const char *b)
{
	pg_autofree char *built = NULL, *now = NULL;
	size_t reboots = count_reboots(t);

	check_announced(t, "/run/motd.d", "pve-gpu");
	check_announced(t, "/run/issue.d", "pve-gpu.issue");
	node_recover(t->n);
	boot_with_unit(t, "nine");
	assert_int_equal(count_reboots(t), reboots);
	built = read_note(t, "/built");
	now = contents(t);
	if (strcmp(now, a) != 0 && (!b || strcmp(now, b) != 0))
		complain(trace, then, now);
	assert_true(strcmp(now, a) == 0 || (b && strcmp(now, b) == 0));
	if (*built) /* only what takes back builds here */
		assert_string_equal(built, "old\n");
	node_recover(t->n);
	node_assert_outcome(t->n, PG_OUTCOME_NOTHING, 0);
}

/* ---- killed ---- */

static size_t kill_at_every_call(struct trial *(*make)(void), int (*act)(void *ctx),
				 enum then then, bool may_keep)
{
	struct trees trees PG_CLEANUP(trees_done) = make_trees();
	struct trace trace = { .mode = TRACE_KILL, .hit = true };
	size_t n = 0;

	for (trace.at = 1; trace.hit && trace.at < LIMIT; trace.at += EVERY) {
		struct trial *t = make();

		n++;
		assert_int_equal(trace_run(&trace, act, t), 0);
		go_on(t, then);
		check(t, &trace, then, trees.old, may_keep ? trees.kept : NULL);
		drop(t);
	}
	print_message("# killed, then %s: %zu points, every %d\n",
		      then == AGAIN ? "again" : then == PERSON ? "recover" : "a power cut", n - 1,
		      EVERY);
	return trace.at;
}

static struct trial *booted_early(void)
{
	return booted(100);
}

static struct trial *booted_late(void)
{
	struct trial *t = booted(LATE);

	t->n->opts.run_commands = PG_YES;
	return t;
}

/* It may be whole as well, and then waits with its unit for the reboot. */
static void test_apply_person(void **state)
{
	struct trees trees PG_CLEANUP(trees_done) = make_trees();
	struct trace trace = { .mode = TRACE_KILL, .hit = true };

	(void)state;
	for (trace.at = 1; trace.hit && trace.at < LIMIT; trace.at += EVERY) {
		struct trial *t = fresh();
		pg_autofree char *now = NULL;

		assert_int_equal(trace_run(&trace, do_apply, t), 0);
		node_recover(t->n);
		now = contents(t);
		if (strcmp(now, trees.old) != 0 && strcmp(now, trees.new) != 0)
			complain(&trace, PERSON, now);
		assert_true(strcmp(now, trees.old) == 0 || strcmp(now, trees.new) == 0);
		assert_int_equal(is_waited_for(t), strcmp(now, trees.new) == 0);
		drop(t);
	}
	assert_true(trace.at > 80);
}

static void test_apply_power_cut(void **state)
{
	(void)state;
	assert_true(kill_at_every_call(fresh, do_apply, POWER_CUT, false) > 80);
}

static void test_confirm_again(void **state)
{
	(void)state;
	assert_true(kill_at_every_call(booted_early, do_confirm, AGAIN, true) > 5);
}

static void test_confirm_power_cut(void **state)
{
	(void)state;
	assert_true(kill_at_every_call(booted_early, do_confirm, POWER_CUT, true) > 5);
}

static void test_watch_again(void **state)
{
	(void)state;
	assert_true(kill_at_every_call(booted_late, do_watch, AGAIN, false) > 80);
}

static void test_watch_power_cut(void **state)
{
	(void)state;
	assert_true(kill_at_every_call(booted_late, do_watch, POWER_CUT, false) > 80);
}

/* ---- failing ---- */


static int note_reboot(void *ctx, const struct pg_run *run, struct pg_err *err)
{
	const struct trial *t = ctx;
	pg_autofree char *path = pg_strf("%s/reboots", t->n->bin);
	FILE *f = path ? fopen(path, "ae") : NULL;

	(void)run;
	if (!f || fprintf(f, "%u\n", t->reboots) < 0 || fclose(f) != 0)
		return pg_err_set(err, -EIO, NULL, 0, "No.");
	return 0;
}

static int do_watch_paused(void *ctx)
{
	struct trial *t = ctx;
	const struct pg_watch_hooks hooks = { .ctx = t, .pause = wait_long,
					      .reboot = note_reboot };

	return status_of(pg_watch_run(t->n->tree->root, &t->n->opts, &hooks, &t->n->out, NULL), t);
}

/* Where the node was rebooted for it, all is back. */
static void test_watch_fail(void **state)
{
	struct trees trees PG_CLEANUP(trees_done) = make_trees();
	struct trace trace = { .mode = TRACE_FAIL, .error = ENOSPC, .hit = true };

	(void)state;
	for (trace.at = 1; trace.hit && trace.at < LIMIT; trace.at += EVERY_FAIL) {
		struct trial *t = booted(LATE);
		pg_autofree char *now = NULL;

		assert_int_equal(trace_run(&trace, do_watch_paused, t), 0);
		now = node_contents(t->n);
		if (count_reboots(t))
			assert_null(strstr(now, "intel_iommu"));
		go_on(t, POWER_CUT);
		check(t, &trace, POWER_CUT, trees.old, NULL);
		drop(t);
	}
	assert_true(trace.at > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply_person),  cmocka_unit_test(test_apply_power_cut),
		cmocka_unit_test(test_confirm_again), cmocka_unit_test(test_confirm_power_cut),
		cmocka_unit_test(test_watch_again),   cmocka_unit_test(test_watch_power_cut),
		cmocka_unit_test(test_watch_fail),
	};
	const char *why_not = trace_why_not();

	if (why_not) { /* cmocka's own skip() says "not ok" in TAP */
		(void)printf("1..0 # SKIP %s\n", why_not);
		return 0;
	}
	return cmocka_run_group_tests_name("crash of a trial", tests, NULL, NULL);
}
