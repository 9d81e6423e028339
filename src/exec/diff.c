/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/exec/run.h"

#define DIFF_MAX ((size_t)4 << 20)
#define DIFF_SECONDS 30

/* diff tells binary files by their first part: a NUL may still come later. */
static void drop_nuls(struct pg_bytes *b)
{
	for (char *p = b->p; (p = memchr(p, '\0', b->n - (size_t)(p - b->p)));)
		*p = '?';
}

int pg_diff_bytes(const char *label_a, const struct pg_bytes *a, const char *label_b,
		  const struct pg_bytes *b, char **ret, struct pg_err *err)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	pg_autofree char *la = pg_strf("--label=%s", label_a);
	pg_autofree char *lb = pg_strf("--label=%s", label_b);
	char name[] = "diff", u[] = "-u", fa[] = "/dev/fd/3", fb[] = "/dev/fd/4";
	char *argv[] = { name, u, la, lb, fa, fb, NULL };
	const struct pg_bytes files[] = { *a, *b };
	const struct pg_proc_opts opts = { .files = files, .n_files = 2, .max_output = DIFF_MAX,
					   .timeout_s = DIFF_SECONDS };
	int r = la && lb ? pg_proc_run(argv, &opts, &result, err) : -ENOMEM;

	if (r < 0)
		return r;
	if (result.timed_out || result.status > 1)
		return pg_err_set(err, result.timed_out ? -ETIMEDOUT : -EIO, label_b, 0,
				  "The difference cannot be shown: diff ended with status %d.",
				  result.status);
	drop_nuls(&result.output);
	if (result.output.n >= DIFF_MAX) {
		*ret = pg_strf(_("%s\n(The difference is longer than can be shown.)\n"),
			       result.output.p);
		return *ret ? 0 : -ENOMEM;
	}
	*ret = PG_STEAL(result.output.p);
	return 0;
}

static int diff_file(struct pg_plan_file *f, struct pg_err *err)
{
	pg_autofree char *a = f->change == PG_CHANGE_CREATE ? strdup("/dev/null") :
							      pg_strf("a%s", f->path);
	pg_autofree char *b = f->change == PG_CHANGE_REMOVE ? strdup("/dev/null") :
							      pg_strf("b%s", f->path);
	char *diff = NULL;
	int r = a && b ? pg_diff_bytes(a, &f->before, b, &f->after, &diff, err) : -ENOMEM;

	if (r < 0)
		return r;
	free(f->diff);
	f->diff = diff;
	return 0;
}

int pg_diff_plan(struct pg_plan *plan, struct pg_err *err)
{
	for (size_t i = 0; i < plan->n_file; i++) {
		int r = diff_file(&plan->file[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
