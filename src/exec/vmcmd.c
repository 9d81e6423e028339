/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inverse of a command for a VM, held against what the VM has now: nobody's edit is taken back. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/run.h"
#include "src/plan/setting.h"

/* *ret stays NULL where the configurations cannot be looked at: /etc/pve is not mounted, say. */
static int read_guests(const struct pg_root *root, struct pg_facts **ret)
{
	if (!pg_root_exists(root, "/etc/pve/nodes") && !pg_root_exists(root, "/etc/pve/qemu-server"))
		return 0;
	return pg_facts_collect_guests(root, ret);
}

int pg_vm_keeps(const struct pg_root *root, const struct pg_jcmd *cmd, char **ret)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	pg_autofree char *now = NULL;
	struct pg_setting s = { .state = PG_SETTING_FITS };
	int r = cmd->vm ? read_guests(root, &facts) : 0;

	if (r == 0 && facts)
		s = pg_setting_after(facts, &cmd->argv, &cmd->undo);
	if (r < 0 || s.state == PG_SETTING_FITS)
		return r;
	now = s.now ? pg_text_clean(s.now, strlen(s.now)) : NULL;
	if (s.state == PG_SETTING_NO_VM)
		*ret = pg_strf(_("VM %u is not on this node any more: nothing of it is taken back."),
			       (unsigned)s.vmid);
	else
		*ret = pg_strf(_("VM %u was changed since: %s is %s now, and stays as it is."),
			       (unsigned)s.vmid, s.key, now ? now : _("not there"));
	return *ret ? 0 : -ENOMEM;
}
