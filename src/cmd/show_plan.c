/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan as text: what was found, what it does to devices, files and the VM, and then. */
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/cmd/road.h"

static void heading(const struct pg_cmd_env *env, const char *text)
{
	(void)fputc('\n', env->out);
	pg_out_line(env, PG_TONE_STRONG, "%s", text);
}

enum { COL_ADDRESS, COL_NOW, COL_AFTER, COL_WHEN, COL_WHY, COL_LOST };

static void show_effects(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = NULL;

	if (!plan->n_effect)
		return;
	heading(env, _("Devices that leave the host"));
	t = pg_table_new(env);
	pg_table_column(t, "ADDRESS", 0);
	pg_table_column(t, "DRIVER", 0);
	pg_table_column(t, "THEN", 0);
	pg_table_column(t, "WHEN", 0);
	pg_table_column(t, "WHY", PG_COLUMN_WRAP);
	pg_table_column(t, "WHAT IS LOST", PG_COLUMN_WRAP);
	for (size_t i = 0; i < plan->n_effect; i++) {
		const struct pg_effect *e = &plan->effect[i];
		struct pg_row *row = pg_table_row(t, NULL);

		pg_table_cell(t, row, COL_ADDRESS, PG_TONE_STRONG, pg_bdf_str(e->addr).s);
		pg_table_cell(t, row, COL_NOW, PG_TONE_PLAIN, e->now ? e->now : "-");
		pg_table_cell(t, row, COL_AFTER, PG_TONE_PLAIN, e->after ? e->after : _("gone"));
		pg_table_cell(t, row, COL_WHEN, PG_TONE_PLAIN,
			      e->at_boot ? _("at boot") : _("when the VM starts"));
		pg_table_cell(t, row, COL_WHY, PG_TONE_PLAIN, e->why);
		pg_table_cell(t, row, COL_LOST, PG_TONE_WARN, e->lost);
	}
	(void)pg_table_print(t);
}

static void show_files(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_file; i++) {
		const struct pg_plan_file *f = &plan->file[i];

		heading(env, f->path);
		for (size_t k = 0; k < f->why.n; k++)
			pg_out_line(env, PG_TONE_FAINT, "  %s", f->why.v[k]);
		if (f->diff)
			pg_out_diff(env, f->diff);
	}
}

static void show_commands(const struct pg_cmd_env *env, const char *title,
			  const struct pg_plan_cmd *cmd, size_t n)
{
	if (n)
		heading(env, title);
	for (size_t i = 0; i < n; i++) {
		pg_autofree char *quoted = pg_proc_quote(cmd[i].argv.v);

		pg_out_line(env, PG_TONE_PLAIN, "  %s", quoted ? quoted : "");
		if (cmd[i].why)
			pg_out_line(env, PG_TONE_FAINT, "      %s", cmd[i].why);
	}
}

static void show_expected(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	if (plan->reboot)
		heading(env, _("It takes effect after a reboot of the node. Then these are so:"));
	for (size_t i = 0; plan->reboot && i < plan->n_expect; i++)
		pg_out_line(env, PG_TONE_PLAIN, "  %s has the driver %s",
			    pg_bdf_str(plan->expect[i].addr).s, plan->expect[i].driver);
}

/* Whether it is taken back where nobody says that it is well. */
static void show_trial(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	unsigned minutes = (plan->trial + 59) / 60;
	const char *why = plan->trial_why;
	pg_autofree char *trial = plan->trial ?
		pg_strf(P_("A trial boot: after the reboot it waits %u minute for `pve-gpu confirm`; without "
			   "that the node puts everything back and reboots once more, by itself.",
			   "A trial boot: after the reboot it waits %u minutes for `pve-gpu confirm`; without "
			   "that the node puts everything back and reboots once more, by itself.", minutes),
			minutes) :
		pg_strf("%s", _("No trial boot: nothing takes the change back by itself; --trial changes that."));

	if (plan->reboot && trial)
		pg_out_line(env, PG_TONE_PLAIN, "%s%s%s", trial,
			    !why ? "" : plan->trial ? _(" Because: ") : _(" Take care: "), why ? why : "");
}

/* Or are they about mappings alone? */
static bool names_vm(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_vm_cmd; i++)
		if (plan->vm_cmd[i].argv.n && strcmp(plan->vm_cmd[i].argv.v[0], "qm") == 0)
			return true;
	return false;
}

void pg_road_show(const struct pg_cmd_env *env, const struct pg_plan *plan)
{
	pg_cmd_print_findings(env, &plan->findings, false);
	if (pg_plan_is_blocked(plan))
		return;
	show_effects(env, plan);
	show_files(env, plan);
	show_commands(env, _("Commands on the node"), plan->cmd, plan->n_cmd);
	show_commands(env, names_vm(plan) ? _("Commands for the VM") : _("Commands for the cluster"),
		      plan->vm_cmd, plan->n_vm_cmd);
	show_expected(env, plan);
	show_trial(env, plan);
	if (pg_plan_is_empty(plan))
		pg_out_line(env, PG_TONE_GOOD,
			    "Nothing is to be changed: everything is set up like this already.");
}
