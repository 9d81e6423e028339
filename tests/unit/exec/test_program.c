/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program itself on a node in a folder, from its start to its end: one system call fails, or it
 * is killed at one. Whatever it is: the tree is the old one and the exit status says that it was not
 * done, or the new one and the status is 0; what was killed is so after `recover`. And another does
 * something to the targets meanwhile.
 */
#include "tests/unit/mktree.h"
#include "tests/unit/exec/trace.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "src/base/proc.h"
#include "src/base/text.h"
#include "src/exec/exec.h"
#include "src/plan/planner.h"

#define LIMIT 100000
#define SAID_MAX 250
#define SAMPLE 97 /* every day each such point; FULL=yes takes all */

static const int errors[] = { ENOSPC, EIO, EROFS, EACCES, EMFILE, EINTR };

static const char apply[] = "passthrough 100 01:00 --bind address --apply --yes";
static const char undo[] = "undo";
static const char recover[] = "recover";

/* The node before and after, the folder of the one at work, and what the program said. */
struct bench {
	struct tree *before, *after, *now;
	char *old, *new;
	int out, said;		/* of the standard files, in memory */
};

/* ---- trees ---- */

/* What is remembered of a device is as much as could be read of it: but which they are counts. */
static void add_remembered(struct pg_strbuf *b, const struct pg_bytes *text)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(text->p, text->n, &pos, &line, &len, &full))
		pg_strbuf_addn(b, line, len < strlen("0000:01:00.0 10de:2684") ? len :
							strlen("0000:01:00.0 10de:2684"));
}

static void shoot(struct pg_strbuf *b, const struct pg_root *root, const char *path)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *target = NULL;
	struct stat st;

	assert_int_equal(pg_root_lstat(root, *path ? path : "/", &st), 0);
	pg_strbuf_addf(b, "%s %o %u %u", path, st.st_mode, st.st_uid, st.st_gid);
	if (S_ISLNK(st.st_mode) && pg_root_readlink(root, path, &target) == 0)
		pg_strbuf_addf(b, " %s", target);
	else if (S_ISREG(st.st_mode) && pg_root_read(root, path, PG_ROOT_MAX, &bytes) == 0 &&
		 strcmp(path, PG_PATH_DEVICES) == 0)
		add_remembered(b, &bytes);
	else if (bytes.p)
		pg_strbuf_addn(b, bytes.p, bytes.n);
	pg_strbuf_addc(b, '\n');
	if (!S_ISDIR(st.st_mode))
		return;
	assert_int_equal(pg_root_list(root, *path ? path : "/", &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *full = pg_strf("%s/%s", path, names.v[i]);

		if (strcmp(full, PG_STATE_DIR) != 0)
			shoot(b, root, full);
	}
}

/* Type, mode, owner and content of everything but our own records. */
static char *contents(const struct tree *t)
{
	struct pg_strbuf b = { 0 };

	shoot(&b, t->root, "");
	return pg_strbuf_steal(&b);
}

static struct tree *new_tree(void)
{
	void *tree = NULL;

	assert_int_equal(tree_setup(&tree), 0);
	return tree;
}

static void run_tool(const char *words)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_strv_split(words, " ", &argv), 0);
	assert_int_equal(pg_proc_run(argv.v, NULL, &result, NULL), 0);
	assert_int_equal(result.status, 0);
}

static void copy_tree(const struct tree *from, struct tree *to)
{
	pg_autofree char *empty = pg_strf("find %s -mindepth 1 -delete", to->dir);
	pg_autofree char *copy = pg_strf("cp -a %s/. %s", from->dir, to->dir);

	run_tool(empty);
	run_tool(copy);
}

/* ---- the program ---- */

struct call {
	int out, said;
	char **argv;
};

/* Sanitizers cannot look for leaks in a process that is traced. */
static int become(void *ctx)
{
	const struct call *c = ctx;

	(void)dup2(c->out, STDOUT_FILENO);
	(void)dup2(c->said, STDERR_FILENO);
	(void)close(STDIN_FILENO);
	(void)execv(c->argv[0], c->argv);
	return 125;
}

static void empty(int fd)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)lseek(fd, 0, SEEK_SET);
}

static void run_traced(const struct bench *b, const char *words, struct trace *t)
{
	const char *build = getenv("top_builddir");
	pg_autofree char *line = pg_strf("%s/pve-gpu --root %s %s", build ? build : ".", b->now->dir, words);
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	struct call c = { .out = b->out, .said = b->said };

	assert_int_equal(pg_strv_split(line, " ", &argv), 0);
	c.argv = argv.v;
	empty(b->out);
	empty(b->said);
	assert_int_equal(trace_run(t, become, &c), 0);
	assert_true(t->status != 125);
}

static int run(const struct bench *b, const char *words)
{
	struct trace t = { .mode = TRACE_KILL, .at = LIMIT };

	run_traced(b, words, &t);
	return t.status;
}

/* What it said, the document first; the caller frees it. */
static char *said(const struct bench *b)
{
	const int fd[] = { b->out, b->said };
	struct pg_strbuf text = { 0 };

	for (size_t i = 0; i < PG_ARRAY_SIZE(fd); i++) {
		char part[4096];
		ssize_t n;

		(void)lseek(fd[i], 0, SEEK_SET);
		while ((n = read(fd[i], part, sizeof(part))) > 0)
			pg_strbuf_addn(&text, part, (size_t)n);
	}
	pg_strbuf_addc(&text, '\n');
	return pg_strbuf_steal(&text);
}

/* ---- the bench ---- */

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	b->out = memfd_create("out", MFD_CLOEXEC);
	b->said = memfd_create("said", MFD_CLOEXEC);
	assert_true(b->out >= 0 && b->said >= 0);
	b->before = new_tree();
	b->after = new_tree();
	b->now = new_tree();
	mktree(b->before, "data/demo/node.tree");
	tree_dir(b->before, "/var/lib");
	tree_file(b->before, "/etc/modules-load.d/vfio.conf", "# mine\nvfio\n");
	copy_tree(b->before, b->now);
	b->old = contents(b->now);
	assert_int_equal(run(b, apply), 0);
	b->new = contents(b->now);
	assert_string_not_equal(b->old, b->new);
	copy_tree(b->now, b->after);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	struct tree *all[] = { b->before, b->after, b->now };

	for (size_t i = 0; i < PG_ARRAY_SIZE(all); i++) {
		void *tree = all[i];

		(void)tree_teardown(&tree);
	}
	(void)close(b->out);
	(void)close(b->said);
	free(b->old);
	free(b->new);
	free(b);
	return 0;
}

struct tally {
	size_t points, not_done, done, ended;
};

struct act {
	const char *words;
	const struct tree *from;
	const char *before, *after;
};

static struct act act_of(const struct bench *b, const char *words)
{
	return words == undo ? (struct act){ words, b->after, b->new, b->old } :
			       (struct act){ words, b->before, b->old, b->new };
}

static size_t step(void)
{
	const char *full = getenv("FULL");

	return full && strcmp(full, "yes") == 0 ? 1 : SAMPLE;
}

/* After the act, and after recover where that was due. */
static bool is_good(const struct bench *b, const struct act *a, const struct trace *t,
		    struct tally *tally)
{
	pg_autofree char *now = contents(b->now);
	pg_autofree char *text = said(b), *later = NULL;
	const char *reason = t->error ? pg_err_reason(t->error) : "";

	tally->points++;
	tally->done += t->status == 0;
	tally->not_done += t->status > 0 && t->status != 4;
	tally->ended += t->status < 0 || t->status == 4;
	if (t->status == 0)
		return strcmp(now, a->after) == 0;
	/* As everywhere else, 1 is also what a command returns whose output was lost. */
	if (t->status == 1 && strstr(text, "The output could not be written"))
		return strcmp(now, a->before) == 0 || strcmp(now, a->after) == 0;
	if (t->status > 0 && t->status != 4)
		return strcmp(now, a->before) == 0 && text[1] &&
		       (t->status != 3 || !*reason || (strstr(text, reason) && strchr(text, '/')));
	if (run(b, recover) != 0)
		return false;
	later = contents(b->now);
	return strcmp(later, a->before) == 0 || strcmp(later, a->after) == 0;
}

/* The line at which they part; the caller frees it. */
static char *first_difference(const char *now, const char *wanted)
{
	size_t at = 0;

	while (now[at] && now[at] == wanted[at])
		at++;
	while (at > 0 && now[at - 1] != '\n')
		at--;
	return pg_strf("now:    %.*s\nwanted: %.*s", (int)strcspn(now + at, "\n"), now + at,
		       (int)strcspn(wanted + at, "\n"), wanted + at);
}

static void complain(const struct act *a, const struct trace *t, const struct bench *b)
{
	pg_autofree char *now = contents(b->now);
	pg_autofree char *text = said(b);
	pg_autofree char *parted = first_difference(now, t->status == 0 ? a->after : a->before);

	print_error("%s: system call %ld, the %zuth%s, %s: status %d, %s\n%s\n%s\n", a->words, t->call, t->at,
		    t->from_change ? " of the change" : "",
		    t->mode == TRACE_KILL ? "killed" : t->error ? pg_err_reason(t->error) : "short",
		    t->status, strcmp(now, a->before) == 0 ? "as before" :
		    strcmp(now, a->after) == 0 ? "done" : "neither", parted,
		    strlen(text) > SAID_MAX ? text + strlen(text) - SAID_MAX : text);
}

/* The mode's points from `first` on. */
static void at_points(const struct bench *b, const char *words, struct trace t, size_t first, size_t by)
{
	const struct act a = act_of(b, words);
	struct tally tally = { 0 };
	bool good = true;

	t.hit = true;
	for (t.at = first; t.at < LIMIT; t.at += by) {
		copy_tree(a.from, b->now);
		run_traced(b, words, &t);
		if (!t.hit)
			break;
		if (!is_good(b, &a, &t, &tally)) {
			complain(&a, &t, b);
			good = false;
		}
	}
	print_message("# %s, %s: %zu of %zu points: %zu not done, %zu done all the same, %zu ended by "
		      "recover\n", words, t.mode == TRACE_KILL ? "killed" :
		      t.error ? pg_err_reason(t.error) : "short writes", tally.points, t.at,
		      tally.not_done, tally.done, tally.ended);
	assert_true(good);
	assert_true(tally.points > 0);
}

static void test_fail_apply(void **state)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(errors); i++)
		at_points(*state, apply, (struct trace){ .mode = TRACE_DISK, .error = errors[i] },
			  1 + i * step() / PG_ARRAY_SIZE(errors), step());
}

static void test_fail_undo(void **state)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(errors); i++)
		at_points(*state, undo, (struct trace){ .mode = TRACE_DISK, .error = errors[i] },
			  1 + i * step() / PG_ARRAY_SIZE(errors), step());
}

static void test_short(void **state)
{
	at_points(*state, apply, (struct trace){ .mode = TRACE_SHORT }, 1, step() / 10 + 1);
	at_points(*state, undo, (struct trace){ .mode = TRACE_SHORT }, 1, step() / 10 + 1);
}

static void test_kill(void **state)
{
	at_points(*state, apply, (struct trace){ .mode = TRACE_KILL }, 1, step() / 6 + 1);
	at_points(*state, undo, (struct trace){ .mode = TRACE_KILL }, 1, step() / 6 + 1);
}

/* ---- another at the same time ---- */

#define FOLDER "/etc/modules-load.d"
#define THEIRS "/srv/theirs"

static char *path_of(const struct bench *b, const char *path)
{
	return tree_path(b->now, path);
}

/* The folder of a target goes elsewhere; in its place is a link to somebody's. */
static void swap_folder(void *ctx)
{
	const struct bench *b = ctx;
	pg_autofree char *folder = path_of(b, FOLDER), *aside = path_of(b, FOLDER ".aside");

	assert_int_equal(rename(folder, aside), 0);
	assert_int_equal(symlink(THEIRS, folder), 0);
}

static void swap_back(const struct bench *b)
{
	pg_autofree char *folder = path_of(b, FOLDER), *aside = path_of(b, FOLDER ".aside");

	assert_int_equal(unlink(folder), 0);
	assert_int_equal(rename(aside, folder), 0);
}

static void test_folder_replaced(void **state)
{
	struct bench *b = *state;
	struct trace t = { .mode = TRACE_MEANWHILE, .meanwhile = swap_folder, .ctx = b, .hit = true };
	size_t by = step() / 16 + 1, points = 0;

	for (t.at = 1; t.at < LIMIT; t.at += by) {
		struct tally tally = { 0 };
		struct act a = act_of(b, apply);
		pg_autofree char *old = NULL, *new = NULL;

		copy_tree(b->after, b->now);
		tree_file(b->now, THEIRS "/vfio.conf", "theirs\n");
		new = contents(b->now);
		copy_tree(b->before, b->now);
		tree_file(b->now, THEIRS "/vfio.conf", "theirs\n");
		old = contents(b->now);
		a.before = old;
		a.after = new;
		run_traced(b, apply, &t);
		if (!t.hit)
			break;
		swap_back(b);
		points++;
		if (!is_good(b, &a, &t, &tally)) {
			complain(&a, &t, b);
			fail();
		}
	}
	print_message("# a folder replaced by a link meanwhile: %zu of %zu points\n", points, t.at);
	assert_true(points > 0);
}

static void add_theirs(void *ctx)
{
	const struct bench *b = ctx;
	pg_autofree char *path = path_of(b, FOLDER "/vfio.conf");
	FILE *f = fopen(path, "ae");

	assert_non_null(f);
	assert_true(fputs("theirs\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Their line is there still, but for what comes at the very moment of the rename (1). */
static size_t check_edit(const struct bench *b, const struct trace *t)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *text = said(b);
	bool kept, in_time = t->call != SYS_renameat && t->call != SYS_renameat2;

	assert_int_equal(pg_root_read(b->now->root, FOLDER "/vfio.conf", PG_ROOT_MAX, &bytes), 0);
	kept = strstr(bytes.p, "theirs\n");
	if (in_time && (!kept || (t->status != 0 && !strstr(text, FOLDER "/vfio.conf"))))
		print_error("the %zuth, system call %ld: status %d: %s\n%s", t->at, t->call, t->status,
			    bytes.p, text);
	assert_true(kept || !in_time);
	assert_true(t->status >= 0 && (t->status == 0 || t->status == 1 ||
				       strstr(text, FOLDER "/vfio.conf")));
	return !kept;
}

static void test_file_edited(void **state)
{
	struct bench *b = *state;
	struct trace t = { .mode = TRACE_MEANWHILE, .meanwhile = add_theirs, .ctx = b, .hit = true };
	size_t by = step() / 16 + 1, points = 0, unseen = 0;

	for (t.at = 1; t.at < LIMIT; t.at += by, points++) {
		copy_tree(b->before, b->now);
		run_traced(b, apply, &t);
		if (!t.hit)
			break;
		unseen += check_edit(b, &t);
	}
	print_message("# a file edited meanwhile: %zu of %zu points, %zu unseen\n", points, t.at, unseen);
	assert_true(points > 0 && unseen <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail_apply),
		cmocka_unit_test(test_fail_undo),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_folder_replaced),
		cmocka_unit_test(test_file_edited),
	};
	const char *why_not = trace_why_not();

#ifdef PG_COVERAGE
	why_not = "a program that is built for gcov writes files of its own";
#endif
	if (why_not) {
		(void)printf("1..0 # SKIP %s\n", why_not);
		return 0;
	}
	return cmocka_run_group_tests_name("program", tests, set_up, tear_down);
}
