/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "src/base/text.h"
#include "src/exec/proof.h"

#define NAMES_MAX ((size_t)32 << 20)
#define COPY_MAX ((size_t)1 << 20)

/* "unmkinitramfs FILE DIR"; arg NULL: without. */
static int run_tool(struct pg_run *run, const char *tool, const char *file, const char *arg,
		    struct pg_proc_result *ret)
{
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_add(&argv, tool) < 0 || pg_strv_add(&argv, file) < 0 ||
	    (arg && pg_strv_add(&argv, arg) < 0))
		return -ENOMEM;
	return pg_run_ask(run, &argv, NAMES_MAX, 300, ret);
}

/* ---- names ---- */

static bool is_vfio_module(const char *line, size_t n)
{
	const char *slash = memrchr(line, '/', n);
	size_t len = slash ? n - (size_t)(slash + 1 - line) : 0;

	return len >= 11 && (memcmp(slash + 1, "vfio-pci.ko", 11) == 0 ||
			     memcmp(slash + 1, "vfio_pci.ko", 11) == 0);
}

static bool ends(const char *line, size_t n, const char *suffix)
{
	size_t k = strlen(suffix);

	return n >= k && memcmp(line + n - k, suffix, k) == 0;
}

static int look_names(struct pg_run *run, const char *file, struct pg_initrd *rd)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	bool script = false, table = false;
	size_t pos = 0, len, full;
	const char *line;
	int r = run_tool(run, "lsinitramfs", file, NULL, &result);

	if (r < 0)
		return r;
	while (pg_text_line(result.output.p, result.output.n, &pos, &line, &len, &full)) {
		rd->has_vfio |= is_vfio_module(line, len);
		script |= ends(line, len, "scripts/init-top/pve-gpu");
		table |= ends(line, len, "etc/pve-gpu/bind.conf");
	}
	rd->has_script = script && table;
	return 0;
}

/* ---- content ---- */

static bool is_copied(const struct pg_file *f)
{
	return !f->error && !f->is_link &&
	       (pg_text_starts(f->path, "/etc/modprobe.d/") ||
		strcmp(f->path, "/etc/pve-gpu/bind.conf") == 0);
}

/* unmkinitramfs puts the parts of an archive with microcode below early/ and main/. */
static int read_copy(const struct pg_root *root, const char *dir, const char *path,
		     struct pg_bytes *ret)
{
	static const char *const tops[] = { "", "/main" };
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < PG_ARRAY_SIZE(tops); i++) {
		pg_autofree char *at = pg_strf("%s%s%s", dir, tops[i], path);

		r = at ? pg_root_read(root, at, COPY_MAX, ret) : -ENOMEM;
	}
	return r;
}

static int compare(const struct pg_root *root, const struct pg_facts *facts, const char *dir,
		   struct pg_initrd *rd)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_file; i++) {
		struct pg_bytes copy PG_CLEANUP(pg_bytes_done) = { 0 };
		const struct pg_file *f = &facts->file[i];

		if (!is_copied(f))
			continue;
		r = read_copy(root, dir, f->path, &copy);
		if (r == -ENOMEM)
			return r;
		r = r < 0 || !pg_bytes_equal(&copy, &f->bytes) ? pg_strv_add(&rd->differ, f->path) :
								 0;
	}
	return r;
}

static int private_folder(struct pg_root *root, char **ret)
{
	const char *top = pg_root_exists(root, "/var/tmp") ? "/var/tmp" : "/run";
	uint64_t nonce = 0;
	pg_autofree char *dir = NULL;
	int r;

	if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		return -EIO;
	dir = pg_strf("%s/pve-gpu-%016llx", top, (unsigned long long)nonce);
	r = dir ? pg_root_mkdir(root, dir, 0700, NULL) : -ENOMEM;
	if (r == 0)
		*ret = PG_STEAL(dir);
	return r;
}

/* The path on this machine. */
static char *outside(const struct pg_root *root, const char *path)
{
	const char *prefix = pg_root_prefix(root);

	return pg_strf("%s%s", strcmp(prefix, "/") == 0 ? "" : prefix, path);
}

static int look_content(struct pg_run *run, const struct pg_facts *facts, const char *file,
			struct pg_initrd *rd)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	struct pg_proc_result gone PG_CLEANUP(pg_proc_result_done) = { 0 };
	struct pg_strv rm PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *dir = NULL, *full = NULL;
	int r = private_folder(run->root, &dir);

	if (r < 0)
		return r;
	full = outside(run->root, dir);
	if (!full)
		return -ENOMEM;
	r = run_tool(run, "unmkinitramfs", file, full, &result);
	if (r == 0)
		r = compare(run->root, facts, dir, rd);
	if (pg_strv_split("rm -rf --", " ", &rm) < 0 || pg_strv_add(&rm, full) < 0)
		return -ENOMEM;
	(void)pg_proc_run(rm.v, NULL, &gone, NULL);
	return r;
}

static int look(struct pg_run *run, const struct pg_facts *facts, struct pg_initrd *rd)
{
	pg_autofree char *file = outside(run->root, rd->path);
	int r = file ? look_names(run, file, rd) : -ENOMEM;

	return r < 0 ? r : look_content(run, facts, file, rd);
}

/* ---- what was found when the node was captured ---- */

/* A line each: "vfio", "script", "differs PATH". */
static int keep(const struct pg_run *run, const char *name, const struct pg_initrd *rd)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (rd->has_vfio)
		pg_strbuf_add(&b, "vfio\n");
	if (rd->has_script)
		pg_strbuf_add(&b, "script\n");
	for (size_t i = 0; i < rd->differ.n; i++)
		pg_strbuf_addf(&b, "differs %s\n", rd->differ.v[i]);
	return pg_strbuf_steal_bytes(&b, &bytes) < 0 ? -ENOMEM : pg_kept_write(run, name, &bytes);
}

static int take_kept(const struct pg_run *run, const char *name, struct pg_initrd *rd)
{
	static const char differs[] = "differs ";
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full, n = strlen(differs);
	const char *line;
	int r = pg_kept_read(run, name, COPY_MAX, &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		rd->has_vfio |= len == 4 && memcmp(line, "vfio", len) == 0;
		rd->has_script |= len == 6 && memcmp(line, "script", len) == 0;
		if (len > n && memcmp(line, differs, n) == 0)
			r = pg_strv_addn(&rd->differ, line + n, len - n);
	}
	return r;
}

int pg_initrd_look(struct pg_run *run, const struct pg_facts *facts, struct pg_initrd *rd)
{
	pg_autofree char *name = pg_strf("initramfs-%s", rd->release);
	int r;

	if (!name)
		return -ENOMEM;
	r = run->commands ? look(run, facts, rd) : take_kept(run, name, rd);
	if (r == 0 && run->commands)
		r = keep(run, name, rd);
	rd->looked = r == 0;
	return r;
}
