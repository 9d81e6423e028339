/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu capture: what is read of the node, as one archive to take along. */
#include "src/exec/capture.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/cmd/common.h"

struct call {
	bool mask;
	const char *out;	/* as it was given */
	char *folder;		/* of that */
	char *name;		/* "/node.tar.xz" */
};

static void call_done(struct call *call)
{
	free(call->folder);
	free(call->name);
}

static int take_out(const struct pg_cmd_env *env, const char *out, struct call *call)
{
	const char *slash = strrchr(out, '/'), *name = slash ? slash + 1 : out;

	if (!*name || strcmp(out, "-") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return pg_cmd_usage(env, "capture", "%s is not the name of a file.", out);
	call->out = out;
	call->folder = !slash ? strdup(".") : slash == out ? strdup("/") :
							     strndup(out, (size_t)(slash - out));
	call->name = pg_strf("/%s", name);
	return call->folder && call->name ? 0 : pg_cmd_no_memory(env);
}

static int take_args(const struct pg_cmd_env *env, int argc, char **argv, struct call *call)
{
	static const struct option options[] = { { "mask", no_argument, NULL, 'm' }, { 0 } };
	bool begun = false;
	int c;

	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c != 'm')
			return PG_EXIT_USAGE;
		call->mask = true;
	}
	if (argc - optind != 1)
		return pg_cmd_usage(env, argv[0], optind < argc ? N_("%s is one argument too many.") :
				    N_("It needs the name of the archive that it is to make."),
				    argv[argc - 1]);
	return take_out(env, argv[optind], call);
}

/* ---- the file ---- */

static int refuse_old(const struct call *call, struct pg_err *err)
{
	return pg_err_set(err, -EEXIST, call->out, 0,
			  "There is something of that name already. Give another one.");
}

static int write_out(struct pg_root *folder, const struct call *call, const struct pg_bytes *bytes,
		     struct pg_err *err)
{
	const struct pg_meta meta = { .mode = 0600, .uid = geteuid(), .gid = getegid() };
	int r = pg_root_create(folder, call->name, bytes, &meta, err);

	if (r == -EEXIST)
		return refuse_old(call, err);
	/* It names the file from its folder on: "/node.tar.xz". */
	if (r < 0)
		return pg_err_set(err, r, call->out, 0, "The archive cannot be written: %s.",
				  pg_err_reason(r));
	return 0;
}

static int make(const struct pg_cmd_env *env, const struct call *call, struct pg_cmd_host *host,
		struct pg_capture *ret, size_t *ret_size)
{
	struct pg_root *folder PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct stat st;
	int r = pg_root_open(call->folder, &folder, &host->err);

	if (r == 0 && pg_root_lstat(folder, call->name, &st) == 0)
		r = refuse_old(call, &host->err);
	if (r == 0)
		r = pg_root_open(env->root_dir, &host->root, &host->err);
	if (r == 0)
		r = pg_capture_make(host->root, call->mask, ret, &host->err);
	if (r == 0)
		r = pg_archive_pack(ret, &bytes, &host->err);
	if (r == 0)
		r = write_out(folder, call, &bytes, &host->err);
	*ret_size = bytes.n;
	return r;
}

/* ---- telling ---- */

static size_t count(const struct pg_capture *c, bool read)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].kind == PG_ENTRY_FILE && c->v[i].read == read;
	return n;
}

static int print_json(const struct pg_cmd_env *env, const struct pg_cmd_host *host,
		      const struct call *call, const struct pg_capture *c, size_t size, int status)
{
	struct pg_json *doc = pg_json_object();

	pg_json_set_str(doc, "archive", status ? NULL : call->out);
	pg_json_set_int(doc, "bytes", status ? 0 : (long)size);
	pg_json_set_int(doc, "files", (long)count(c, true));
	pg_json_set_int(doc, "empty", (long)count(c, false));
	pg_json_set_bool(doc, "live", host->root && pg_root_is_whole(host->root));
	pg_json_set_bool(doc, "masked", c->masked);
	pg_json_set_strv(doc, "hidden", &c->hidden);
	pg_json_set_strv(doc, "left_out", &c->left);
	return pg_cmd_document(env, host, doc, status);
}

static void print_text(const struct pg_cmd_env *env, const struct pg_cmd_host *host,
		       const struct call *call, const struct pg_capture *c, size_t size)
{
	pg_out_line(env, PG_TONE_GOOD, "%s is written: %zu files of this node, %zu KiB.", call->out,
		    count(c, true), size / 1024);
	pg_out_line(env, PG_TONE_PLAIN, "Of %zu more it holds the name only: whether they are there is all "
		    "that counts.", count(c, false));
	for (size_t i = 0; i < c->hidden.n; i++)
		pg_out_labelled(env, PG_TONE_STRONG, "hidden  ", "%s", c->hidden.v[i]);
	for (size_t i = 0; i < c->left.n; i++)
		pg_out_labelled(env, PG_TONE_WARN, _("left out"), "%s", c->left.v[i]);
	if (!c->masked)
		pg_out_line(env, PG_TONE_PLAIN, "Addresses, serial numbers and names are in it as they "
			    "are; --mask replaces them.");
	if (pg_root_is_live(host->root) && geteuid() != 0)
		pg_out_line(env, PG_TONE_WARN, "You are not root: what only root can read is not in it.");
	pg_out_line(env, PG_TONE_PLAIN, "Look at it with: pve-gpu --root %s list", call->out);
}

int pg_cmd_capture(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_capture c PG_CLEANUP(pg_capture_done) = { 0 };
	struct call call PG_CLEANUP(call_done) = { 0 };
	size_t size = 0;
	int r = take_args(env, argc, argv, &call);

	if (r)
		return r;
	r = make(env, &call, &host, &c, &size);
	if (r < 0) {
		host.err.code = r;
		pg_cmd_complain(env, &host.err);
	}
	if (env->json)
		return print_json(env, &host, &call, &c, size, r < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK);
	if (r == 0)
		print_text(env, &host, &call, &c, size);
	return r < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK;
}
