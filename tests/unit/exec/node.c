/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/node.h"

#include "src/base/proc.h"

/* ---- the tree and the plan ---- */

static void set_file(const struct node *n, const char *path, const char *text, mode_t mode)
{
	pg_autofree char *full = tree_path(n->tree, path);
	const struct timespec times[2] = { { .tv_sec = 1600000000, .tv_nsec = 123456789 },
					   { .tv_sec = 1500000000, .tv_nsec = 987654321 } };

	tree_file(n->tree, path, text);
	assert_int_equal(chmod(full, mode), 0);
	assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
}

static void plan_file(struct pg_plan *plan, const char *path, enum pg_change change,
		      const char *before, const char *after, mode_t mode)
{
	struct pg_plan_file *f = pg_vec_add(&plan->file, &plan->n_file, sizeof(*f));

	assert_non_null(f);
	f->path = strdup(path);
	f->change = change;
	f->mode = mode;
	assert_int_equal(pg_bytes_copy(before, strlen(before), &f->before), 0);
	assert_int_equal(pg_bytes_copy(after, strlen(after), &f->after), 0);
}

static void plan_cmd(struct pg_plan_cmd **cmds, size_t *n, const char *argv, const char *undo)
{
	struct pg_plan_cmd *cmd = pg_vec_add(cmds, n, sizeof(*cmd));

	assert_non_null(cmd);
	assert_int_equal(pg_strv_split(argv, " ", &cmd->argv), 0);
	assert_int_equal(pg_strv_split(undo, " ", &cmd->undo), 0);
}

static void make_tree(struct node *n)
{
	tree_dir(n->tree, "/var/lib");
	set_file(n, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_TIMEOUT=5\n", 0640);
	set_file(n, VFIO, "# a\n# b\n# c\n# d\n", 0644);
	set_file(n, OLD, "blacklist snd\n", 0600);
	set_file(n, "/etc/other", "untouched\n", 0400);
}

static void make_plan(struct pg_plan *plan)
{
	plan_file(plan, GRUB, PG_CHANGE_EDIT,
		  "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_TIMEOUT=5\n",
		  "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\nGRUB_TIMEOUT=5\n",
		  0);
	plan_file(plan, OLD, PG_CHANGE_REMOVE, "blacklist snd\n", "", 0);
	plan_file(plan, VFIO, PG_CHANGE_EDIT, "# a\n# b\n# c\n# d\n",
		  "# a\n# b\n# c\n# d\noptions vfio-pci ids=10de:2684\n", 0);
	plan_file(plan, TABLE, PG_CHANGE_CREATE, "", "0000:01:00.0 10de:2684\n", 0600);
	plan_cmd(&plan->cmd, &plan->n_cmd, "update-initramfs -u -k all", "");
	plan_cmd(&plan->cmd, &plan->n_cmd, "update-grub", "");
	plan_cmd(&plan->vm_cmd, &plan->n_vm_cmd, "qm set 100 --hostpci0 01:00",
		 "qm set 100 --delete hostpci0");
	plan_cmd(&plan->vm_cmd, &plan->n_vm_cmd, "qm set 100 --vga none",
		 "qm set 100 --delete vga");
	plan->reboot = true;
}

static void done_cmds(struct pg_plan_cmd *cmd, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pg_strv_done(&cmd[i].argv);
		pg_strv_done(&cmd[i].undo);
	}
	free(cmd);
}

static void done_plan(struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_file; i++) {
		free(plan->file[i].path);
		free(plan->file[i].diff);
		pg_bytes_done(&plan->file[i].before);
		pg_bytes_done(&plan->file[i].after);
	}
	free(plan->file);
	done_cmds(plan->cmd, plan->n_cmd);
	done_cmds(plan->vm_cmd, plan->n_vm_cmd);
	for (size_t i = 0; i < plan->findings.n; i++) {
		free(plan->findings.v[i].text);
		free(plan->findings.v[i].advice);
	}
	free(plan->findings.v);
}

/* ---- what is seen ---- */

static void on_event(void *ctx, const struct pg_event *e)
{
	static const char *const kinds[] = { [PG_EVENT_STEP] = "step", [PG_EVENT_OUTPUT] = "output",
					     [PG_EVENT_DONE] = "done", [PG_EVENT_BACK] = "back" };
	struct node *n = ctx;

	pg_strbuf_addf(&n->seen, "%s %zu/%zu %s", kinds[e->kind], e->step, e->n_steps, e->text);
	if (e->kind == PG_EVENT_DONE)
		pg_strbuf_addf(&n->seen, "%d", e->status);
	pg_strbuf_addc(&n->seen, '\n');
}

static bool on_cancelled(void *ctx)
{
	struct node *n = ctx;

	return n->cancel_at && ++n->asked >= n->cancel_at;
}

int node_setup(void **state)
{
	struct node *n = calloc(1, sizeof(*n));
	void *tree;

	if (!n || tree_setup(&tree) < 0 || !tree_mkdtemp("bin", n->bin, sizeof(n->bin)))
		return -1;
	n->tree = tree;
	n->path = pg_strf("%s:%s", n->bin, PG_PROC_PATH);
	n->opts = (struct pg_exec_opts){ .event = on_event, .cancelled = on_cancelled, .ctx = n,
					 .run_vm = true, .run_commands = PG_YES,
					 .path = n->path };
	make_tree(n);
	make_plan(&n->plan);
	node_command(n, "update-initramfs", "echo Generating; exit 0");
	node_command(n, "update-grub", "exit 0");
	node_command(n, "qm", "exit 0");
	n->old = node_snapshot(n);
	*state = n;
	return 0;
}

int node_teardown(void **state)
{
	struct node *n = *state;
	void *tree = n->tree;

	(void)nftw(n->bin, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	(void)tree_teardown(&tree);
	done_plan(&n->plan);
	pg_outcome_done(&n->out);
	pg_strbuf_done(&n->seen);
	free(n->old);
	free(n->path);
	free(n);
	return 0;
}

/* ---- snapshots ---- */

static void shoot(struct pg_strbuf *b, const struct node *n, const char *path, bool times);

static void shoot_folder(struct pg_strbuf *b, const struct node *n, const char *path,
			 bool times)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	assert_int_equal(pg_root_list(n->tree->root, *path ? path : "/", &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *full = pg_strf("%s/%s", path, names.v[i]);

		if (strcmp(full, PG_STATE_DIR) != 0)
			shoot(b, n, full, times);
	}
}

static void shoot(struct pg_strbuf *b, const struct node *n, const char *path, bool times)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct stat st;

	assert_int_equal(pg_root_lstat(n->tree->root, path, &st), 0);
	pg_strbuf_addf(b, "%s %o %u %u", path, st.st_mode, st.st_uid, st.st_gid);
	if (S_ISDIR(st.st_mode)) {
		pg_strbuf_addc(b, '\n');
		shoot_folder(b, n, path, times);
		return;
	}
	if (times)
		pg_strbuf_addf(b, " %lld.%09ld", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	assert_int_equal(pg_root_read(n->tree->root, path, PG_ROOT_MAX, &bytes), 0);
	pg_strbuf_addf(b, " %zu\n%s", bytes.n, bytes.p);
}

static char *snapshot(const struct node *n, bool times)
{
	struct pg_strbuf b = { 0 };

	shoot_folder(&b, n, "", times);
	return pg_strbuf_steal(&b);
}

char *node_snapshot(const struct node *n)
{
	return snapshot(n, true);
}

char *node_contents(const struct node *n)
{
	return snapshot(n, false);
}

void node_assert_old(const struct node *n)
{
	pg_autofree char *now = node_snapshot(n);

	assert_string_equal(now, n->old);
}

void node_assert_new(const struct node *n)
{
	for (size_t i = 0; i < n->plan.n_file; i++) {
		const struct pg_plan_file *f = &n->plan.file[i];
		struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };

		if (f->change == PG_CHANGE_REMOVE) {
			assert_false(pg_root_exists(n->tree->root, f->path));
			continue;
		}
		assert_int_equal(pg_root_read(n->tree->root, f->path, PG_ROOT_MAX, &now), 0);
		assert_true(pg_bytes_equal(&now, &f->after));
	}
}

/* ---- commands ---- */

void node_command(const struct node *n, const char *name, const char *body)
{
	pg_autofree char *full = pg_strf("%s/%s", n->bin, name);
	FILE *f = fopen(full, "we");

	assert_non_null(f);
	(void)fprintf(f, "#!/bin/sh\necho %s \"$@\" >>%s/log\n%s\n", name, n->bin, body);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(full, 0755), 0);
}

char *node_log(const struct node *n)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_bytes bytes = { 0 };

	assert_int_equal(pg_root_open(n->bin, &root, NULL), 0);
	if (pg_root_read(root, "/log", PG_ROOT_MAX, &bytes) < 0)
		return strdup("");
	return bytes.p;
}

/* ---- acting ---- */

void node_apply(struct node *n)
{
	pg_outcome_done(&n->out);
	assert_int_equal(pg_apply(n->tree->root, &n->plan, &n->opts, &n->out, NULL), 0);
}

void node_undo(struct node *n, const char *id)
{
	pg_autofree char *copy = id ? strdup(id) : NULL; /* may be the outcome's own */

	pg_outcome_done(&n->out);
	assert_int_equal(pg_undo(n->tree->root, copy, &n->opts, &n->out, NULL), 0);
}

void node_recover(struct node *n)
{
	pg_outcome_done(&n->out);
	assert_int_equal(pg_recover(n->tree->root, &n->opts, &n->out, NULL), 0);
}

void node_assert_outcome(const struct node *n, enum pg_outcome_kind kind, int status)
{
	if (n->out.kind != kind)
		print_error("%s\n", n->out.text);
	assert_int_equal(n->out.kind, kind);
	assert_int_equal(pg_outcome_status(&n->out), status);
}

void node_assert_text(const struct node *n, const char *part)
{
	if (!strstr(n->out.text, part))
		print_error("not in \"%s\": \"%s\"\n", n->out.text, part);
	assert_non_null(strstr(n->out.text, part));
}

void node_assert_state(const struct node *n, const char *state)
{
	struct pg_tx *tx = NULL;
	size_t count = 0;

	assert_int_equal(pg_history(n->tree->root, &tx, &count, NULL), 0);
	assert_true(count > 0);
	assert_string_equal(pg_tx_state_name(tx[0].state), state);
	pg_history_free(tx, count);
}
