/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys of a VM's file that Proxmox does not know: it warns when it reads them, and the next change of
 * the VM writes the file without them (PVE::QemuServer, parse_vm_config and write_vm_config).
 */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

/* PVE::QemuServer, $confdesc; parent, runningcpu and their like are Proxmox's own notes. */
static const char *const plain[] = {
	"acpi", "affinity", "agent", "allow-ksm", "amd-sev", "arch", "args", "autostart", "balloon",
	"bios", "boot", "bootdisk", "cdrom", "cicustom", "cipassword", "citype", "ciupgrade", "ciuser",
	"cores", "cpu", "cpulimit", "cpuunits", "description", "digest", "freeze", "hookscript", "hotplug",
	"hugepages", "intel-tdx", "ivshmem", "keephugepages", "keyboard", "kvm", "localtime", "lock",
	"machine", "memory", "meta", "migrate_downtime", "migrate_speed", "name", "nameserver", "numa",
	"onboot", "ostype", "parent", "protection", "reboot", "runningcpu", "runningmachine",
	"running-nets-host-mtu", "scsihw", "searchdomain", "shares", "smbios1", "smp", "snaptime",
	"sockets", "spice_enhancements", "sshkeys", "startdate", "startup", "tablet", "tags", "tdf",
	"template", "vcpus", "vga", "vmgenid", "vmstate", "vmstatestorage", "watchdog",
};

/* With a number behind them. */
static const char *const counted[] = {
	"audio", "efidisk", "hostpci", "ide", "ipconfig", "net", "numa", "parallel", "rng", "sata",
	"scsi", "serial", "tpmstate", "unused", "usb", "virtio", "virtiofs",
};

static bool is_in(const char *const *list, size_t n, const char *key, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == len && strncmp(list[i], key, len) == 0)
			return true;
	return false;
}

static bool is_known(const char *key)
{
	size_t len = strlen(key), name = strcspn(key, "0123456789");

	if (name < len && name + strspn(key + name, "0123456789") == len)
		return is_in(counted, PG_ARRAY_SIZE(counted), key, name) ||
		       is_in(plain, PG_ARRAY_SIZE(plain), key, len);
	return is_in(plain, PG_ARRAY_SIZE(plain), key, len);
}

int pg_check_keys(struct pg_checker *c, const struct pg_guest *guest)
{
	struct pg_vm_scope scope;

	pg_vm_scope(guest->vmid, &scope);
	for (size_t i = 0; i < guest->n_lines; i++) {
		const struct pg_guest_line *line = &guest->lines[i];
		struct pg_finding *f;

		if (*line->section || is_known(line->key))
			continue;
		f = pg_findings_add(c->f, "vm-unknown-key", PG_LEVEL_WARN, scope.s,
				    "The VM's configuration has a key that is not known here. If Proxmox does "
				    "not know it either, it drops the line with the next change of the VM.");
		if (pg_finding_evidence(f, "%s:%u: %s", guest->path, line->line, line->key) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "`qm config %s` says whether it knows it: keep a note of the line if "
					    "it does not.", scope.number);
	}
	return 0;
}
