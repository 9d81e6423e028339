/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/plan.h"

#include <errno.h>
#include <string.h>

#include "src/plan/drift.h"
#include "src/plan/mapping.h"
#include "src/plan/mdev.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"
#include "src/base/i18n.h"

/* ---- freeing ---- */

static void file_done(struct pg_plan_file *f)
{
	free(f->path);
	pg_bytes_done(&f->before);
	pg_bytes_done(&f->after);
	pg_strv_done(&f->why);
	free(f->diff);
}

static void cmd_done(struct pg_plan_cmd *cmd)
{
	pg_strv_done(&cmd->argv);
	pg_strv_done(&cmd->undo);
	free(cmd->why);
}

static void effect_done(struct pg_effect *e)
{
	free(e->now);
	free(e->after);
	free(e->why);
	free(e->lost);
}

static void expect_done(struct pg_expect *e)
{
	free(e->driver);
}

#define DROP_ALL(array, n, done)                 \
	do {                                     \
		for (size_t i = 0; i < (n); i++) \
			done(&(array)[i]);       \
		free(array);                     \
		(array) = NULL;                  \
		(n) = 0;                         \
	} while (0)

static void drop_steps(struct pg_plan *plan)
{
	DROP_ALL(plan->file, plan->n_file, file_done);
	DROP_ALL(plan->cmd, plan->n_cmd, cmd_done);
	DROP_ALL(plan->vm_cmd, plan->n_vm_cmd, cmd_done);
	DROP_ALL(plan->expect, plan->n_expect, expect_done);
	plan->reboot = false;
	plan->trial = 0;
	free(plan->trial_why);
	plan->trial_why = NULL;
}

void pg_plan_free(struct pg_plan *plan)
{
	if (!plan)
		return;
	drop_steps(plan);
	free(plan->summary);
	DROP_ALL(plan->effect, plan->n_effect, effect_done);
	pg_findings_done(&plan->findings);
	free(plan);
}

void pg_plan_freep(struct pg_plan **plan)
{
	pg_plan_free(*plan);
}

bool pg_plan_is_blocked(const struct pg_plan *plan)
{
	return pg_findings_worst(&plan->findings) == PG_LEVEL_BLOCK;
}

bool pg_plan_is_empty(const struct pg_plan *plan)
{
	return plan->n_file == 0 && plan->n_cmd == 0 && plan->n_vm_cmd == 0;
}

bool pg_plan_is_boot_file(const char *path)
{
	static const char *const others[] = { PG_PATH_DEVICES, PG_PATH_SRIOV, PG_PATH_SRIOV_UNIT,
					      PG_PATH_SRIOV_WANT };

	for (size_t i = 0; i < PG_ARRAY_SIZE(others); i++)
		if (strcmp(path, others[i]) == 0)
			return false;
	return true;
}

bool pg_plan_changes_boot(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (pg_plan_is_boot_file(plan->file[i].path))
			return true;
	return false;
}

/* ---- files ---- */

static struct pg_plan_file *planned(const struct pg_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (strcmp(plan->file[i].path, path) == 0)
			return &plan->file[i];
	return NULL;
}

struct pg_bytes pg_planner_bytes(const struct pg_planner *p, const char *path)
{
	static const char empty[1] = "";
	char *none = (char *)(uintptr_t)empty; /* nobody writes to a file's bytes */
	const struct pg_plan_file *file = planned(p->plan, path);
	const struct pg_file *fact = pg_facts_file(p->facts, path);
	struct pg_bytes bytes = { none, 0 };

	if (file)
		bytes = file->after;
	else if (fact && fact->error == 0)
		bytes = fact->bytes;
	if (!bytes.p)
		bytes.p = none;
	return bytes;
}

int pg_planner_refuse(struct pg_planner *p, const char *id, const struct pg_err *err,
		      const char *text, const char *advice)
{
	char *what pg_autofree = err ? pg_err_text(err) : NULL;
	struct pg_finding *f = pg_findings_add(&p->plan->findings, id, PG_LEVEL_BLOCK, "host",
					       "%s", _(text));
	int r = pg_finding_advice(f, "%s", _(advice));

	if (r == 0 && what)
		r = pg_finding_evidence(f, "%s", what);
	return r;
}

/* Links are not followed and what was not read is not written. */
static int refuse_file(struct pg_planner *p, const struct pg_file *fact)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	if (fact->is_link) {
		pg_err_set(&err, -ELOOP, fact->path, 0, "it is a symbolic link");
		return pg_planner_refuse(p, "file-link", &err,
					 "A file that must be changed is a symbolic link.",
					 "Put a file of its own in its place, then plan again.");
	}
	pg_err_set(&err, fact->error, fact->path, 0, "%s", pg_err_reason(fact->error));
	if (fact->error == -EISDIR)
		return pg_planner_refuse(p, "file-folder", &err,
					 "A folder stands where a file must be written.",
					 "Move the folder away, then plan again.");
	return pg_planner_refuse(p, "file-unreadable", &err,
				 "A file that must be changed could not be read.",
				 "Run pve-gpu as root, then plan again.");
}

static int add_file(struct pg_planner *p, const char *path, const struct pg_file *fact,
		    struct pg_bytes *after, mode_t mode)
{
	struct pg_plan *plan = p->plan;
	struct pg_plan_file *file = pg_vec_add(&plan->file, &plan->n_file, sizeof(*file));

	if (!file)
		return -ENOMEM;
	file->path = strdup(path);
	file->change = fact ? PG_CHANGE_EDIT : PG_CHANGE_CREATE;
	file->mode = fact ? fact->mode : mode;
	file->after = *after;
	*after = (struct pg_bytes){ 0 };
	if (!file->path)
		return -ENOMEM;
	return fact ? pg_bytes_copy(fact->bytes.p, fact->bytes.n, &file->before) : 0;
}

int pg_planner_put(struct pg_planner *p, const char *path, struct pg_bytes *after, mode_t mode,
		   const char *why)
{
	const struct pg_file *fact = pg_facts_file(p->facts, path);
	struct pg_bytes now = pg_planner_bytes(p, path);
	struct pg_plan_file *file = planned(p->plan, path);
	int r = 0;

	if (pg_bytes_equal(&now, after))
		goto out;
	if (fact && (fact->is_link || fact->error)) {
		r = refuse_file(p, fact);
		goto out;
	}
	if (file) {
		pg_bytes_done(&file->after);
		file->after = *after;
		*after = (struct pg_bytes){ 0 };
	} else {
		r = add_file(p, path, fact, after, mode);
	}
	if (r == 0)
		r = pg_strv_add(&planned(p->plan, path)->why, _(why));
out:
	pg_bytes_done(after);
	return r;
}

int pg_planner_remove(struct pg_planner *p, const char *path, const char *why)
{
	const struct pg_file *fact = pg_facts_file(p->facts, path);
	struct pg_bytes none = { 0 };
	struct pg_plan_file *file;
	int r;

	if (!fact)
		return 0;
	if (fact->is_link || fact->error)
		return refuse_file(p, fact);
	r = add_file(p, path, fact, &none, fact->mode);
	file = planned(p->plan, path);
	if (r < 0 || !file)
		return -ENOMEM;
	file->change = PG_CHANGE_REMOVE;
	return pg_strv_add(&file->why, _(why));
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_plan_file *)a)->path,
		      ((const struct pg_plan_file *)b)->path);
}

/* ---- making ---- */

static int plan_expect(struct pg_planner *p)
{
	struct pg_plan *plan = p->plan;

	for (size_t i = 0; i < p->n_dev; i++) {
		struct pg_expect *e;

		if (p->how[i] == PG_BIND_AT_START)
			continue;
		e = pg_vec_add(&plan->expect, &plan->n_expect, sizeof(*e));
		if (!e)
			return -ENOMEM;
		e->addr = p->dev[i]->addr;
		e->driver = strdup("vfio-pci");
		if (!e->driver)
			return -ENOMEM;
	}
	return 0;
}

static int plan_passthrough(struct pg_planner *p)
{
	int r = pg_plan_boot_options(p);

	if (r == 0)
		r = pg_plan_modules(p);
	if (r == 0)
		r = pg_plan_address_files(p);
	if (r == 0)
		r = pg_plan_kvmgt(p);
	if (r == 0)
		r = pg_plan_guest(p);
	return r < 0 ? r : pg_plan_remember(p);
}

static int plan_vfs(struct pg_planner *p)
{
	int r = pg_plan_sriov(p);

	if (r < 0 || !p->n_dev)
		return r;
	r = pg_plan_guest(p);
	return r < 0 ? r : pg_plan_remember(p);
}

static int plan_with_devices(struct pg_planner *p)
{
	bool vfs = p->choices->sriov.wanted;
	int r = p->choices->repair ? pg_plan_repair(p) : vfs ? plan_vfs(p) : plan_passthrough(p);

	if (r == 0)
		r = pg_plan_nics(p);
	if (r == 0)
		r = pg_plan_wayback(p);
	if (r == 0)
		r = plan_expect(p);
	if (r < 0)
		return r;
	if (p->plan->n_file)
		qsort(p->plan->file, p->plan->n_file, sizeof(*p->plan->file), by_path);
	/* A rebuild that is due for another cause is none of its matter. */
	if (vfs && !pg_plan_changes_boot(p->plan))
		return 0;
	r = pg_plan_rebuild(p);
	if (r < 0)
		return r;
	p->plan->reboot = pg_plan_changes_boot(p->plan) || p->plan->n_cmd;
	return pg_plan_trial(p);
}

/* USB, and what is taken from a VM, need nothing of the host. */
static int plan_steps(struct pg_planner *p)
{
	bool vm_only = p->n_dev == 0 && (pg_choices_has_usb(p->choices) ||
					 pg_choices_has_vm_only(p->choices));

	return vm_only ? pg_plan_guest(p) : plan_with_devices(p);
}

static int decide_and_plan(struct pg_planner *p)
{
	int r = p->choices->repair ? pg_repair_decide(p) : pg_plan_decide(p);

	if (r == 0)
		r = pg_plan_effects(p);
	return r == 0 && !pg_plan_is_blocked(p->plan) ? plan_steps(p) : r;
}

static int make(struct pg_planner *p)
{
	int r = pg_check(p->facts, p->choices, &p->plan->findings);

	p->plan->repair = p->choices->repair;
	if (r == 0 && p->choices->sriov.wanted)
		r = pg_sriov_summary(p);
	if (r == 0)
		r = p->choices->map_task ? pg_plan_map_entry(p) : decide_and_plan(p);
	if (r < 0)
		return r;
	if (pg_plan_is_blocked(p->plan))
		drop_steps(p->plan);
	return pg_findings_sort(&p->plan->findings);
}

static void planner_done(struct pg_planner *p)
{
	free(p->dev);
	free(p->how);
	pg_plan_free(p->plan);
}

int pg_plan_make(const struct pg_facts *facts, const struct pg_choices *choices,
		 const struct pg_templates *templates, struct pg_plan **ret)
{
	struct pg_planner p PG_CLEANUP(planner_done) = {
		.facts = facts,
		.choices = choices,
		.templates = templates,
	};
	struct pg_sriov_future future PG_CLEANUP(pg_sriov_future_done) = { 0 };
	struct pg_choices *meant PG_CLEANUP(pg_choices_freep) = NULL;
	int r = 0;

	p.plan = calloc(1, sizeof(*p.plan));
	if (!p.plan)
		return -ENOMEM;
	if (choices->repair)
		r = pg_repair_choices(facts, choices, &meant);
	else if (choices->mdev)
		r = pg_mdev_choices(facts, choices, &meant);
	else
		r = pg_sriov_choose(facts, choices, &future, &meant);
	if (meant)
		p.choices = meant;
	if (meant && !choices->repair && !choices->mdev)
		p.facts = &future.facts;
	if (r == 0)
		r = pg_plan_devices(p.facts, p.choices, &p.dev, &p.n_dev);
	if (r == 0)
		r = make(&p);
	if (r < 0)
		return r;
	*ret = PG_STEAL(p.plan);
	return 0;
}
