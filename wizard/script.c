/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM commands as text: on the screen, and as a script; files of the person's own. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

void wiz_command_lines(const struct pg_plan_cmd *cmd, size_t n, struct wiz_lines *lines)
{
	for (size_t i = 0; i < n; i++) {
		pg_autofree char *text = pg_proc_quote(cmd[i].argv.v);

		if (cmd[i].why)
			(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", cmd[i].why);
		if (!text)
			lines->failed = true;
		else
			(void)wiz_lines_add_raw(lines, WIZ_COMMAND, text);
	}
}

static int write_commands(struct pg_strbuf *b, const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		const struct pg_plan_cmd *cmd = &plan->vm_cmd[i];
		pg_autofree char *why = pg_text_clean(cmd->why ? cmd->why : "",
						      cmd->why ? strlen(cmd->why) : 0);
		pg_autofree char *text = pg_proc_quote(cmd->argv.v);

		if (!why || !text)
			return -ENOMEM;
		pg_strbuf_addf(b, "\n# %s\n%s\n", why, text);
	}
	return pg_strbuf_error(b);
}

static int make_script(const struct wiz *w, const struct pg_plan *plan, struct pg_bytes *ret)
{
	const char *node = w->facts->system.node;
	pg_autofree char *clean = pg_text_clean(node ? node : _("this node"),
						strlen(node ? node : "this node"));
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (!clean)
		return -ENOMEM;
	pg_strbuf_addf(&b, "#!/bin/sh\n# Made by pve-gpu. To be run on %s, as root.\nset -eu\n",
		       clean);
	if (write_commands(&b, plan) < 0)
		return -ENOMEM;
	return pg_strbuf_steal_bytes(&b, ret);
}

int wiz_script_ask(struct wiz *w, const struct pg_plan *plan)
{
	pg_autofree char *name = NULL;
	const char *vm = plan->n_vm_cmd && plan->vm_cmd[0].argv.n > 2 ?
				 plan->vm_cmd[0].argv.v[2] : "";
	uint64_t vmid;
	int r = wiz_ask(w, WIZ_ASKING_VM_SAVE, WIZ_ASK_TEXT, NULL, "Save as a script",
			"The VM's commands are written to a new file. Its path:");

	if (r < 0)
		return r;
	name = pg_text_number(vm, 10, UINT32_MAX, &vmid) == 0 ? pg_strf("pve-gpu-vm-%s.sh", vm) :
								 strdup("pve-gpu-vm.sh");
	w->question.initial = name ? wiz_save_path(w, name) : NULL;
	return w->question.initial ? 0 : -ENOMEM;
}

static int note_err(struct wiz *w, const struct pg_err *err)
{
	pg_autofree char *text = pg_err_text(err);

	return text ? wiz_note(w, "Not saved", text) : -ENOMEM;
}

int wiz_save(struct wiz *w, const char *path, const struct pg_bytes *bytes, mode_t mode, bool *ret_done)
{
	const struct pg_meta meta = { .mode = mode, .uid = geteuid(), .gid = getegid(),
				      .set_owner = true };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	*ret_done = false;
	if (!path || *path != '/' || pg_text_ends(path, "/"))
		return wiz_note(w, "Not saved", "Give a whole path, from / to the file's name.");
	r = pg_root_create(w->opts.root, path, bytes, &meta, &err);
	if (r == -EEXIST)
		return wiz_note(w, "Not saved",
				"There is a file of that name already. Give another name.");
	if (r == -ENOENT || r == -ENOTDIR)
		return wiz_note(w, "Not saved",
				"Its folder does not exist. Give a path in a folder that is there.");
	if (r < 0)
		return note_err(w, &err);
	*ret_done = true;
	return 0;
}

char *wiz_save_path(const struct wiz *w, const char *name)
{
	return pg_strf("%s/%s", pg_root_exists(w->opts.root, "/root") ? "/root" : "", name);
}

int wiz_script_save(struct wiz *w, const struct pg_plan *plan, const char *path)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *text = NULL;
	bool done;
	int r = make_script(w, plan, &bytes);

	if (r == 0)
		r = wiz_save(w, path, &bytes, 0700, &done);
	if (r < 0 || !done)
		return r;
	w->run.vm_saved = true;
	text = pg_root_is_live(w->opts.root) ?
		       pg_strf(_("The commands are in %s. Look at them, then run it as root."),
			       path) :
		       pg_strf(_("The commands are in %s, below the folder that is shown here. Take "
			       "the file to the node, look at it, and run it there as root."),
			       path);
	return text ? wiz_note(w, "Saved", text) : -ENOMEM;
}
