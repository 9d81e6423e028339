/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks of ZFS pools, which udev knows by what is on them. */
#include "src/host/usage_disk.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#define POOLS "/proc/spl/kstat/zfs"

int pg_disks_pool_mount(struct pg_disks *d, const char *dataset, const char *target)
{
	size_t n = strcspn(dataset, "/");
	pg_autofree char *pool = strndup(dataset, n);
	int r = 0;

	if (!pool)
		return -ENOMEM;
	if (!pg_strv_has(&d->pools, pool))
		r = pg_strv_add(&d->pools, pool);
	if (r == 0 && pg_disks_is_vital(target) && !pg_strv_has(&d->root_pool, pool))
		r = pg_strv_add(&d->root_pool, pool);
	return r;
}

static bool is_disk_of(const struct pg_block *b, const char *pool)
{
	return b->fs_type && strcmp(b->fs_type, "zfs_member") == 0 && b->fs_label &&
	       strcmp(b->fs_label, pool) == 0;
}

/* A pool, which needs all of its disks as far as is known. */
static int pool_support(struct pg_disks *d, const char *pool, size_t *ret)
{
	size_t n = 0;
	int r = pg_support_new(d->facts, pool, ret);

	for (size_t i = 0; r == 0 && i < d->blocks.n; i++) {
		if (!is_disk_of(&d->blocks.v[i], pool))
			continue;
		n++;
		r = pg_support_below(d->facts, *ret, d->blocks.v[i].support);
	}
	if (r < 0 || n < 2)
		return r;
	return pg_support_why(d->facts, *ret,
			      pg_strf(_("The kernel does not show which disks of the ZFS pool %s mirror "
				      "each other: see `zpool status %s`. Where another disk that is "
				      "ONLINE has all that is on this one, the pool outlives it without "
				      "redundancy."), pool, pool));
}

/* A cache or log disk may carry no name of its pool. */
static int use_pool(struct pg_disks *d, struct pg_block *b)
{
	size_t on;
	int r;
	const char *pool = b->fs_label, *storage;
	bool holds_root, imported;

	if (!pool)
		return pg_disks_use(d, b, pg_strf(_("disk of a ZFS pool (%s)"), b->name), false);
	r = pool_support(d, pool, &on);
	if (r < 0)
		return r;
	storage = pg_disks_storage(d, "pool", pool);
	holds_root = pg_strv_has(&d->root_pool, pool);
	imported = pg_strv_has(&d->pools, pool);
	return pg_disks_use_on(d, b,
			       pg_strf(_("ZFS pool %s%s%s%s"), pool,
				       holds_root ? _(", root file system") : "",
				       storage ? ", storage " : "", storage ? storage : ""),
			       imported || storage, on);
}

static bool pool_has_disk(const struct pg_disks *d, const char *pool)
{
	for (size_t i = 0; i < d->blocks.n; i++)
		if (is_disk_of(&d->blocks.v[i], pool))
			return true;
	return false;
}

/* The kernel shows each imported pool: /proc/spl/kstat/zfs/POOL/state (module/zfs/spa_stats.c). */
static int find_pools(struct pg_disks *d)
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
int pg_disks_zfs(struct pg_disks *d)
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
				_("ZFS pool %s: which disks it lies on is not known"),
				d->pools.v[i]);
	return r;
}
