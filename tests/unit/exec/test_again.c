/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the look at the node and the apply: what the plan stands on changed, or what it does not care for. */
#include "tests/unit/mktree.h"

#include <stdlib.h>

#include "src/exec/exec.h"

struct row {
	const char *name;
	const char *tree; /* what is changed of the demo node, as mktree has it */
	const char *text; /* what the refusal says; NULL: it is applied */
};

static const struct row rows[] = {
	{ .name = "nothing", .tree = "" },
	{ .name = "what nobody reads",
	  .tree = "file /etc/motd\n|hello\nfile /etc/modprobe.d/snd.conf\n|options snd slots=1\n" },
	{ .name = "a VM that is not chosen",
	  .tree = "file /etc/pve/nodes/pve1/qemu-server/777.conf\n|memory: 512\n" },
	{ .name = "the card is gone",
	  .text = "0000:01:00.0 is not there any more.",
	  .tree = "remove /sys/bus/pci/devices/0000:01:00.0\n" },
	{ .name = "its ids are others",
	  .text = "/etc/modprobe.d/vfio.conf: This node was changed meanwhile",
	  .tree = "pci 0000:01:00.0 class=030000 id=10de:2704 rev=a1 sub=1458:40bf driver=nouveau parent=0000:00:01.0 "
		  "group=14 boot_vga=0 bar0=16M bar1=32G:p64 bar3=32M:p64 bar5=128:io rom=512K reset=flr,bus\n" },
	{ .name = "its driver is another",
	  .text = "what becomes of 0000:01:00.1",
	  .tree = "pci 0000:01:00.1 class=040300 id=10de:22ba rev=a1 sub=1458:40bf parent=0000:00:01.0 group=14 "
		  "bar0=16K reset=bus\n" },
	{ .name = "another is in its group",
	  .text = "0000:05:00.0 would leave its driver too (same IOMMU group)",
	  .tree = "pci 0000:05:00.0 class=0c0330 id=1b21:3242 rev=00 sub=1043:8756 driver=xhci_hcd "
		  "parent=0000:00:1d.0 group=14 bar0=32K:64 reset=bus\n" },
	{ .name = "a disk of the host is in its group",
	  .text = "This node was changed meanwhile",
	  .tree = "pci 0000:04:00.0 class=010802 id=144d:a80a sub=144d:a801 driver=nvme parent=0000:00:06.0 group=14 "
		  "bar0=16K:64 reset=flr,bus\n" },
	{ .name = "somebody claims the card",
	  .text = "/etc/modprobe.d/vfio.conf: This node was changed meanwhile",
	  .tree = "file /etc/modprobe.d/theirs.conf\n|options vfio-pci ids=10de:2684,10de:22ba\n" },
	{ .name = "somebody keeps vfio-pci out",
	  .text = "Look again and repeat. Nothing was changed.",
	  .tree = "file /etc/modprobe.d/theirs.conf\n|install vfio-pci /bin/false\n" },
	{ .name = "the kernel options of a drop-in",
	  .text = "This node was changed meanwhile: ",
	  .tree = "file /etc/default/grub.d/theirs.cfg\n|GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=off\"\n" },
};

struct node {
	struct tree then, now;
	struct pg_choices *choices;
	struct pg_templates templates;
	struct pg_plan *plan;
	unsigned failed;
};

static const char *src_dir(void)
{
	const char *src = getenv("top_srcdir");

	return src ? src : ".";
}

/* The demo node, and what has changed of it. */
static void make_tree(struct tree *t, const char *changes)
{
	char full[PATH_MAX];
	pg_autofree char *file = pg_strf("%s.tree", t->dir);
	FILE *f = fopen(file, "we");

	assert_non_null(f);
	assert_non_null(realpath(src_dir(), full));
	(void)fprintf(f,
		      "include ../../../../../../../../../..%s/data/demo/node.tree\n%s",
		      full, changes);
	assert_int_equal(fclose(f), 0);
	mktree_at(t, file);
	assert_int_equal(remove(file), 0);
}

static void make_plan(struct node *n)
{
	struct pg_facts *facts = NULL;
	pg_autofree char *data = pg_strf("%s/data", src_dir());

	assert_int_equal(pg_facts_collect(n->then.root, PG_WANT_ALL, &facts, NULL), 0);
	assert_int_equal(pg_templates_load(data, &n->templates, NULL), 0);
	n->choices = pg_choices_new();
	assert_non_null(n->choices);
	n->choices->vmid = 100;
	assert_int_equal(pg_choices_pick_text(n->choices, "01:00"), 0);
	assert_int_equal(pg_plan_make(facts, n->choices, &n->templates, &n->plan), 0);
	assert_false(pg_plan_is_blocked(n->plan));
	assert_true(n->plan->n_file > 0);
	pg_facts_free(facts);
}

static void begin(struct tree *t)
{
	assert_true(tree_mkdtemp("test", t->dir, sizeof(t->dir)));
	assert_int_equal(pg_root_open(t->dir, &t->root, NULL), 0);
}

static void end(struct tree *t)
{
	pg_root_close(t->root);
	(void)nftw(t->dir, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* All rows are played. */
static unsigned print_failure(const char *name, const char *text)
{
	print_error("%s: %s\n", name, text);
	return 1;
}

static void play(struct node *n, const struct row *row)
{
	const struct pg_exec_opts opts = { .run_commands = PG_NO,
					   .choices = n->choices,
					   .templates = &n->templates };
	struct pg_outcome out PG_CLEANUP(pg_outcome_done) = { 0 };

	begin(&n->now);
	make_tree(&n->now, row->tree);
	assert_int_equal(pg_apply(n->now.root, n->plan, &opts, &out, NULL), 0);
	if (row->text ? out.kind != PG_OUTCOME_REFUSED || !strstr(out.text, row->text)
		      : out.kind != PG_OUTCOME_DONE)
		n->failed += print_failure(row->name, out.text);
	if (row->text && pg_root_exists(n->now.root, PG_STATE_DIR))
		n->failed += print_failure(row->name, "it was begun");
	end(&n->now);
}

static void test_rows(void **state)
{
	struct node n = { 0 };

	(void)state;
	begin(&n.then);
	make_tree(&n.then, "");
	make_plan(&n);
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++)
		play(&n, &rows[i]);
	end(&n.then);
	pg_plan_free(n.plan);
	pg_choices_free(n.choices);
	pg_templates_done(&n.templates);
	assert_int_equal(n.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
