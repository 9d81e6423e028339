/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/host/collect.h"

static struct pg_facts *collect(struct tree *t)
{
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	assert_non_null(facts);
	assert_int_equal(pg_collect_system(t->root, PG_WANT_ALL, facts), 0);
	return facts;
}

static void test_demo(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_system *s;

	mktree(*state, "data/demo/node.tree");
	facts = collect(*state);
	s = &facts->system;
	assert_string_equal(s->node, "pve1");
	assert_string_equal(s->pve_version, "9.0.3");
	assert_string_equal(s->kernel, "6.14.8-2-pve");
	assert_int_equal(s->cpu, PG_CPU_INTEL);
	assert_string_equal(s->cpu_model, "13th Gen Intel(R) Core(TM) i7-13700K");
	assert_int_equal(s->hypervisor, PG_NO);
	assert_int_equal(s->mem_total, 65651064ULL << 10);
	assert_true(s->is_demo);
	assert_int_equal(facts->unread.n, 0);
}

static void test_nothing(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state);
	const struct pg_system *s = &facts->system;

	assert_null(s->node);
	assert_null(s->pve_version);
	assert_null(s->kernel);
	assert_int_equal(s->cpu, PG_CPU_UNKNOWN);
	assert_int_equal(s->hypervisor, PG_UNKNOWN);
	assert_int_equal(s->mem_total, 0);
	assert_false(s->is_demo);
	assert_int_equal(facts->unread.n, 0);
}

static void test_other_sources(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_file(t, "/etc/hostname", "node7.example.org\n");
	tree_file(t, "/proc/version", "Linux version 6.8.12-1-pve (build@x) #1 SMP\n");
	tree_file(t, "/proc/cpuinfo",
		  "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: EPYC\n"
		  "flags\t\t: fpu svm hypervisor nx\n\nprocessor\t: 1\nvendor_id\t: X\n");
	facts = collect(t);
	assert_string_equal(facts->system.node, "node7");
	assert_string_equal(facts->system.kernel, "6.8.12-1-pve");
	assert_int_equal(facts->system.cpu, PG_CPU_AMD);
	assert_int_equal(facts->system.hypervisor, PG_YES);
}

static void test_node_of_link(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_link(t, "/etc/pve/local", "nodes/alpha");
	tree_file(t, "/etc/hostname", "\n");
	facts = collect(t);
	assert_string_equal(facts->system.node, "alpha");
}

/* A package that was removed but whose configuration stays is not Proxmox. */
static void test_versions(void **state)
{
	static const struct {
		const char *status;
		const char *version;
	} cases[] = {
		{ "Package: pve-manager\nStatus: install ok installed\nVersion: 8.4.1\n",
		  "8.4.1" },
		{ "Package: a\n\nPackage: pve-manager\nVersion: 9.1\n"
		  "Status: hold ok installed\n\nPackage: z\nVersion: 1\n",
		  "9.1" },
		{ "Package: pve-manager\nStatus: deinstall ok config-files\nVersion: 7.1\n",
		  NULL },
		{ "Package: pve-manager\nStatus: install ok installed\n\nVersion: 1\n",
		  NULL },
		{ "Package: x\nDescription: y\n Package: pve-manager\nVersion: 2\n"
		  "Status: install ok installed\n",
		  NULL },
		{ "X-Package: pve-manager\nVersion: 2\nStatus: install ok installed\n",
		  NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

		tree_file(*state, "/var/lib/dpkg/status", cases[i].status);
		facts = collect(*state);
		if (cases[i].version)
			assert_string_equal(facts->system.pve_version, cases[i].version);
		else
			assert_null(facts->system.pve_version);
	}
}

static void test_hostile(void **state)
{
	struct tree *t = *state;
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	tree_fifo(t, "/proc/cpuinfo");
	tree_dir(t, "/proc/meminfo");
	tree_bytes(t, "/var/lib/dpkg/status", "Package: pve-manager\nVersion: \0\nStatus",
		   37);
	tree_file(t, "/proc/version", "Linux version ");
	facts = collect(t);
	assert_null(facts->system.kernel);
	assert_int_equal(facts->system.cpu, PG_CPU_UNKNOWN);
	assert_true(facts->unread.n >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_demo),	       tree_test(test_nothing),
		tree_test(test_other_sources), tree_test(test_node_of_link),
		tree_test(test_versions),      tree_test(test_hostile),
	};

	return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
