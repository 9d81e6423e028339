/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/plans/pve/feed.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

static char *read_text(const struct pg_root *root, const char *path)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };

	if (pg_root_read(root, path, PG_ROOT_MAX, &text) < 0)
		return pve_must(strdup(""));
	return pve_must(strndup(text.p ? text.p : "", text.n));
}

static void feed_dev(const struct pg_dev *d, struct pve_node *node)
{
	struct pve_dev *to = pve_must(pg_vec_add(&node->dev, &node->n_dev, sizeof(*to)));

	snprintf(to->addr, sizeof(to->addr), "%s", pg_bdf_str(d->addr).s);
	snprintf(to->id, sizeof(to->id), "%04x:%04x", d->vendor, d->device);
	if (d->has_subsystem)
		snprintf(to->sub, sizeof(to->sub), "%04x:%04x", d->subvendor, d->subdevice);
	to->class = d->class;
	to->group = d->group;
	to->mdev = d->has_mdev;
	to->nvidia = d->has_nvidia;
	to->render = d->render;
}

static void feed_usb(const struct pg_usb_dev *u, struct pve_node *node)
{
	struct pve_usb *to;

	if (u->is_root || !u->has_ids)
		return;
	to = pve_must(pg_vec_add(&node->usb, &node->n_usb, sizeof(*to)));
	snprintf(to->port, sizeof(to->port), "%s", u->name);
	snprintf(to->id, sizeof(to->id), "%04x:%04x", u->vendor, u->product);
}

static void feed_storage(const struct pg_storage *s, struct pve_node *node)
{
	struct pve_storage *to;

	if (s->disabled || !s->here)
		return;
	to = pve_must(pg_vec_add(&node->storage, &node->n_storage, sizeof(*to)));
	to->id = pve_must(strdup(s->id));
	if (s->images && pg_strv_add(&to->content, "images") < 0)
		abort();
}

void pve_feed_facts(const struct pg_facts *facts, struct pve_node *node)
{
	node->name = pve_must(strdup(facts->system.node ? facts->system.node : "?"));
	node->iommu = true; /* it is on after the reboot that the plan asks for */
	for (size_t i = 0; i < facts->n_dev; i++)
		feed_dev(&facts->dev[i], node);
	for (size_t i = 0; i < facts->n_usb; i++)
		feed_usb(&facts->usb[i], node);
	for (size_t i = 0; i < facts->n_storage; i++)
		feed_storage(&facts->storage[i], node);
	for (size_t i = 0; i < facts->n_rom; i++)
		if (pg_strv_add(&node->rom, facts->rom[i].name) < 0)
			abort();
	node->numa = facts->system.numa_nodes;
	node->pages_known = facts->system.pages_2m != PG_UNKNOWN;
	node->pages_2m = facts->system.pages_2m == PG_YES;
	node->pages_1g = facts->system.pages_1g == PG_YES;
	node->render_known = facts->render_known == PG_YES;
	node->render_other = facts->n_render_other > 0;
	node->rom_unknown = facts->rom_known != PG_YES;
}

void pve_feed_node(const struct pg_root *root, const struct pg_facts *facts,
		   struct pve_node *node)
{
	pve_feed_facts(facts, node);
	node->pci_cfg = read_text(root, "/etc/pve/mapping/pci.cfg");
	node->usb_cfg = read_text(root, "/etc/pve/mapping/usb.cfg");
}

static void use(const struct pg_hostpci *hp, uint32_t vmid, struct pve_node *node)
{
	for (size_t a = 0; a < hp->n_addr; a++)
		for (size_t i = 0; i < node->n_dev; i++) {
			const char *s = hp->slot[a] ? pg_bdf_slot_str(hp->addr[a]).s :
						      pg_bdf_str(hp->addr[a]).s;

			if (pg_text_starts(node->dev[i].addr, s))
				node->dev[i].used_by = vmid;
		}
}

void pve_feed_users(const struct pg_facts *facts, uint32_t but, struct pve_node *node)
{
	for (size_t g = 0; g < facts->n_guest; g++) {
		const struct pg_guest *guest = &facts->guest[g];

		if (!guest->local || guest->running != PG_YES || guest->vmid == but)
			continue;
		for (size_t i = 0; i < guest->n_hostpci; i++)
			if (!guest->hostpci[i].pending)
				use(&guest->hostpci[i], guest->vmid, node);
	}
}

bool pve_feed_vm(const struct pg_root *root, const struct pg_facts *facts, uint32_t vmid,
		 struct pve_vm *vm)
{
	const struct pg_guest *g = pg_facts_guest(facts, vmid);

	if (!g || !g->local)
		return false;
	vm->vmid = vmid;
	vm->running = g->running == PG_YES;
	vm->conf = read_text(root, g->path);
	return true;
}
