/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a transaction is at just now, for whoever watches it from elsewhere: its journal tells. */
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/exec/journal.h"

/* In putback.c's order: what rebuilds, then the VM's part backwards. */
static const struct pg_jcmd *next_rerun(const struct pg_journal *j)
{
	for (size_t i = 0; i < j->n_cmd; i++)
		if (!j->cmd[i].vm && pg_journal_must_rerun(j, &j->cmd[i]))
			return &j->cmd[i];
	for (size_t i = j->n_cmd; i > 0; i--)
		if (pg_journal_must_rerun(j, &j->cmd[i - 1]))
			return &j->cmd[i - 1];
	return NULL;
}

static char *going_back(const struct pg_journal *j)
{
	const struct pg_jcmd *cmd = next_rerun(j);

	for (size_t i = 0; i < j->n_file; i++)
		if (pg_journal_is_due(&j->file[i]))
			return pg_strf(_("putting back %s"), j->file[i].path);
	return cmd ? pg_proc_quote(cmd->undo.n ? cmd->undo.v : cmd->argv.v) : strdup(_("ending it"));
}

static char *going_on(const struct pg_journal *j)
{
	for (size_t i = j->n_cmd; i > 0; i--)
		if (j->cmd[i - 1].begun)
			return j->cmd[i - 1].ended ? strdup(_("looking at what came of it")) :
						     pg_proc_quote(j->cmd[i - 1].argv.v);
	for (size_t i = j->n_file; i > 0; i--)
		if (j->file[i - 1].begun)
			return pg_strf(_("writing %s"), j->file[i - 1].path);
	return strdup(_("beginning"));
}

char *pg_journal_now(const struct pg_journal *j)
{
	return j->state == PG_TX_APPLYING || j->state == PG_TX_PLANNED ? going_on(j) : going_back(j);
}
