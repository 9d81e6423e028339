/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/node.h"

static void edit(const struct node *n, const char *path, const char *text)
{
	struct pg_bytes bytes = { (char *)(uintptr_t)text, strlen(text) };
	const struct pg_meta meta = { .mode = 0644 };

	assert_int_equal(pg_root_replace(n->tree->root, path, &bytes, &meta, NULL), 0);
}

static void assert_file(const struct node *n, const char *path, const char *text)
{
	struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_root_read(n->tree->root, path, PG_ROOT_MAX, &now), 0);
	assert_string_equal(now.p, text);
}

static void test_edited_elsewhere(void **state)
{
	struct node *n = *state;

	node_apply(n);
	edit(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n"
		      "GRUB_TIMEOUT=5\nGRUB_THEME=x\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, GRUB " was edited since: only our change was taken out of it.");
	assert_file(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_TIMEOUT=5\n"
			     "GRUB_THEME=x\n");
}

/* Lines that were added right behind ours, and after a file that we made. */
static void test_edited_beside(void **state)
{
	struct node *n = *state;

	node_apply(n);
	edit(n, VFIO, "# a\n# b\n# c\n# d\noptions vfio-pci ids=10de:2684\n# theirs\n");
	edit(n, TABLE, "0000:01:00.0 10de:2684\n# theirs\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_file(n, VFIO, "# a\n# b\n# c\n# d\n# theirs\n");
	assert_file(n, TABLE, "# theirs\n");
}

/* What was added to, and taken from, the very line that has our option. */
static void test_edited_line(void **state)
{
	struct node *n = *state;

	node_apply(n);
	edit(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash intel_iommu=on x\"\n"
		      "GRUB_TIMEOUT=5\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_text(n, GRUB " was edited since: only our change was taken out of it.");
	assert_file(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash x\"\nGRUB_TIMEOUT=5\n");
}

/* Our own word was changed, is there twice, or stands in a line that is another by now. */
static void test_edited_word(void **state)
{
	static const char *const texts[] = {
		"# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=onx y\"\nGRUB_TIMEOUT=5\n",
		"# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on intel_iommu=on\"\nGRUB_TIMEOUT=5\n",
		"# mine\n#GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\nGRUB_TIMEOUT=5\n",
		"# mine\nGRUB_CMDLINE_LINUX=\"quiet intel_iommu=on\"\nGRUB_TIMEOUT=5\n",
		"# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\nintel_iommu=on\"\nGRUB_TIMEOUT=5\n",
	};
	struct node *n = *state;

	node_apply(n);
	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++) {
		edit(n, GRUB, texts[i]);
		node_undo(n, NULL);
		node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
		assert_file(n, GRUB, texts[i]);
	}
}

static void test_edited_inside(void **state)
{
	struct node *n = *state;
	pg_autofree char *before = NULL, *now = NULL;

	node_apply(n);
	edit(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=off\"\n"
		      "GRUB_TIMEOUT=5\n");
	before = node_snapshot(n);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, GRUB " was edited since, and our change cannot be told apart");
	node_assert_text(n, "Our change:\n--- a" GRUB "\n+++ b" GRUB);
	node_assert_text(n, "-GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	node_assert_text(n, "What came later:\n--- a" GRUB);
	node_assert_text(n, "+GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=off\"\n");
	node_assert_text(n, "Nothing was changed.");
	now = node_snapshot(n);
	assert_string_equal(now, before);
	node_assert_state(n, "applied");
}

/* Our block twice: which one is ours cannot be known. */
static void test_ambiguous(void **state)
{
	struct node *n = *state;

	node_apply(n);
	edit(n, TABLE, "0000:01:00.0 10de:2684\n0000:01:00.0 10de:2684\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
}

static void test_undone_by_hand(void **state)
{
	struct node *n = *state;
	pg_autofree char *full = NULL;

	node_apply(n);
	full = tree_path(n->tree, TABLE);
	assert_int_equal(unlink(full), 0);
	edit(n, VFIO, "# a\n# b\n# c\n# d\n");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_file(n, VFIO, "# a\n# b\n# c\n# d\n");
	assert_false(pg_root_exists(n->tree->root, "/etc/pve-gpu"));
}

static void test_deleted_since(void **state)
{
	struct node *n = *state;
	pg_autofree char *full = NULL;

	node_apply(n);
	full = tree_path(n->tree, VFIO);
	assert_int_equal(unlink(full), 0);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_false(pg_root_exists(n->tree->root, VFIO));
	node_assert_text(n, VFIO " was removed since, and is not made again.");
}

static void test_linked_since(void **state)
{
	struct node *n = *state;
	pg_autofree char *full = NULL;

	node_apply(n);
	full = tree_path(n->tree, VFIO);
	assert_int_equal(unlink(full), 0);
	tree_link(n->tree, VFIO, "/etc/other");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, VFIO ": The file cannot be read: it is a symbolic link");
	assert_file(n, "/etc/other", "untouched\n");
}

/* What the person did to mode and neighbours stays. */
static void test_keeps_theirs(void **state)
{
	struct node *n = *state;
	pg_autofree char *full = NULL;
	struct stat st;

	node_apply(n);
	full = tree_path(n->tree, GRUB);
	assert_int_equal(chmod(full, 0604), 0);
	tree_file(n->tree, "/etc/pve-gpu/deep/theirs", "x");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_int_equal(pg_root_stat(n->tree->root, GRUB, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_file(n, "/etc/pve-gpu/deep/theirs", "x");
	assert_false(pg_root_exists(n->tree->root, TABLE));
}

static void test_ids(void **state)
{
	struct node *n = *state;

	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	node_undo(n, "../../etc");
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "There is no change ../../etc.");
	node_apply(n);
	node_undo(n, n->out.id);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_undo(n, n->out.id);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "is undone already.");
}

/* The newest first, whatever the clock of an earlier one said; the count goes on past 9. */
static void test_history(void **state)
{
	struct node *n = *state;
	struct pg_tx *tx = NULL;
	size_t count = 0;

	tree_dir(n->tree, PG_STATE_DIR "/transactions/29991231-235959-9");
	tree_dir(n->tree, PG_STATE_DIR "/transactions/lost+found");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_apply(n);
	assert_string_equal(n->out.id, "29991231-235959-10");
	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_string_equal(tx[0].id, "29991231-235959-10");
	assert_string_equal(pg_tx_state_name(tx[0].state), "applied");
	assert_string_equal(tx[0].summary, "Set up VM 100");
	assert_int_equal(tx[0].files.n, 4);
	assert_string_equal(tx[0].files.v[0], GRUB);
	assert_int_equal(tx[0].commands.n, 4);
	assert_string_equal(tx[0].commands.v[0], "update-initramfs -u -k all");
	assert_true(tx[0].time > 1600000000);
	assert_string_equal(pg_tx_state_name(tx[1].state), "undone");
	pg_history_free(tx, count);
}

/* A repair sets nothing up. */
static void test_history_repair(void **state)
{
	struct node *n = *state;
	struct pg_tx *tx = NULL;
	size_t count = 0;

	n->plan.repair = true;
	node_apply(n);
	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(tx[0].summary, "Repair what has moved, for VM 100");
	pg_history_free(tx, count);
}

static void test_command_fails(void **state)
{
	struct node *n = *state;

	node_apply(n);
	node_command(n, "update-grub", "echo no room; exit 5");
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_BROKEN, 4);
	node_assert_text(n, "update-grub failed with status 5. It said:\n    no room");
	node_assert_old(n);
	node_assert_state(n, "interrupted");
	node_command(n, "update-grub", "exit 0");
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_state(n, "undone");
}

/* The saved copy of one file is gone: nothing is half undone. */
static void test_copy_lost(void **state)
{
	struct node *n = *state;
	pg_autofree char *copy = NULL, *before = NULL, *now = NULL;

	node_apply(n);
	copy = pg_strf("%s" PG_STATE_DIR "/transactions/%s/0.before", n->tree->dir, n->out.id);
	assert_int_equal(unlink(copy), 0);
	before = node_snapshot(n);
	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "0.before: The saved copy cannot be read");
	now = node_snapshot(n);
	assert_string_equal(now, before);
}

/* Another change of ours, to one file. Returns its id. */
static char *apply_above(struct node *n, const char *path, const char *before,
			 const char *after)
{
	struct pg_plan_file f = { .path = (char *)(uintptr_t)path, .change = PG_CHANGE_EDIT,
				  .before = { (char *)(uintptr_t)before, strlen(before) },
				  .after = { (char *)(uintptr_t)after, strlen(after) } };
	const struct pg_plan plan = { .file = &f, .n_file = 1 };

	pg_outcome_done(&n->out);
	assert_int_equal(pg_apply(n->tree->root, &plan, &n->opts, &n->out, NULL), 0);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	return strdup(n->out.id);
}

static void assert_stands_on(struct node *n, const char *id, const char *above)
{
	pg_autofree char *before = node_snapshot(n), *now = NULL;
	pg_autofree char *text = pg_strf("The newer change %s stands on it. Undo that first: "
					 "pve-gpu undo %s.", above, above);

	node_undo(n, id);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, text);
	assert_null(strstr(n->out.text, "edited since"));
	now = node_snapshot(n);
	assert_string_equal(now, before);
}

static void test_newer_above(void **state)
{
	struct node *n = *state;
	pg_autofree char *first = NULL, *second = NULL, *third = NULL;
	const char *one = "# a\n# b\n# c\n# d\noptions vfio-pci ids=10de:2684\n";
	const char *two = "# a\n# b\n# c\n# d\noptions vfio-pci ids=10de:2684,1002:67df\n";
	const char *three = "# a\n# b\n# c\n# d\noptions vfio-pci ids=1002:67df\n";

	node_apply(n);
	first = strdup(n->out.id);
	second = apply_above(n, VFIO, one, two);
	third = apply_above(n, VFIO, two, three);
	assert_stands_on(n, first, third);
	assert_stands_on(n, second, third);
	node_undo(n, third);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_stands_on(n, first, second);
	node_undo(n, second);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_undo(n, first);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_old(n);
}

/* A newer change to another file is not in the way. */
static void test_newer_beside(void **state)
{
	struct node *n = *state;
	pg_autofree char *first = NULL, *second = NULL;

	node_apply(n);
	first = strdup(n->out.id);
	second = apply_above(n, "/etc/other", "untouched\n", "touched\n");
	node_undo(n, first);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	assert_file(n, "/etc/other", "touched\n");
	node_undo(n, second);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
	node_assert_old(n);
}

/* Nothing to do, or refused: not even our own folder is made. */
static void test_leaves_nothing(void **state)
{
	struct node *n = *state;
	struct pg_finding block = { .level = PG_LEVEL_BLOCK, .text = (char *)(uintptr_t)"No." };
	const struct pg_plan blocked = { .findings = { .v = &block, .n = 1 } };
	const struct pg_plan empty = { 0 };

	node_undo(n, NULL);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	node_undo(n, "20200101-000000-1");
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	pg_outcome_done(&n->out);
	assert_int_equal(pg_apply(n->tree->root, &blocked, &n->opts, &n->out, NULL), 0);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	pg_outcome_done(&n->out);
	assert_int_equal(pg_apply(n->tree->root, &empty, &n->opts, &n->out, NULL), 0);
	node_assert_outcome(n, PG_OUTCOME_NOTHING, 0);
	edit(n, GRUB, "GRUB_TIMEOUT=1\n");
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	assert_false(pg_root_exists(n->tree->root, PG_STATE_DIR));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_edited_elsewhere), node_test(test_edited_beside),
		node_test(test_edited_line),	  node_test(test_edited_word),
		node_test(test_edited_inside),	  node_test(test_ambiguous),
		node_test(test_undone_by_hand),	  node_test(test_deleted_since),
		node_test(test_linked_since),	  node_test(test_keeps_theirs),
		node_test(test_ids),		  node_test(test_history), node_test(test_history_repair),
		node_test(test_command_fails),	  node_test(test_copy_lost),
		node_test(test_newer_above),	  node_test(test_newer_beside),
		node_test(test_leaves_nothing),
	};

	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
