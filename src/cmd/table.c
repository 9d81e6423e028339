/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/common.h"

#include "src/base/i18n.h"
static const struct pg_cmd table[] = {
	{ "list", "[--all]", N_("GPUs: address, name, ids, driver, group, users"),
	  N_("  --all              every PCI device\n"), pg_cmd_list },
	{ "iommu", "[--svg]", N_("the IOMMU's state and its groups, with a verdict for each"),
	  N_("  --svg              the groups as a picture (SVG), on standard output\n"),
	  pg_cmd_iommu },
	{ "status", "[--repair [--apply [--yes]]]",
	  N_("devices of VMs: driver now and after the next boot, and a verdict"),
	  N_("  --repair           plans the repair of what names a device by an address that it\n"
	  "                     has no more: VM settings, mappings, bindings\n"
	  "  --apply, --yes, --trial, --no-trial, --accept-loss, --pin-nics\n"
	  "                     as for passthrough\n"), pg_cmd_status },
	{ "passthrough",
	  "VMID ADDRESS... [--primary] [--mapping NAME] [--romfile F] "
	  "[--replace|--remove hostpciN] [--bind early|address|at-start] "
	  "[--trial[=MINUTES]|--no-trial] "
	  "[--accept-loss=ADDRESS] [--pin-nics] [--apply [--yes]]",
	  N_("plans devices for a VM, and with --apply does it"),
	  N_("  ADDRESS            0000:01:00.0, 01:00.0, or 01:00 for a whole slot; several with ';'\n"
	  "                     between them become one device of the VM\n"
	  "  --separate         each function a device of its own, not those of a slot one\n"
	  "  --replace hostpciN the device takes the place of this entry, which is written anew\n"
	  "  --remove hostpciN  takes this entry from the VM; needs no address\n"
	  "  --primary          the VM's only display\n"
	  "  --legacy-igd on|off, --pcie on|off, --rombar on|off, --keep-driver on|off,\n"
	  "  --vendor-id, --device-id, --sub-vendor-id, --sub-device-id XXXX\n"
	  "                     settings of the device in the VM: see pve-gpu(8)\n"
	  "  --mapping NAME     by this resource mapping, made if it is not there\n"
	  "  --romfile F        a ROM file below /usr/share/kvm\n"
	  "  --change-machine, --change-firmware, --efi-storage S, --secure-boot, --vga TYPE,\n"
	  "  --guest-reachable, --cpu MODEL, --no-balloon,\n"
	  "  --hugepages any|2|1024|off\n"
	  "                     settings of the VM: see pve-gpu(8)\n"
	  "  --bind HOW         early: vfio-pci takes the ids at boot; address: this device\n"
	  "                     only; at-start: Proxmox binds when the VM starts\n"
	  "  --trial[=MINUTES]  after the reboot wait for `pve-gpu confirm`, and put everything\n"
	  "                     back without it (10 minutes); the default where the change\n"
	  "                     could cut you off\n"
	  "  --no-trial         the change is final at once\n"
	  "  --accept-loss=ADDRESS\n"
	  "                     the node may lose this device, whatever hangs on it\n"
	  "  --pin-nics         the network cards of the node keep the names that they have\n"
	  "  --apply            do what the plan says, after asking\n"
	  "  --yes              do not ask\n"),
	  pg_cmd_passthrough },
	{ "usb",
	  "[VMID (ID|PORT|ADDRESS)... [--mapping NAME] [--remove usbN] [--accept-loss=PORT] "
	  "[--apply [--yes]]]",
	  N_("USB devices in the tree of their controllers; or a plan for a VM"),
	  N_("  ID                 046d:c31c, at whatever port\n"
	  "  PORT               1-2.3, whatever is plugged in there; also mapping=NAME or spice\n"
	  "  ADDRESS            0000:00:14.0, a whole controller\n"
	  "  --mapping NAME     by this resource mapping, made if it is not there\n"
	  "  --remove usbN      takes this entry from the VM\n"
	  "  --accept-loss=PORT the node may lose this device (or controller, by its ADDRESS),\n"
	  "                     whatever hangs on it\n"
	  "  --apply            do what the plan says, after asking\n"
	  "  --yes              do not ask\n"),
	  pg_cmd_usb },
	{ "sriov",
	  "[ADDRESS COUNT [--vm VMID] [--vf-driver host|none] [--vf N,SETTING,...] [--apply [--yes]]] "
	  "| --at-boot [ADDRESS]",
	  N_("devices with virtual functions (SR-IOV); or a plan for their number"),
	  N_("  ADDRESS COUNT      how many the device has, now and whenever the node starts; 0: none\n"
	  "  --vm VMID          the VM gets the next one that is free\n"
	  "  --vf-driver HOW    host: the host's drivers take them; none: they are left for VMs,\n"
	  "                     the default\n"
	  "  --vf N,SETTING,... settings of function N of a network card: mac=02:11:22:33:44:55,\n"
	  "                     vlan=10, trust=on|off, spoofchk=on|off; can be given again\n"
	  "  --apply, --yes, --accept-loss, --pin-nics, --trial, --no-trial\n"
	  "                     as for passthrough\n"
	  "  --at-boot          what the unit runs: makes what /etc/pve-gpu/sriov.conf asks for\n"
	  "  --now              with ADDRESS COUNT: what taking a change back runs: sets the number,\n"
	  "                     and nothing that lasts\n"),
	  pg_cmd_sriov },
	{ "vgpu",
	  "[[VMID] ADDRESS [TYPE] [--mapping NAME] [--trial[=MINUTES]|--no-trial] [--apply [--yes]]]",
	  N_("mediated devices and vGPUs: types, who has them, why there are none; or a plan"),
	  N_("  VMID ADDRESS TYPE  a part of the card for the VM; of a card that is divided on its\n"
	  "                     virtual functions a free one is taken\n"
	  "  ADDRESS            alone: what the node needs so that the card can be divided (GVT-g)\n"
	  "  --mapping NAME     by this resource mapping, made if it is not there\n"
	  "  --trial[=MINUTES], --no-trial, --pin-nics, --accept-loss\n"
	  "                     as for passthrough\n"
	  "  --apply            do what the plan says, after asking\n"
	  "  --yes              do not ask\n"),
	  pg_cmd_vgpu },
	{ "mapping",
	  "[NAME (ADDRESS|PORT|ID) [--add|--replace] | NAME --remove [--usb]] [--apply [--yes]]",
	  N_("resource mappings over the nodes of the cluster; or a plan for this node's entry"),
	  N_("  ADDRESS            0000:01:00.0, or 01:00 for a whole slot: a PCI device\n"
	  "  PORT, ID           1-2.3, 046d:c31c: a USB device\n"
	  "                     The mapping is made, gets an entry for this node, or its entry is\n"
	  "                     put right; those of other nodes stay.\n"
	  "  --add              a further PCI device of this node: a VM gets the first free one\n"
	  "  --replace          this node's entry, written anew for the device\n"
	  "  --remove           takes this node's entry away; the mapping with the last one\n"
	  "  --usb              of a PCI and a USB mapping of the name, the USB one\n"
	  "  --apply            do what the plan says, after asking\n"
	  "  --yes              do not ask\n"),
	  pg_cmd_mapping },
	{ "doctor", "[--symptom ID | --log FILE | --kernel VERSION]", N_("every check, with its evidence and its fix"),
	  N_("  --symptom ID       only what can cause what you see: vm-start, black-screen,\n"
	  "                     network-gone, host-hangs, code-43, guest-driver, vfs-gone,\n"
	  "                     vgpu-empty, after-update\n"
	  "  --log FILE         what the messages in a log mean, of whatever machine; - is\n"
	  "                     standard input\n"
	  "  --kernel VERSION   what an installed kernel changes for devices of VMs before it\n"
	  "                     is booted; prints nothing where that is nothing\n"),
	  pg_cmd_doctor },
	{ "capture", "[--mask] OUT.tar.xz",
	  N_("what is read of this node, as one archive that --root opens elsewhere"),
	  N_("  --mask             serial numbers, hardware and IP addresses, UUIDs, names of nodes and\n"
	  "                     VMs are replaced; passwords and keys always are\n"),
	  pg_cmd_capture },
	{ "report", "", N_("a text to paste in a forum: devices, settings, findings; masked"), NULL,
	  pg_cmd_report },
	{ "plan", "--answers FILE", N_("the wizard's plan, from an answer file"),
	  N_("  --answers FILE     what the wizard would ask: see pve-gpu(8)\n"), NULL },
	{ "apply", "--answers FILE [--yes]", N_("applies the plan of an answer file"),
	  N_("  --answers FILE     what the wizard would ask: see pve-gpu(8)\n"
	  "  --yes              do not ask\n"),
	  NULL },
	{ "history", "", N_("the changes made so far, newest first"), NULL, pg_cmd_history },
	{ "undo", "[ID]", N_("takes a change back: the newest, or the one named"), NULL,
	  pg_cmd_undo },
	{ "confirm", "[ID] | --wait", N_("keeps the change on trial after the reboot"),
	  N_("  --wait             what the unit of a trial runs: waits for the confirmation, and\n"
	  "                     takes the change back without it\n"), pg_cmd_confirm },
	{ "recover", "", N_("ends what a crash or a power cut left"), NULL, pg_cmd_recover },
	/* for the completion of the shells */
	{ "complete", "-- WORD...", NULL, NULL, pg_cmd_complete },
	{ 0 },
};

const struct pg_cmd *pg_cmd_table(void)
{
	return table;
}
