/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The installed kernels, so that one which was not booted yet can be compared with the running one: its
 * modules (depmod's modules.dep and modules.builtin), options of its build (/boot/config-RELEASE), and
 * which one proxmox-boot-tool has pinned (proxmox-kernel-helper, proxmox-boot-tool and its functions).
 */
#include "src/host/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/collect.h"
#include "src/host/modules.h"

#define INDEX_MAX ((size_t)16 << 20)
#define CONFIG_MAX ((size_t)4 << 20)
#define MODULE_MAX ((size_t)256 << 20)
#define KERNELS_MAX 8
#define PIN "/etc/kernel/proxmox-boot-pin"
#define PIN_ONCE "/etc/kernel/next-boot-pin"
/* include/linux/module_signature.h */
#define SIGNED "~Module signature appended~\n"

/* ---- what depmod wrote ---- */

/* Not of the kernel's package: depmod.d(5) looks in updates first, and dkms installs there. */
static bool is_extra(const char *path, size_t len)
{
	return (len > 8 && memcmp(path, "updates/", 8) == 0) || (len > 6 && memcmp(path, "extra/", 6) == 0);
}

static int add_module(struct pg_kernel *k, const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len), *name = slash ? slash + 1 : path;
	size_t left = len - (size_t)(name - path);
	const char *ko = memmem(name, left, ".ko", 3);
	pg_autofree char *module = pg_module_name(name, ko ? (size_t)(ko - name) : left);
	struct pg_kernel_module *m;

	if (!module)
		return -ENOMEM;
	if (!is_extra(path, len))
		return pg_strv_take(&k->module, PG_STEAL(module));
	m = pg_vec_add(&k->extra, &k->n_extra, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->is_signed = PG_UNKNOWN;
	m->name = PG_STEAL(module);
	m->path = strndup(path, len);
	return m->path ? 0 : -ENOMEM;
}

int pg_kernel_from_dep(const struct pg_bytes *text, struct pg_kernel *k)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		const char *colon = memchr(line, ':', len);

		if (colon && colon > line)
			r = add_module(k, line, (size_t)(colon - line));
	}
	return r;
}

int pg_kernel_from_builtin(const struct pg_bytes *text, struct pg_kernel *k)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		const char *slash = memrchr(line, '/', len), *name = slash ? slash + 1 : line;
		size_t left = len - (size_t)(name - line);
		const char *ko = memmem(name, left, ".ko", 3);

		if (ko && ko > name)
			r = pg_strv_take(&k->builtin, pg_module_name(name, (size_t)(ko - name)));
	}
	return r;
}

/* ---- how it was built ---- */

/* "CONFIG_X=y" and "# CONFIG_X is not set" of what passthrough stands on. */
static bool is_wanted(const char *name, size_t len)
{
	static const char *const parts[] = { "IOMMU", "VFIO", "IRQ_REMAP", "PCI_IOV", "GVT" };

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	for (size_t i = 0; i < PG_ARRAY_SIZE(parts); i++)
		if (memmem(name, len, parts[i], strlen(parts[i])))
			return true;
	return false;
}

int pg_kernel_from_config(const struct pg_bytes *text, struct pg_kernel *k)
{
	static const char start[] = "CONFIG_", off[] = " is not set";
	const size_t n = sizeof(start) - 1, n_off = sizeof(off) - 1;
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		bool comment = len > 2 && memcmp(line, "# ", 2) == 0;
		const char *end;

		line += comment ? 2 : 0;
		len -= comment ? 2 : 0;
		end = comment ? (len > n_off && memcmp(line + len - n_off, off, n_off) == 0 ? line + len - n_off : NULL) :
				memchr(line, '=', len);
		if (!end || len <= n || memcmp(line, start, n) != 0 || end <= line + n ||
		    !is_wanted(line + n, (size_t)(end - line) - n))
			continue;
		r = pg_strv_addf(&k->config, "%.*s=%.*s", (int)((size_t)(end - line) - n), line + n,
				 comment ? 1 : (int)(len - (size_t)(end - line) - 1), comment ? "n" : end + 1);
	}
	return r;
}

/* ---- reading ---- */

static int read_part(const struct pg_root *root, struct pg_facts *facts, char *path, size_t max,
		     int (*parse)(const struct pg_bytes *text, struct pg_kernel *k), struct pg_kernel *k)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *own = path;
	int r = path ? pg_root_read(root, path, max, &text) : -ENOMEM;

	if (r == 0)
		r = parse(&text, k);
	if (r < 0 && r != -ENOMEM && pg_note_unread(facts, own, r) < 0)
		return -ENOMEM;
	return r;
}

/* The mark stands at the end of the file. A compressed module (.ko.xz, .ko.zst) hides it. */
static int read_signature(const struct pg_root *root, const struct pg_kernel *k, struct pg_kernel_module *m)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = pg_strf("/lib/modules/%s/%s", k->release, m->path);
	const size_t n = sizeof(SIGNED) - 1;
	int r;

	if (!path)
		return -ENOMEM;
	if (!pg_text_ends(m->path, ".ko"))
		return 0;
	r = pg_root_read(root, path, MODULE_MAX, &bytes);
	if (r == 0)
		m->is_signed = bytes.n >= n && memcmp(bytes.p + bytes.n - n, SIGNED, n) == 0 ? PG_YES : PG_NO;
	return r == -ENOMEM ? r : 0;
}

static int read_kernel(const struct pg_root *root, struct pg_facts *facts, struct pg_kernel *k)
{
	pg_autofree char *image = pg_strf("/boot/vmlinuz-%s", k->release);
	bool signatures = facts->boot.secure_boot == PG_YES;
	int r;

	if (!image)
		return -ENOMEM;
	k->bootable = pg_root_exists(root, image);
	r = read_part(root, facts, pg_strf("/lib/modules/%s/modules.dep", k->release), INDEX_MAX,
		      pg_kernel_from_dep, k);
	k->dep_known = r == 0 && (k->module.n || k->n_extra);
	if (r != -ENOMEM)
		r = read_part(root, facts, pg_strf("/lib/modules/%s/modules.builtin", k->release), INDEX_MAX,
			      pg_kernel_from_builtin, k);
	k->builtin_known = r == 0;
	if (r != -ENOMEM)
		r = read_part(root, facts, pg_strf("/boot/config-%s", k->release), CONFIG_MAX,
			      pg_kernel_from_config, k);
	for (size_t i = 0; r != -ENOMEM && signatures && i < k->n_extra; i++)
		r = read_signature(root, k, &k->extra[i]);
	return r == -ENOMEM ? r : 0;
}

static bool is_name(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/') && strlen(s) < 128;
}

/* The first line of proxmox-boot-tool's file. */
static int read_pin(const struct pg_root *root, const char *path, char **ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;

	if (pg_root_read(root, path, PG_ROOT_MAX, &text) < 0 ||
	    !pg_text_line(text.p, text.n, &pos, &line, &len, &full))
		return 0;
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	*ret = strndup(line, len);
	if (*ret && !is_name(*ret)) {
		free(*ret);
		*ret = NULL;
		return 0;
	}
	return *ret ? 0 : -ENOMEM;
}

int pg_collect_kernels(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_boot *boot = &facts->boot;
	const char *running = facts->system.kernel;
	int r = read_pin(root, PIN, &boot->pinned);

	if (r == 0)
		r = read_pin(root, PIN_ONCE, &boot->pinned_once);
	for (size_t i = 0; r == 0 && i < boot->kernels.n; i++) {
		const char *release = boot->kernels.v[i];
		struct pg_kernel *k;

		if (i + KERNELS_MAX < boot->kernels.n && !(running && strcmp(running, release) == 0))
			continue;
		k = pg_vec_add(&boot->kernel, &boot->n_kernel, sizeof(*k));
		if (!k)
			return -ENOMEM;
		k->release = strdup(release);
		r = k->release ? read_kernel(root, facts, k) : -ENOMEM;
	}
	return r;
}
