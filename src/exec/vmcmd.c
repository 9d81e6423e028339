/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands for VMs, held against what the VMs have now: nobody's edit is written over. */
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

/* An earlier command of the plan changes it too: what the VM has then is not there yet. */
static bool is_later(const struct pg_plan *plan, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (pg_setting_shared(&plan->vm_cmd[k].argv, &plan->vm_cmd[i].argv))
			return true;
	return false;
}

static int refuse(const struct pg_setting *s, struct pg_err *err)
{
	pg_autofree char *now = s->now ? pg_text_clean(s->now, strlen(s->now)) : NULL;

	if (s->state == PG_SETTING_NO_VM)
		return pg_err_set(err, -ESTALE, NULL, 0,
				  "VM %u is not on this node any more. Make the plan again.",
				  (unsigned)s->vmid);
	return pg_err_set(err, -ESTALE, NULL, 0,
			  "VM %u was changed since it was looked at: %s is %s now. Make the plan again.",
			  (unsigned)s->vmid, s->key, now ? now : _("not there"));
}

int pg_vm_check(const struct pg_root *root, const struct pg_plan *plan, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	int r = plan->n_vm_cmd ? read_guests(root, &facts) : 0;

	for (size_t i = 0; r == 0 && facts && i < plan->n_vm_cmd; i++) {
		const struct pg_plan_cmd *cmd = &plan->vm_cmd[i];
		struct pg_setting s = pg_setting_before(facts, &cmd->argv, &cmd->undo);

		if (s.state != PG_SETTING_FITS && !is_later(plan, i))
			return refuse(&s, err);
	}
	return r;
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
