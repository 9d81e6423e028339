/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/collect.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* Far above any real host: a bound for hostile trees. */
#define FILES_MAX 1024
#define FILE_BYTES_MAX ((size_t)1 << 20)
#define DEPTH_MAX 4

static const char *const singles[] = {
	"/etc/default/grub",
	"/etc/grub.d/10_linux",
	"/etc/grub.d/42_pve-gpu",
	"/etc/initramfs-tools/initramfs.conf",
	"/etc/initramfs-tools/modules",
	"/etc/kernel/cmdline",
	"/etc/kernel/postinst.d/zz-pve-gpu",
	"/etc/kernel/postinst.d/zz-pve-gpu-watch",
	"/etc/modules",
	"/etc/pve/sriov.conf",
	"/etc/sysfs.conf",
	"/etc/systemd/system/multi-user.target.d/pve-gpu-sriov.conf",
	"/etc/systemd/system/pve-gpu-sriov.service",
};

/* Folders of one kind, those that win first: a file hides its namesakes in later ones
 * (modprobe.d(5), modules-load.d(5)). */
static const char *const modprobe_dirs[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL,
};
static const char *const load_dirs[] = {
	"/etc/modules-load.d",	   "/run/modules-load.d", "/usr/local/lib/modules-load.d",
	"/usr/lib/modules-load.d", "/lib/modules-load.d", NULL,
};
/* systemd.link(5) */
static const char *const link_dirs[] = {
	"/etc/systemd/network",	    "/run/systemd/network", "/usr/local/lib/systemd/network",
	"/usr/lib/systemd/network", "/lib/systemd/network", NULL,
};
/* The init script of sysfsutils reads both, the folder last. */
static const char *const sysfs_dirs[] = { "/etc/sysfs.d", NULL };
static const char *const rule_dirs[] = { "/etc/udev/rules.d", NULL };
/* grub-mkconfig sources a shell glob: names with a leading dot are not among it. */
static const char *const grub_dirs[] = { "/etc/default/grub.d", NULL };

static int note_too_many(struct pg_facts *facts, const char *where)
{
	return pg_strv_addf(&facts->unread, _("%s: there are more than %d files; the rest was left out"),
			    where, FILES_MAX);
}

/* ---- one file ---- */

/* A link to /dev/null is how a file is switched off: nothing is in it. */
static bool is_mask(const struct pg_root *root, const char *path)
{
	pg_autofree char *target = NULL;

	return pg_root_readlink(root, path, &target) == 0 && strcmp(target, "/dev/null") == 0;
}

static struct timespec later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec) ? a : b;
}

static int fill_file(const struct pg_root *root, struct pg_file *file)
{
	struct stat st;
	int r;

	if (file->is_link && is_mask(root, file->path))
		return pg_bytes_copy("", 0, &file->bytes);
	r = pg_root_read(root, file->path, FILE_BYTES_MAX, &file->bytes);
	if (r == -ENOMEM)
		return r;
	file->error = r < 0 ? r : 0;
	if (file->is_link && pg_root_stat(root, file->path, &st) == 0)
		file->mode = st.st_mode & 07777;
	return 0;
}

/* Adds the file of this path, if there is one. Folders are none. */
static int add_file(const struct pg_root *root, struct pg_facts *facts, const char *path)
{
	struct pg_file *file;
	struct stat st = { 0 };
	int r = pg_root_lstat(root, path, &st), looked = r;

	if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
		return r == -ENOMEM ? r : 0;
	if (S_ISDIR(st.st_mode))
		return 0;
	if (facts->n_file >= FILES_MAX)
		return note_too_many(facts, path);
	file = pg_vec_add(&facts->file, &facts->n_file, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->is_link = S_ISLNK(st.st_mode);
	file->changed = later(st.st_mtim, st.st_ctim);
	file->mode = st.st_mode & 07777;
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	/* there may be one: it is known as one that cannot be read */
	file->error = looked;
	r = looked < 0 ? 0 : fill_file(root, file);
	return r < 0 || !file->error ? r : pg_note_unread(facts, path, file->error);
}

/* ---- folders ---- */

/* Sorted names; a folder that is not there has none. */
static int list_dir(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		    struct pg_strv *ret)
{
	int r = pg_root_list(root, dir, ret);

	return r < 0 ? pg_note_unread(facts, dir, r) : 0;
}

static bool is_folder(const struct pg_root *root, const char *path)
{
	struct stat st;

	return pg_root_stat(root, path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A folder where a plan may want to write a file: it is known, and cannot be read. */
static int add_folder(struct pg_facts *facts, const char *path)
{
	struct pg_file *file;

	if (strcmp(path, "/etc/modprobe.d/vfio.conf") != 0)
		return 0;
	file = pg_vec_add(&facts->file, &facts->n_file, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->error = -EISDIR;
	file->path = strdup(path);
	return file->path ? 0 : -ENOMEM;
}

/* kmod skips folders, and so they hide nothing. */
static int add_conf(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		    const char *name, struct pg_strv *seen)
{
	pg_autofree char *path = pg_strf("%s/%s", dir, name);
	int r;

	if (!path)
		return -ENOMEM;
	if (pg_strv_has(seen, name))
		return 0;
	if (is_folder(root, path))
		return add_folder(facts, path);
	r = pg_strv_add(seen, name);
	return r < 0 ? r : add_file(root, facts, path);
}

static int add_dirs(const struct pg_root *root, struct pg_facts *facts,
		    const char *const *dirs, const char *suffix)
{
	struct pg_strv seen PG_CLEANUP(pg_strv_done) = { 0 };

	for (; *dirs; dirs++) {
		struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
		int r = list_dir(root, facts, *dirs, &names);

		for (size_t i = 0; r == 0 && i < names.n; i++) {
			if (names.v[i][0] == '.' || !pg_text_ends(names.v[i], suffix))
				continue;
			if (facts->n_file >= FILES_MAX)
				return note_too_many(facts, *dirs);
			r = add_conf(root, facts, *dirs, names.v[i], &seen);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* Everything below a folder whose name holds `part`; links to folders are not walked. */
static int add_tree(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		    const char *part, unsigned depth)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = list_dir(root, facts, dir, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, names.v[i]);
		struct stat st;

		if (!path)
			return -ENOMEM;
		if (facts->n_file >= FILES_MAX)
			return note_too_many(facts, dir);
		if (pg_root_lstat(root, path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth)
			r = add_tree(root, facts, path, part, depth - 1);
		else if (!S_ISDIR(st.st_mode) && strstr(names.v[i], part))
			r = add_file(root, facts, path);
	}
	return r;
}

/* The folders of rules elsewhere; /etc/pve-gpu is known whole. */
static int add_rules(const struct pg_root *root, struct pg_facts *facts)
{
	const struct pg_strv *folders = &facts->settings.rules;

	for (size_t i = 0; i < folders->n; i++) {
		int r = pg_text_starts(folders->v[i], "/etc/pve-gpu/") ? 0 :
			add_tree(root, facts, folders->v[i], ".conf", 0);

		if (r < 0)
			return r;
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_file *)a)->path, ((const struct pg_file *)b)->path);
}

int pg_collect_files(const struct pg_root *root, struct pg_facts *facts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(singles); i++)
		r = add_file(root, facts, singles[i]);
	if (r == 0)
		r = add_tree(root, facts, "/etc/pve-gpu", "", DEPTH_MAX);
	if (r == 0)
		r = add_rules(root, facts);
	if (r == 0)
		r = add_tree(root, facts, "/etc/initramfs-tools/hooks", "pve-gpu", 0);
	if (r == 0)
		r = add_tree(root, facts, "/etc/initramfs-tools/scripts", "pve-gpu", 1);
	if (r == 0)
		r = add_dirs(root, facts, grub_dirs, ".cfg");
	if (r == 0)
		r = add_dirs(root, facts, modprobe_dirs, ".conf");
	if (r == 0)
		r = add_dirs(root, facts, load_dirs, ".conf");
	if (r == 0)
		r = add_dirs(root, facts, link_dirs, ".link");
	if (r == 0)
		r = add_dirs(root, facts, rule_dirs, ".rules");
	if (r == 0)
		r = add_dirs(root, facts, sysfs_dirs, ".conf");
	if (r == 0 && facts->n_file)
		qsort(facts->file, facts->n_file, sizeof(*facts->file), by_path);
	return r;
}
