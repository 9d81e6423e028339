/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finder of messages against the plain way: every message in every line. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/plan/rule.h"

static const char *const messages[] = {
	"{device}: group {number} is not viable", "is not viable", "DMAR: [Firmware Bug]", "[Firmware Bug]: DMAR",
	"vfio-pci {device}: BAR {number}: can't reserve", "aaaaaaaa", "aaaaaaaab", "baaaaaaa", "{any}abababab{hex}",
	"eight  8{word}a much longer fixed part at the end", "no IOMMU found", "no IOMMU found",
};

/* Two messages to a rule. */
static void make_rules(struct pg_rules *rules)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(messages); i++) {
		struct pg_rule *rule;

		if (i % 2 == 0)
			assert_non_null(pg_vec_add(&rules->v, &rules->n, sizeof(*rules->v)));
		rule = &rules->v[rules->n - 1];
		assert_int_equal(pg_strv_add(&rule->message, messages[i]), 0);
	}
}

static int put_down(size_t rule, size_t message, void *ctx)
{
	struct pg_strbuf *b = ctx;

	pg_strbuf_addf(b, "%zu.%zu ", rule, message);
	return 0;
}

/* Those whose fixed part is in the line. */
static char *plain_way(const struct pg_rules *rules, const char *line)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->v[i].message.n; k++) {
			size_t n;
			const char *fixed = pg_message_fixed(rules->v[i].message.v[k], &n);

			if (memmem(line, strlen(line), fixed, n))
				(void)put_down(i, k, &b);
		}
	return pg_strbuf_steal(&b);
}

static void compare(const struct pg_rules *rules, const struct pg_finder *f, const char *line)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	pg_autofree char *want = plain_way(rules, line);
	size_t pos = 0;

	assert_int_equal(pg_finder_messages(f, line, put_down, &b), 0);
	assert_string_equal(b.s ? b.s : "", want);
	assert_int_equal(pg_finder_next(f, line, strlen(line), &pos), *want != '\0');
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245U + 12345U;
	return *seed >> 16 & 0x7fff;
}

/* Pieces of the messages, letters of theirs and others, in a row. */
static void fill(char *line, size_t size, unsigned *seed)
{
	size_t n = 0;

	line[0] = '\0';
	while (n + 64 < size && next_random(seed) % 12) {
		const char *m = messages[next_random(seed) % PG_ARRAY_SIZE(messages)];
		size_t from = next_random(seed) % 3 ? 0 : next_random(seed) % strlen(m);
		size_t len = next_random(seed) % 2 ? strlen(m) - from : next_random(seed) % (strlen(m) - from + 1);

		n += (size_t)snprintf(line + n, size - n, "%.*s%c", (int)(len < 60 ? len : 60), m + from,
				      "ab \xff{"[next_random(seed) % 5]);
	}
}

static void test_as_the_plain_way(void **state)
{
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	struct pg_finder *f PG_CLEANUP(pg_finder_freep) = NULL;
	unsigned seed = 9;

	(void)state;
	make_rules(&rules);
	assert_int_equal(pg_finder_new(&rules, &f), 0);
	compare(&rules, f, "");
	compare(&rules, f, "x");
	for (size_t i = 0; i < PG_ARRAY_SIZE(messages); i++)
		compare(&rules, f, messages[i]);
	for (unsigned i = 0; i < 20000; i++) {
		char line[512];

		fill(line, sizeof(line), &seed);
		compare(&rules, f, line);
	}
}

static int stop(size_t rule, size_t message, void *ctx)
{
	(void)message;
	*(size_t *)ctx += rule + 1;
	return -EIO;
}

static void test_each_may_stop(void **state)
{
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	struct pg_finder *f PG_CLEANUP(pg_finder_freep) = NULL;
	size_t sum = 0;

	(void)state;
	make_rules(&rules);
	assert_int_equal(pg_finder_new(&rules, &f), 0);
	assert_int_equal(pg_finder_messages(f, "no IOMMU found", stop, &sum), -EIO);
	assert_int_equal(sum, 6);
}

static void test_no_rules(void **state)
{
	struct pg_rules rules = { 0 };
	struct pg_finder *f PG_CLEANUP(pg_finder_freep) = NULL;
	size_t pos = 0;

	(void)state;
	assert_int_equal(pg_finder_new(&rules, &f), 0);
	assert_false(pg_finder_next(f, "a line that is long enough for any window of it", 47, &pos));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_plain_way),
		cmocka_unit_test(test_each_may_stop),
		cmocka_unit_test(test_no_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
