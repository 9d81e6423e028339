/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "src/base/json.h"

static void assert_json(const struct pg_json *j, const char *expected)
{
	pg_autofree char *text = pg_json_text(j, false);

	assert_string_equal(text, expected);
}

static void test_types(void **state)
{
	struct pg_json *o PG_CLEANUP(pg_json_freep) = pg_json_object();
	struct pg_json *list = pg_json_array(), *inner = pg_json_object();
	struct pg_strv sv PG_CLEANUP(pg_strv_done) = { 0 };

	(void)state;
	assert_int_equal(pg_strv_split("x y", " ", &sv), 0);
	pg_json_set_str(o, "s", "a/b \"q\"");
	pg_json_set_str(o, "none", NULL);
	pg_json_set_strf(o, "f", "%04x", 0x1fU);
	pg_json_set_int(o, "i", INT64_MIN);
	pg_json_set_bool(o, "b", true);
	pg_json_set_tri(o, "t", PG_NO);
	pg_json_set_tri(o, "u", PG_UNKNOWN);
	pg_json_set_strv(o, "v", &sv);
	pg_json_add_int(list, 1);
	pg_json_add_str(list, "two");
	pg_json_add(list, inner);
	pg_json_set(o, "l", list);
	assert_json(o, "{\"s\":\"a/b \\\"q\\\"\",\"none\":null,\"f\":\"001f\","
		       "\"i\":-9223372036854775808,\"b\":true,\"t\":false,\"u\":null,"
		       "\"v\":[\"x\",\"y\"],\"l\":[1,\"two\",{}]}");
}

static void test_hostile_strings(void **state)
{
	struct pg_json *o PG_CLEANUP(pg_json_freep) = pg_json_object();

	(void)state;
	pg_json_set_str(o, "a", "x\x1b[2J\xff\xc3\xb6");
	pg_json_set_str(o, "diff", "-a\x07\n+b\n\n");
	assert_json(o, "{\"a\":\"x?[2J?\xc3\xb6\",\"diff\":\"-a?\\n+b\\n\\n\"}");
}

static void test_pretty(void **state)
{
	struct pg_json *o PG_CLEANUP(pg_json_freep) = pg_json_object();
	pg_autofree char *text = NULL;

	(void)state;
	pg_json_set_int(o, "a", 1);
	text = pg_json_text(o, true);
	assert_string_equal(text, "{\n  \"a\":1\n}\n");
}

/* No memory anywhere below must not pass for a document. */
static void test_failure(void **state)
{
	struct pg_json *o PG_CLEANUP(pg_json_freep) = pg_json_object();
	struct pg_json *list = pg_json_array();

	(void)state;
	pg_json_set_int(NULL, "a", 1);
	pg_json_add_str(NULL, "a");
	pg_json_set(NULL, "a", pg_json_array());
	pg_json_add(list, NULL);
	pg_json_set(o, "l", list);
	assert_null(pg_json_text(o, false));
	assert_null(pg_json_text(NULL, true));
}

static void test_parse(void **state)
{
	static const char text[] = " {\"s\":\"x\",\"i\":-5,\"b\":true,\"l\":[1,\"two\"],\"n\":null}\n";
	struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;
	const struct pg_jval *list;

	(void)state;
	assert_int_equal(pg_json_parse(text, strlen(text), &v), 0);
	assert_string_equal(pg_jval_get_str(v, "s"), "x");
	assert_null(pg_jval_get_str(v, "i"));
	assert_null(pg_jval_get_str(v, "none"));
	assert_int_equal(pg_jval_get_int(v, "i", 7), -5);
	assert_int_equal(pg_jval_get_int(v, "s", 7), 7);
	assert_true(pg_jval_get_bool(v, "b", false));
	assert_true(pg_jval_get_bool(v, "i", true));
	list = pg_jval_get(v, "l");
	assert_int_equal(pg_jval_length(list), 2);
	assert_string_equal(pg_jval_str(pg_jval_at(list, 1)), "two");
	assert_null(pg_jval_at(list, 2));
	assert_null(pg_jval_str(pg_jval_at(list, 0)));
	assert_int_equal(pg_jval_length(v), 0);
	assert_null(pg_jval_get(list, "s"));
	assert_null(pg_jval_get(NULL, "s"));
	assert_null(pg_jval_get(v, "n"));
}

static void test_parse_refuses(void **state)
{
	static const char *const bad[] = { "",	   "{",	       "{}{}",	   "{} x",
					   "{\"a\":}", "[1,]x", "{\"a\":1", "nonsense" };
	char deep[400];
	struct pg_jval *v = NULL;

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(bad); i++)
		assert_int_equal(pg_json_parse(bad[i], strlen(bad[i]), &v), -EBADMSG);
	assert_int_equal(pg_json_parse("{}\0{}", 5, &v), -EBADMSG);
	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	assert_int_equal(pg_json_parse(deep, sizeof(deep), &v), -EBADMSG);
	/* exactly n bytes, although more follow */
	assert_int_equal(pg_json_parse("{}{}", 2, &v), 0);
	pg_jval_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),	cmocka_unit_test(test_hostile_strings),
		cmocka_unit_test(test_pretty),	cmocka_unit_test(test_failure),
		cmocka_unit_test(test_parse),	cmocka_unit_test(test_parse_refuses),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
