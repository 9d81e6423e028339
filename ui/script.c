/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/script.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"
#include "src/base/vec.h"
#include "ui/keys.h"

#define MAX_SIZE 1000		/* rows or columns that a script may ask for */

void ui_script_done(struct ui_script *script)
{
	for (size_t i = 0; i < script->n; i++)
		free(script->step[i].name);
	free(script->step);
	*script = (struct ui_script){ 0 };
}

static struct ui_step *add(struct ui_script *s, enum ui_step_kind kind)
{
	struct ui_step *step = pg_vec_add(&s->step, &s->n, sizeof(*step));

	if (step)
		step->kind = kind;
	return step;
}

static int add_key(struct ui_script *s, int key)
{
	struct ui_step *step;

	if (key == UI_KEY_NONE)
		return -EINVAL;
	step = add(s, UI_STEP_KEY);
	if (!step)
		return -ENOMEM;
	step->key = key;
	return 0;
}

static int add_text(struct ui_script *s, const char *text)
{
	size_t n = strlen(text);
	int r = 0;

	for (size_t i = 0, len; i < n && r == 0; i += len) {
		unsigned char c = (unsigned char)text[i];
		int key = c;

		len = pg_text_char(text + i, n - i);
		if (len == 0)
			return -EINVAL;
		if (len > 1)
			key = c & (0x7f >> len);
		for (size_t k = 1; k < len; k++)
			key = key << 6 | ((unsigned char)text[i + k] & 0x3f);
		r = add_key(s, key);
	}
	return r;
}

static int add_named(struct ui_script *s, enum ui_step_kind kind, const char *name)
{
	struct ui_step *step = add(s, kind);

	if (step)
		step->name = strdup(name);
	return step && step->name ? 0 : -ENOMEM;
}

/* "80x24", "5,2" */
static int read_pair(char *text, char between, uint64_t *first, uint64_t *second)
{
	char *at = strchr(text, between);

	if (!at)
		return -EINVAL;
	*at = '\0';
	if (pg_text_number(text, 10, MAX_SIZE, first) < 0 ||
	    pg_text_number(at + 1, 10, MAX_SIZE, second) < 0 || *first == 0 || *second == 0)
		return -EINVAL;
	return 0;
}

static int add_place(struct ui_script *s, enum ui_step_kind kind, int key, uint64_t rows, uint64_t cols)
{
	struct ui_step *step = add(s, kind);

	if (!step)
		return -ENOMEM;
	step->key = key;
	step->rows = (int)rows;
	step->cols = (int)cols;
	return 0;
}

static int add_resize(struct ui_script *s, char *size)
{
	uint64_t rows, cols;
	int r = read_pair(size, 'x', &cols, &rows);

	return r < 0 ? r : add_place(s, UI_STEP_RESIZE, UI_KEY_NONE, rows, cols);
}

static int add_click(struct ui_script *s, char *place)
{
	uint64_t row, col;
	int r = read_pair(place, ',', &row, &col);

	return r < 0 ? r : add_place(s, UI_STEP_KEY, UI_KEY_CLICK, row - 1, col - 1);
}

static int add_wheel(struct ui_script *s, const char *way)
{
	return add_key(s, strcmp(way, "up") == 0   ? UI_KEY_WHEEL_UP :
			  strcmp(way, "down") == 0 ? UI_KEY_WHEEL_DOWN : UI_KEY_NONE);
}

static int parse_line(struct ui_script *s, char *line)
{
	char *rest = strchr(line, ' ');

	if (!*line || *line == '#')
		return 0;
	if (strcmp(line, "rest") == 0)
		return add(s, UI_STEP_REST) ? 0 : -ENOMEM;
	if (!rest || !rest[1])
		return -EINVAL;
	*rest++ = '\0';
	if (strcmp(line, "key") == 0)
		return add_key(s, ui_keys_by_name(pg_text_trim(rest)));
	if (strcmp(line, "type") == 0)
		return add_text(s, rest);
	if (strcmp(line, "click") == 0)
		return add_click(s, pg_text_trim(rest));
	if (strcmp(line, "wheel") == 0)
		return add_wheel(s, pg_text_trim(rest));
	if (strcmp(line, "dump") == 0)
		return add_named(s, UI_STEP_DUMP, pg_text_trim(rest));
	if (strcmp(line, "bytes") == 0)
		return add_named(s, UI_STEP_BYTES, pg_text_trim(rest));
	if (strcmp(line, "resize") == 0)
		return add_resize(s, pg_text_trim(rest));
	return -EINVAL;
}

int ui_script_parse(const char *text, size_t n, const char *path, struct ui_script *ret,
		    struct pg_err *err)
{
	struct ui_script script PG_CLEANUP(ui_script_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	unsigned number = 0;

	while (pg_text_line(text, n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);
		int r = copy ? parse_line(&script, copy) : -ENOMEM;

		number++;
		if (r == -EINVAL)
			return pg_err_set(err, r, path, number,
					  "This is no step of a key script.");
		if (r < 0)
			return r;
	}
	*ret = script;
	script = (struct ui_script){ 0 };
	return 0;
}

const struct ui_step *ui_script_peek(const struct ui_script *script)
{
	return script->at < script->n ? &script->step[script->at] : NULL;
}

const struct ui_step *ui_script_next(struct ui_script *script)
{
	return script->at < script->n ? &script->step[script->at++] : NULL;
}

int ui_script_next_key(const struct ui_script *script)
{
	for (size_t i = script->at; i < script->n; i++)
		if (script->step[i].kind == UI_STEP_KEY)
			return script->step[i].key;
	return UI_KEY_NONE;
}
