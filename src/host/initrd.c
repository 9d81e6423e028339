/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The initramfs of each installed kernel, as initramfs-tools keeps it: /boot/initrd.img-RELEASE,
 * and /var/lib/initramfs-tools/RELEASE for those that `update-initramfs -u` rebuilds.
 */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/collect.h"

#define BOOT "/boot"
#define PREFIX "initrd.img-"
#define KEPT "/var/lib/initramfs-tools"
#define INITRDS_MAX 256

/* Of these the initramfs holds copies, or was made by them (mkinitramfs(8)). What packages
 * bring is left out: they rebuild by themselves. */
static bool is_copied(const char *path)
{
	return pg_text_starts(path, "/etc/modprobe.d/") ||
	       strcmp(path, "/etc/pve-gpu/bind.conf") == 0 ||
	       pg_text_starts(path, "/etc/systemd/network/") ||
	       strcmp(path, "/etc/initramfs-tools/modules") == 0 ||
	       (pg_text_starts(path, "/etc/initramfs-tools/") && pg_text_ends(path, "/pve-gpu"));
}

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/* Times are believed on the running system only. */
static int judge(const struct pg_root *root, const struct pg_facts *facts,
		 struct pg_initrd *initrd)
{
	pg_autofree char *kept = pg_strf(KEPT "/%s", initrd->release);

	if (!kept)
		return -ENOMEM;
	initrd->stale = PG_UNKNOWN;
	if (!facts->system.live || (pg_root_exists(root, KEPT) && !pg_root_exists(root, kept)))
		return 0;
	initrd->stale = PG_NO;
	for (size_t i = 0; !initrd->newer && i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];

		if (file->error || !is_copied(file->path) ||
		    !is_later(file->changed, initrd->changed))
			continue;
		initrd->stale = PG_YES;
		initrd->newer = strdup(file->path);
		if (!initrd->newer)
			return -ENOMEM;
	}
	return 0;
}

static int add(const struct pg_root *root, struct pg_facts *facts, const char *release)
{
	pg_autofree char *path = pg_strf(BOOT "/" PREFIX "%s", release);
	struct pg_boot *boot = &facts->boot;
	struct pg_initrd *initrd;
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (pg_root_stat(root, path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    boot->n_initrd >= INITRDS_MAX)
		return 0;
	initrd = pg_vec_add(&boot->initrd, &boot->n_initrd, sizeof(*initrd));
	if (!initrd)
		return -ENOMEM;
	initrd->changed = st.st_mtim;
	initrd->path = PG_STEAL(path);
	initrd->release = strdup(release);
	return initrd->release ? judge(root, facts, initrd) : -ENOMEM;
}

static bool any_there(const struct pg_root *root, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pg_root_exists(root, paths[i]))
			return true;
	return false;
}

/* Debian's dracut brings /usr/bin/dracut, initramfs-tools /usr/sbin/update-initramfs; without a
 * merged /usr they may lie in /sbin. */
static bool is_dracut(const struct pg_root *root)
{
	static const char *const dracut[] = { "/usr/bin/dracut", "/usr/sbin/dracut" };
	static const char *const update[] = { "/usr/sbin/update-initramfs",
					      "/sbin/update-initramfs" };

	return any_there(root, dracut, PG_ARRAY_SIZE(dracut)) &&
	       !any_there(root, update, PG_ARRAY_SIZE(update));
}

int pg_collect_initrds(const struct pg_root *root, struct pg_facts *facts)
{
	int r = 0;

	facts->boot.dracut = is_dracut(root);
	for (size_t i = 0; r == 0 && i < facts->boot.kernels.n; i++)
		r = add(root, facts, facts->boot.kernels.v[i]);
	return r;
}
