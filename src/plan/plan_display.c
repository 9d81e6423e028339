/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM's own display beside a device that has a screen. */
#include "src/plan/guest.h"
#include "src/plan/vm_check.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
/* PVE::QemuServer, $vga_fmt */
static const char *const types[] = {
	"cirrus", "qxl", "qxl2", "qxl3", "qxl4", "none", "serial0", "serial1",
	"serial2", "serial3", "std", "virtio", "virtio-gl", "vmware",
};

static bool is_type(const char *value)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(types); i++)
		if (strcmp(value, types[i]) == 0)
			return true;
	return false;
}

static bool is_none(const char *vga)
{
	return strcmp(pg_vga_type(vga).s, "none") == 0;
}

/* What leads into the guest without a screen: a serial console, or an agent in it that runs
 * commands. The network of the guest is known to the person only. */
static bool has_way_in(const struct pg_vm_plan *vm)
{
	if (vm->p->choices->guest_reachable || pg_vm_has_agent(vm->guest))
		return true;
	for (unsigned i = 0; i < 4; i++) {
		const char key[] = { 's', 'e', 'r', 'i', 'a', 'l', (char)('0' + i), '\0' };

		if (pg_vm_value(vm->guest, key))
			return true;
	}
	return false;
}

static int refuse_none(struct pg_vm_plan *vm)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "vga-none-first", PG_LEVEL_BLOCK,
		"Without a display of its own (vga: none) Proxmox's console of the VM stays dark, and "
		"no other way into the guest is known: neither a serial console nor the guest agent.");

	if (pg_finding_evidence(f, "vga: %s", pg_vm_value(vm->guest, "vga") ?
						      pg_vm_value(vm->guest, "vga") :
						      _("(not set)")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Make sure that the guest can be reached over its network (ssh, "
				    "remote desktop), then say so (--guest-reachable); or give it "
				    "`qm set %s --serial0 socket`.", vm->vmid);
}

static int set_vga(struct pg_vm_plan *vm, const char *vga, const char *why)
{
	const char *now = pg_vm_value(vm->guest, "vga");

	if (now && strcmp(now, vga) == 0)
		return 0;
	if (is_none(vga) && !is_none(now) && !has_way_in(vm))
		return refuse_none(vm);
	return pg_vm_set(vm, "vga", vga, why);
}

/* A serial terminal as display: without its port the VM starts, and nothing shows it. */
static int serial(struct pg_vm_plan *vm, const char *key)
{
	const char *port = key ? pg_vm_value(vm->guest, key) : NULL;
	struct pg_finding *f;

	if (!key || (port && strcmp(port, "socket") == 0))
		return 0;
	if (!port)
		return pg_vm_set(vm, key, "socket",
				 "The serial terminal that is the VM's display needs this port.");
	f = pg_vm_finding(vm, "vga-serial-port", PG_LEVEL_BLOCK,
			  "The VM's display is to be a serial terminal, and that port leads to a device of "
			  "the node: Proxmox's console shows nothing then.");
	if (pg_finding_evidence(f, "%s: %s", key, port) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose a serial port that the VM does not use yet.");
}

static int wanted(struct pg_vm_plan *vm, const char *vga)
{
	int r = serial(vm, pg_vga_serial(vga));

	if (r < 0)
		return r;
	if (is_type(vga))
		return set_vga(vm, vga, _("The VM's own display is as it was chosen."));
	return pg_finding_advice(pg_vm_finding(vm, "vga-name", PG_LEVEL_BLOCK,
					       "Proxmox knows no such display (vga)."),
				 "There are: std, virtio, qxl, serial0, none and others; see qm(1).");
}

static int beside(struct pg_vm_plan *vm)
{
	const char *vga = pg_vm_value(vm->guest, "vga");
	struct pg_finding *f;

	if (!vga) {
		f = pg_vm_finding(vm, "vga-none", PG_LEVEL_NOTE,
				  "With x-vga=1 the VM has no other display: Proxmox's console "
				  "of it stays dark.");
		return pg_finding_advice(f, "See to it that the guest can be reached over the "
					    "network, too.");
	}
	if (is_none(vga))
		return 0;
	f = pg_vm_finding(vm, "vga-second", PG_LEVEL_NOTE,
			  "The VM's own display stays as a second one beside the GPU.");
	if (pg_finding_evidence(f, "vga: %s", vga) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Once the guest's driver works, `qm set %s --vga none` "
				    "leaves it the GPU alone.", vm->vmid);
}

int pg_vm_display(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;

	if (pg_vm_has_igd(vm) && c->vga && strcmp(c->vga, "none") != 0)
		return pg_finding_advice(
			pg_vm_finding(vm, "igd-vga", PG_LEVEL_BLOCK,
				      "A device with legacy-igd needs vga: none, and another display was "
				      "chosen."),
			"Leave one of both out.");
	if (c->pci.legacy_igd == PG_YES)
		return set_vga(vm, "none", _("legacy-igd is there without another display only."));
	if (c->vga)
		return wanted(vm, c->vga);
	return c->primary ? beside(vm) : 0;
}
