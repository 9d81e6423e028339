/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

enum { ID_VENDOR, ID_DEVICE, ID_SUBVENDOR, ID_SUBDEVICE, ID_CLASS, ID_MASK, ID_FIELDS };

/* vendor:device[:subvendor[:subdevice[:class[:mask]]]], hexadecimal. */
static bool parse_item(const char *item, uint64_t field[ID_FIELDS], size_t *ret_n)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(item, ":", &part) < 0 || part.n < 2 || part.n > ID_FIELDS)
		return false;
	for (size_t i = 0; i < part.n; i++)
		if (pg_text_number(part.v[i], 16, UINT32_MAX, &field[i]) < 0)
			return false;
	*ret_n = part.n;
	return true;
}

bool pg_ids_item_valid(const char *item)
{
	uint64_t field[ID_FIELDS];
	size_t n;

	return parse_item(item, field, &n);
}

static bool is_any(uint64_t id)
{
	return id == UINT32_MAX;
}

bool pg_ids_item_match(const char *item, const struct pg_dev *dev)
{
	uint64_t field[ID_FIELDS] = { 0, 0, UINT32_MAX, UINT32_MAX, 0, 0 };
	size_t n;

	if (!parse_item(item, field, &n))
		return false;
	return (is_any(field[ID_VENDOR]) || field[ID_VENDOR] == dev->vendor) &&
	       (is_any(field[ID_DEVICE]) || field[ID_DEVICE] == dev->device) &&
	       (is_any(field[ID_SUBVENDOR]) || field[ID_SUBVENDOR] == dev->subvendor) &&
	       (is_any(field[ID_SUBDEVICE]) || field[ID_SUBDEVICE] == dev->subdevice) &&
	       ((field[ID_CLASS] ^ dev->class) & field[ID_MASK]) == 0;
}

bool pg_ids_match(const char *ids, const struct pg_dev *dev)
{
	struct pg_strv items PG_CLEANUP(pg_strv_done) = { 0 };

	if (!ids || pg_strv_split(ids, ",", &items) < 0)
		return false;
	for (size_t i = 0; i < items.n; i++)
		if (pg_ids_item_match(items.v[i], dev))
			return true;
	return false;
}

char *pg_options_ids(const char *options)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *last = NULL;

	if (pg_strv_split(options, " \t\"", &words) < 0)
		return NULL;
	for (size_t i = 0; i < words.n; i++) {
		if (strcmp(words.v[i], "ids=") == 0 && i + 1 < words.n)
			last = words.v[i + 1]; /* ids="…": the quote was a separator */
		else if (pg_text_starts(words.v[i], "ids="))
			last = words.v[i] + strlen("ids=");
	}
	return last ? strdup(last) : NULL;
}

/* ---- where ids= stands ---- */

/* Cheap, since it is asked for every device: does anything name vfio-pci.ids at all? */
static bool cmdline_may_have_ids(const struct pg_facts *facts)
{
	if (facts->boot.running && strstr(facts->boot.running, "pci.ids"))
		return true;
	for (size_t i = 0; i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];

		if (file->bytes.p && strstr(file->bytes.p, "pci.ids") &&
		    (pg_is_grub_file(file->path) || strcmp(file->path, PG_PATH_CMDLINE) == 0))
			return true;
	}
	return false;
}

static int cmdline_ids(const struct pg_facts *facts, char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	char *configured pg_autofree = NULL;
	const char *line, *ids;
	int r;

	if (!cmdline_may_have_ids(facts))
		return 0;
	r = pg_configured_cmdline(facts, facts->boot.loader, &configured, NULL);
	if (r == -ENOMEM)
		return r;
	line = configured ? configured : facts->boot.running;
	if (!line)
		return 0;
	r = pg_cmdline_split(line, &words);
	if (r < 0)
		return r;
	ids = pg_cmdline_get(&words, "vfio-pci.ids");
	if (!ids)
		return 0;
	*ret = strdup(ids);
	return *ret ? 0 : -ENOMEM;
}

int pg_ids_in_effect(const struct pg_facts *facts, char **ret, const struct pg_modconf **ret_line)
{
	const struct pg_modules *m = &facts->modules;
	int r;

	*ret = NULL;
	*ret_line = NULL;
	r = cmdline_ids(facts, ret);
	if (r < 0 || *ret)
		return r;
	for (size_t i = m->n_conf; i-- > 0;) {
		if (m->conf[i].kind != PG_MODCONF_OPTIONS ||
		    !pg_same_module(m->conf[i].module, "vfio_pci"))
			continue;
		*ret = pg_options_ids(m->conf[i].value);
		if (!*ret)
			continue;
		*ret_line = &m->conf[i];
		return 0;
	}
	return 0;
}

bool pg_by_ids(const struct pg_facts *facts, const struct pg_dev *dev)
{
	char *ids pg_autofree = NULL;
	const struct pg_modconf *line;

	return pg_ids_in_effect(facts, &ids, &line) == 0 && pg_ids_match(ids, dev);
}

/* ---- our own table ---- */

/* ADDRESS VENDOR:DEVICE DRIVER */
static bool bind_line_names(const char *line, size_t len, const struct pg_dev *dev)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	char *copy pg_autofree = strndup(line, len);
	struct pg_bdf addr;

	if (!copy || *copy == '#' || pg_strv_split(copy, " \t", &part) < 0 || part.n < 3)
		return false;
	return pg_bdf_parse(part.v[0], &addr) == 0 && pg_bdf_equal(addr, dev->addr) &&
	       pg_ids_item_match(part.v[1], dev) && pg_same_module(part.v[2], "vfio-pci");
}

bool pg_bind_conf_has(const struct pg_facts *facts, const struct pg_dev *dev)
{
	const struct pg_file *file = pg_facts_file(facts, PG_PATH_BIND_CONF);
	size_t pos = 0, len, full;
	const char *line;

	if (!file || file->error || !file->bytes.p)
		return false;
	while (pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full))
		if (bind_line_names(line, len, dev))
			return true;
	return false;
}

bool pg_by_address(const struct pg_facts *facts, const struct pg_dev *dev)
{
	return pg_facts_file(facts, PG_PATH_HOOK) && pg_facts_file(facts, PG_PATH_SCRIPT) &&
	       pg_bind_conf_has(facts, dev);
}
