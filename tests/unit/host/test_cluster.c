/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/cluster.h"
#include "src/host/collect.h"

/* "pve1* pve2 (old)": this node has a star, a node that is none of the cluster stands in
 * brackets, + and - tell who is online. */
static char *nodes(const struct pg_facts *facts)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < facts->n_node; i++) {
		const struct pg_node *n = &facts->node[i];

		pg_strbuf_addf(&b, "%s%s%s%s%s%s", i ? " " : "", n->member ? "" : "(", n->name,
			       n->here ? "*" : "", n->member ? "" : ")",
			       n->online == PG_YES ? "+" : n->online == PG_NO ? "-" : "");
	}
	return pg_strbuf_steal(&b);
}

static void check(const struct tree *t, const char *wanted, bool no_quorum)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	char *got pg_autofree = NULL;

	assert_non_null(facts);
	assert_int_equal(pg_collect_guests(t->root, PG_WANT_ALL, facts), 0);
	got = nodes(facts);
	assert_string_equal(got, wanted);
	assert_int_equal(facts->no_quorum, no_quorum);
}

static void here(const struct tree *t)
{
	tree_link(t, "/etc/pve/local", "nodes/pve1");
	tree_file(t, "/etc/pve/nodes/pve1/qemu-server/100.conf", "memory: 16\n");
}

static void test_alone(void **state)
{
	const struct tree *t = *state;

	check(t, "", false);
	here(t);
	check(t, "pve1*", false);
	tree_file(t, "/etc/pve/.members", "{ \"nodename\": \"pve1\", \"version\": 1 }\n");
	check(t, "pve1*", false);
}

static void test_cluster(void **state)
{
	const struct tree *t = *state;

	here(t);
	tree_file(t, "/etc/pve/nodes/old/qemu-server/200.conf", "memory: 16\n");
	/* without a node list each folder is a node */
	check(t, "old pve1*", false);
	tree_file(t, "/etc/pve/corosync.conf",
		  "# name: no\nnodelist {\n  node {\n    name: pve2\n    nodeid: 2\n  }\n"
		  "  node {\n    nodeid: 1\n    name : pve1\n  }\n  other {\n    name: nobody\n  }\n}\n"
		  "totem {\n  interface {\n    name: eth0\n  }\n  cluster_name: lab\n}\n");
	check(t, "(old) pve1* pve2", false);
	tree_file(t, "/etc/pve/.members",
		  "{\"nodename\":\"pve1\",\"cluster\":{\"quorate\":0},\"nodelist\":"
		  "{\"pve1\":{\"online\":1},\"pve2\":{\"online\":0},\"pve9\":{\"online\":1}}}");
	check(t, "(old) pve1*+ pve2-", true);
}

static void test_hostile(void **state)
{
	static const char *const members[] = {
		"", "{", "[]", "null", "{\"nodelist\":[1],\"cluster\":\"x\"}",
		"{\"nodelist\":{\"pve1\":1},\"cluster\":{\"quorate\":\"no\"}}",
		"{\"nodelist\":{\"pve1\":{\"online\":\"yes\"}}}",
	};
	const struct tree *t = *state;

	here(t);
	tree_file(t, "/etc/pve/corosync.conf",
		  "}\n}\nname: a1\nnodelist {\nname: a2\nnode {\nname: ../x\nname:\nname: a b\n"
		  "name: \033[2J\nname: -x\nname: x-\nname: pve3\n{\nname: a3\n}\n}\n");
	for (size_t i = 0; i < PG_ARRAY_SIZE(members); i++) {
		tree_file(t, "/etc/pve/.members", members[i]);
		check(t, "(pve1*) pve3", false);
	}
}

static void test_many(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));

	(void)state;
	assert_non_null(facts);
	for (unsigned i = 0; i < 1000; i++) {
		char *name pg_autofree = pg_strf("n%u", i % 500);

		assert_int_equal(pg_cluster_add(facts, name, false), 0);
	}
	assert_int_equal(facts->n_node, 128);
	assert_int_equal(pg_cluster_end(facts, "n7"), 0);
	assert_string_equal(facts->node[0].name, "n0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_alone),	 tree_test(test_cluster),
		tree_test(test_hostile), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
