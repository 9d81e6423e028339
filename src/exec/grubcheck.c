/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/run.h"
#include "src/plan/edit.h"

#define FILE_MAX ((size_t)1 << 20)
#define VARIABLE "GRUB_CMDLINE_LINUX_DEFAULT"
#define GRUB_FILE "/etc/default/grub"
#define GRUB_DIR "/etc/default/grub.d"

static bool edits_grub(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (pg_grub_is_file(plan->file[i].path))
			return true;
	return false;
}

/* ---- the files as they are now ---- */

static int read_one(const struct pg_root *root, const char *path, struct pg_facts *facts)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_file *f;
	int r = pg_root_read(root, path, FILE_MAX, &bytes);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	f = pg_vec_add(&facts->file, &facts->n_file, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->bytes = bytes;
	bytes = (struct pg_bytes){ 0 };
	f->path = strdup(path);
	return f->path ? 0 : -ENOMEM;
}

static int read_files(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = read_one(root, GRUB_FILE, facts);

	if (r == 0)
		r = pg_root_list(root, GRUB_DIR, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", GRUB_DIR, names.v[i]);

		if (!path)
			return -ENOMEM;
		r = pg_grub_is_file(path) ? read_one(root, path, facts) : 0;
	}
	return r == -ENOENT ? 0 : r;
}

/* ---- what we computed, and what a shell sees ---- */

static int computed_value(const struct pg_facts *facts, const struct pg_plan *plan, char **ret,
			  struct pg_err *err)
{
	struct pg_grub_files g PG_CLEANUP(pg_grub_files_done) = { 0 };
	pg_autofree const struct pg_file **list = NULL;
	int file = -1, r = pg_grub_files_planned(facts, plan, &g);

	if (r < 0)
		return r;
	list = calloc(g.n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < g.n; i++)
		list[i] = &g.v[i];
	return pg_grub_value(list, g.n, VARIABLE, ret, &file, err);
}

int pg_grub_check(const struct pg_root *root, const struct pg_plan *plan, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	pg_autofree char *ours = NULL, *theirs = NULL;
	int r;

	if (!pg_root_is_live(root) || !edits_grub(plan))
		return 0;
	facts = calloc(1, sizeof(*facts));
	r = facts ? read_files(root, facts) : -ENOMEM;
	if (r < 0)
		return pg_err_set(err, r, GRUB_FILE, 0, "The file cannot be read: %s.",
				  pg_err_reason(r));
	r = computed_value(facts, plan, &ours, err);
	if (r == 0)
		r = pg_sh_value(root, facts, plan, VARIABLE, &theirs, err);
	if (r < 0)
		return r;
	if (theirs && strcmp(ours ? ours : "", theirs) != 0)
		return pg_err_set(err, -EINVAL, GRUB_FILE, 0,
				  "A shell would read another value than planned. %s would be \"%s\", "
				  "planned was \"%s\".", VARIABLE, theirs,
				  ours ? ours : "");
	return 0;
}
