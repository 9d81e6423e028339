/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

/*
 * Types whose content is `images` where the section has no content line: the defaults in
 * `plugindata` of PVE::Storage::*Plugin. cephfs, pbs and esxi hold no images.
 */
static const char *const image_types[] = {
	"btrfs", "cifs", "dir", "glusterfs", "lvm", "lvmthin", "nfs", "rbd", "zfs", "zfspool",
};

static bool is_in(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

/* Is the word in a list as PVE::Tools::split_list reads it? NULL is not there. */
static int list_has(const char *list, const char *word, bool *ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ",; \t", &words);

	if (r < 0)
		return r;
	*ret = word && pg_strv_has(&words, word);
	return 0;
}

/* On an iSCSI target no volume can be made, whatever its content line says. */
static int read_images(const struct pg_section *s, bool *ret)
{
	const char *content = pg_section_get(s, "content");

	*ret = is_in(image_types, PG_ARRAY_SIZE(image_types), s->type);
	if (!content || strcmp(s->type, "iscsi") == 0 || strcmp(s->type, "iscsidirect") == 0)
		return 0;
	return list_has(content, "images", ret);
}

/* `local` is on every node: PVE::Storage::Plugin parse_config drops its nodes. */
static int read_here(const struct pg_section *s, const char *node, bool *ret)
{
	const char *nodes = pg_section_get(s, "nodes");

	*ret = true;
	if (!nodes || strcmp(s->id, "local") == 0)
		return 0;
	return list_has(nodes, node, ret);
}

static int add_storage(const struct pg_section *s, const char *node, struct pg_facts *facts)
{
	const char *disable = pg_section_get(s, "disable");
	struct pg_storage *st = pg_vec_add(&facts->storage, &facts->n_storage, sizeof(*st));

	if (!st)
		return -ENOMEM;
	st->id = strdup(s->id);
	st->type = strdup(s->type);
	if (!st->id || !st->type)
		return -ENOMEM;
	st->disabled = disable && (!*disable || pg_pve_boolean(disable) == PG_YES);
	if (read_images(s, &st->images) < 0)
		return -ENOMEM;
	return read_here(s, node, &st->here);
}

/* A `local` that is no folder, or another one, counts for nothing (parse_config). */
static bool is_no_local(const struct pg_section *s)
{
	const char *path = pg_section_get(s, "path");

	return strcmp(s->id, "local") == 0 &&
	       (strcmp(s->type, "dir") != 0 || (path && strcmp(path, "/var/lib/vz") != 0));
}

/* Without a section of its own `local` is there all the same, for everything (parse_config). Last, so
 * that a choice falls on what the person has set up. */
static int add_local(struct pg_facts *facts)
{
	struct pg_storage *st;

	for (size_t i = 0; i < facts->n_storage; i++)
		if (strcmp(facts->storage[i].id, "local") == 0)
			return 0;
	st = pg_vec_add(&facts->storage, &facts->n_storage, sizeof(*st));
	if (!st)
		return -ENOMEM;
	st->images = st->here = true;
	st->id = strdup("local");
	st->type = strdup("dir");
	return st->id && st->type ? 0 : -ENOMEM;
}

int pg_storage_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };
	int r = pg_sections_parse(text, true, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		if (!is_no_local(&all.v[i]))
			r = add_storage(&all.v[i], node, facts);
	return r < 0 || all.n == 0 ? r : add_local(facts);
}
