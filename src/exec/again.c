/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a plan still what comes of its choices? Between the look at the node and the apply a
 * card may have gone, or another have its address, its group or its driver; and a file may
 * have changed that the plan only reads (a blacklist of somebody's, the network's settings).
 * So the node is looked at once more, planned for once more, and the two are compared: what
 * the planner and its guard do not care for does not stop anything.
 *
 * Rebuilds (update-initramfs, …) are not compared: what an initramfs holds is looked at by
 * commands, which take their time, and a rebuild more or less takes nothing from anybody.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/run.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- what would be different ---- */

static int tell_blocked(const struct pg_plan *now, struct pg_err *err)
{
	for (size_t i = 0; i < now->findings.n; i++)
		if (now->findings.v[i].level == PG_LEVEL_BLOCK)
			return pg_err_set(
				err, -ESTALE, NULL, 0,
				"This node was changed meanwhile: %s Look again and repeat.",
				now->findings.v[i].text);
	return 0;
}

static bool same_effect(const struct pg_effect *a, const struct pg_effect *b)
{
	return pg_bdf_equal(a->addr, b->addr) && a->cause == b->cause &&
	       pg_bdf_equal(a->by, b->by) && a->at_boot == b->at_boot &&
	       same_text(a->now, b->now) && same_text(a->after, b->after) &&
	       same_text(a->lost, b->lost);
}

static int tell_effect(const struct pg_facts *facts, const struct pg_effect *then,
		       const struct pg_effect *now, struct pg_err *err)
{
	struct pg_bdf_str addr = pg_bdf_str(then ? then->addr : now->addr);

	if (!then)
		return pg_err_set(
			err, -ESTALE, NULL, 0,
			"This node was changed meanwhile: %s would leave its driver too (%s). Look "
			"again and repeat.",
			addr.s, now->why);
	if (!now && !pg_facts_dev(facts, then->addr))
		return pg_err_set(
			err, -ESTALE, NULL, 0,
			"This node was changed meanwhile: %s is not there any more. Look again and "
			"repeat.",
			addr.s);
	return pg_err_set(
		err, -ESTALE, NULL, 0,
		"This node was changed meanwhile: what becomes of %s, or what the host loses with it, is "
		"not what was shown. Look again and repeat.",
		addr.s);
}

/* Both are sorted: the first that only one of them has, or has otherwise. */
static int tell_effects(const struct pg_facts *facts, const struct pg_plan *then,
			const struct pg_plan *now, struct pg_err *err)
{
	for (size_t i = 0; i < then->n_effect || i < now->n_effect; i++) {
		const struct pg_effect *a = i < then->n_effect ? &then->effect[i] : NULL;
		const struct pg_effect *b = i < now->n_effect ? &now->effect[i] : NULL;

		if (a && b && same_effect(a, b))
			continue;
		if (a && b && !pg_bdf_equal(a->addr, b->addr)) {
			if (pg_bdf_cmp(b->addr, a->addr) < 0)
				a = NULL;
			else
				b = NULL;
		}
		return tell_effect(facts, a, b, err);
	}
	return 0;
}

static bool same_file(const struct pg_plan_file *a, const struct pg_plan_file *b)
{
	return strcmp(a->path, b->path) == 0 && a->change == b->change &&
	       pg_bytes_equal(&a->after, &b->after);
}

static int tell_files(const struct pg_plan *then, const struct pg_plan *now,
		      struct pg_err *err)
{
	for (size_t i = 0; i < then->n_file || i < now->n_file; i++) {
		const struct pg_plan_file *a = i < then->n_file ? &then->file[i] : NULL;
		const struct pg_plan_file *b = i < now->n_file ? &now->file[i] : NULL;

		if (a && b && same_file(a, b))
			continue;
		if (!a || (b && strcmp(b->path, a->path) < 0))
			a = b;
		return pg_err_set(
			err, -ESTALE, a->path, 0,
			"This node was changed meanwhile: the file would be written otherwise than "
			"was shown. Look again and repeat.");
	}
	return 0;
}

/* Those with an inverse of their own: not the rebuilds. */
static const struct pg_plan_cmd *next_command(const struct pg_plan_cmd *cmd, size_t n,
					      size_t *at)
{
	while (*at < n && !cmd[*at].undo.n)
		(*at)++;
	return *at < n ? &cmd[(*at)++] : NULL;
}

static int tell_commands(const struct pg_plan_cmd *then, size_t n_then,
			 const struct pg_plan_cmd *now, size_t n_now, struct pg_err *err)
{
	const struct pg_plan_cmd *a, *b;
	size_t at = 0, at_now = 0;
	pg_autofree char *text = NULL;

	do {
		a = next_command(then, n_then, &at);
		b = next_command(now, n_now, &at_now);
	} while (a && b && pg_strv_equal(&a->argv, &b->argv) &&
		 pg_strv_equal(&a->undo, &b->undo));
	if (!a && !b)
		return 0;
	text = pg_strv_join(a ? &a->argv : &b->argv, " ");
	return !text ? -ENOMEM
		     : pg_err_set(
			       err, -ESTALE, NULL, 0,
			       "This node was changed meanwhile: other commands would be run than were shown; it "
			       "begins with %s. Look again and repeat.",
			       text);
}

/* The person agreed to a change that is final, and would not be asked to by now. */
static int tell_risk(const struct pg_plan *then, const struct pg_plan *now,
		     struct pg_err *err)
{
	if (then->trial || !now->trial)
		return 0;
	return pg_err_set(
		err, -ESTALE, NULL, 0,
		"This node was changed meanwhile: the change may cut you off by now, and would be made on "
		"trial. %s Look again and repeat.",
		now->trial_why ? now->trial_why : "");
}

/* ---- the whole ---- */

static int compare(const struct pg_facts *facts, const struct pg_plan *then,
		   const struct pg_plan *now, struct pg_err *err)
{
	int r = tell_blocked(now, err);

	if (r == 0)
		r = tell_effects(facts, then, now, err);
	if (r == 0)
		r = tell_files(then, now, err);
	if (r == 0)
		r = tell_commands(then->cmd, then->n_cmd, now->cmd, now->n_cmd, err);
	if (r == 0)
		r = tell_commands(then->vm_cmd, then->n_vm_cmd, now->vm_cmd,
				  now->n_vm_cmd, err);
	return r < 0 ? r : tell_risk(then, now, err);
}

int pg_again_check(const struct pg_root *root, const struct pg_plan *plan,
		   const struct pg_exec_opts *opts, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_plan *now PG_CLEANUP(pg_plan_freep) = NULL;
	int r;

	if (!opts->choices)
		return 0;
	/* names are only shown, and to find them takes most of the time */
	r = pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, err);
	if (r == 0)
		r = pg_plan_make(facts, opts->choices, opts->templates, &now);
	return r < 0 ? r : compare(facts, plan, now, err);
}
