/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network cards of the host whose names may change.
 */
#include <errno.h>

#include "src/base/i18n.h"
#include "src/plan/nic.h"

static int advise(const struct pg_checker *c, struct pg_finding *f)
{
	if (c->choices && c->choices->pin_nics)
		return pg_finding_advice(f, "This plan keeps the names.");
	if (!c->facts->has_pin_tool)
		return pg_finding_advice(f, "--pin-nics (pin_nics in an answer file, p on the wizard's review) "
					    "keeps the names that the cards have now.");
	return pg_finding_advice(f, "--pin-nics (pin_nics in an answer file, p on the wizard's review) keeps the "
				    "names that the cards have now. Proxmox's own `pve-network-interface-pinning generate` "
				    "gives new ones (nic0, …), rewrites the network's configuration for "
				    "them, and needs a reboot before anything else is planned.");
}

/* One that the node is reached through. */
static int movable(struct pg_checker *c, const struct pg_nic *nic, const char *why)
{
	struct pg_finding *f = pg_findings_add(
		c->f, "nic-name-by-path", why && !(c->choices && c->choices->pin_nics) ?
						  PG_LEVEL_WARN : PG_LEVEL_NOTE,
		pg_bdf_str(nic->addr).s,
		"The node is reached through %s, which is named after its place on PCI. When a card "
		"is added, removed or moved, the name may change, and the network does not come "
		"up.", nic->name);
	int r = why ? pg_finding_evidence(f, "%s", why) : f ? 0 : -ENOMEM;

	return r < 0 ? r : advise(c, f);
}

/* It was asked for, and cannot be. */
static int left(struct pg_checker *c, const struct pg_nic *nic, enum pg_nic_state state,
		const char *path)
{
	struct pg_finding *f = pg_findings_add(c->f, "nic-not-pinned", PG_LEVEL_WARN,
					       pg_bdf_str(nic->addr).s,
					       "The name of the network card %s is not pinned.",
					       nic->name);
	int r;

	if (state == PG_NIC_OTHER_LINK)
		r = pg_finding_evidence(f, "%s is for this card, or may be: but one such file counts",
					path);
	else if (state == PG_NIC_SHARED_MAC)
		r = pg_finding_evidence(f, "another card has the same hardware address (%s)",
					nic->mac);
	else
		r = pg_finding_evidence(f, "the hardware address that it was made with is not known");
	if (r < 0)
		return r;
	return pg_finding_advice(f, state == PG_NIC_OTHER_LINK ?
					    N_("Add Name=%s to that file, with MACAddress= in [Match].") :
					    N_("Pin %s by hand (systemd.link(5)), if it is to keep its "
					    "name."), nic->name);
}

static int one(struct pg_checker *c, const struct pg_nic *nic, const char *why)
{
	bool pins = c->choices && c->choices->pin_nics;
	const char *path = NULL;
	enum pg_nic_state state = pg_nic_state(c->facts, c->choices, nic, &path);

	if (state < PG_NIC_OFFERED)
		return 0;
	if (pins && state > PG_NIC_OFFERED)
		return left(c, nic, state, path);
	/* of a plan only where it matters now */
	if (!pg_nic_is_used(c->facts, nic) || (c->choices && !why))
		return 0;
	return movable(c, nic, why);
}

/* "eth0" goes, and "eth1" becomes "eth0". */
static int renamed(struct pg_checker *c, const struct pg_nic *nic)
{
	const struct pg_nic *gone = c->choices && pg_nic_is_used(c->facts, nic) ?
					    pg_nic_before(c, nic) : NULL;
	struct pg_finding *f;

	if (!gone)
		return 0;
	f = pg_findings_add(c->f, "nic-name-by-order", PG_LEVEL_WARN, pg_bdf_str(gone->addr).s,
			    "The node is reached through %s. The kernel gives such names in the order in which "
			    "the cards come up: without %s it has another name after the reboot, and the "
			    "network does not come up.", nic->name, gone->name);
	if (pg_finding_evidence(f, "%s: %s; %s: %s", pg_bdf_str(gone->addr).s, gone->name,
				pg_bdf_str(nic->addr).s, nic->name) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "With --bind at-start the card keeps its driver, and the other one its name, "
				    "until the VM starts. Or have the names made by place or address first: "
				    "without net.ifnames=0, with the new names in /etc/network/interfaces.");
}

int pg_check_nics(struct pg_checker *c)
{
	const char *why;
	int r = pg_nic_why_now(c->facts, &why);

	for (size_t i = 0; r == 0 && i < c->facts->n_nic; i++)
		if ((r = one(c, &c->facts->nic[i], why)) == 0)
			r = renamed(c, &c->facts->nic[i]);
	return r;
}
