/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/plans/edit_eval.h"

#include <dirent.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/proc.h"
#include "src/plan/edit.h"

static void die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

char *eval_mkdir(void)
{
	const char *base = getenv("TMPDIR");
	char *dir = pg_strf("%s/pve-gpu-edit-XXXXXX", base ? base : "/tmp");

	if (!dir || !mkdtemp(dir))
		die("no temporary folder");
	return dir;
}

void eval_rmdir(char **dir)
{
	DIR *d = *dir ? opendir(*dir) : NULL;
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_type == DT_REG)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
	if (*dir)
		(void)rmdir(*dir);
	free(*dir);
	*dir = NULL;
}

void eval_write(const char *dir, const char *name, const char *p, size_t n)
{
	pg_autofree char *path = pg_strf("%s/%s", dir, name);
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f || (n && fwrite(p, 1, n, f) != n) || fclose(f) != 0)
		die("a file could not be written");
}

char *eval_sh(const char *shell, const char *script, const struct pg_strv *args)
{
	PG_CLEANUP(pg_proc_result_done) struct pg_proc_result result = { 0 };
	PG_CLEANUP(pg_strv_done) struct pg_strv argv = { 0 };
	struct pg_proc_opts opts = { .split_stderr = true, .max_output = (size_t)64 << 20 };
	size_t i;
	int r = pg_strv_split(shell, " ", &argv);

	r = r < 0 ? r : pg_strv_add(&argv, "-c");
	r = r < 0 ? r : pg_strv_add(&argv, script);
	r = r < 0 ? r : pg_strv_add(&argv, "sh");
	for (i = 0; r == 0 && i < args->n; i++)
		r = pg_strv_add(&argv, args->v[i]);
	if (r < 0)
		die("out of memory");
	if (pg_proc_run(argv.v, &opts, &result, NULL) < 0)
		return NULL;
	return strndup(result.output.p ? result.output.p : "", result.output.n);
}

static void add_all(struct pg_strbuf *b, const char *kind, struct kmod_config_iter *iter)
{
	while (iter && kmod_config_iter_next(iter)) {
		const char *value = kmod_config_iter_get_value(iter);

		pg_strbuf_addf(b, "%s %s%s%s\n", kind, kmod_config_iter_get_key(iter),
			       value ? " " : "", value ? value : "");
	}
	kmod_config_iter_free_iter(iter);
}

char *eval_kmod(const char *dir)
{
	const char *paths[] = { dir, NULL };
	struct pg_strbuf b = { 0 };
	struct kmod_ctx *ctx;

	(void)setenv("KMOD_LOG", "0", 1); /* it grumbles about odd lines while it starts */
	ctx = kmod_new("/nowhere", paths);
	if (!ctx)
		die("libkmod does not start");
	add_all(&b, "options", kmod_config_get_options(ctx));
	add_all(&b, "blacklist", kmod_config_get_blacklists(ctx));
	add_all(&b, "softdep", kmod_config_get_softdeps(ctx));
	kmod_unref(ctx);
	return pg_strbuf_steal(&b);
}

char *eval_kmod_ids(const char *dir)
{
	static const char prefix[] = "options vfio_pci ";
	pg_autofree char *all = eval_kmod(dir);
	PG_CLEANUP(pg_strv_done) struct pg_strv lines = { 0 }, words = { 0 };
	struct pg_strbuf b = { 0 };
	pg_autofree char *joined = NULL;
	const char *ids;
	size_t i;

	if (!all || pg_strv_split(all, "\n", &lines) < 0)
		die("out of memory");
	for (i = 0; i < lines.n; i++)
		if (!strncmp(lines.v[i], prefix, strlen(prefix)))
			pg_strbuf_addf(&b, "%s ", lines.v[i] + strlen(prefix));
	joined = pg_strbuf_steal(&b);
	if (!joined || pg_cmdline_split(joined, &words) < 0)
		die("out of memory");
	ids = pg_cmdline_get(&words, "ids");
	return ids ? strdup(ids) : NULL;
}
