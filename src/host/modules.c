/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/modules.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>

#include "src/base/library.h"
#include "src/base/record.h"
#include "src/base/text.h"
#include "src/host/collect.h"

#define INDEX_MAX ((size_t)16 << 20)
#define CMDLINE_MAX ((size_t)1 << 20)

/* ---- the kernel's folder ---- */

static bool is_name(const char *s)
{
	return s && *s && *s != '.' && !strchr(s, '/');
}

static int newest(const struct pg_root *root, const char *dir, char **ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	const char *best = NULL;
	int r = pg_root_list(root, dir, &names);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, names.v[i]);
		struct stat st;

		if (!path)
			return -ENOMEM;
		if (is_name(names.v[i]) && (!best || strverscmp(names.v[i], best) > 0) &&
		    pg_root_stat(root, path, &st) == 0 && S_ISDIR(st.st_mode))
			best = names.v[i];
	}
	if (!best)
		return -ENOENT;
	*ret = pg_strf("%s/%s", dir, best);
	return *ret ? 0 : -ENOMEM;
}

/* The folder of the running kernel, else of the newest one that is installed. */
static int find_dir(const struct pg_root *root, const struct pg_facts *facts, char **ret)
{
	static const char *const tops[] = { "/lib/modules", "/usr/lib/modules" };
	int r = -ENOENT;

	for (size_t i = 0; is_name(facts->system.kernel) && i < PG_ARRAY_SIZE(tops); i++) {
		pg_autofree char *dir = pg_strf("%s/%s", tops[i], facts->system.kernel);

		if (!dir)
			return -ENOMEM;
		if (pg_root_exists(root, dir)) {
			*ret = PG_STEAL(dir);
			return 0;
		}
	}
	for (size_t i = 0; r == -ENOENT && i < PG_ARRAY_SIZE(tops); i++)
		r = newest(root, tops[i], ret);
	return r;
}

/* A file of that folder; links in it are followed below the root only. */
static int read_in(const struct pg_root *root, const char *dir, const char *name,
		   struct pg_bytes *ret)
{
	pg_autofree char *path = pg_strf("%s/%s", dir, name);

	return path ? pg_root_read(root, path, INDEX_MAX, ret) : -ENOMEM;
}

/* ---- claims ---- */

/* libkmod would write to stderr. */
static void silent(void *data, int priority, const char *file, int line, const char *fn,
		   const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

#define FUNCTIONS(X) \
	X(kmod_new) X(kmod_unref) X(kmod_set_log_fn) X(kmod_module_new_from_lookup) X(kmod_list_next) \
	X(kmod_module_get_module) X(kmod_module_get_name) X(kmod_module_unref) X(kmod_module_unref_list)

struct kmod {
	FUNCTIONS(PG_LIBRARY_MEMBER)
};

static int lookup(const struct kmod *lib, struct kmod_ctx *ctx, struct pg_alias *alias)
{
	struct kmod_list *list = NULL;
	int r = lib->kmod_module_new_from_lookup(ctx, alias->modalias, &list);

	if (r < 0)
		return r == -ENOMEM ? r : 0; /* nothing wants it */
	r = 0;
	for (struct kmod_list *item = list; item; item = lib->kmod_list_next(list, item)) {
		struct kmod_module *mod = lib->kmod_module_get_module(item);
		const char *name = lib->kmod_module_get_name(mod);

		if (r == 0)
			r = pg_alias_add(alias, name, strlen(name));
		(void)lib->kmod_module_unref(mod);
	}
	(void)lib->kmod_module_unref_list(list);
	return r;
}

int pg_aliases_from_kmod(const struct pg_dir *folder, struct pg_aliases *a)
{
	static const char *const names[] = { FUNCTIONS(PG_LIBRARY_NAME) };
	static const char *const no_config[] = { NULL };
	pg_autofree char *dir = pg_strf("/proc/self/fd/%d", folder->fd);
	struct kmod_ctx *ctx;
	struct kmod lib;
	int r = pg_library_load("libkmod.so.2", names, PG_ARRAY_SIZE(names), &lib, NULL);

	if (r < 0)
		return r;
	ctx = dir ? lib.kmod_new(dir, no_config) : NULL;
	if (!ctx)
		return -ENOMEM;
	lib.kmod_set_log_fn(ctx, silent, NULL);
	for (size_t i = 0; r == 0 && i < a->n; i++)
		r = lookup(&lib, ctx, &a->v[i]);
	(void)lib.kmod_unref(ctx);
	return r;
}

static bool has_index(const struct pg_dir *dir)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read_at(dir, "modules.alias.bin", 12, &bytes);

	return r == -EFBIG; /* it holds more than its head */
}

/* Reads one of the tables that depmod makes; -ENOENT where it is not there. */
static int try_table(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		     const char *name,
		     int (*parse)(const struct pg_bytes *bytes, struct pg_aliases *a),
		     struct pg_aliases *a)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = pg_strf("%s/%s", dir, name);
	int r = path ? read_in(root, dir, name, &bytes) : -ENOMEM;

	if (r == 0)
		r = parse(&bytes, a);
	if (r < 0 && r != -ENOMEM && path)
		return pg_note_unread(facts, path, r) < 0 ? -ENOMEM : r;
	return r;
}

/*
 * On the living system libkmod looks up, as modprobe will: its indexes are this machine's
 * own. A tree from elsewhere is read by modalias.c, which trusts nothing: the text first (a
 * capture has only that, for which the living system is read so too), else the index. Returns
 * -ENOENT and the like where nothing could be read.
 */
static int find_claims(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		       struct pg_aliases *a)
{
	struct pg_dir folder PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	int r = -ENOENT;

	if (pg_root_is_live(root) && !pg_root_is_recorded(root) &&
	    pg_root_open_dir(root, dir, &folder) == 0 && has_index(&folder))
		r = pg_aliases_from_kmod(&folder, a);
	if (r == 0 || r == -ENOMEM)
		return r;
	r = try_table(root, facts, dir, "modules.alias", pg_aliases_from_text, a);
	if (r < 0 && r != -ENOMEM)
		r = try_table(root, facts, dir, "modules.alias.bin", pg_aliases_from_index, a);
	if (r < 0)
		return r;
	r = try_table(root, facts, dir, "modules.builtin.modinfo", pg_aliases_from_builtin, a);
	return r == -ENOMEM ? r : 0;
}

static bool is_blacklisted(const struct pg_modules *m, const char *module)
{
	for (size_t i = 0; i < m->n_conf; i++)
		if (m->conf[i].kind == PG_MODCONF_BLACKLIST &&
		    strcmp(m->conf[i].module, module) == 0)
			return true;
	return false;
}

static int add_claim(struct pg_dev *dev, const char *module, const struct pg_modules *m,
		     const struct pg_strv *builtin)
{
	struct pg_claim *c = pg_vec_add(&dev->claim, &dev->n_claim, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->module = strdup(module);
	if (!c->module)
		return -ENOMEM;
	c->builtin = pg_strv_has(builtin, module);
	c->blacklisted = is_blacklisted(m, module);
	return 0;
}

static bool has_claim(const struct pg_dev *dev, const char *module)
{
	for (size_t i = 0; i < dev->n_claim; i++)
		if (strcmp(dev->claim[i].module, module) == 0)
			return true;
	return false;
}

/*
 * A driver of a module always has the link to it; older kernels (Debian 12's) make none for a
 * driver in the kernel. `bind` tells that the folder was not just copied in part.
 */
static int claim_unnamed(const struct pg_root *root, struct pg_dev *dev,
			 const struct pg_modules *m)
{
	const struct pg_strv none = { 0 };
	pg_autofree char *bind = pg_strf("/sys/bus/pci/drivers/%s/bind", dev->driver);
	pg_autofree char *name = pg_module_name(dev->driver, strlen(dev->driver));
	struct pg_claim *c;
	int r;

	if (!bind || !name)
		return -ENOMEM;
	if (!pg_root_exists(root, bind) || has_claim(dev, name) ||
	    strcmp(name, "vfio_pci") == 0)
		return 0;
	r = add_claim(dev, name, m, &none);
	if (r < 0)
		return r;
	c = &dev->claim[dev->n_claim - 1];
	c->builtin = c->unnamed = true;
	return 0;
}

/*
 * A driver in the kernel claims devices by a table that modules.builtin.modinfo need not hold
 * (scripts/mod/file2alias.c makes it for modules alone): it is seen by what it has.
 */
static int claim_by_driver(const struct pg_root *root, struct pg_dev *dev,
			   const struct pg_modules *m, const struct pg_strv *builtin)
{
	pg_autofree char *link = NULL, *name = NULL, *module = NULL;
	int r;

	if (!dev->driver)
		return 0;
	link = pg_strf("/sys/bus/pci/drivers/%s/module", dev->driver);
	r = link ? pg_root_readlink_name(root, link, &name) : -ENOMEM;
	if (r == -ENOENT)
		return claim_unnamed(root, dev, m);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	module = pg_module_name(name, strlen(name));
	if (!module)
		return -ENOMEM;
	if (!pg_strv_has(builtin, module) || has_claim(dev, module))
		return 0;
	return add_claim(dev, module, m, builtin);
}

static int claim_dev(const struct pg_root *root, struct pg_dev *dev,
		     const struct pg_alias *alias, const struct pg_modules *m,
		     const struct pg_strv *builtin)
{
	int r = 0;

	for (size_t i = 0; r == 0 && alias && i < alias->modules.n; i++)
		r = add_claim(dev, alias->modules.v[i], m, builtin);
	return r == 0 ? claim_by_driver(root, dev, m, builtin) : r;
}

static void set_claim_known(struct pg_facts *facts, enum pg_tri known)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		facts->dev[i].claim_known = known;
}

static int collect_claims(const struct pg_root *root, struct pg_facts *facts,
			  const char *dir, const struct pg_strv *builtin)
{
	struct pg_aliases a PG_CLEANUP(pg_aliases_done) = { 0 };
	int r = pg_aliases_gather(facts, &a);

	if (r < 0)
		return r;
	r = find_claims(root, facts, dir, &a);
	if (r < 0) {
		set_claim_known(facts, PG_NO);
		return r == -ENOMEM ? r : 0;
	}
	set_claim_known(facts, PG_YES);
	for (size_t i = 0; r == 0 && i < facts->n_dev; i++) {
		const char *modalias = facts->dev[i].modalias;

		if (modalias)
			r = claim_dev(root, &facts->dev[i], pg_aliases_find(&a, modalias),
				      &facts->modules, builtin);
	}
	return r;
}

/* ---- which modules there are ---- */

/* "kernel/drivers/vfio/pci/vfio-pci.ko.zst: …": vfio_pci. NULL: no memory. */
static char *name_of_path(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *slash, *ko;

	if (colon)
		len = (size_t)(colon - line);
	slash = memrchr(line, '/', len);
	if (slash) {
		len -= (size_t)(slash + 1 - line);
		line = slash + 1;
	}
	ko = memmem(line, len, ".ko", 3);
	return pg_module_name(line, ko ? (size_t)(ko - line) : len);
}

/* The modules of modules.builtin or modules.dep, by name. */
static int read_names(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		      const char *file, struct pg_strv *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *path = pg_strf("%s/%s", dir, file);
	size_t pos = 0, len, full;
	const char *line;
	int r = path ? read_in(root, dir, file, &text) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM || pg_note_unread(facts, path, r) < 0 ? -ENOMEM : r;
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full))
		if (len)
			r = pg_strv_take(ret, name_of_path(line, len));
	return r;
}

/* A real modules.dep is never empty: an empty one tells nothing. */
static int collect_vfio(const struct pg_root *root, struct pg_facts *facts, const char *dir,
			const struct pg_strv *builtin)
{
	struct pg_strv dep PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_modules *m = &facts->modules;
	int r = read_names(root, facts, dir, "modules.dep", &dep);

	if (r == -ENOMEM)
		return r;
	if (m->vfio_builtin == PG_YES || pg_strv_has(&dep, "vfio_pci") ||
	    pg_root_exists(root, "/sys/module/vfio_pci"))
		m->vfio_there = PG_YES;
	else if (dep.n && builtin->n)
		m->vfio_there = PG_NO;
	return 0;
}

static int collect_dir(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv builtin PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *dir = NULL;
	int r = find_dir(root, facts, &dir);

	if (r < 0)
		return r == -ENOMEM ? r : pg_note_unread(facts, "/lib/modules", r);
	r = read_names(root, facts, dir, "modules.builtin", &builtin);
	if (r == -ENOMEM)
		return r;
	if (r == 0)
		facts->modules.vfio_builtin = pg_strv_has(&builtin, "vfio_pci");
	r = collect_vfio(root, facts, dir, &builtin);
	return r < 0 ? r : collect_claims(root, facts, dir, &builtin);
}

/* ---- what is loaded, what is configured ---- */

static int collect_loaded(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_root_read(root, "/proc/modules", INDEX_MAX, &text);

	if (r < 0)
		return pg_note_unread(facts, "/proc/modules", r);
	facts->modules.loaded_known = PG_YES;
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		const char *space = memchr(line, ' ', len);

		if (space && space > line)
			r = pg_strv_addn(&facts->modules.loaded, line, (size_t)(space - line));
	}
	return r;
}

static int collect_cmdline(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r;

	if (facts->boot.running)
		return pg_modconf_from_cmdline(facts->boot.running, &facts->modules);
	r = pg_root_read(root, "/proc/cmdline", CMDLINE_MAX, &text);
	if (r < 0)
		return pg_note_unread(facts, "/proc/cmdline", r);
	return pg_modconf_from_cmdline(text.p, &facts->modules);
}

/* Where the files were not asked for, they are read for this alone. */
static int collect_conf(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_facts *own PG_CLEANUP(pg_facts_freep) = NULL;
	const struct pg_facts *from = facts;
	int r = 0;

	if (!facts->n_file) {
		own = calloc(1, sizeof(*own));
		r = own ? pg_collect_files(root, own) : -ENOMEM;
		from = own;
	}
	if (r == 0)
		r = pg_modconf_from_files(from->file, from->n_file, &facts->modules);
	return r < 0 ? r : collect_cmdline(root, facts);
}

int pg_collect_modules(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_modules *m = &facts->modules;
	int r;

	m->loaded_known = m->vfio_builtin = m->vfio_there = PG_UNKNOWN;
	set_claim_known(facts, PG_NO);
	r = collect_loaded(root, facts);
	if (r == 0)
		r = collect_conf(root, facts);
	return r < 0 ? r : collect_dir(root, facts);
}
