/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

bool pg_dev_on_vfio(const struct pg_dev *dev)
{
	return dev->driver && strcmp(dev->driver, "vfio-pci") == 0;
}

const struct pg_use *pg_dev_vital(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].vital)
			return &dev->use[i];
	return NULL;
}

char *pg_dev_uses(const struct pg_dev *dev)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < dev->n_use; i++) {
		if (i)
			pg_strbuf_add(&b, "; ");
		pg_strbuf_add(&b, dev->use[i].detail);
	}
	return pg_strbuf_steal(&b);
}

bool pg_dev_is_vga(const struct pg_dev *dev)
{
	return dev->class >> 8 == 0x0300;
}

bool pg_planner_has(const struct pg_dev *const *dev, size_t n, const struct pg_dev *which)
{
	for (size_t i = 0; i < n; i++)
		if (dev[i] == which)
			return true;
	return false;
}

bool pg_guest_names(const struct pg_guest *guest, const struct pg_dev *dev)
{
	for (size_t i = 0; i < guest->n_hostpci; i++)
		if (pg_hostpci_names(&guest->hostpci[i], dev->addr))
			return true;
	if (!guest->local)
		return false;
	for (size_t i = 0; i < dev->n_vmid; i++)
		if (dev->vmid[i] == guest->vmid)
			return true;
	return false;
}

static bool mapping_names(const struct pg_facts *facts, const char *id, struct pg_bdf addr)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];
		struct pg_hostpci as = { .addr = m->addr, .slot = m->slot, .n_addr = m->n_addr };

		if (strcmp(m->id, id) == 0 && pg_hostpci_names(&as, addr))
			return true;
	}
	return false;
}

bool pg_hostpci_may_take(const struct pg_facts *facts, const struct pg_hostpci *hp,
			 struct pg_bdf addr)
{
	return pg_hostpci_names(hp, addr) ||
	       (hp->mapping && mapping_names(facts, hp->mapping, addr));
}

void pg_vm_scope(uint32_t vmid, struct pg_vm_scope *ret)
{
	char *at = ret->s + sizeof(ret->s) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + vmid % 10);
		vmid /= 10;
	} while (vmid);
	memmove(ret->s + 3, at, strlen(at) + 1);
	memcpy(ret->s, "vm/", 3);
	ret->number = ret->s + 3;
}

int pg_plan_devices(const struct pg_facts *facts, const struct pg_choices *choices,
		    const struct pg_dev ***ret, size_t *ret_n)
{
	const struct pg_dev **dev = calloc(facts->n_dev + 1, sizeof(*dev));
	size_t n = 0;

	if (!dev)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_dev; i++)
		if (pg_choices_has(choices, facts->dev[i].addr))
			dev[n++] = &facts->dev[i];
	*ret = dev;
	*ret_n = n;
	return 0;
}
