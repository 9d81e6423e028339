/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/proc.h"
#include "src/exec/run.h"

#define SH_SECONDS 10
#define VALUE_MAX ((size_t)1 << 20)
#define GRUB_FILE "/etc/default/grub"
#define GRUB_DIR "/etc/default/grub.d/"

/* ---- the files as they will be ---- */

bool pg_grub_is_file(const char *path)
{
	size_t n = strlen(path), dir = sizeof(GRUB_DIR) - 1;

	if (strcmp(path, GRUB_FILE) == 0)
		return true;
	return strncmp(path, GRUB_DIR, dir) == 0 && n > dir + 4 && !strchr(path + dir, '/') &&
	       strcmp(path + n - 4, ".cfg") == 0;
}

static const struct pg_plan_file *planned(const struct pg_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (strcmp(plan->file[i].path, path) == 0)
			return &plan->file[i];
	return NULL;
}

void pg_grub_files_done(struct pg_grub_files *g)
{
	free(g->v);
}

static int add_file(struct pg_grub_files *g, char *path, const struct pg_bytes *bytes)
{
	struct pg_file *f = pg_vec_add(&g->v, &g->n, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->path = path;
	f->bytes = *bytes;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_file *)a)->path, ((const struct pg_file *)b)->path);
}

/* Their paths sort as they are sourced. */
int pg_grub_files_planned(const struct pg_facts *facts, const struct pg_plan *plan,
			  struct pg_grub_files *ret)
{
	struct pg_grub_files g = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_file; i++) {
		const struct pg_file *f = &facts->file[i];

		if (pg_grub_is_file(f->path) && !f->error && !planned(plan, f->path))
			r = add_file(&g, f->path, &f->bytes);
	}
	for (size_t i = 0; r == 0 && i < plan->n_file; i++) {
		const struct pg_plan_file *f = &plan->file[i];

		if (pg_grub_is_file(f->path) && f->change != PG_CHANGE_REMOVE)
			r = add_file(&g, f->path, &f->after);
	}
	if (r < 0) {
		pg_grub_files_done(&g);
		return r;
	}
	if (g.n > 1)
		qsort(g.v, g.n, sizeof(*g.v), by_path);
	*ret = g;
	return 0;
}

/* ---- asking a shell ---- */

/* As grub-mkconfig does it, under `set -e`; a file that ends the shell leaves no answer. */
static const char script[] =
	"set -e\n"
	"for pve_gpu_file do . \"$pve_gpu_file\" >/dev/null 2>&1 </dev/null; done\n";

static int ask(const struct pg_grub_files *g, const char *variable,
	       struct pg_proc_result *result, struct pg_err *err)
{
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree struct pg_bytes *files = calloc(g->n + 1, sizeof(*files));
	struct pg_proc_opts opts = { .files = files, .n_files = g->n, .max_output = VALUE_MAX,
				     .timeout_s = SH_SECONDS, .split_stderr = true };
	int r = files ? pg_strv_split("sh -c", " ", &argv) : -ENOMEM;

	if (r == 0)
		r = pg_strv_addf(&argv, "%sprintf '=%%s' \"$%s\"\n", script, variable);
	if (r == 0)
		r = pg_strv_add(&argv, "sh");
	for (size_t i = 0; r == 0 && i < g->n; i++) {
		files[i] = g->v[i].bytes;
		r = pg_strv_addf(&argv, "/dev/fd/%zu", i + 3);
	}
	return r < 0 ? r : pg_proc_run(argv.v, &opts, result, err);
}

static bool is_name(const char *s)
{
	return *s && !s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")];
}

static int sh_value(const struct pg_grub_files *g, const char *variable, char **ret,
		    struct pg_err *err)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	int r = is_name(variable) ? ask(g, variable, &result, err) : -EINVAL;

	if (r < 0)
		return r;
	if (result.timed_out || result.status != 0 || !result.output.n ||
	    result.output.p[0] != '=')
		return pg_err_set(err, -EINVAL, GRUB_FILE, 0,
				  "A shell that reads this file and those of grub.d stops in them "
				  "(status %d), so update-grub would as well.", result.status);
	*ret = strdup(result.output.p + 1);
	return *ret ? 0 : -ENOMEM;
}

int pg_sh_value(const struct pg_root *root, const struct pg_facts *facts,
		const struct pg_plan *plan, const char *variable, char **ret,
		struct pg_err *err)
{
	struct pg_grub_files g PG_CLEANUP(pg_grub_files_done) = { 0 };
	int r;

	if (!pg_root_is_live(root)) {
		*ret = NULL;
		return 0;
	}
	r = pg_grub_files_planned(facts, plan, &g);
	return r < 0 ? r : sh_value(&g, variable, ret, err);
}
