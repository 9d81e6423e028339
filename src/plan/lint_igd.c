/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * legacy-igd in a VM that has it: Proxmox dies at the start where one of nine conditions is not
 * met (PVE::QemuServer::PCI, parse_hostpci_devices). plan_igd.c asks the same of choices.
 */
#include "src/plan/lint.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"

static bool is_first(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < l->g->n_hostpci; i++) {
		const struct pg_hostpci *other = &l->g->hostpci[i];

		if (other->legacy_igd && pg_hostpci_counts(l->g, other))
			return other == hp;
	}
	return true;
}

/* "none", with nothing behind it */
static bool has_no_vga(const struct pg_lint *l)
{
	const char *vga = pg_vm_value(l->g, "vga");

	return vga && (strcmp(vga, "none") == 0 || strcmp(vga, "type=none") == 0);
}

static size_t alternatives(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);
	size_t n = 0;

	for (size_t i = 0; m && i < m->n_map; i++)
		n += m->map[i].here;
	return n;
}

static bool is_one_function(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);
	size_t n = m ? m->n_addr : hp->n_addr, found = 0;
	struct pg_hostpci as = m ? (struct pg_hostpci){ .addr = m->addr, .slot = m->slot,
							.n_addr = m->n_addr } : *hp;

	for (size_t i = 0; i < l->c->facts->n_dev; i++)
		found += pg_hostpci_names(&as, l->c->facts->dev[i].addr);
	return n <= 1 && found <= 1;
}

static bool is_graphics(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_dev *dev = pg_lint_dev(l->c->facts, hp);

	return !dev || (dev->addr.dev == 2 && dev->addr.fn == 0);
}

/* Which condition is not met; NULL: all are. */
static const char *broken(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	if (!is_first(l, hp))
		return _("there can be one device with it only");
	if (!has_no_vga(l))
		return _("it needs vga: none");
	if (hp->no_rombar)
		return _("it needs the device's ROM (no rombar=0)");
	if (hp->xvga)
		return _("it excludes x-vga");
	if (hp->mdev)
		return _("it excludes mdev");
	if (pg_vm_is_q35(l->g))
		return _("it excludes the q35 machine type");
	if (alternatives(l, hp) > 1)
		return _("it excludes a mapping with several devices of this node");
	if (!is_one_function(l, hp))
		return _("it passes one function alone");
	return is_graphics(l, hp) ? NULL : _("it is for the processor's graphics at 00:02.0");
}

int pg_lint_igd(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const char *why = hp->legacy_igd ? broken(l, hp) : NULL;
	struct pg_finding *f;

	if (!why)
		return 0;
	f = pg_lint_add(l, "igd-broken", PG_LEVEL_BLOCK,
			"The VM has legacy-igd where it cannot be, so it will not start: %s.", why);
	if (pg_lint_entry(l, f, hp) < 0 ||
	    pg_finding_advice(f, "Put that right, or pass the device without legacy-igd.") < 0)
		return -ENOMEM;
	return pg_lint_fix(l, f, hp, "--legacy-igd off");
}
