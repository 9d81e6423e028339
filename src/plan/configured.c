/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

bool pg_same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

bool pg_list_has(const char *list, const char *item)
{
	size_t len = strlen(item);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == len && strncmp(list, item, n) == 0)
			return true;
		list += n;
		list += *list == ',';
	}
	return false;
}

static bool has_key(const char *word, const char *key, const char **ret_value)
{
	size_t n = strlen(key);

	if (strncmp(word, key, n) != 0 || word[n] != '=')
		return false;
	*ret_value = word + n + 1;
	return true;
}

const char *pg_words_find(const struct pg_strv *words, const char *key, const char *item)
{
	const char *value;

	for (size_t i = 0; i < words->n; i++)
		if (has_key(words->v[i], key, &value) && pg_list_has(value, item))
			return words->v[i];
	return NULL;
}

bool pg_words_have(const struct pg_strv *words, const char *key, const char *item)
{
	return pg_words_find(words, key, item) != NULL;
}

/* ---- the loaders' files ---- */

bool pg_is_grub_file(const char *path)
{
	return strcmp(path, PG_PATH_GRUB) == 0 ||
	       (pg_text_starts(path, PG_PATH_GRUB_D) && pg_text_ends(path, ".cfg"));
}

static bool any_grub_file(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_file; i++)
		if (pg_is_grub_file(facts->file[i].path) && facts->file[i].error == 0)
			return true;
	return false;
}

int pg_grub_setting(const struct pg_facts *facts, const char *variable, char **ret,
		    struct pg_err *err)
{
	const struct pg_file **files pg_autofree = calloc(facts->n_file + 1, sizeof(*files));
	size_t n = 0;
	int index = -1;

	if (!files)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_file; i++)
		if (pg_is_grub_file(facts->file[i].path) && facts->file[i].error == 0)
			files[n++] = &facts->file[i];
	*ret = NULL;
	return pg_grub_value(files, n, variable, ret, &index, err);
}

static int grub_cmdline(const struct pg_facts *facts, char **ret, struct pg_err *err)
{
	static const char *const variables[] = { "GRUB_CMDLINE_LINUX",
						 "GRUB_CMDLINE_LINUX_DEFAULT" };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (!any_grub_file(facts))
		return 0;
	for (size_t i = 0; i < PG_ARRAY_SIZE(variables); i++) {
		pg_autofree char *value = NULL;
		int r = pg_grub_setting(facts, variables[i], &value, err);

		if (r < 0)
			return r;
		if (value && *value)
			pg_strbuf_addf(&b, "%s%s", b.len ? " " : "", value);
	}
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

static int kernel_cmdline(const struct pg_facts *facts, char **ret)
{
	const struct pg_file *file = pg_facts_file(facts, PG_PATH_CMDLINE);
	size_t pos = 0, len, full;
	const char *line;

	if (!file || file->error)
		return 0;
	if (!pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		line = "";
		len = 0;
	}
	*ret = strndup(line, len);
	return *ret ? 0 : -ENOMEM;
}

int pg_configured_cmdline(const struct pg_facts *facts, enum pg_loader loader, char **ret,
			  struct pg_err *err)
{
	*ret = NULL;
	switch (loader) {
	case PG_LOADER_GRUB:
		return grub_cmdline(facts, ret, err);
	case PG_LOADER_SYSTEMD_BOOT:
		return kernel_cmdline(facts, ret);
	case PG_LOADER_UNKNOWN:
		break;
	}
	return 0;
}

/* ---- modules ---- */

static bool lists_module(const struct pg_file *file, const char *module)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		char name[64];

		while (len && (*line == ' ' || *line == '\t')) {
			line++;
			len--;
		}
		for (size_t i = 0; i < len; i++)
			if (line[i] == ' ' || line[i] == '\t')
				len = i;
		if (len == 0 || len >= sizeof(name) || *line == '#' || *line == ';')
			continue;
		memcpy(name, line, len);
		name[len] = '\0';
		if (pg_same_module(name, module))
			return true;
	}
	return false;
}

bool pg_is_loaded_at_boot(const struct pg_facts *facts, const char *module)
{
	for (size_t i = 0; i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];

		if (file->error || !file->bytes.p)
			continue;
		if ((strcmp(file->path, "/etc/modules") == 0 ||
		     strstr(file->path, "/modules-load.d/")) &&
		    lists_module(file, module))
			return true;
	}
	return false;
}

static bool release(const char *s, unsigned *major, unsigned *minor)
{
	char *end;

	*major = (unsigned)strtoul(s, &end, 10);
	if (end == s || *end != '.')
		return false;
	s = end + 1;
	*minor = (unsigned)strtoul(s, &end, 10);
	return end != s;
}

bool pg_kernels_from(const struct pg_facts *facts, unsigned major, unsigned minor)
{
	const struct pg_strv *kernels = &facts->boot.kernels;
	unsigned a, b;

	for (size_t i = 0; i < kernels->n; i++)
		if (!release(kernels->v[i], &a, &b) || a < major || (a == major && b < minor))
			return false;
	return kernels->n > 0;
}

bool pg_kernels_before(const struct pg_facts *facts, unsigned major, unsigned minor)
{
	const struct pg_strv *kernels = &facts->boot.kernels;
	unsigned a, b;

	for (size_t i = 0; i < kernels->n; i++)
		if (!release(kernels->v[i], &a, &b) || a > major || (a == major && b >= minor))
			return false;
	return kernels->n > 0;
}
