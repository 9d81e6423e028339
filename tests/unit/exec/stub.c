/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stand-ins for the planner, until it is there: the linker prefers the real ones. */
#include "src/plan/edit.h"
#include "src/plan/plan.h"

__attribute__((weak)) bool pg_plan_is_blocked(const struct pg_plan *plan)
{
	return plan->findings.n > 0;
}

__attribute__((weak)) bool pg_plan_is_empty(const struct pg_plan *plan)
{
	return plan->n_file == 0;
}

__attribute__((weak)) int pg_grub_value(const struct pg_file *const *files, size_t n,
					const char *variable, char **ret, int *ret_file,
					struct pg_err *err)
{
	(void)files;
	(void)n;
	(void)variable;
	(void)ret;
	(void)ret_file;
	return pg_err_set(err, -1, NULL, 0, "no planner");
}
