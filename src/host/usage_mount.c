/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is mounted, and what /etc/fstab has the boot wait for. */
#include "src/host/usage_disk.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define BTRFS "/sys/fs/btrfs"

/* The kernel writes blank, tab, line feed and backslash as \ooo (fs/proc_namespace.c). */
void pg_mount_unescape(char *s)
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
static struct pg_block *root_block(struct pg_disks *d)
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

bool pg_disks_is_vital(const char *target)
{
	static const char *const targets[] = { "/",    "/boot", "/boot/efi", "/efi",
					       "/usr", "/var",	"/var/lib" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i], target) == 0)
			return true;
	return false;
}

static bool is_needed(const struct pg_disks *d, const char *target)
{
	return pg_disks_is_vital(target) || pg_strv_has(&d->at_boot, target);
}

/* systemd stops a boot that lacks one of these (local-fs.target, systemd.mount(5)). */
static int fstab_line(struct pg_disks *d, const struct pg_strv *w)
{
	static const char *const spared[] = { "noauto", "nofail", "_netdev",
					      "x-systemd.automount" };
	struct pg_strv options PG_CLEANUP(pg_strv_done) = { 0 };

	if (w->n < 3 || *w->v[0] == '#' || *w->v[1] != '/')
		return 0;
	if (w->n > 3 && pg_strv_split(w->v[3], ",", &options) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < PG_ARRAY_SIZE(spared); i++)
		if (pg_strv_has(&options, spared[i]))
			return 0;
	pg_mount_unescape(w->v[1]);
	return pg_strv_add(&d->at_boot, w->v[1]);
}

int pg_disks_fstab(struct pg_disks *d)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(d->root, d->facts, "/etc/fstab", &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " \t", &words) : -ENOMEM;
		if (r == 0)
			r = fstab_line(d, &words);
	}
	return r;
}

static char *mount_words(const struct pg_disks *d, const struct pg_block *b, const char *target,
			 const char *storage)
{
	const char *waits = pg_disks_is_vital(target) || !pg_strv_has(&d->at_boot, target) ?
				    "" :
				    _(", without which the node does not boot: /etc/fstab has no nofail");

	return pg_strf("%s%s%s (%s)%s", strcmp(target, "/") == 0 ? _("root file system") : target,
		       storage ? ", storage " : "", storage ? storage : "", pg_block_shown(b), waits);
}

/* The devices of the btrfs that a block device is one of (fs/btrfs/sysfs.c): /sys/fs/btrfs/UUID/devices.
 * None where that is not there. */
static int btrfs_disks(const struct pg_disks *d, const struct pg_block *one, struct pg_strv *ret)
{
	struct pg_strv all PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(d->root, BTRFS, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		pg_autofree char *path = pg_strf(BTRFS "/%s/devices", all.v[i]);
		struct pg_strv disks PG_CLEANUP(pg_strv_done) = { 0 };

		r = path ? pg_root_list(d->root, path, &disks) : -ENOMEM;
		if (r == 0 && pg_strv_has(&disks, one->name))
			return pg_strv_copy(&disks, ret);
		r = r == -ENOMEM ? r : 0;
	}
	return r == -ENOMEM ? r : 0;
}

/* A btrfs may span disks; the mount names one of them. */
static int use_btrfs(struct pg_disks *d, const struct pg_block *one, const char *target,
		     const char *storage)
{
	struct pg_strv disks PG_CLEANUP(pg_strv_done) = { 0 };
	int r = btrfs_disks(d, one, &disks);

	for (size_t i = 0; r == 0 && i < d->blocks.n; i++) {
		struct pg_block *b = &d->blocks.v[i];
		bool same = one->fs_uuid && b->fs_uuid && strcmp(b->fs_uuid, one->fs_uuid) == 0;

		if (b != one && (same || pg_strv_has(&disks, b->name)))
			r = pg_disks_use(d, b, mount_words(d, b, target, storage),
					 storage || is_needed(d, target));
	}
	return r;
}

/* Over the network it is told of with the card (usage_ways.c). */
static int root_unknown(struct pg_disks *d, const char *source, const char *type)
{
	if (strcmp(type, "rootfs") == 0 || pg_text_starts(type, "nfs"))
		return 0;
	return pg_strv_addf(&d->facts->unread_disk,
			    _("root file system: which disks it lies on is not known (%s)"), source);
}

static int use_mount(struct pg_disks *d, char *source, char *target, const char *type)
{
	const char *storage;
	struct pg_block *b;
	int r;

	pg_mount_unescape(source);
	pg_mount_unescape(target);
	if (strcmp(type, "zfs") == 0)
		return pg_disks_pool_mount(d, source, target);
	b = pg_blocks_source(d->root, &d->blocks, source);
	if (!b && strcmp(target, "/") == 0)
		b = root_block(d);
	if (!b)
		return strcmp(target, "/") == 0 ? root_unknown(d, source, type) : 0;
	storage = strcmp(target, "/") == 0 ? NULL : pg_disks_storage(d, "path", target);
	r = pg_disks_use(d, b, mount_words(d, b, target, storage),
			 storage || is_needed(d, target));
	if (r == 0 && strcmp(type, "btrfs") == 0)
		r = use_btrfs(d, b, target, storage);
	return r;
}

int pg_disks_mounts(struct pg_disks *d)
{
	struct pg_bytes *text = &d->mounts;
	size_t pos = 0, len, full;
	const char *line;
	int r = text->p ? 0 : pg_usage_read(d->root, d->facts, "/proc/mounts", text);

	if (r == 0 && !text->p)
		r = pg_usage_read(d->root, d->facts, "/proc/self/mounts", text);
	if (r == 0 && !text->p)
		r = pg_strv_add(&d->facts->unread_disk, _("/proc/mounts: it is not there"));
	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " ", &words) : -ENOMEM;
		if (r == 0 && words.n >= 3)
			r = use_mount(d, words.v[0], words.v[1], words.v[2]);
	}
	return r;
}

static bool lies_below(const char *path, const char *folder)
{
	size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* What the file system of a file lies on; of mounts over one another the last counts. */
int pg_disks_of_file(struct pg_disks *d, const char *path, struct pg_block **ret)
{
	size_t pos = 0, len, full, best = 0;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(d->mounts.p, d->mounts.n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " ", &words) : -ENOMEM;
		if (r < 0 || words.n < 3)
			continue;
		pg_mount_unescape(words.v[0]);
		pg_mount_unescape(words.v[1]);
		if (!lies_below(path, words.v[1]) || strlen(words.v[1]) < best)
			continue;
		best = strlen(words.v[1]);
		*ret = pg_blocks_source(d->root, &d->blocks, words.v[0]);
	}
	return r;
}
