/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/demo.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "src/base/text.h"

/* ---- small acts on the tree ---- */

int pg_demo_remove(struct pg_root *root, const char *path, struct pg_err *err)
{
	struct stat st;

	if (pg_root_lstat(root, path, &st) == -ENOENT)
		return 0;
	return pg_root_unlink(root, path, err);
}

static int make_parent(struct pg_root *root, const char *path, struct pg_err *err)
{
	pg_autofree char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));

	if (!parent)
		return -ENOMEM;
	return pg_root_exists(root, parent)
		       ? 0
		       : pg_root_mkdirs(root, parent, 0755, NULL, err);
}

int pg_demo_link(struct pg_root *root, const char *path, const char *to,
		 struct pg_err *err)
{
	pg_autofree char *dir = NULL, *full = NULL;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	int r = make_parent(root, path, err);

	if (r < 0)
		return r;
	dir = strndup(path, (size_t)(strrchr(path, '/') - path));
	r = dir ? pg_root_resolve(root, dir, &full) : -ENOMEM;
	if (r < 0)
		return r;
	if (!pg_text_starts(full, "/sys/") || !pg_text_starts(to, "/sys/"))
		return pg_err_set(err, -EXDEV, path, 0, "The link does not lie in /sys.");
	/* up to /sys, and down again */
	for (const char *s = full + strlen("/sys"); *s; s++)
		if (*s == '/')
			pg_strbuf_add(&b, "../");
	pg_strbuf_add(&b, to + strlen("/sys/"));
	return pg_strbuf_error(&b) < 0 ? -ENOMEM : pg_root_symlink(root, b.s, path, err);
}

int pg_demo_set(struct pg_root *root, const char *path, const char *value,
		struct pg_err *err)
{
	const struct pg_meta meta = { .mode = 0644, .uid = geteuid(), .gid = getegid() };
	pg_autofree char *line = pg_strf("%s\n", value);
	struct pg_bytes bytes;
	int r = line ? make_parent(root, path, err) : -ENOMEM;

	if (r < 0)
		return r;
	bytes = (struct pg_bytes){ .p = line, .n = strlen(line) };
	return pg_root_replace(root, path, &bytes, &meta, err);
}

/* ---- what a boot changes by itself ---- */

/* random(4): a new id for each boot, as a version 4 UUID */
static int new_boot_id(struct pg_root *root, struct pg_err *err)
{
	unsigned char u[16] = { 0 };
	pg_autofree char *id = NULL;

	if (getrandom(u, sizeof(u), 0) < 0)
		return -errno;
	u[6] = (unsigned char)((u[6] & 0x0f) | 0x40);
	u[8] = (unsigned char)((u[8] & 0x3f) | 0x80);
	id = pg_strf(
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
		u[12], u[13], u[14], u[15]);
	return id ? pg_demo_set(root, "/proc/sys/kernel/random/boot_id", id, err)
		  : -ENOMEM;
}

/* Guests run again only where they start at boot. */
static int stop_guests(struct pg_root *root, const struct pg_facts *facts,
		       struct pg_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];
		const char *onboot = pg_guest_get(g, "onboot");
		pg_autofree char *pid = pg_strf("/run/qemu-server/%u.pid", g->vmid);

		if (!pid)
			return -ENOMEM;
		if (g->local && (!onboot || strcmp(onboot, "1") != 0))
			r = pg_demo_remove(root, pid, err);
	}
	return r;
}

int pg_demo_reboot(struct pg_root *root, const struct pg_facts *facts, struct pg_err *err)
{
	pg_autofree char *cmdline = NULL;
	int r = pg_demo_cmdline(facts, &cmdline, err);

	if (r == 0 && cmdline)
		r = pg_demo_set(root, "/proc/cmdline", cmdline, err);
	if (r == 0 && cmdline)
		r = pg_demo_iommu(root, facts, cmdline, err);
	if (r == 0)
		r = pg_demo_drivers(root, facts, err);
	if (r == 0)
		r = stop_guests(root, facts, err);
	return r < 0 ? r : new_boot_id(root, err);
}
