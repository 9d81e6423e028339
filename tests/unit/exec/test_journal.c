/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/node.h"

/* The journal of the only transaction. */
static char *journal_path(const struct node *n)
{
	struct pg_tx *tx = NULL;
	size_t count = 0;
	char *path;

	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 1);
	path = pg_strf(PG_STATE_DIR "/transactions/%s/journal", tx[0].id);
	pg_history_free(tx, count);
	assert_non_null(path);
	return path;
}

static void read_journal(const struct node *n, const char *path, struct pg_bytes *ret)
{
	assert_int_equal(pg_root_read(n->tree->root, path, PG_ROOT_MAX, ret), 0);
}

static void set_mode(const struct node *n, const char *path, mode_t mode)
{
	pg_autofree char *full = tree_path(n->tree, path);

	assert_int_equal(chmod(full, mode), 0);
}

/* The tree as the plan makes it, without the bother of applying it again. */
static void make_new(const struct node *n)
{
	for (size_t i = 0; i < n->plan.n_file; i++) {
		const struct pg_plan_file *f = &n->plan.file[i];
		pg_autofree char *full = tree_path(n->tree, f->path);

		if (f->change == PG_CHANGE_REMOVE)
			(void)unlink(full);
		else
			tree_bytes(n->tree, f->path, f->after.p, f->after.n);
	}
	set_mode(n, GRUB, 0640);
	set_mode(n, TABLE, 0600);
}

/* What recover said is what the tree is. Where records are lost that must have been synced,
 * it says that, and touches nothing. */
static void assert_word(const struct node *n, const char *new)
{
	pg_autofree char *now = node_contents(n), *exact = node_snapshot(n);

	assert_in_range(n->out.kind, PG_OUTCOME_NOTHING, PG_OUTCOME_BROKEN);
	if (n->out.kind == PG_OUTCOME_DONE) {
		node_assert_text(n, "was taken back; the node is as before it.");
		assert_string_equal(exact, n->old);
		return;
	}
	assert_string_equal(now, new);
	if (n->out.kind == PG_OUTCOME_BROKEN)
		node_assert_text(n, "It cannot be told whether the change");
}

/* The journal may end anywhere: the tree is then the old or the new one. */
static void test_cut_anywhere(void **state)
{
	struct node *n = *state;
	struct pg_bytes whole PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = NULL, *new = NULL;
	enum pg_outcome_kind again;
	size_t undone = 0;

	n->opts.run_commands = PG_NO;
	node_apply(n);
	path = journal_path(n);
	new = node_contents(n);
	read_journal(n, path, &whole);
	for (size_t len = whole.n; len-- > 0;) {
		make_new(n);
		tree_bytes(n->tree, path, whole.p, len);
		node_recover(n);
		assert_word(n, new);
		undone += n->out.kind == PG_OUTCOME_DONE;
		again = n->out.kind == PG_OUTCOME_BROKEN ? PG_OUTCOME_BROKEN : PG_OUTCOME_NOTHING;
		node_recover(n);
		assert_int_equal(n->out.kind, again);
	}
	assert_true(undone > 100);
}

static void assert_damaged(struct node *n, const char *path)
{
	pg_autofree char *before = node_snapshot(n), *now = NULL;
	pg_autofree char *place = pg_strf("%s:1: No record can be read in it.", path);

	node_assert_state(n, "unreadable");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_assert_text(n, place);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, place);
	now = node_snapshot(n);
	assert_string_equal(now, before);
	node_assert_state(n, "unreadable");
}

/* Nothing can be read in it, but the saved copies tell of a change. */
static void test_all_lost(void **state)
{
	struct node *n = *state;
	pg_autofree char *path = NULL, *full = NULL;
	char noise[100000];
	unsigned seed = 1;

	n->opts.run_commands = PG_NO;
	node_apply(n);
	path = journal_path(n);
	for (size_t i = 0; i < sizeof(noise); i++) {
		seed = seed * 1103515245 + 12345;
		noise[i] = (char)(unsigned char)(seed >> 16);
	}
	tree_bytes(n->tree, path, noise, sizeof(noise));
	assert_damaged(n, path);
	memset(noise, 0, sizeof(noise));
	tree_bytes(n->tree, path, noise, sizeof(noise));
	assert_damaged(n, path);
	tree_bytes(n->tree, path, "", 0);
	assert_damaged(n, path);
	full = tree_path(n->tree, path);
	assert_int_equal(unlink(full), 0);
	assert_damaged(n, path);
}

/* A change without files saves no copies: lines that are no records tell of it. */
static void test_all_lost_no_copies(void **state)
{
	struct node *n = *state;
	const char *path = PG_STATE_DIR "/transactions/20200101-000000-1/journal";

	tree_file(n->tree, path, "not a record\nnor this\n");
	assert_damaged(n, path);
}

/* Cut off before the first record was whole: closed, and no more is said than is known. */
static void test_no_record(void **state)
{
	static const char *const parts[] = { "", "{\"format\":1,\"ver" };
	struct node *n = *state;

	for (size_t i = 0; i < PG_ARRAY_SIZE(parts); i++) {
		pg_autofree char *path = pg_strf(PG_STATE_DIR "/transactions/20200101-000000-%zu"
						 "/journal", i + 1);

		tree_file(n->tree, path, parts[i]);
		node_recover(n);
		node_assert_outcome(n, PG_OUTCOME_DONE, 0);
		assert_null(strstr(n->out.text, "taken back"));
		node_assert_text(n, "no step is recorded: there was nothing to put back, and it is "
				    "closed.");
		node_assert_state(n, "undone");
		node_assert_old(n);
	}
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
}

/* What a damaged byte in the middle may do: be told, with its place; never be believed. */
static void test_damaged(void **state)
{
	struct node *n = *state;
	struct pg_bytes whole PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = NULL, *place = NULL, *before = NULL, *now = NULL;

	n->opts.run_commands = PG_NO;
	node_apply(n);
	path = journal_path(n);
	read_journal(n, path, &whole);
	before = node_snapshot(n);
	for (size_t i = 0; i + 200 < whole.n; i += 13) {
		whole.p[i] ^= 1;
		tree_bytes(n->tree, path, whole.p, whole.n);
		whole.p[i] ^= 1;
		node_assert_state(n, "unreadable");
		node_undo(n, NULL);
		node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
		node_recover(n);
		node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	}
	whole.p[10] ^= 1;
	tree_bytes(n->tree, path, whole.p, whole.n);
	node_recover(n);
	place = pg_strf("%s:2: ", path);
	node_assert_text(n, place);
	node_assert_text(n, "move that folder away");
	now = node_snapshot(n);
	assert_string_equal(now, before);
}

/* A record that was torn is dropped, and what follows it is read. */
static void test_torn(void **state)
{
	struct node *n = *state;
	struct pg_bytes whole PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = NULL;

	n->opts.run_commands = PG_NO;
	node_apply(n);
	path = journal_path(n);
	read_journal(n, path, &whole);
	tree_bytes(n->tree, path, whole.p, whole.n - 5);
	node_assert_state(n, "interrupted");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, "was taken back; the node is as before it.");
	node_assert_state(n, "undone");
	node_assert_old(n);
}

static void test_strange_folders(void **state)
{
	struct node *n = *state;
	static const char *const contents[] = {
		"x", "{}\n", "\n\n\n", "{\"type\":\"begin\",\"n\":1}\n", "[[[[[[[[[[[[[[[[", "\xff\xfe",
	};
	struct pg_tx *tx = NULL;
	size_t count = 0;

	tree_file(n->tree, PG_STATE_DIR "/transactions/20200101-000000-1", "a file");
	tree_link(n->tree, PG_STATE_DIR "/transactions/20200101-000000-2", "/etc");
	tree_dir(n->tree, PG_STATE_DIR "/transactions/20200101-000000-3/journal");
	tree_link(n->tree, PG_STATE_DIR "/transactions/20200101-000000-4/journal", "/etc/other");
	tree_fifo(n->tree, PG_STATE_DIR "/transactions/20200101-000000-5/journal");
	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(pg_tx_state_name(tx[i].state), "unreadable");
	assert_int_equal(tx[0].time, 1577836800);
	assert_non_null(strstr(tx[3].summary, "20200101-000000-2"));
	pg_history_free(tx, count);
	for (size_t i = 0; i < PG_ARRAY_SIZE(contents); i++) {
		pg_autofree char *path = pg_strf(PG_STATE_DIR "/transactions/20210101-000000-%zu"
						 "/journal", i);

		tree_file(n->tree, path, contents[i]);
	}
	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 5 + PG_ARRAY_SIZE(contents));
	pg_history_free(tx, count);
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_old(n);
}

static void test_no_history(void **state)
{
	struct node *n = *state;
	struct pg_tx *tx = NULL;
	size_t count = 7;

	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 0);
	pg_history_free(tx, count);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	assert_false(pg_root_exists(n->tree->root, PG_STATE_DIR));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_cut_anywhere),	 node_test(test_damaged),
		node_test(test_torn),		 node_test(test_strange_folders),
		node_test(test_no_history),	 node_test(test_all_lost),
		node_test(test_all_lost_no_copies), node_test(test_no_record),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
