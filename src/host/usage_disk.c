/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage_disk.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/guests.h"

#define ESP_UUIDS "/etc/kernel/proxmox-boot-uuids"

static void disk_done(struct pg_disks *d)
{
	pg_blocks_done(&d->blocks);
	pg_sections_done(&d->storage);
	pg_strv_done(&d->pools);
	pg_strv_done(&d->root_pool);
	pg_strv_done(&d->at_boot);
	pg_bytes_done(&d->mounts);
}

/* Notes a use with all devices below a block device. Takes `detail` over. */
int pg_disks_use_on(struct pg_disks *d, struct pg_block *b, char *detail, bool vital, size_t on)
{
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	bool usb = false;
	int r = pg_blocks_devs(&d->blocks, b, &devs, &usb);

	if (r < 0) {
		free(detail);
		return r;
	}
	return pg_devset_use(d->facts, &devs, usb ? PG_USE_USB_STORAGE : PG_USE_STORAGE,
			     detail, vital, on);
}

int pg_disks_use(struct pg_disks *d, struct pg_block *b, char *detail, bool vital)
{
	return pg_disks_use_on(d, b, detail, vital, b->support);
}

const char *pg_block_shown(const struct pg_block *b)
{
	return b->dm_name ? b->dm_name : b->name;
}

/* ---- Proxmox storages ---- */

static bool is_here(const struct pg_disks *d, const struct pg_section *s)
{
	const char *nodes = pg_section_get(s, "nodes"), *node = d->facts->system.node;
	struct pg_strv list PG_CLEANUP(pg_strv_done) = { 0 };

	if (!nodes || !node || pg_strv_split(nodes, ",; \t", &list) < 0)
		return true;
	return pg_strv_has(&list, node);
}

/* The storage of this node whose `key` is the value, or lies below it (value/…). */
const char *pg_disks_storage(const struct pg_disks *d, const char *key, const char *value)
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

static int read_storages(struct pg_disks *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_usage_read(d->root, d->facts, "/etc/pve/storage.cfg", &text);

	return r < 0 ? r : pg_sections_parse(&text, true, &d->storage);
}

/* ---- swap ---- */

/* A partition, or a file of a file system. */
static int use_swap(struct pg_disks *d, char *source)
{
	struct pg_block *b;
	int r = 0;

	source[strcspn(source, " \t")] = '\0';
	pg_mount_unescape(source);
	b = pg_blocks_source(d->root, &d->blocks, source);
	if (!b && d->mounts.p)
		r = pg_disks_of_file(d, source, &b);
	if (r < 0)
		return r;
	return b ? pg_disks_use(d, b, pg_strf(_("swap (%s)"), pg_block_shown(b)), true) : 0;
}

/* /proc/swaps: a heading, then "/dev/dm-0  partition  …" */
static int use_swaps(struct pg_disks *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(d->root, d->facts, "/proc/swaps", &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? use_swap(d, copy) : -ENOMEM;
	}
	return r;
}

/* ---- LVM ---- */

static bool is_below_any(const struct pg_disks *d, const char *name)
{
	for (size_t i = 0; i < d->blocks.n; i++)
		if (pg_strv_has(&d->blocks.v[i].below, name))
			return true;
	return false;
}

static int use_vg(struct pg_disks *d, struct pg_block *volume)
{
	const char *storage = pg_disks_storage(d, "vgname", volume->vg);

	/* ceph-volume names its volume groups ceph-UUID */
	return pg_disks_use(d, volume,
			 pg_strf(_("LVM volume group %s%s%s"), volume->vg,
				 storage ? ", storage " : "", storage ? storage : ""),
			 storage || pg_text_starts(volume->vg, "ceph-"));
}

static int use_lvm(struct pg_disks *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->blocks.n; i++) {
		struct pg_block *b = &d->blocks.v[i];

		if (b->vg)
			r = use_vg(d, b);
		else if (b->fs_type && strcmp(b->fs_type, "LVM2_member") == 0 &&
			 !is_below_any(d, b->name))
			r = pg_disks_use(d, b,
				      pg_strf(_("LVM disk, no volume active (%s)"), b->name),
				      false);
	}
	return r;
}

/* ---- EFI system partitions that proxmox-boot-tool keeps ---- */

/* Losing one of several leaves the firmware with an old copy of how to boot: no spare. */
static int use_esp(struct pg_disks *d, const char *uuid, bool several)
{
	size_t on;
	int r;
	pg_autofree char *source = pg_strf("UUID=%s", uuid);
	struct pg_block *b =
		source ? pg_blocks_source(d->root, &d->blocks, source) : NULL;

	if (!source)
		return -ENOMEM;
	if (!b)
		return 0;
	r = pg_support_new(d->facts, b->name, &on);
	if (r == 0)
		r = pg_support_below(d->facts, on, b->support);
	if (r == 0 && several)
		r = pg_support_why(d->facts, on,
				   pg_strf(_("The firmware may start from the EFI system partition %s, "
					   "and kernels and options that are written to the others "
					   "do not reach it any more."), b->name));
	return r < 0 ? r : pg_disks_use_on(d, b, pg_strf(_("EFI system partition (%s)"), b->name),
					   true, on);
}

static int use_esps(struct pg_disks *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv uuids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_usage_read(d->root, d->facts, ESP_UUIDS, &text);

	if (r < 0 || !text.p)
		return r;
	r = pg_strv_split(text.p, " \t\r\n", &uuids);
	for (size_t i = 0; r == 0 && i < uuids.n; i++)
		r = use_esp(d, uuids.v[i], uuids.n > 1);
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

static int use_drive(struct pg_disks *d, const struct pg_guest *g, const struct pg_guest_line *line)
{
	const char *value = pg_text_starts(line->value, "file=") ? line->value + 5 : line->value;
	pg_autofree char *source = strndup(value, strcspn(value, ","));
	struct pg_block *b;

	if (!source)
		return -ENOMEM;
	b = pg_blocks_source(d->root, &d->blocks, source);
	return b ? pg_disks_use(d, b, pg_strf(_("disk of VM %u (%s: %s)"), (unsigned)g->vmid, line->key,
					   pg_block_shown(b)), false) : 0;
}

static int use_guests(struct pg_disks *d)
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

int pg_usage_disk(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts)
{
	struct pg_disks d PG_CLEANUP(disk_done) = { .root = root, .facts = facts, .mounts = *mounts };
	int (*const parts[])(struct pg_disks * disk) = {
		read_storages, pg_disks_fstab, pg_disks_mounts, use_swaps,
		use_lvm, pg_disks_zfs, use_esps, use_guests,
	};
	int r;

	*mounts = (struct pg_bytes){ 0 };
	r = pg_blocks_collect(root, facts, &d.blocks);
	if (r == 0)
		r = pg_blocks_support(root, facts, &d.blocks);
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&d);
	return r;
}
