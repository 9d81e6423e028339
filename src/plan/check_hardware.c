/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device itself brings along: reset, framebuffer, faults. For the plan, and for doctor. */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
static struct pg_finding *about(struct pg_checker *c, const struct pg_dev *dev, const char *id,
				enum pg_level level, const char *text)
{
	return pg_findings_add(c->f, id, level, pg_bdf_str(dev->addr).s, "%s", text);
}

/* ---- reset ---- */

/* A bus reset resets all that is on the bus: sysfs allows it for a device that is alone there,
 * and QEMU where all the others are the VM's too (DOMAIN: drivers/pci, vfio_pci_hot_reset). */
static bool has_bus_reset_only(const struct pg_dev *dev)
{
	return dev->reset.n == 1 && strcmp(dev->reset.v[0], "bus") == 0;
}

static bool is_on_bus(const struct pg_dev *a, const struct pg_dev *b)
{
	return a->addr.domain == b->addr.domain && a->addr.bus == b->addr.bus;
}

static bool share_vm(const struct pg_dev *a, const struct pg_dev *b)
{
	for (size_t i = 0; i < a->n_vmid; i++)
		for (size_t k = 0; k < b->n_vmid; k++)
			if (a->vmid[i] == b->vmid[k])
				return true;
	return false;
}

/* Is the group the VM's, because of any device in it? */
static bool is_owned(const struct pg_checker *c, const struct pg_dev *dev, const struct pg_dev *other)
{
	const struct pg_group *group = pg_facts_group(c->facts, other->group);

	for (size_t i = 0; group && i < group->n_dev; i++) {
		const struct pg_dev *in = &c->facts->dev[group->dev[i]];

		if (pg_planner_has(c->dev, c->n_dev, in) || (!c->choices && share_vm(dev, in)))
			return true;
	}
	return false;
}

static int bus_reset(struct pg_checker *c, const struct pg_dev *dev)
{
	const struct pg_dev *other = NULL;
	bool alone = true;
	struct pg_finding *f;

	for (size_t i = 0; i < c->facts->n_dev; i++) {
		const struct pg_dev *d = &c->facts->dev[i];

		if (d == dev || d->is_bridge || !is_on_bus(d, dev))
			continue;
		alone = false;
		if (!other && d->group >= 0 && !is_owned(c, dev, d))
			other = d;
	}
	if (alone || (!other && dev->addr.fn != 0))
		return 0;
	if (!other)
		return about(c, dev, "reset-with-bus", PG_LEVEL_NOTE,
			     _("The device is reset with its whole bus only. The task log of a start may say "
			     "\"failed to reset PCI device\": that is no harm, QEMU resets all of it "
			     "together.")) ? 0 : -ENOMEM;
	f = about(c, dev, "reset-shared-bus", PG_LEVEL_WARN,
		  _("The device is reset with its whole bus only, and another device on that bus is not "
		  "the VM's: it is not reset at all (depends on group which is not owned), and may not "
		  "start a second time until the node is rebooted."));
	if (pg_finding_evidence(f, "%s is in IOMMU group %d; reset_method: bus",
				pg_bdf_str(other->addr).s, other->group) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Pass both to the VM, or put one of them into another slot.");
}

static int reset(struct pg_checker *c, const struct pg_dev *dev)
{
	if (dev->can_reset == PG_NO)
		return about(c, dev, "no-reset", PG_LEVEL_NOTE,
			     _("The device cannot be reset by itself: it may not start in a VM a second "
			     "time until the node is rebooted.")) ? 0 : -ENOMEM;
	return has_bus_reset_only(dev) ? bus_reset(c, dev) : 0;
}

/* ---- its memory ---- */

static int framebuffer(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_finding *f;

	if (!dev->framebuffer)
		return 0;
	f = about(c, dev, "framebuffer", PG_LEVEL_WARN,
		  _("The kernel's framebuffer of the boot lies in the memory of this device. The VM may get "
		  "a black screen (BAR 0: can't reserve), or a slow one (Failed to mmap)."));
	if (pg_finding_evidence(f, "/proc/iomem: %s", dev->framebuffer) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Make another graphics card the primary one in the firmware; else try "
				    "initcall_blacklist=sysfb_init on the kernel command line: the node's "
				    "own screen stays dark then.");
}

static int msix(struct pg_checker *c, const struct pg_dev *dev)
{
	if (!dev->msix_outside)
		return 0;
	return pg_finding_advice(
		about(c, dev, "msix-outside", PG_LEVEL_WARN,
		      _("The device says that a table of its interrupts (MSI-X PBA) lies outside of its "
		      "memory: QEMU may refuse it (hardware reports invalid configuration).")),
		"Look for newer firmware of the device.");
}

/* ---- who holds it now ---- */

static bool is_pick(const struct pg_checker *c, uint32_t vmid)
{
	return c->choices && c->choices->vmid == vmid;
}

static int reserved(struct pg_checker *c, const struct pg_dev *dev)
{
	for (size_t i = 0; i < c->facts->n_reserved; i++) {
		const struct pg_reserved *held = &c->facts->reserved[i];
		struct pg_finding *f;

		if (!held->starting || !pg_bdf_equal(held->addr, dev->addr) || is_pick(c, held->vmid))
			continue;
		f = pg_findings_add(c->f, "device-reserved", PG_LEVEL_NOTE, pg_bdf_str(dev->addr).s,
				    "VM %u is being started, and Proxmox keeps the device for it: another "
				    "VM with it does not start now (currently reserved for use by VMID %u).",
				    held->vmid, held->vmid);
		if (pg_finding_evidence(f, "/run/qemu-server/pci-id-reservations") < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "Wait for that start to end, then try again.");
	}
	return 0;
}

int pg_check_hardware(struct pg_checker *c, const struct pg_dev *dev)
{
	int r = reset(c, dev);

	if (r == 0)
		r = framebuffer(c, dev);
	if (r == 0)
		r = msix(c, dev);
	return r < 0 ? r : reserved(c, dev);
}
