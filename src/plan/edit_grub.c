/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/edit.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/cmdline.h"
#include "src/plan/grub_file.h"
#include "src/plan/grub_put.h"

#define LINUX	"GRUB_CMDLINE_LINUX"
#define DEFAULT "GRUB_CMDLINE_LINUX_DEFAULT"

int pg_grub_value(const struct pg_file *const *files, size_t n, const char *variable,
		  char **ret, int *ret_file, struct pg_err *err)
{
	PG_CLEANUP(pg_grub_env_done) struct pg_grub_env env = { 0 };
	const struct pg_grub_var *v;
	char *value;
	int r;

	r = pg_grub_read(files, n, &env, err);
	if (r == 0)
		r = pg_grub_env_known(&env, files, variable, &v, err);
	if (r < 0)
		return r;
	value = pg_grub_var_value(v);
	if (!value)
		return -ENOMEM;
	*ret = value;
	*ret_file = v ? v->base.file : -1;
	return 0;
}

/* ---- one wanted option ---- */

/* Files that are edited step by step. */
struct work {
	const struct pg_file **file;	/* those given, or the copies */
	struct pg_file *copy;
	size_t n;
};

static void work_done(struct work *w)
{
	size_t i;

	for (i = 0; w->copy && i < w->n; i++)
		pg_bytes_done(&w->copy[i].bytes);
	free(w->file);
	free(w->copy);
	*w = (struct work){ 0 };
}

static int work_new(const struct pg_file *const *files, size_t n, struct work *ret)
{
	ret->file = calloc(n + 1, sizeof(*ret->file));
	ret->copy = calloc(n + 1, sizeof(*ret->copy));
	if (!ret->file || !ret->copy)
		return -ENOMEM;
	for (; ret->n < n; ret->n++)
		ret->file[ret->n] = files[ret->n];
	return 0;
}

static int work_put(struct work *w, int file, struct pg_bytes *bytes)
{
	struct pg_file *copy = &w->copy[file];
	struct pg_bytes old = copy->bytes;

	*copy = *w->file[file];
	copy->bytes = *bytes;
	pg_bytes_done(&old);
	w->file[file] = copy;
	return 0;
}

static int collect(const struct work *w, const struct pg_grub_var *v, const char *variable,
		   const char *value, const struct pg_cmdline_edits *e, struct pg_grub_changes *c,
		   struct pg_err *err)
{
	size_t i;
	int r = 0;

	if (e->add && (!v || v->base.file < 0)) {
		c->file = 0;
		return pg_grub_append(w->file[0], variable, e->add, c, err);
	}
	if (e->add)
		return pg_grub_add(w->file[v->base.file], v, value, e->add, c);
	for (i = 0; r == 0 && i < e->n; i++)
		r = pg_grub_replace(w->file, v, e->v[i], c, err);
	return r;
}

static bool same_words(const char *a, const char *b)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv x = { 0 }, y = { 0 };
	size_t i;

	if (pg_cmdline_split(a, &x) < 0 || pg_cmdline_split(b, &y) < 0 || x.n != y.n)
		return false;
	pg_strv_sort(&x);
	pg_strv_sort(&y);
	for (i = 0; i < x.n; i++)
		if (strcmp(x.v[i], y.v[i]) != 0)
			return false;
	return true;
}

/* Does the edited file say what it should? Read again, not believed. */
static int verify(const struct work *w, const char *variable, const struct pg_option *want,
		  const char *before, int file, struct pg_err *err)
{
	pg_autofree char *wanted = NULL, *got = NULL, *again = NULL;
	int base, r;

	r = pg_cmdline_apply(before, want, 1, &wanted);
	if (r == 0)
		r = pg_grub_value(w->file, w->n, variable, &got, &base, err);
	if (r == 0)
		r = pg_cmdline_apply(got, want, 1, &again);
	if (r < 0)
		return r;
	if (!same_words(wanted, got) || strcmp(got, again) != 0)
		return pg_err_set(err, -EINVAL, w->file[file]->path, 0,
				  "%s is written in a way that cannot be edited for sure.",
				  variable);
	return 0;
}

static int edit_one(struct work *w, const char *variable, const struct pg_option *want,
		    struct pg_err *err)
{
	PG_CLEANUP(pg_grub_env_done) struct pg_grub_env env = { 0 };
	PG_CLEANUP(pg_cmdline_edits_done) struct pg_cmdline_edits e = { 0 };
	PG_CLEANUP(pg_grub_changes_done) struct pg_grub_changes c = { 0 };
	pg_autofree char *value = NULL;
	const struct pg_grub_var *v;
	struct pg_bytes bytes;
	int r;

	r = pg_grub_read(w->file, w->n, &env, err);
	if (r == 0)
		r = pg_grub_env_known(&env, w->file, variable, &v, err);
	if (r < 0)
		return r;
	value = pg_grub_var_value(v);
	r = value ? pg_cmdline_edits(value, want, &e) : -ENOMEM;
	if (r < 0 || (!e.n && !e.add))
		return r;
	r = collect(w, v, variable, value, &e, &c, err);
	if (r == 0)
		r = pg_grub_make(&w->file[c.file]->bytes, &c, &bytes);
	if (r == 0)
		r = work_put(w, c.file, &bytes);
	return r < 0 ? r : verify(w, variable, want, value, c.file, err);
}

/* ---- all of them ---- */

/* What GRUB puts before the variable on the kernel's command line (10_linux): options there
 * count as well, and need not be repeated. Empty where it is not known. */
static char *value_before(const struct work *w, const char *variable)
{
	char *value = NULL;
	int file;

	if (strcmp(variable, DEFAULT) != 0 ||
	    pg_grub_value(w->file, w->n, LINUX, &value, &file, NULL) < 0)
		return strdup("");
	return value;
}

static int is_met(const char *before, const char *value, const struct pg_option *want)
{
	PG_CLEANUP(pg_cmdline_edits_done) struct pg_cmdline_edits e = { 0 };
	pg_autofree char *both = pg_strf("%s %s", before, value);
	int r = both ? pg_cmdline_edits(both, want, &e) : -ENOMEM;

	return r < 0 ? r : !e.n && !e.add;
}

static int edit_option(struct work *w, const char *variable, const struct pg_option *want,
		       struct pg_err *err)
{
	pg_autofree char *before = value_before(w, variable), *value = NULL;
	int file, r;

	if (!before)
		return -ENOMEM;
	r = pg_grub_value(w->file, w->n, variable, &value, &file, err);
	if (r == 0)
		r = is_met(before, value, want);
	if (r != 0)
		return r < 0 ? r : 0;
	if (want->how == PG_OPTION_LIST_DROP && *before)
		r = edit_one(w, LINUX, want, err);
	return r < 0 ? r : edit_one(w, variable, want, err);
}

/* The one file that changed; -1: none. */
static int changed_file(const struct work *w, const struct pg_file *const *files, int *ret,
			struct pg_err *err)
{
	size_t i;

	*ret = -1;
	for (i = 0; i < w->n; i++) {
		if (pg_bytes_equal(&w->file[i]->bytes, &files[i]->bytes))
			continue;
		if (*ret >= 0)
			return pg_err_set(err, -EINVAL, files[i]->path, 0,
					  "The kernel options would have to be changed in %s as "
					  "well as here. Change one of them yourself.",
					  files[*ret]->path);
		if (files[i]->is_link)
			return pg_err_set(err, -EINVAL, files[i]->path, 0,
					  "The file is a symbolic link and is not followed. Edit "
					  "what it points to yourself.");
		*ret = (int)i;
	}
	return 0;
}

/* Where the variable is set, for a message. */
static unsigned line_of(const struct work *w, const char *variable, int file)
{
	PG_CLEANUP(pg_grub_env_done) struct pg_grub_env env = { 0 };
	const struct pg_grub_var *v = NULL;

	if (pg_grub_read(w->file, w->n, &env, NULL) == 0)
		v = pg_grub_env_get(&env, variable);
	return v && v->base.file == file ? pg_grub_line(w->file[file], v->base.at) : 0;
}

int pg_grub_edit(const struct pg_file *const *files, size_t n, const char *variable,
		 const struct pg_option *want, size_t n_want, int *ret_file,
		 struct pg_bytes *ret, struct pg_err *err)
{
	static const struct pg_file none = { 0 };
	const struct pg_file *only = &none;
	PG_CLEANUP(work_done) struct work w = { 0 };
	pg_autofree char *value = NULL;
	int base = -1, file = -1, r;
	size_t i;

	r = work_new(n ? files : &only, n ? n : 1, &w);
	for (i = 0; r == 0 && i < n_want; i++)
		r = edit_option(&w, variable, &want[i], err);
	if (r == 0)
		r = pg_grub_value(w.file, w.n, variable, &value, &base, err);
	if (r == 0)
		r = changed_file(&w, n ? files : &only, &file, err);
	if (r < 0)
		return r;
	if (file >= 0 && strlen(value) > PG_CMDLINE_MAX)
		return pg_err_set(err, -EINVAL, w.file[file]->path, line_of(&w, variable, file),
				  "%s would have %zu bytes, and the kernel reads only %u. "
				  "Shorten it first.", variable, strlen(value), PG_CMDLINE_MAX);
	if (file < 0)
		file = base < 0 ? 0 : base;
	r = pg_bytes_copy(w.file[file]->bytes.p ? w.file[file]->bytes.p : "",
			  w.file[file]->bytes.n, ret);
	if (r == 0)
		*ret_file = n ? file : -1;
	return r;
}
