/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
static int proxmox(struct pg_checker *c)
{
	const struct pg_system *s = &c->facts->system;
	struct pg_finding *f;

	if (s->pve_version)
		f = pg_findings_add(c->f, "proxmox", PG_LEVEL_OK, "host", "Proxmox VE %s.",
				    s->pve_version);
	else
		f = pg_findings_add(c->f, "proxmox-missing", PG_LEVEL_NOTE, "host",
				    "No Proxmox VE was found here: VMs and their settings are "
				    "unknown.");
	return f ? 0 : -ENOMEM;
}

/* Did root's rights lack for any of it? */
static bool is_denied(const struct pg_strv *unread)
{
	for (size_t i = 0; i < unread->n; i++)
		if (strstr(unread->v[i], pg_err_reason(-EACCES)))
			return true;
	return false;
}

/* What could not be read is said once, with the first of it. */
static int unread(struct pg_checker *c)
{
	const struct pg_strv *unread = &c->facts->unread;
	struct pg_finding *f;

	if (unread->n == 0)
		return 0;
	f = pg_findings_add(c->f, "unread", PG_LEVEL_NOTE, "host",
			    "Something of the host could not be read (%zu); what hangs on it is "
			    "unknown.",
			    unread->n);
	if (pg_finding_evidence(f, "%s%s", unread->v[0], unread->n > 1 ? " …" : "") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, is_denied(unread) ? N_("Run pve-gpu as root to see all.") :
							N_("`pve-gpu doctor` lists all of it."));
}

/* The node's own settings count whole or not at all. */
static int settings(struct pg_checker *c)
{
	const char *bad = c->facts->settings.bad;
	struct pg_finding *f;

	if (!bad)
		return 0;
	f = pg_findings_add(c->f, "settings", PG_LEVEL_WARN, "host",
			    "The settings of pve-gpu are not right: none of them count.");
	if (pg_finding_evidence(f, "%s", bad) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Mend the line; pve-gpu.conf(5) tells what can stand there.");
}

int pg_check_system(struct pg_checker *c)
{
	int r = proxmox(c);

	if (r == 0)
		r = settings(c);
	return r < 0 ? r : unread(c);
}
