/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/archive.h"

#include <string.h>
#include <sys/stat.h>

#include "src/cmd/out.h"
#include "src/exec/capture.h"

bool pg_archive_is(const char *root)
{
	struct stat st;

	return stat(root, &st) == 0 && S_ISREG(st.st_mode);
}

/* Said before anything is looked at. What is not among these fails where it writes. */
static bool is_change(int argc, char **argv)
{
	static const char *const commands[] = { "apply", "undo", "confirm", "recover" };

	for (size_t i = 0; argc && i < PG_ARRAY_SIZE(commands); i++)
		if (strcmp(argv[0], commands[i]) == 0)
			return true;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--apply") == 0)
			return true;
	return false;
}

static void stopping(int how, sigset_t *before)
{
	sigset_t stop;

	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGINT);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGHUP);
	(void)sigprocmask(how, &stop, before);
}

void pg_archive_hold(const struct pg_root *root, bool hold)
{
	if (pg_root_is_sealed(root))
		stopping(hold ? SIG_BLOCK : SIG_UNBLOCK, NULL);
}

static int refuse(const struct pg_cmd_env *env, const struct pg_err *err)
{
	pg_autofree char *text = pg_err_text(err);
	struct pg_json *doc = env->json ? pg_json_object() : NULL;

	pg_cmd_complain(env, err);
	if (doc) {
		pg_json_set_str(doc, "error", text);
		(void)pg_out_json(env, doc);
	}
	return PG_EXIT_REFUSED;
}

int pg_archive_begin(struct pg_cmd_env *env, int argc, char **argv, struct pg_archive *ret)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	*ret = (struct pg_archive){ 0 };
	stopping(SIG_BLOCK, &ret->before);
	if (is_change(argc, argv))
		return pg_cmd_usage(env, NULL, "An archive cannot be changed. Unpack it (tar -xJf), and give "
				    "that folder as --root.");
	err.code = pg_archive_open(env->root_dir, &ret->root, &err);
	if (err.code < 0)
		return refuse(env, &err);
	env->root_dir = pg_root_prefix(ret->root);
	return PG_EXIT_OK;
}

void pg_archive_end(struct pg_archive *archive)
{
	pg_root_scratch_remove(archive->root);
	pg_root_close(archive->root);
	(void)sigprocmask(SIG_SETMASK, &archive->before, NULL);
}
