/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include "src/host/facts.h"

static void parse(const char *text, struct pg_settings *ret)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_bytes_copy(text, strlen(text), &bytes), 0);
	assert_int_equal(pg_settings_parse(&bytes, ret), 0);
}

static void is_usual(const struct pg_settings *s)
{
	assert_int_equal(s->trial_minutes, 10);
	assert_int_equal(s->theme, PG_THEME_AUTO);
	assert_null(s->storage);
	assert_false(s->mouse);
	assert_int_equal(s->rules.n, 1);
	assert_string_equal(s->rules.v[0], "/etc/pve-gpu/rules.d");
}

static void test_usual(void **state)
{
	static const char *const same[] = { "", "# nothing\n", "\n\n", "trial = 10\ntheme = auto\nmouse = off\n" };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(same); i++) {
		struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };

		parse(same[i], &s);
		assert_null(s.bad);
		is_usual(&s);
	}
}

static void test_all(void **state)
{
	struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };

	(void)state;
	parse("# mine\ntrial = 30\ntheme = light\nmouse = on\nstorage = 'vm-disks'\n"
	      "rules = { '/srv/rules/', /etc/pve-gpu/rules.d }\n", &s);
	assert_null(s.bad);
	assert_int_equal(s.trial_minutes, 30);
	assert_int_equal(s.theme, PG_THEME_LIGHT);
	assert_true(s.mouse);
	assert_string_equal(s.storage, "vm-disks");
	assert_int_equal(s.rules.n, 2);
	assert_string_equal(s.rules.v[0], "/srv/rules");
}

/* Nothing of a file that is not right counts, and the line is named. */
static void test_bad(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "trial = 30\ntrial = 0\n", "conf:2: trial takes minutes" },
		{ "trial = 1441\n", "conf:1: trial takes minutes" },
		{ "trial = -5\n", "conf:1: trial takes minutes" },
		{ "trial = soon\n", "conf:1: " },
		{ "# one\n/* two\n*/ theme = dark\n", "conf:3: theme is auto" },
		{ "mouse = yes\n", "conf:1: mouse is on or off" },
		{ "mouse = on\ntrial = 0\n", "conf:2: trial takes minutes" },
		{ "storage = 'a b'\n", "conf:1: storage is the name" },
		{ "storage = '-x'\n", "conf:1: storage is the name" },
		{ "trial = 20\nrules = { 'rules.d' }\n", "conf:2: rules are folders" },
		{ "rules = { '/a/../etc' }\n", "conf:1: rules are folders" },
		{ "color = red\n", "conf:1: This line is not right" },
		{ "trial\n", "conf" },
		{ "trial = 20\nstorage = \"a\\", "conf:2: The file ends in the middle" },
		{ "storage = ${HOME}\n", "conf:1: \"${\" is not taken" },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++) {
		struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };

		parse(bad[i].text, &s);
		if (!s.bad || !strstr(s.bad, bad[i].said))
			fail_msg("%s: %s", bad[i].text, s.bad ? s.bad : "taken");
		is_usual(&s);
	}
}

static void test_nul(void **state)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };

	(void)state;
	assert_int_equal(pg_bytes_copy("trial = 20\n\0", 12, &bytes), 0);
	assert_int_equal(pg_settings_parse(&bytes, &s), 0);
	assert_non_null(strstr(s.bad, "conf:2: There is a NUL byte"));
	is_usual(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
