/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/edit.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/cmdline.h"
#include "src/plan/kmod_line.h"

#define MARK "# added by pve-gpu"
/* "string doesn't fit in 1023 chars": ids[1024] of vfio_pci.c */
#define IDS_MAX 1023u

static bool name_is(const char *s, size_t n, const char *name)
{
	size_t i;

	if (strlen(name) != n)
		return false;
	for (i = 0; i < n; i++)
		if ((s[i] == '-' ? '_' : s[i]) != name[i])
			return false;
	return true;
}

/* ---- the ids= list ---- */

struct ids_list {
	bool found;
	struct pg_strv item;
	size_t end;		/* behind its last byte, in the file */
	bool comma;		/* it ends in one */
	size_t len;
	unsigned line;
};

static void ids_list_done(struct ids_list *list)
{
	pg_strv_done(&list->item);
}

/* The value of an ids= word: continuation lines are out, as libkmod sees it. */
static int take_list(const struct pg_kmod_line *j, const struct pg_cmdline_word *w, size_t base,
		     struct ids_list *list)
{
	pg_autofree char *value = strndup(j->s + base + w->val, w->val_end - w->val);

	if (!value)
		return -ENOMEM;
	pg_strv_done(&list->item);
	list->found = true;
	list->end = j->at[base + w->val_end - 1] + 1;
	list->len = strlen(value);
	list->comma = !list->len || value[list->len - 1] == ',';
	list->line = j->line;
	return pg_strv_split(value, ",", &list->item);
}

/* The last ids= of one line, if it is one of vfio-pci's options. */
static int scan_line(const struct pg_kmod_line *j, struct ids_list *list)
{
	struct pg_cmdline_word w;
	const char *word;
	size_t pos = 0, base, len, at = 0;

	if (j->s[0] == '#' || !pg_kmod_word(j, &pos, &word, &len) || !name_is(word, len, "options"))
		return 0;
	if (!pg_kmod_word(j, &pos, &word, &len) || !name_is(word, len, "vfio_pci"))
		return 0;
	base = pos;
	while (pg_cmdline_next(j->s + base, j->n - base, &at, &w)) {
		int r;

		if (!w.has_val || w.key_end - w.key != 3 || memcmp(j->s + base + w.key, "ids", 3))
			continue;
		r = take_list(j, &w, base, list);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The last list of a file; list stays as it was where the file has none. */
static int scan_file(const struct pg_bytes *in, struct ids_list *list, bool *ret_here)
{
	PG_CLEANUP(pg_kmod_line_done) struct pg_kmod_line j = { 0 };
	unsigned line = 1;
	size_t pos = 0;
	int r = pg_kmod_line_alloc(in, &j);

	*ret_here = false;
	while (r == 0 && pg_kmod_line_next(in, &pos, &line, &j)) {
		bool before = list->found;

		list->found = false;
		r = scan_line(&j, list);
		*ret_here = *ret_here || list->found;
		list->found = list->found || before;
	}
	return r;
}

/* One field of an id, as sscanf("%x") reads it. */
static bool id_field(const char *s, size_t n, uint64_t *ret)
{
	char buf[16];

	if (!n || n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return pg_text_number(buf, 16, UINT32_MAX, ret) == 0;
}

/* vendor and device of an item that claims every such device. */
static bool id_plain(const char *item, uint64_t ret[2])
{
	uint64_t any;
	unsigned field;

	for (field = 0; field < 4; field++) {
		size_t n = strcspn(item, ":");

		if (!id_field(item, n, field < 2 ? &ret[field] : &any))
			return false;
		if (field >= 2 && any != UINT32_MAX)
			return false;
		item += n;
		if (!*item)
			return field >= 1;
		item++;
	}
	return false;
}

static bool list_claims(const struct pg_strv *item, const char *id)
{
	uint64_t want[2], have[2];
	size_t i;

	if (!id_plain(id, want))
		return false;
	for (i = 0; i < item->n; i++)
		if (id_plain(item->v[i], have) && have[0] == want[0] && have[1] == want[1])
			return true;
	return false;
}

static bool id_valid(const char *id)
{
	return strlen(id) == 9 && strspn(id, "0123456789abcdefABCDEF") == 4 && id[4] == ':' &&
	       strspn(id + 5, "0123456789abcdefABCDEF") == 4;
}

/* What must be added, each once. */
static int missing_ids(const struct ids_list *list, const struct pg_strv *ids, const char *path,
		       struct pg_strv *ret, struct pg_err *err)
{
	size_t i;

	for (i = 0; i < ids->n; i++) {
		int r = 0;

		if (!id_valid(ids->v[i]))
			return pg_err_set(err, -EINVAL, path, 0,
					  "\"%s\" is not a device id. It has the form vvvv:dddd.",
					  ids->v[i]);
		if (!list_claims(&list->item, ids->v[i]) && !list_claims(ret, ids->v[i]))
			r = pg_strv_add(ret, ids->v[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- appending ---- */

static const char *line_end(const struct pg_bytes *in)
{
	const char *lf = in->n ? memchr(in->p, '\n', in->n) : NULL;

	return lf && lf > in->p && lf[-1] == '\r' ? "\r\n" : "\n";
}

/* Would the next line be taken as part of the last one? */
static bool ends_open(const struct pg_bytes *in)
{
	size_t i = in->n, slashes = 0;

	if (i && in->p[i - 1] == '\n')
		i--;
	for (; i && in->p[i - 1] == '\\'; i--)
		slashes++;
	return slashes % 2;
}

/* The file up to the place where lines can be appended, and our mark. */
static void begin_append(const struct pg_bytes *in, const char *end, struct pg_strbuf *b)
{
	if (in->n) {
		pg_strbuf_addn(b, in->p, in->n);
		if (in->p[in->n - 1] != '\n')
			pg_strbuf_add(b, end);
		if (ends_open(in))
			pg_strbuf_add(b, end);
	}
	pg_strbuf_add(b, MARK);
	pg_strbuf_add(b, end);
}

static int not_ours(const char *path, const struct ids_list *list, struct pg_err *err)
{
	return pg_err_set(err, -EINVAL, path, list->line,
			  "This file sets the ids that vfio-pci takes and is not one to be edited. "
			  "Move that line to /etc/modprobe.d/vfio.conf.");
}

static int write_ids(const char *path, const struct pg_bytes *in, const struct ids_list *list,
		     const struct pg_strv *add, struct pg_bytes *ret, struct pg_err *err)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	pg_autofree char *ids = pg_strv_join(add, ",");
	size_t len;

	if (!ids)
		return -ENOMEM;
	if (add->n && !pg_text_starts(path, "/etc/modprobe.d/"))
		return not_ours(path, list, err);
	if (add->n && in->n && memchr(in->p, '\0', in->n))
		return pg_err_set(err, -EINVAL, path, 0,
				  "The file holds a NUL byte, which ends a line early for "
				  "modprobe. Remove it first.");
	len = (list->found ? list->len + !list->comma : 0) + strlen(ids);
	if (add->n && len > IDS_MAX)
		return pg_err_set(err, -EINVAL, path, list->line,
				  "The list of ids would have %zu bytes, and vfio-pci takes at "
				  "most %u. Take out what is no longer needed, or bind by "
				  "address.", len, IDS_MAX);
	if (!add->n) {
		pg_strbuf_addn(&b, in->n ? in->p : "", in->n);
	} else if (list->found) {
		pg_strbuf_addn(&b, in->p, list->end);
		pg_strbuf_add(&b, list->comma ? "" : ",");
		pg_strbuf_add(&b, ids);
		pg_strbuf_addn(&b, in->p + list->end, in->n - list->end);
	} else {
		begin_append(in, line_end(in), &b);
		pg_strbuf_addf(&b, "options vfio-pci ids=%s%s", ids, line_end(in));
	}
	return pg_strbuf_steal_bytes(&b, ret);
}

/* ---- the ids, from outside ---- */

/* The list in effect, and the file that holds it (-1: none). */
static int effective(const struct pg_file *const *files, size_t n, struct ids_list *list,
		     int *ret_file)
{
	size_t i;

	*ret_file = -1;
	for (i = 0; i < n; i++) {
		bool here;
		int r = scan_file(&files[i]->bytes, list, &here);

		if (r < 0)
			return r;
		if (here)
			*ret_file = (int)i;
	}
	return 0;
}

int pg_vfio_ids(const struct pg_file *const *files, size_t n, struct pg_strv *ret)
{
	struct ids_list list = { 0 };
	int file, r;

	r = effective(files, n, &list, &file);
	if (r < 0) {
		ids_list_done(&list);
		return r;
	}
	*ret = list.item;
	return 0;
}

int pg_vfio_ids_edit(const struct pg_file *const *files, size_t n, const struct pg_strv *ids,
		     int *ret_file, struct pg_bytes *ret, struct pg_err *err)
{
	PG_CLEANUP(ids_list_done) struct ids_list list = { 0 };
	PG_CLEANUP(pg_strv_done) struct pg_strv add = { 0 };
	const struct pg_file *f;
	int file, r;

	r = effective(files, n, &list, &file);
	if (r < 0)
		return r;
	f = file < 0 ? NULL : files[file];
	r = missing_ids(&list, ids, f ? f->path : NULL, &add, err);
	if (r < 0)
		return r;
	if (!f) {
		*ret_file = -1;
		*ret = (struct pg_bytes){ 0 };
		return 0;
	}
	if (add.n && f->is_link)
		return not_ours(f->path, &list, err);
	r = write_ids(f->path, &f->bytes, &list, &add, ret, err);
	if (r == 0)
		*ret_file = file;
	return r;
}

int pg_vfio_conf_add_ids(const char *path, const struct pg_bytes *in, const struct pg_strv *ids,
			 struct pg_bytes *ret, struct pg_err *err)
{
	PG_CLEANUP(ids_list_done) struct ids_list list = { 0 };
	PG_CLEANUP(pg_strv_done) struct pg_strv add = { 0 };
	bool here;
	int r;

	r = scan_file(in, &list, &here);
	if (r == 0)
		r = missing_ids(&list, ids, path, &add, err);
	if (r == 0)
		r = write_ids(path, in, &list, &add, ret, err);
	return r;
}

/* ---- whole lines ---- */

/*
 * A line's meaning: its words joined by single spaces, '-' as '_' in names. libkmod takes a
 * carriage return as a part of a blacklisted name, so there it makes a difference.
 */
static char *meaning(const struct pg_kmod_line *j)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	const char *word;
	size_t pos = 0, len, i;
	bool black = false;

	while (pg_kmod_word(j, &pos, &word, &len)) {
		bool name = true;

		if (b.len == 0)
			black = name_is(word, len, "blacklist");
		if (word[len - 1] == '\r' && (!black || len == 1))
			len--;
		if (b.len && len)
			pg_strbuf_addc(&b, ' ');
		for (i = 0; i < len; i++) {
			name = name && word[i] != '=';
			pg_strbuf_addc(&b, name && word[i] == '-' ? '_' : word[i]);
		}
	}
	return pg_strbuf_steal(&b);
}

static int meanings(const struct pg_bytes *in, struct pg_strv *ret)
{
	PG_CLEANUP(pg_kmod_line_done) struct pg_kmod_line j = { 0 };
	unsigned line = 1;
	size_t pos = 0;
	int r = pg_kmod_line_alloc(in, &j);

	while (r == 0 && pg_kmod_line_next(in, &pos, &line, &j))
		if (j.s[0] != '#')
			r = pg_strv_take(ret, meaning(&j));
	return r;
}

int pg_conf_add_lines(const struct pg_bytes *in, const struct pg_strv *lines,
		      struct pg_bytes *ret)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv have = { 0 };
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	const char *end = line_end(in);
	size_t i;
	int r;

	r = meanings(in, &have);
	for (i = 0; r == 0 && i < lines->n; i++) {
		PG_CLEANUP(pg_strv_done) struct pg_strv one = { 0 };
		struct pg_bytes line = { lines->v[i], strlen(lines->v[i]) };

		r = meanings(&line, &one);
		if (r < 0 || (one.n && pg_strv_has(&have, one.v[0])))
			continue;
		if (!b.len)
			begin_append(in, end, &b);
		pg_strbuf_add(&b, lines->v[i]);
		if (end[0] == '\r' && pg_text_starts(lines->v[i], "blacklist"))
			pg_strbuf_addc(&b, ' ');
		pg_strbuf_add(&b, end);
		if (one.n)
			r = pg_strv_add(&have, one.v[0]);
	}
	if (r < 0)
		return r;
	if (!b.len)
		pg_strbuf_addn(&b, in->n ? in->p : "", in->n);
	return pg_strbuf_steal_bytes(&b, ret);
}
