/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pins the names that network cards have now, by .link files of our own. Proxmox's tool
 * (pve-network-interface-pinning) cannot keep a name: it gives new ones, and rewrites what names
 * the old ones beside our transaction. So it is told of, and not run.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/nic.h"

#define LINK_D "/etc/systemd/network/10-pve-gpu-"

static int pin(struct pg_planner *p, const struct pg_nic *nic)
{
	char *path pg_autofree = pg_strf(LINK_D "%s.link", nic->name);
	char *why pg_autofree = pg_strf(_("The network card keeps the name %s, however the buses are "
					"numbered."), nic->name);
	struct pg_bytes after = { 0 };

	if (!path || !why)
		return -ENOMEM;
	/* Type keeps it from bridges, bonds and VLANs, which have the address of their card. */
	after.p = pg_strf("# added by pve-gpu\n[Match]\nMACAddress=%s\nType=%s\n\n[Link]\nName=%s\n",
			  nic->mac, nic->wlan ? "wlan" : "ether", nic->name);
	if (!after.p)
		return -ENOMEM;
	after.n = strlen(after.p);
	return pg_planner_put(p, path, &after, 0644, why);
}

int pg_plan_nics(struct pg_planner *p)
{
	const char *path;
	int r = 0;

	for (size_t i = 0; r == 0 && p->choices->pin_nics && i < p->facts->n_nic; i++) {
		const struct pg_nic *nic = &p->facts->nic[i];

		if (pg_nic_state(p->facts, p->choices, nic, &path) == PG_NIC_OFFERED)
			r = pin(p, nic);
	}
	return r;
}
