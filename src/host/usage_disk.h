/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What usage_disk.c, usage_mount.c and usage_zfs.c share.
 */
#pragma once

#include "src/host/guests.h"
#include "src/host/usage.h"

struct pg_disks {
	const struct pg_root *root;
	struct pg_facts *facts;
	struct pg_blocks blocks;
	struct pg_sections storage; /* storage.cfg */
	struct pg_strv pools;	    /* ZFS pools that are imported */
	struct pg_strv root_pool;   /* the one with the root file system */
	struct pg_bytes mounts;	    /* /proc/mounts */
	struct pg_strv at_boot;		/* mounts that fstab(5) has the boot wait for */
};

/* Notes a use with all devices below a block device; `on` is what it stands on, where that is
 * more than the block device. Take `detail` over. Return 0 or -ENOMEM. */
int pg_disks_use(struct pg_disks *d, struct pg_block *b, char *detail, bool vital);
int pg_disks_use_on(struct pg_disks *d, struct pg_block *b, char *detail, bool vital, size_t on);
/* The storage of this node whose `key` is the value, or lies below it (value/…); or NULL. */
const char *pg_disks_storage(const struct pg_disks *d, const char *key, const char *value);
/* The name of a block device as a person knows it: of device-mapper, else of the kernel. */
const char *pg_block_shown(const struct pg_block *b);
/* Is it a folder without which the node does not work? */
bool pg_disks_is_vital(const char *target);

/* ---- usage_mount.c ---- */

/* The kernel writes blank, tab, line feed and backslash as \ooo (fs/proc_namespace.c). */
void pg_mount_unescape(char *s);
/* Read fstab(5), then what is mounted. Return 0 or -ENOMEM. */
int pg_disks_fstab(struct pg_disks *d);
int pg_disks_mounts(struct pg_disks *d);
/* What the file system of a file lies on, of mounts over one another the last; *ret stays where it
 * is not known. Returns 0 or -ENOMEM. */
int pg_disks_of_file(struct pg_disks *d, const char *path, struct pg_block **ret);

/* ---- usage_zfs.c ---- */

/* A dataset is mounted: its pool is imported. Returns 0 or -ENOMEM. */
int pg_disks_pool_mount(struct pg_disks *d, const char *dataset, const char *target);
int pg_disks_zfs(struct pg_disks *d);
