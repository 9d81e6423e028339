/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * modprobe.d(5), read by ourselves: libkmod opens its configuration by path, which would be
 * the one of the machine that this program runs on, and it gives no line numbers.
 */
#include "src/host/modules.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define CONF_MAX 8192

char *pg_module_name(const char *s, size_t n)
{
	char *name = strndup(s, n);

	for (char *p = name; p && *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static int add_conf(struct pg_modules *m, enum pg_modconf_kind kind, const char *module,
		    size_t n, const char *value, const char *path, unsigned line)
{
	struct pg_modconf *c;

	if (m->n_conf >= CONF_MAX)
		return 0;
	c = pg_vec_add(&m->conf, &m->n_conf, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->kind = kind;
	c->line = line;
	c->module = pg_module_name(module, n);
	c->value = strdup(value);
	c->path = strdup(path);
	return c->module && c->value && c->path ? 0 : -ENOMEM;
}

/* ---- files ---- */

static const struct {
	const char *word;
	enum pg_modconf_kind kind;
} commands[] = {
	{ "blacklist", PG_MODCONF_BLACKLIST },
	{ "install", PG_MODCONF_INSTALL },
	{ "options", PG_MODCONF_OPTIONS },
	{ "softdep", PG_MODCONF_SOFTDEP },
};

/* "command module the rest"; other commands (alias, remove) are not kept. */
static int parse_line(struct pg_modules *m, char *text, const char *path, unsigned line)
{
	char *module, *value;
	size_t n;

	if (*text == '#')
		return 0;
	text += strspn(text, " \t");
	n = strcspn(text, " \t");
	module = text + n + strspn(text + n, " \t");
	value = module + strcspn(module, " \t");
	if (value == module)
		return 0;
	for (size_t i = 0; i < PG_ARRAY_SIZE(commands); i++)
		if (strlen(commands[i].word) == n && strncmp(text, commands[i].word, n) == 0)
			return add_conf(m, commands[i].kind, module, (size_t)(value - module),
					pg_text_trim(value), path, line);
	return 0;
}

/*
 * One line, with those that a backslash joins to it (also comments); a backslash before
 * anything else is dropped. CR is no line end here: kmod takes it for a part of the line.
 */
static void read_line(const struct pg_bytes *text, size_t *pos, unsigned *line,
		      struct pg_strbuf *ret)
{
	ret->len = 0;
	pg_strbuf_addn(ret, "", 0);
	for (; *pos < text->n && text->p[*pos] != '\n'; (*pos)++) {
		if (text->p[*pos] == '\\' && *pos + 1 < text->n)
			(*pos)++;
		if (text->p[*pos] == '\n')
			(*line)++;
		else
			pg_strbuf_addc(ret, text->p[*pos]);
	}
	(*pos)++;
	(*line)++;
}

static int parse_file(struct pg_modules *m, const struct pg_file *file)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	unsigned line = 1;
	size_t pos = 0;

	while (pos < file->bytes.n) {
		unsigned first = line;
		int r;

		read_line(&file->bytes, &pos, &line, &b);
		if (pg_strbuf_error(&b) < 0)
			return -ENOMEM;
		if (strlen(b.s) != b.len)
			continue; /* a NUL */
		r = parse_line(m, b.s, file->path, first);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *name_of(const struct pg_file *file)
{
	return strrchr(file->path, '/') + 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(name_of(*(const struct pg_file *const *)a),
		      name_of(*(const struct pg_file *const *)b));
}

/* kmod reads the files of all folders in the order of their names. */
int pg_modconf_from_files(const struct pg_file *file, size_t n, struct pg_modules *modules)
{
	pg_autofree const struct pg_file **sorted = calloc(n + 1, sizeof(const struct pg_file *));
	size_t n_sorted = 0;
	int r = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (strstr(file[i].path, "/modprobe.d/") && pg_text_ends(file[i].path, ".conf") &&
		    file[i].error == 0)
			sorted[n_sorted++] = &file[i];
	qsort(sorted, n_sorted, sizeof(*sorted), by_name);
	for (size_t i = 0; r == 0 && i < n_sorted; i++)
		r = parse_file(modules, sorted[i]);
	return r;
}

/* ---- the kernel command line ---- */

static int add_blacklist(struct pg_modules *m, const char *list)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ",\"", &names);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_conf(m, PG_MODCONF_BLACKLIST, names.v[i], strlen(names.v[i]), "",
			     "/proc/cmdline", 1);
	return r;
}

/* module_blacklist= is the kernel's own (it refuses every load), modprobe.blacklist= is
 * read by kmod. */
int pg_modconf_from_cmdline(const char *cmdline, struct pg_modules *modules)
{
	static const char *const keys[] = { "module_blacklist=", "modprobe.blacklist=" };
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(cmdline, " \t\n", &words);

	for (size_t i = 0; r == 0 && i < words.n; i++)
		for (size_t k = 0; r == 0 && k < PG_ARRAY_SIZE(keys); k++)
			if (pg_text_starts(words.v[i], keys[k]))
				r = add_blacklist(modules, words.v[i] + strlen(keys[k]));
	return r;
}
