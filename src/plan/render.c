/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/plan.h"

#include "src/base/json.h"
#include "src/plan/rule.h"

struct pg_json *pg_findings_array(const struct pg_findings *findings)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < findings->n; i++) {
		const struct pg_finding *f = &findings->v[i];
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "id", f->id);
		pg_json_set_str(o, "level", pg_level_name(f->level));
		pg_json_set_str(o, "scope", f->scope);
		pg_json_set_str(o, "text", f->text);
		pg_json_set_str(o, "evidence", f->evidence);
		pg_json_set_str(o, "advice", f->advice);
		pg_json_set_str(o, "fix", f->fix);
		if (f->rule) {
			pg_json_set_str(o, "rule", f->rule->id);
			pg_json_set_str(o, "source", f->rule->source);
			pg_json_set_strv(o, "log", &f->heard);
		}
		if (f->is_loss)
			pg_json_set_str(o, "accept_loss", pg_bdf_str(f->loss).s);
		pg_json_add(array, o);
	}
	return array;
}

char *pg_findings_json(const struct pg_findings *findings)
{
	struct pg_json *doc PG_CLEANUP(pg_json_freep) = pg_json_object();

	pg_json_set(doc, "findings", pg_findings_array(findings));
	return pg_json_text(doc, true);
}

static struct pg_json *effects_array(const struct pg_plan *plan)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < plan->n_effect; i++) {
		const struct pg_effect *e = &plan->effect[i];
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "address", pg_bdf_str(e->addr).s);
		pg_json_set_str(o, "now", e->now);
		pg_json_set_str(o, "after", e->after);
		pg_json_set_str(o, "why", e->why);
		pg_json_set_str(o, "lost", e->lost);
		pg_json_set_bool(o, "at_boot", e->at_boot);
		pg_json_set_str(o, "when", e->at_boot ? "boot" : "vm-start");
		pg_json_set_str(o, "by", pg_bdf_str(e->by).s);
		pg_json_add(array, o);
	}
	return array;
}

static const char *change_name(enum pg_change change)
{
	static const char *const names[] = {
		[PG_CHANGE_CREATE] = "create",
		[PG_CHANGE_EDIT] = "edit",
		[PG_CHANGE_REMOVE] = "remove",
	};

	return names[change];
}

static struct pg_json *files_array(const struct pg_plan *plan)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < plan->n_file; i++) {
		const struct pg_plan_file *f = &plan->file[i];
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "path", f->path);
		pg_json_set_str(o, "change", change_name(f->change));
		pg_json_set_str(o, "diff", f->diff);
		pg_json_set_strv(o, "why", &f->why);
		pg_json_add(array, o);
	}
	return array;
}

static struct pg_json *argv_array(const struct pg_strv *argv)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < argv->n; i++)
		pg_json_add_str(array, argv->v[i]);
	return array;
}

static struct pg_json *commands_array(const struct pg_plan_cmd *cmd, size_t n)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < n; i++)
		pg_json_add(array, argv_array(&cmd[i].argv));
	return array;
}

static struct pg_json *reasons_array(const struct pg_plan_cmd *cmd, size_t n)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < n; i++)
		pg_json_add_str(array, cmd[i].why);
	return array;
}

static struct pg_json *expect_array(const struct pg_plan *plan)
{
	struct pg_json *array = pg_json_array();

	for (size_t i = 0; i < plan->n_expect; i++) {
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "address", pg_bdf_str(plan->expect[i].addr).s);
		pg_json_set_str(o, "driver", plan->expect[i].driver);
		pg_json_add(array, o);
	}
	return array;
}

static void set_trial(struct pg_json *doc, const struct pg_plan *plan)
{
	struct pg_json *o;

	if (!plan->trial) {
		pg_json_set_null(doc, "trial");
		return;
	}
	o = pg_json_object();
	pg_json_set_int(o, "minutes", plan->trial / 60);
	pg_json_set_str(o, "why", plan->trial_why);
	pg_json_set(doc, "trial", o);
}

char *pg_plan_json(const struct pg_plan *plan)
{
	struct pg_json *doc PG_CLEANUP(pg_json_freep) = pg_json_object();

	pg_json_set(doc, "findings", pg_findings_array(&plan->findings));
	pg_json_set(doc, "effects", effects_array(plan));
	pg_json_set(doc, "files", files_array(plan));
	pg_json_set(doc, "commands", commands_array(plan->cmd, plan->n_cmd));
	pg_json_set(doc, "command_reasons", reasons_array(plan->cmd, plan->n_cmd));
	pg_json_set(doc, "vm_commands", commands_array(plan->vm_cmd, plan->n_vm_cmd));
	pg_json_set(doc, "vm_command_reasons", reasons_array(plan->vm_cmd, plan->n_vm_cmd));
	pg_json_set_bool(doc, "reboot", plan->reboot);
	set_trial(doc, plan);
	pg_json_set(doc, "expect", expect_array(plan));
	return pg_json_text(doc, true);
}
