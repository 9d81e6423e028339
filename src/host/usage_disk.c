/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/guests.h"

#define POOLS	  "/proc/spl/kstat/zfs"
#define ESP_UUIDS "/etc/kernel/proxmox-boot-uuids"

struct disk {
	const struct pg_root *root;
	struct pg_facts *facts;
	struct pg_blocks blocks;
	struct pg_sections storage; /* storage.cfg */
	struct pg_strv pools;	    /* ZFS pools that are imported */
	struct pg_strv root_pool;   /* the one with the root file system */
};

static void disk_done(struct disk *d)
{
	pg_blocks_done(&d->blocks);
	pg_sections_done(&d->storage);
	pg_strv_done(&d->pools);
	pg_strv_done(&d->root_pool);
}

/* Notes a use with all devices below a block device. Takes `detail` over. */
static int use_block(struct disk *d, struct pg_block *b, char *detail, bool vital)
{
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	bool usb = false;
	int r = pg_blocks_devs(&d->blocks, b, &devs, &usb);

	if (r < 0) {
		free(detail);
		return r;
	}
	return pg_devset_use(d->facts, &devs, usb ? PG_USE_USB_STORAGE : PG_USE_STORAGE,
			     detail, vital);
}

static const char *shown_name(const struct pg_block *b)
{
	return b->dm_name ? b->dm_name : b->name;
}

/* ---- Proxmox storages ---- */

static bool is_here(const struct disk *d, const struct pg_section *s)
{
	const char *nodes = pg_section_get(s, "nodes"), *node = d->facts->system.node;
	struct pg_strv list PG_CLEANUP(pg_strv_done) = { 0 };

	if (!nodes || !node || pg_strv_split(nodes, ",; \t", &list) < 0)
		return true;
	return pg_strv_has(&list, node);
}

/* The storage of this node whose `key` is the value, or lies below it (value/…). */
static const char *storage_on(const struct disk *d, const char *key, const char *value)
{
	size_t n = strlen(value);

	for (size_t i = 0; i < d->storage.n; i++) {
		const struct pg_section *s = &d->storage.v[i];
		const char *v = pg_section_get(s, key);

		if (v && strncmp(v, value, n) == 0 && (!v[n] || v[n] == '/') &&
		    is_here(d, s))
			return s->id;
	}
	return NULL;
}

static int read_storages(struct disk *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_usage_read(d->root, d->facts, "/etc/pve/storage.cfg", &text);

	return r < 0 ? r : pg_sections_parse(&text, true, &d->storage);
}

/* ---- mounts ---- */

/* The kernel writes blank, tab, line feed and backslash as \ooo (fs/proc_namespace.c). */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		bool octal = s[0] == '\\' && strspn(s + 1, "01234567") >= 3;

		*to++ = octal ? (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				       (s[3] - '0'))
			      : *s;
		s += octal ? 3 : 0;
	}
	*to = '\0';
}

/* root= of the running kernel, for a root whose source is no name ("/dev/root"). */
static struct pg_block *root_block(struct disk *d)
{
	pg_autofree char *cmdline = NULL;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *root = NULL;

	if (pg_root_read_attr(d->root, "/proc/cmdline", &cmdline) < 0 ||
	    pg_strv_split(cmdline, " ", &words) < 0)
		return NULL;
	for (size_t i = 0; i < words.n; i++)
		if (pg_text_starts(words.v[i], "root="))
			root = words.v[i] + strlen("root=");
	return root ? pg_blocks_source(d->root, &d->blocks, root) : NULL;
}

static bool is_vital(const char *target)
{
	static const char *const targets[] = { "/",    "/boot", "/boot/efi",
					       "/efi", "/usr",	"/var" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i], target) == 0)
			return true;
	return false;
}

static char *mount_words(const struct pg_block *b, const char *target,
			 const char *storage)
{
	return pg_strf(
		"%s%s%s (%s)", strcmp(target, "/") == 0 ? "root file system" : target,
		storage ? ", storage " : "", storage ? storage : "", shown_name(b));
}

/* A btrfs may span disks; the mount names one of them. */
static int use_btrfs(struct disk *d, const struct pg_block *one, const char *target,
		     const char *storage)
{
	int r = 0;

	for (size_t i = 0; r == 0 && one->fs_uuid && i < d->blocks.n; i++) {
		struct pg_block *b = &d->blocks.v[i];

		if (b->fs_uuid && strcmp(b->fs_uuid, one->fs_uuid) == 0)
			r = use_block(d, b, mount_words(b, target, storage),
				      storage || is_vital(target));
	}
	return r;
}

static int use_pool_mount(struct disk *d, const char *dataset, const char *target)
{
	size_t n = strcspn(dataset, "/");
	pg_autofree char *pool = strndup(dataset, n);
	int r = 0;

	if (!pool)
		return -ENOMEM;
	if (!pg_strv_has(&d->pools, pool))
		r = pg_strv_add(&d->pools, pool);
	if (r == 0 && is_vital(target) && !pg_strv_has(&d->root_pool, pool))
		r = pg_strv_add(&d->root_pool, pool);
	return r;
}

static int use_mount(struct disk *d, char *source, char *target, const char *type)
{
	const char *storage;
	struct pg_block *b;
	int r;

	unescape(source);
	unescape(target);
	if (strcmp(type, "zfs") == 0)
		return use_pool_mount(d, source, target);
	b = pg_blocks_source(d->root, &d->blocks, source);
	if (!b && strcmp(target, "/") == 0)
		b = root_block(d);
	if (!b)
		return 0;
	storage = strcmp(target, "/") == 0 ? NULL : storage_on(d, "path", target);
	r = use_block(d, b, mount_words(b, target, storage), storage || is_vital(target));
	if (r == 0 && strcmp(type, "btrfs") == 0)
		r = use_btrfs(d, b, target, storage);
	return r;
}

static int use_mounts(struct disk *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(d->root, d->facts, "/proc/mounts", &text);

	if (r == 0 && !text.p)
		r = pg_usage_read(d->root, d->facts, "/proc/self/mounts", &text);
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " ", &words) : -ENOMEM;
		if (r == 0 && words.n >= 3)
			r = use_mount(d, words.v[0], words.v[1], words.v[2]);
	}
	return r;
}

/* ---- swap ---- */

static int use_swap(struct disk *d, char *source)
{
	struct pg_block *b;

	unescape(source);
	b = pg_blocks_source(d->root, &d->blocks, source);
	return b ? use_block(d, b, pg_strf("swap (%s)", shown_name(b)), true) : 0;
}

/* /proc/swaps: a heading, then "/dev/dm-0  partition  …" */
static int use_swaps(struct disk *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(d->root, d->facts, "/proc/swaps", &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		if (!copy)
			return -ENOMEM;
		copy[strcspn(copy, " \t")] = '\0';
		r = use_swap(d, copy);
	}
	return r;
}

/* ---- LVM ---- */

static bool is_below_any(const struct disk *d, const char *name)
{
	for (size_t i = 0; i < d->blocks.n; i++)
		if (pg_strv_has(&d->blocks.v[i].below, name))
			return true;
	return false;
}

static int use_vg(struct disk *d, struct pg_block *volume)
{
	const char *storage = storage_on(d, "vgname", volume->vg);

	/* ceph-volume names its volume groups ceph-UUID */
	return use_block(d, volume,
			 pg_strf("LVM volume group %s%s%s", volume->vg,
				 storage ? ", storage " : "", storage ? storage : ""),
			 storage || pg_text_starts(volume->vg, "ceph-"));
}

static int use_lvm(struct disk *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->blocks.n; i++) {
		struct pg_block *b = &d->blocks.v[i];

		if (b->vg)
			r = use_vg(d, b);
		else if (b->fs_type && strcmp(b->fs_type, "LVM2_member") == 0 &&
			 !is_below_any(d, b->name))
			r = use_block(d, b,
				      pg_strf("LVM disk, no volume active (%s)", b->name),
				      false);
	}
	return r;
}

/* ---- ZFS ---- */

/* A cache or log disk may carry no name of its pool. */
static int use_pool(struct disk *d, struct pg_block *b)
{
	const char *pool = b->fs_label, *storage;
	bool holds_root, imported;

	if (!pool)
		return use_block(d, b, pg_strf("disk of a ZFS pool (%s)", b->name), false);
	storage = storage_on(d, "pool", pool);
	holds_root = pg_strv_has(&d->root_pool, pool);
	imported = pg_strv_has(&d->pools, pool);
	return use_block(d, b,
			 pg_strf("ZFS pool %s%s%s%s", pool,
				 holds_root ? ", root file system" : "",
				 storage ? ", storage " : "", storage ? storage : ""),
			 imported || storage);
}

static bool pool_has_disk(const struct disk *d, const char *pool)
{
	for (size_t i = 0; i < d->blocks.n; i++) {
		const struct pg_block *b = &d->blocks.v[i];

		if (b->fs_type && strcmp(b->fs_type, "zfs_member") == 0 && b->fs_label &&
		    strcmp(b->fs_label, pool) == 0)
			return true;
	}
	return false;
}

/* The kernel shows each imported pool: /proc/spl/kstat/zfs/POOL/state (module/zfs/spa_stats.c). */
static int find_pools(struct disk *d)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(d->root, POOLS, &names);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *state = pg_strf(POOLS "/%s/state", names.v[i]);

		if (!state)
			return -ENOMEM;
		if (pg_root_exists(d->root, state) && !pg_strv_has(&d->pools, names.v[i]))
			r = pg_strv_add(&d->pools, names.v[i]);
	}
	return r;
}

/* Members are known by udev only: zpool.cache is binary, and `zpool` is a command. */
static int use_zfs(struct disk *d)
{
	int r = find_pools(d);

	for (size_t i = 0; r == 0 && i < d->blocks.n; i++) {
		struct pg_block *b = &d->blocks.v[i];

		if (b->fs_type && strcmp(b->fs_type, "zfs_member") == 0)
			r = use_pool(d, b);
	}
	for (size_t i = 0; r == 0 && i < d->pools.n; i++)
		if (!pool_has_disk(d, d->pools.v[i]))
			r = pg_strv_addf(
				&d->facts->unread,
				"ZFS pool %s: which disks it lies on is not known",
				d->pools.v[i]);
	return r;
}

/* ---- EFI system partitions that proxmox-boot-tool keeps ---- */

static int use_esp(struct disk *d, const char *uuid)
{
	pg_autofree char *source = pg_strf("UUID=%s", uuid);
	struct pg_block *b =
		source ? pg_blocks_source(d->root, &d->blocks, source) : NULL;

	if (!source)
		return -ENOMEM;
	if (!b)
		return 0;
	return use_block(d, b, pg_strf("EFI system partition (%s)", b->name), true);
}

static int use_esps(struct disk *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv uuids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_usage_read(d->root, d->facts, ESP_UUIDS, &text);

	if (r < 0 || !text.p)
		return r;
	r = pg_strv_split(text.p, " \t\r\n", &uuids);
	for (size_t i = 0; r == 0 && i < uuids.n; i++)
		r = use_esp(d, uuids.v[i]);
	return r;
}

/* ---- disks that a VM has as a whole ---- */

/* scsi1: /dev/disk/by-id/…,size=4T */
static bool is_drive(const char *key)
{
	static const char *const buses[] = { "scsi", "sata", "ide", "virtio" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(buses); i++) {
		size_t n = strlen(buses[i]);

		if (pg_text_starts(key, buses[i]) && key[n] &&
		    strspn(key + n, "0123456789") == strlen(key + n))
			return true;
	}
	return false;
}

static int use_drive(struct disk *d, const struct pg_guest *g, const struct pg_guest_line *line)
{
	const char *value = pg_text_starts(line->value, "file=") ? line->value + 5 : line->value;
	pg_autofree char *source = strndup(value, strcspn(value, ","));
	struct pg_block *b;

	if (!source)
		return -ENOMEM;
	b = pg_blocks_source(d->root, &d->blocks, source);
	return b ? use_block(d, b, pg_strf("disk of VM %u (%s: %s)", (unsigned)g->vmid, line->key,
					   shown_name(b)), false) : 0;
}

static int use_guests(struct disk *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->facts->n_guest; i++) {
		const struct pg_guest *g = &d->facts->guest[i];

		for (size_t k = 0; r == 0 && g->local && k < g->n_lines; k++)
			if (!*g->lines[k].section && is_drive(g->lines[k].key))
				r = use_drive(d, g, &g->lines[k]);
	}
	return r;
}

int pg_usage_disk(const struct pg_root *root, struct pg_facts *facts)
{
	struct disk d PG_CLEANUP(disk_done) = { .root = root, .facts = facts };
	int (*const parts[])(struct disk * disk) = {
		read_storages, use_mounts, use_swaps, use_lvm, use_zfs, use_esps, use_guests,
	};
	int r = pg_blocks_collect(root, facts, &d.blocks);

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&d);
	return r;
}
