/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two at one node: who holds the lock, in what; and that a dead process holds none. */
#include "tests/unit/exec/node.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "src/base/text.h"
#include "src/exec/lock.h"

static char *busy(const struct node *n)
{
	char *text = NULL;

	assert_int_equal(pg_busy(n->tree->root, &text), 0);
	return text;
}

static void assert_state(const struct node *n, const char *word, bool is_busy)
{
	struct pg_tx *tx = NULL;
	size_t count = 0;

	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_true(count > 0);
	assert_string_equal(tx[0].word, word);
	assert_int_equal(tx[0].busy, is_busy);
	pg_history_free(tx, count);
}

static void set_person(void)
{
	assert_int_equal(setenv("SUDO_USER", "ann", 1), 0);
	assert_int_equal(setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22", 1), 0);
}

/* What the other one sees, while each command runs. */
struct seen {
	struct node *n;
	const char *doing, *word;
	size_t times;
	struct pg_strv now;	/* what it was at, each once */
};

static void note_now(struct seen *s)
{
	struct pg_tx *tx = NULL;
	size_t count = 0;

	assert_int_equal(pg_history(s->n->tree->root, &tx, &count, NULL), 0);
	assert_true(count > 0 && tx[0].now);
	if (!pg_strv_has(&s->now, tx[0].now))
		assert_int_equal(pg_strv_add(&s->now, tx[0].now), 0);
	pg_history_free(tx, count);
}

static void on_event(void *ctx, const struct pg_event *e)
{
	struct seen *s = ctx;
	pg_autofree char *text = NULL, *start = NULL;
	pg_autoclose int fd = -1;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	note_now(s);
	if (e->kind != PG_EVENT_STEP)
		return;
	s->times++;
	text = busy(s->n);
	start = pg_strf("Another pve-gpu %s on this node: process %d of ann from 192.0.2.7, since 20",
			s->doing, (int)getpid());
	assert_non_null(text);
	assert_int_equal(strncmp(text, start, strlen(start)), 0);
	assert_state(s->n, s->word, true);
	/* who comes second is told the same */
	assert_int_equal(pg_store_lock(s->n->tree->root, PG_DOING_UNDO, &fd, &err), -EAGAIN);
	assert_string_equal(err.what, text);
}

static void assert_now(struct seen *s, const char *wanted)
{
	pg_autofree char *all = pg_strv_join(&s->now, "; ");

	assert_string_equal(all, wanted);
	pg_strv_done(&s->now);
}

/* The longer a step takes, the more one wants to know how long. */
static void test_how_long(void **state)
{
	static const struct {
		int seconds;
		const char *now;
	} cases[] = { { 2, "beginning" }, { 44, "beginning, for 4" }, { 130, "beginning, for 2 min 1" },
		      { -3600, "beginning" } };
	struct node *n = *state;
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	pg_autofree char *id = NULL;
	pg_autoclose int fd = -1;

	assert_int_equal(pg_store_lock(n->tree->root, PG_DOING_APPLY, &fd, NULL), 0);
	assert_int_equal(pg_store_new(n->tree->root, 1700000000, &id, NULL), 0);
	assert_int_equal(pg_journal_new(id, &j), 0);
	assert_int_equal(pg_journal_begin(n->tree->root, j, "x", 1700000000, NULL), 0);
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		pg_autofree char *path = pg_strf("%s%s", n->tree->dir, j->path);
		struct timespec times[2] = { { .tv_sec = time(NULL) - cases[i].seconds } };
		struct pg_tx *tx = NULL;
		size_t count = 0;

		times[1] = times[0];
		assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
		assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
		assert_true(pg_text_starts(tx[0].now, cases[i].now));
		assert_int_equal(!strchr(tx[0].now, ','), !strchr(cases[i].now, ','));
		pg_history_free(tx, count);
	}
}

static void test_at_work(void **state)
{
	struct seen s = { .n = *state, .doing = "is making a change", .word = "applying" };

	set_person();
	s.n->opts.event = on_event;
	s.n->opts.cancelled = NULL;
	s.n->opts.ctx = &s;
	node_apply(s.n);
	node_assert_outcome(s.n, PG_OUTCOME_DONE, 0);
	assert_true(s.times > 3);
	assert_now(&s, "beginning; writing /etc/default/grub; writing /etc/modprobe.d/old.conf; "
		       "writing /etc/modprobe.d/vfio.conf; writing /etc/pve-gpu/deep/bind.conf; "
		       "update-initramfs -u -k all; update-grub; qm set 100 --hostpci0 01:00; "
		       "qm set 100 --vga none");
	assert_state(s.n, "applied", false);
	s.doing = "is taking a change back";
	s.word = "undoing";
	s.times = 0;
	node_undo(s.n, NULL);
	node_assert_outcome(s.n, PG_OUTCOME_DONE, 0);
	assert_true(s.times > 3);
	assert_now(&s, "putting back /etc/default/grub; update-initramfs -u -k all; update-grub; "
		       "qm set 100 --delete vga; qm set 100 --delete hostpci0");
	assert_state(s.n, "undone", false);
	assert_null(busy(s.n));
}

/* The file tells of one that is gone: nobody holds it. */
static void test_stale(void **state)
{
	struct node *n = *state;

	tree_dir(n->tree, PG_STATE_DIR);
	tree_file(n->tree, PG_LOCK, "{\"doing\":\"apply\",\"pid\":1,\"since\":1700000000}\n");
	assert_null(busy(n));
	node_apply(n);
	node_assert_outcome(n, PG_OUTCOME_DONE, 0);
}

/* The longer note of the one before is gone, and what is no note says nothing. */
static void test_notes(void **state)
{
	static const struct {
		const char *note, *text;
	} notes[] = {
		{ "", "Another pve-gpu is changing this node." },
		{ "{\"doing\":", "Another pve-gpu is changing this node." },
		{ "[1]", "Another pve-gpu is changing this node." },
		{ "{\"doing\":\"dance\",\"pid\":-4,\"user\":\"x\"}",
		  "Another pve-gpu is changing this node." },
		{ "{\"doing\":\"recover\",\"pid\":77}",
		  "Another pve-gpu is ending an interrupted change on this node: process 77." },
		{ "{\"doing\":\"trial\",\"pid\":7,\"user\":\"\"}",
		  "Another pve-gpu is looking after the change that is on trial: process 7." },
		{ "{\"doing\":\"confirm\",\"pid\":7,\"user\":\"root\",\"from\":\"\"}",
		  "Another pve-gpu is keeping a change on this node: process 7 of root." },
	};
	struct node *n = *state;
	pg_autofree char *huge = malloc(10001);

	tree_dir(n->tree, PG_STATE_DIR);
	for (size_t i = 0; i < PG_ARRAY_SIZE(notes); i++) {
		pg_autofree char *text = NULL;
		pg_autoclose int fd = -1;

		assert_int_equal(pg_root_lock(n->tree->root, PG_LOCK, notes[i].note, &fd, NULL), 0);
		text = busy(n);
		assert_string_equal(text, notes[i].text);
	}
	assert_non_null(huge);
	memset(huge, ' ', 10000);
	huge[10000] = '\0';
	{
		pg_autofree char *text = NULL;
		pg_autoclose int fd = -1;

		assert_int_equal(pg_root_lock(n->tree->root, PG_LOCK, huge, &fd, NULL), 0);
		text = busy(n);
		assert_string_equal(text, notes[0].text);
	}
	assert_null(busy(n));
}

/* One that was interrupted before, while another has the lock for something else. */
static void test_interrupted(void **state)
{
	struct node *n = *state;
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	pg_autofree char *id = NULL;
	pg_autoclose int fd = -1;

	assert_int_equal(pg_store_open(n->tree->root, NULL), 0);
	assert_int_equal(pg_store_new(n->tree->root, 1700000000, &id, NULL), 0);
	assert_int_equal(pg_journal_new(id, &j), 0);
	assert_int_equal(pg_journal_begin(n->tree->root, j, "x", 1700000000, NULL), 0);
	assert_state(n, "interrupted", false);
	assert_int_equal(pg_store_lock(n->tree->root, PG_DOING_RECOVER, &fd, NULL), 0);
	assert_state(n, "undoing", true);
	node_recover(n);
	node_assert_outcome(n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(n, "Another pve-gpu is ending an interrupted change on this node: process ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_at_work),
		node_test(test_how_long),
		node_test(test_stale),
		node_test(test_notes),
		node_test(test_interrupted),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
