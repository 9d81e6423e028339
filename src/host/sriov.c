/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtual functions: what a device says of its own (Documentation/ABI/testing/sysfs-bus-pci), where
 * they are, and what of the node makes them. */
#include "src/host/sriov.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/pci_private.h"

/* ---- one device ---- */

static int read_vfs(const struct pg_pci_src *src, struct pg_dev *dev)
{
	for (unsigned i = 0; i < dev->num_vfs; i++) {
		char name[32];
		struct pg_bdf addr, *vf;
		int r;

		(void)snprintf(name, sizeof(name), "virtfn%u", i);
		r = pg_pci_link_addr(src, name, &addr);
		if (r < 0)
			return pg_pci_note(src, name, r);
		vf = pg_vec_add(&dev->vf, &dev->n_vf, sizeof(*vf));
		if (!vf)
			return -ENOMEM;
		*vf = addr;
	}
	return 0;
}

/* Where they come, of what make, and whether the host's drivers take them. */
static int read_place(const struct pg_pci_src *src, struct pg_dev *dev)
{
	uint64_t offset = 0, stride = 0, device = 0, probe = 0;
	int r;

	if (pg_pci_number(src, "sriov_offset", 10, UINT16_MAX, &offset) == 0 &&
	    pg_pci_number(src, "sriov_stride", 10, UINT16_MAX, &stride) == 0) {
		dev->vf_offset = (unsigned)offset;
		dev->vf_stride = (unsigned)stride;
	}
	if (pg_pci_number(src, "sriov_vf_device", 16, UINT16_MAX, &device) == 0)
		dev->vf_device = (uint16_t)device;
	r = pg_pci_number(src, "sriov_drivers_autoprobe", 10, 1, &probe);
	if (r == 0)
		dev->vf_probe = probe ? PG_YES : PG_NO;
	return r < 0 ? pg_pci_note(src, "sriov_drivers_autoprobe", r) : 0;
}

/* Does its driver's module have the parameter max_vfs: i915 makes them only where it has
 * (i915-sriov-dkms). */
static void read_param(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *path = dev->driver ? pg_strf("/sys/module/%s/parameters/max_vfs",
						       dev->driver) : NULL;

	dev->vf_param = path && pg_root_exists(src->dir->root, path);
}

/* pci-sysfs.c shows it for bridges. */
static void read_buses(const struct pg_pci_src *src, struct pg_dev *dev)
{
	uint64_t last;

	if (dev->is_bridge && pg_pci_number(src, "subordinate_bus_number", 10, 255, &last) == 0)
		dev->last_bus = (unsigned)last;
}

int pg_pci_read_physfn(const struct pg_pci_src *src, struct pg_dev *dev)
{
	int r = pg_pci_link_addr(src, "physfn", &dev->physfn);

	dev->vf_probe = dev->vf_memory = PG_UNKNOWN;
	dev->is_vf = r == 0;
	return r < 0 ? pg_pci_note(src, "physfn", r) : 0;
}

/* A virtual function has none of its own. */
int pg_pci_read_sriov(const struct pg_pci_src *src, struct pg_dev *dev)
{
	bool details = src->want & PG_WANT_DETAILS;
	uint64_t total = 0, num = 0;
	int r;

	if (details)
		read_buses(src, dev);
	if (dev->is_vf)
		return 0;
	r = pg_pci_number(src, "sriov_totalvfs", 10, UINT16_MAX, &total);
	if (r < 0)
		return pg_pci_note(src, "sriov_totalvfs", r);
	r = pg_pci_number(src, "sriov_numvfs", 10, UINT16_MAX, &num);
	dev->total_vfs = (unsigned)total;
	dev->num_vfs = (unsigned)num;
	if (details)
		read_param(src, dev);
	if (r < 0)
		return pg_pci_note(src, "sriov_numvfs", r);
	r = details ? read_place(src, dev) : 0;
	return r < 0 || !details ? r : read_vfs(src, dev);
}

/* SR-IOV capability: PCI Express Base Specification, 9.3.3; VF BARs from 0x24 on. */
void pg_pci_vf_memory(const struct pg_bytes *config, struct pg_dev *dev)
{
	enum { CAP_SRIOV = 0x0010, VF_BARS = 0x24, N_BARS = 6 };
	size_t at = pg_pci_ext_cap(config, CAP_SRIOV);

	if (!at || at + VF_BARS + 4 * (size_t)N_BARS > config->n)
		return;
	dev->vf_memory = PG_NO;
	for (size_t i = 0; i < N_BARS; i++)
		if (pg_pci_dword(config, at + VF_BARS + 4 * i) & ~(uint32_t)0xf)
			dev->vf_memory = PG_YES;
}

/* ---- where they are ---- */

bool pg_vf_addr(const struct pg_dev *pf, unsigned n, struct pg_bdf *ret)
{
	unsigned id = ((unsigned)pf->addr.dev << 3 | pf->addr.fn) + pf->vf_offset +
		      n * pf->vf_stride;
	unsigned bus = pf->addr.bus + (id >> 8);

	if (n < pf->n_vf) {
		*ret = pf->vf[n];
		return true;
	}
	if (!pf->vf_offset || (n && !pf->vf_stride) || bus > UINT8_MAX)
		return false;
	*ret = (struct pg_bdf){ .domain = pf->addr.domain, .bus = (uint8_t)bus,
				.dev = (uint8_t)(id >> 3 & 0x1f), .fn = (uint8_t)(id & 7) };
	return true;
}

int pg_vf_index(const struct pg_facts *facts, const struct pg_dev *vf)
{
	const struct pg_dev *pf = vf->is_vf ? pg_facts_dev(facts, vf->physfn) : NULL;
	struct pg_bdf addr;

	for (unsigned i = 0; pf && (i < pf->n_vf || i < pf->total_vfs); i++)
		if (pg_vf_addr(pf, i, &addr) && pg_bdf_equal(addr, vf->addr))
			return (int)i;
	return -1;
}

/* The last bus below the bridge that the device hangs on; -1: not known, or none. */
static int last_bus(const struct pg_facts *facts, const struct pg_dev *pf)
{
	const struct pg_dev *up = pf->has_parent ? pg_facts_dev(facts, pf->parent) : NULL;

	return up && up->last_bus ? (int)up->last_bus : -1;
}

unsigned pg_vf_max_by_bus(const struct pg_facts *facts, const struct pg_dev *pf)
{
	int last = last_bus(facts, pf);
	unsigned n = pf->total_vfs;
	struct pg_bdf addr;

	if (!pf->vf_offset || (!pf->vf_stride && n > 1))
		return n;
	while (n > 0 && (!pg_vf_addr(pf, n - 1, &addr) || (last >= 0 && addr.bus > last)))
		n--;
	return n;
}

/* ---- the interface of a port ---- */

const struct pg_nic *pg_pf_nic(const struct pg_facts *facts, const struct pg_dev *pf)
{
	for (size_t i = 0; i < facts->n_nic; i++)
		if (pg_bdf_equal(facts->nic[i].addr, pf->addr))
			return &facts->nic[i];
	return NULL;
}
