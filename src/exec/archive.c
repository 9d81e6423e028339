/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A captured node as one file: tar (pax), packed by xz. The file that includes libarchive. */
#include "src/exec/capture.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/library.h"
#include "src/base/text.h"

/* Far above any node, and below what fills a machine's memory or /tmp. */
#define ENTRIES_MAX 200000
#define BYTES_MAX ((size_t)256 << 20)
#define PATH_LEN_MAX 4096
#define DEPTH_MAX 64

/* ---- the library ---- */

#define FUNCTIONS(X) \
	X(archive_entry_filetype) X(archive_entry_free) \
	X(archive_entry_hardlink) X(archive_entry_mtime) \
	X(archive_entry_mtime_is_set) X(archive_entry_mtime_nsec) \
	X(archive_entry_new) X(archive_entry_pathname) X(archive_entry_perm) \
	X(archive_entry_set_filetype) X(archive_entry_set_mtime) \
	X(archive_entry_set_pathname) X(archive_entry_set_perm) \
	X(archive_entry_set_size) X(archive_entry_set_symlink) \
	X(archive_entry_symlink) X(archive_error_string) X(archive_read_data) \
	X(archive_read_free) X(archive_read_new) X(archive_read_next_header) \
	X(archive_read_open_memory) X(archive_read_support_filter_xz) \
	X(archive_read_support_format_tar) X(archive_set_error) \
	X(archive_write_add_filter_xz) X(archive_write_close) \
	X(archive_write_data) X(archive_write_free) X(archive_write_header) \
	X(archive_write_new) X(archive_write_open) \
	X(archive_write_set_bytes_per_block) \
	X(archive_write_set_format_pax_restricted)

struct lib {
	FUNCTIONS(PG_LIBRARY_MEMBER)
};

static int load(struct lib *ret, struct pg_err *err)
{
	static const char *const names[] = { FUNCTIONS(PG_LIBRARY_NAME) };

	return pg_library_load("libarchive.so.13", names, PG_ARRAY_SIZE(names), ret, err);
}

/* ---- packing ---- */

struct pack {
	struct lib lib;
	struct archive *a;
	struct pg_strbuf b;
};

static void pack_done(struct pack *p)
{
	if (p->a)
		(void)p->lib.archive_write_free(p->a);
	pg_strbuf_done(&p->b);
}

static la_ssize_t collect(struct archive *a, void *ctx, const void *bytes, size_t n)
{
	struct pack *p = ctx;

	pg_strbuf_addn(&p->b, bytes, n);
	if (pg_strbuf_error(&p->b) == 0)
		return (la_ssize_t)n;
	p->lib.archive_set_error(a, ENOMEM, "%s", _("memory ran out"));
	return -1;
}

static bool put(struct pack *p, const struct pg_entry *e)
{
	static const mode_t kinds[] = { [PG_ENTRY_FOLDER] = AE_IFDIR, [PG_ENTRY_FILE] = AE_IFREG,
					[PG_ENTRY_LINK] = AE_IFLNK };
	const struct lib *lib = &p->lib;
	struct archive_entry *ae = lib->archive_entry_new();
	size_t n = e->kind == PG_ENTRY_FILE ? e->bytes.n : 0;
	bool ok;

	if (!ae)
		return false;
	lib->archive_entry_set_pathname(ae, e->path + 1);
	lib->archive_entry_set_filetype(ae, kinds[e->kind]);
	lib->archive_entry_set_perm(ae, e->mode);
	lib->archive_entry_set_size(ae, (la_int64_t)n);
	lib->archive_entry_set_mtime(ae, e->mtime.tv_sec, e->mtime.tv_nsec);
	if (e->kind == PG_ENTRY_LINK)
		lib->archive_entry_set_symlink(ae, e->bytes.p);
	/* a warning: a name is not of the locale's characters, and is kept byte for byte */
	ok = lib->archive_write_header(p->a, ae) >= ARCHIVE_WARN &&
	     (!n || lib->archive_write_data(p->a, e->bytes.p, n) == (la_ssize_t)n);
	lib->archive_entry_free(ae);
	return ok;
}

static bool begin(struct pack *p)
{
	return p->lib.archive_write_add_filter_xz(p->a) == ARCHIVE_OK &&
	       p->lib.archive_write_set_format_pax_restricted(p->a) == ARCHIVE_OK &&
	       p->lib.archive_write_set_bytes_per_block(p->a, 0) == ARCHIVE_OK &&
	       p->lib.archive_write_open(p->a, p, NULL, collect, NULL) == ARCHIVE_OK;
}

int pg_archive_pack(const struct pg_capture *c, struct pg_bytes *ret, struct pg_err *err)
{
	struct pack p PG_CLEANUP(pack_done) = { 0 };
	const char *why;
	bool ok;
	int r = load(&p.lib, err);

	if (r < 0)
		return r;
	p.a = p.lib.archive_write_new();
	ok = p.a && begin(&p);
	for (size_t i = 0; ok && i < c->n; i++)
		ok = put(&p, &c->v[i]);
	ok = ok && p.lib.archive_write_close(p.a) == ARCHIVE_OK;
	if (!p.a || pg_strbuf_error(&p.b) < 0)
		return -ENOMEM;
	if (ok)
		return pg_strbuf_steal_bytes(&p.b, ret);
	why = p.lib.archive_error_string(p.a);
	return pg_err_set(err, -EIO, NULL, 0, "It cannot be packed: %s.", why ? why : _("libarchive failed"));
}

/* ---- unpacking ---- */

struct unpack {
	struct lib lib;
	struct archive *a;
	struct pg_root *root;
	struct pg_err *err;
	size_t entries, bytes;
};

static void unpack_done(struct unpack *u)
{
	if (u->a)
		(void)u->lib.archive_read_free(u->a);
}

static int refuse(const struct unpack *u, const char *path, const char *what)
{
	return pg_err_set(u->err, -EBADMSG, path, 0, "This archive is refused: %s.", what);
}

static int broken(const struct unpack *u)
{
	const char *why = u->lib.archive_error_string(u->a);

	return pg_err_set(u->err, -EBADMSG, NULL, 0, "The archive is damaged, or is none of `pve-gpu "
			  "capture`: %s.", why ? why : _("it ends early"));
}

/* How many folders deep a path or the target of a link goes; -1: above where it starts. */
static int depth_of(const char *path, int depth)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0)
			depth--;
		else if (n && !(n == 1 && *path == '.'))
			depth++;
		if (depth < 0)
			return -1;
		path += n + (path[n] == '/');
	}
	return depth;
}

static bool has_dots(const char *path)
{
	for (; path; path = strchr(path, '/') ? strchr(path, '/') + 1 : NULL) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0)
			return true;
	}
	return false;
}

/* "./etc/x/": "/etc/x". *ret NULL: the top itself. */
static int take_path(const struct unpack *u, const char *name, char **ret)
{
	pg_autofree char *path = NULL;
	size_t n;

	if (!name || strlen(name) > PATH_LEN_MAX)
		return refuse(u, NULL, _("it holds a name that is too long, or none"));
	if (*name == '/')
		return refuse(u, name, _("it holds a name that begins with a slash"));
	if (has_dots(name))
		return refuse(u, name, _("it holds a name with \"..\""));
	if (depth_of(name, 0) > DEPTH_MAX)
		return refuse(u, name, _("its folders lie too deep in one another"));
	while (pg_text_starts(name, "./"))
		name += 2 + strspn(name + 2, "/");
	path = pg_strf("/%s", strcmp(name, ".") == 0 ? "" : name);
	if (!path)
		return -ENOMEM;
	for (n = strlen(path); n && path[n - 1] == '/';)
		path[--n] = '\0';
	*ret = n ? PG_STEAL(path) : NULL;
	return 0;
}

static int read_data(struct unpack *u, const char *path, struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char part[16384];
	la_ssize_t n;

	while ((n = u->lib.archive_read_data(u->a, part, sizeof(part))) > 0) {
		u->bytes += (size_t)n;
		if (u->bytes > BYTES_MAX)
			return refuse(u, path, _("it holds more than 256 MiB"));
		pg_strbuf_addn(&b, part, (size_t)n);
	}
	return n < 0 ? broken(u) : pg_strbuf_steal_bytes(&b, ret);
}

static int put_file(struct unpack *u, struct archive_entry *e, const char *path)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	const struct pg_meta meta = {
		.mode = (u->lib.archive_entry_perm(e) & 0777) | 0400,
		.uid = geteuid(),
		.gid = getegid(),
		.set_mtime = u->lib.archive_entry_mtime_is_set(e),
		.mtime = { .tv_sec = u->lib.archive_entry_mtime(e), .tv_nsec = u->lib.archive_entry_mtime_nsec(e) },
	};
	int r = read_data(u, path, &bytes);

	return r < 0 ? r : pg_root_create(u->root, path, &bytes, &meta, u->err);
}

/* An absolute one means below the root, as on the node; a relative one must not leave it. */
static int put_link(struct unpack *u, struct archive_entry *e, const char *path)
{
	const char *target = u->lib.archive_entry_symlink(e);
	struct stat st;

	if (!target || !*target || strlen(target) > PATH_LEN_MAX)
		return refuse(u, path, _("it holds a link that leads nowhere"));
	if (depth_of(target, *target == '/' ? 0 : depth_of(path, 0) - 1) < 0)
		return refuse(u, path, _("it holds a link that leads out of it"));
	if (pg_root_lstat(u->root, path, &st) == 0)
		return refuse(u, path, _("it holds that name twice"));
	return pg_root_symlink(u->root, target, path, u->err);
}

/* A capture has no name that leads through a link; where one may, folders could lie in one another
 * without end. */
static int make_parent(struct unpack *u, const char *path)
{
	pg_autofree char *parent = strdup(path), *real = NULL;
	int r;

	if (!parent)
		return -ENOMEM;
	*strrchr(parent, '/') = '\0';
	if (!*parent)
		return 0;
	r = pg_root_mkdirs(u->root, parent, 0700, NULL, u->err);
	if (r == 0)
		r = pg_root_resolve(u->root, parent, &real);
	if (r < 0)
		return r;
	return strcmp(real, parent) == 0 ? 0 : refuse(u, path, _("it holds a name that leads through a link"));
}

static int put_entry(struct unpack *u, struct archive_entry *e)
{
	pg_autofree char *path = NULL;
	int r = take_path(u, u->lib.archive_entry_pathname(e), &path);

	if (r < 0 || !path)
		return r;
	if (++u->entries > ENTRIES_MAX)
		return refuse(u, NULL, _("it holds too many files"));
	if (u->lib.archive_entry_hardlink(e))
		return refuse(u, path, _("it holds a hard link"));
	r = make_parent(u, path);
	if (r < 0)
		return r;
	switch (u->lib.archive_entry_filetype(e)) {
	case AE_IFDIR:
		return pg_root_mkdirs(u->root, path, 0700, NULL, u->err);
	case AE_IFREG:
		return put_file(u, e, path);
	case AE_IFLNK:
		return put_link(u, e, path);
	default:
		return refuse(u, path, _("it holds something that is no file, folder or link"));
	}
}

static bool open_archive(struct unpack *u, const struct pg_bytes *archive)
{
	return u->lib.archive_read_support_filter_xz(u->a) == ARCHIVE_OK &&
	       u->lib.archive_read_support_format_tar(u->a) == ARCHIVE_OK &&
	       u->lib.archive_read_open_memory(u->a, archive->p, archive->n) == ARCHIVE_OK;
}

int pg_archive_unpack(const struct pg_bytes *archive, struct pg_root *root, struct pg_err *err)
{
	struct unpack u PG_CLEANUP(unpack_done) = { .root = root, .err = err };
	struct archive_entry *e;
	int r = load(&u.lib, err), status;

	if (r < 0)
		return r;
	u.a = u.lib.archive_read_new();
	if (!u.a)
		return -ENOMEM;
	if (!open_archive(&u, archive))
		return broken(&u);
	while (r == 0 && (status = u.lib.archive_read_next_header(u.a, &e)) != ARCHIVE_EOF)
		r = status >= ARCHIVE_WARN ? put_entry(&u, e) : broken(&u);
	if (r == 0 && !u.entries)
		return refuse(&u, NULL, _("it is empty"));
	return r;
}
