/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define BLOCK	   "/sys/block"
#define BLOCKS_MAX 65536
#define LINKS_MAX  64

static void block_done(struct pg_block *b)
{
	free(b->name);
	free(b->dm_name);
	free(b->vg);
	free(b->fs_type);
	free(b->fs_uuid);
	free(b->fs_label);
	free(b->part_uuid);
	pg_strv_done(&b->links);
	pg_devset_done(&b->devs);
	pg_strv_done(&b->below);
	pg_strv_done(&b->paths);
}

void pg_blocks_done(struct pg_blocks *all)
{
	for (size_t i = 0; i < all->n; i++)
		block_done(&all->v[i]);
	free(all->v);
	*all = (struct pg_blocks){ 0 };
}

struct pg_block *pg_blocks_find(const struct pg_blocks *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	return NULL;
}

/* ---- what udev knows of its content ---- */

static int udev_line(const char *line, size_t n, struct pg_block *b)
{
	const struct {
		const char *key;
		char **to;
	} keys[] = {
		{ "E:ID_FS_TYPE=", &b->fs_type },
		{ "E:ID_FS_UUID=", &b->fs_uuid },
		{ "E:ID_FS_LABEL=", &b->fs_label },
		{ "E:ID_PART_ENTRY_UUID=", &b->part_uuid },
	};

	if (n > 2 && memcmp(line, "S:", 2) == 0)
		return b->links.n < LINKS_MAX ? pg_strv_addn(&b->links, line + 2, n - 2) : 0;
	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++) {
		size_t k = strlen(keys[i].key);

		if (n > k && !*keys[i].to && memcmp(line, keys[i].key, k) == 0) {
			*keys[i].to = strndup(line + k, n - k);
			return *keys[i].to ? 0 : -ENOMEM;
		}
	}
	return 0;
}

/* /run/udev/data/bMAJOR:MINOR: systemd's udev database, "E:KEY=value" lines. */
static int read_udev(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		     struct pg_block *b)
{
	pg_autofree char *attr = pg_strf("%s/dev", dir), *devno = NULL, *path = NULL;
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = attr ? pg_root_read_attr(root, attr, &devno) : -ENOMEM;

	if (r < 0 || strchr(devno, '/'))
		return r == -ENOMEM ? r : 0;
	path = pg_strf("/run/udev/data/b%s", devno);
	r = path ? pg_usage_read(root, facts, path, &text) : -ENOMEM;
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full))
		r = udev_line(line, len, b);
	return r;
}

/* ---- device-mapper ---- */

/* The volume group in a logical volume's name: up to the first single '-'; "--" is a '-'
 * (lvm2 dm_build_dm_name). */
static char *vg_of_name(const char *name)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (const char *s = name; *s; s++) {
		if (s[0] == '-' && s[1] != '-')
			break;
		if (s[0] == '-')
			s++;
		pg_strbuf_addc(&b, *s);
	}
	return pg_strbuf_steal(&b);
}

static int read_dm(const struct pg_root *root, const char *dir, struct pg_block *b)
{
	pg_autofree char *name = pg_strf("%s/dm/name", dir);
	pg_autofree char *path = pg_strf("%s/dm/uuid", dir), *uuid = NULL;
	int r = name && path ? pg_root_read_attr(root, name, &b->dm_name) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = pg_root_read_attr(root, path, &uuid);
	b->multipath = r == 0 && pg_text_starts(uuid, "mpath-");
	if (r < 0 || !pg_text_starts(uuid, "LVM-"))
		return r == -ENOMEM ? r : 0;
	b->vg = vg_of_name(b->dm_name);
	return b->vg ? 0 : -ENOMEM;
}

/* ---- where a disk hangs ---- */

/*
 * With native NVMe multipath a disk lies below its subsystem, which links to each
 * controller that leads to it (drivers/nvme/host/core.c nvme_init_subsystem).
 */
static int add_nvme_paths(const struct pg_root *root, const struct pg_facts *facts,
			  const char *disk, struct pg_block *b)
{
	pg_autofree char *dir = strdup(disk);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!dir)
		return -ENOMEM;
	*strrchr(dir, '/') = '\0';
	r = pg_root_list(root, dir, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const char *s = names.v[i];
		pg_autofree char *path = pg_strf("%s/%s", dir, s);

		if (!path)
			return -ENOMEM;
		if (!pg_text_starts(s, "nvme") || !s[4] ||
		    strspn(s + 4, "0123456789") != strlen(s + 4))
			continue;
		r = pg_devset_add_path(root, facts, path, &b->devs);
		if (r == 0)
			r = pg_strv_add(&b->paths, path);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_place(const struct pg_root *root, const struct pg_facts *facts,
		      const char *dir, struct pg_block *b)
{
	pg_autofree char *full = NULL;
	int r = pg_root_resolve(root, dir, &full);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	b->usb = strstr(full, "/usb");
	if (strstr(full, "/nvme-subsystem/"))
		return add_nvme_paths(root, facts, full, b);
	return pg_devset_add_resolved(facts, full, &b->devs);
}

/* ---- collecting ---- */

static struct pg_block *add_block(struct pg_blocks *all, const char *name)
{
	struct pg_block *b = pg_vec_add(&all->v, &all->n, sizeof(*b));

	if (!b)
		return NULL;
	b->name = strdup(name);
	if (b->name)
		return b;
	all->n--;
	return NULL;
}

static int add_partition(const struct pg_root *root, struct pg_facts *facts,
			 struct pg_blocks *all, const char *disk, const char *name)
{
	pg_autofree char *dir = pg_strf(BLOCK "/%s/%s", disk, name);
	struct pg_block *b = dir ? add_block(all, name) : NULL;
	int r = b ? pg_strv_add(&b->below, disk) : -ENOMEM;

	return r < 0 ? r : read_udev(root, facts, dir, b);
}

/* Partitions are folders that begin with the disk's name (sysfs: sda/sda1). */
static int add_partitions(const struct pg_root *root, struct pg_facts *facts,
			  struct pg_blocks *all, const char *disk, const struct pg_strv *names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n && all->n < BLOCKS_MAX; i++)
		if (pg_text_starts(names->v[i], disk))
			r = add_partition(root, facts, all, disk, names->v[i]);
	return r;
}

static int add_disk(const struct pg_root *root, struct pg_facts *facts,
		    struct pg_blocks *all, const char *name)
{
	pg_autofree char *dir = pg_strf(BLOCK "/%s", name);
	pg_autofree char *slaves = pg_strf(BLOCK "/%s/slaves", name);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_block *b = dir && slaves ? add_block(all, name) : NULL;
	int r = b ? pg_root_list(root, dir, &names) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	b->md = pg_strv_has(&names, "md");
	if (pg_strv_has(&names, "slaves"))
		r = pg_root_list(root, slaves, &b->below);
	if (r != -ENOMEM)
		r = read_place(root, facts, dir, b);
	if (r == 0)
		r = read_udev(root, facts, dir, b);
	if (r == 0 && pg_strv_has(&names, "dm"))
		r = read_dm(root, dir, b);
	return r < 0 ? r : add_partitions(root, facts, all, name, &names);
}

int pg_blocks_collect(const struct pg_root *root, struct pg_facts *facts,
		      struct pg_blocks *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, BLOCK, &names);

	if (r < 0)
		return pg_note_unread(facts, BLOCK, r);
	for (size_t i = 0; r == 0 && i < names.n && ret->n < BLOCKS_MAX; i++)
		if (!pg_text_starts(names.v[i], "loop") &&
		    !pg_text_starts(names.v[i], "ram"))
			r = add_disk(root, facts, ret, names.v[i]);
	return r;
}

/* ---- from a name down to the devices ---- */

static int merge(struct pg_devset *to, const struct pg_devset *from)
{
	for (size_t i = 0; i < from->n; i++) {
		size_t *at, k = 0;

		while (k < to->n && to->v[k] != from->v[i])
			k++;
		if (k < to->n)
			continue;
		at = pg_vec_add(&to->v, &to->n, sizeof(*at));
		if (!at)
			return -ENOMEM;
		*at = from->v[i];
	}
	return 0;
}

/* Each block once, by a list of what is still to do: the links of a captured tree may run
 * in a circle. */
int pg_blocks_devs(const struct pg_blocks *all, struct pg_block *block,
		   struct pg_devset *ret, bool *ret_usb)
{
	struct pg_strv todo PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_add(&todo, block->name);

	for (size_t i = 0; i < all->n; i++)
		all->v[i].visited = false;
	for (size_t i = 0; r == 0 && i < todo.n; i++) {
		struct pg_block *b = pg_blocks_find(all, todo.v[i]);

		if (!b || b->visited)
			continue;
		b->visited = true;
		*ret_usb |= b->usb;
		r = merge(ret, &b->devs);
		for (size_t k = 0; r == 0 && k < b->below.n; k++)
			r = pg_strv_add(&todo, b->below.v[k]);
	}
	return r;
}

/* /dev/VG/LV is /dev/mapper/VG-LV with each '-' of both doubled. */
static bool is_volume(const struct pg_block *b, const char *vg_lv)
{
	const char *dm = b->dm_name;

	for (; dm && *vg_lv && *dm; vg_lv++, dm++) {
		if (*vg_lv == '-' && (dm[0] != '-' || *++dm != '-'))
			return false;
		if (*vg_lv == '/' ? *dm != '-' : *vg_lv != *dm)
			return false;
	}
	return dm && !*vg_lv && !*dm;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcasecmp(a, b) == 0;
}

static bool has_tag(const struct pg_block *b, const char *s)
{
	static const char *const by[][3] = {
		{ "UUID=", "/dev/disk/by-uuid/", "u" },
		{ "PARTUUID=", "/dev/disk/by-partuuid/", "p" },
		{ "LABEL=", "/dev/disk/by-label/", "l" },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(by); i++) {
		const char *mine = *by[i][2] == 'u'   ? b->fs_uuid
				   : *by[i][2] == 'p' ? b->part_uuid
						      : b->fs_label;

		for (size_t k = 0; k < 2; k++)
			if (pg_text_starts(s, by[i][k]))
				return same(mine, s + strlen(by[i][k]));
	}
	return false;
}

static bool is_called(const struct pg_block *b, const char *s)
{
	if (has_tag(b, s))
		return true;
	if (!pg_text_starts(s, "/dev/"))
		return false;
	s += strlen("/dev/");
	if (strcmp(b->name, s) == 0 || pg_strv_has(&b->links, s))
		return true;
	if (pg_text_starts(s, "mapper/"))
		return b->dm_name && strcmp(b->dm_name, s + strlen("mapper/")) == 0;
	return is_volume(b, s);
}

struct pg_block *pg_blocks_source(const struct pg_root *root, const struct pg_blocks *all,
				  const char *source)
{
	pg_autofree char *full = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (is_called(&all->v[i], source))
			return &all->v[i];
	if (!pg_text_starts(source, "/dev/") || pg_root_resolve(root, source, &full) < 0)
		return NULL;
	return pg_blocks_find(all, strrchr(full, '/') + 1);
}
