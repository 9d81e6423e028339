/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/exec.h"

#include <errno.h>

#include "src/base/proc.h"
#include "src/exec/demo.h"

static int reboot_live(struct pg_err *err)
{
	char *argv[] = { (char[]) { "systemctl" }, (char[]) { "reboot" }, NULL };
	struct pg_proc_result result = { 0 };
	int r = pg_proc_run(argv, NULL, &result, err);

	if (r == 0 && result.status != 0)
		r = pg_err_set(
			err, -EIO, NULL, 0,
			"The node was not rebooted: systemctl reboot ended with status %d. "
			"Reboot it by hand. %s",
			result.status, result.output.p ? result.output.p : "");
	pg_proc_result_done(&result);
	return r;
}

int pg_reboot(struct pg_root *root, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	int r;

	if (pg_root_is_live(root))
		return reboot_live(err);
	if (!pg_root_exists(root, "/etc/pve-gpu/demo"))
		return pg_err_set(
			err, -ENOTSUP, NULL, 0,
			"%s is a copy of a host, not the running one, so that it "
			"cannot be rebooted. Changes take effect when that host boots.",
			pg_root_prefix(root));
	r = pg_facts_collect(
		root, PG_WANT_PCI | PG_WANT_MODULES | PG_WANT_BOOT | PG_WANT_GUESTS,
		&facts, err);
	return r < 0 ? r : pg_demo_reboot(root, facts, err);
}
