/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/exec/proof.h"
#include "src/plan/status.h"

static bool any_unbound(const struct pg_facts *facts)
{
	struct pg_status *s = NULL;
	bool any = false;
	size_t n = 0;

	if (pg_status_list(facts, &s, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		any |= s[i].dev && s[i].verdict == PG_STATUS_WRONG && s[i].expected &&
		       strcmp(s[i].expected, "vfio-pci") == 0 &&
		       (!s[i].dev->driver || strcmp(s[i].dev->driver, "vfio-pci") != 0);
	pg_status_free(s, n);
	return any;
}

int pg_verify_probe(struct pg_root *root, const struct pg_exec_opts *opts,
		    struct pg_facts *facts)
{
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	const struct pg_initrd *known = pg_facts_initrd(facts);
	struct pg_initrd *rd;
	int r;

	pg_run_init(&run, root, opts);
	if (!run.commands || geteuid() != 0 || !known || !any_unbound(facts))
		return 0;
	rd = &facts->boot.initrd[known - facts->boot.initrd];
	run.n_steps = 1;
	pg_run_step(&run, "Looking into the initramfs of %s", rd->release);
	r = pg_initrd_look(&run, facts, rd);
	pg_run_step_done(&run, r < 0 ? 1 : 0);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? pg_strv_addf(&facts->unread, "%s: %s", rd->path, pg_err_reason(r)) : 0;
}
