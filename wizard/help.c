/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each page is for, in words. */
#include "wizard/ctx.h"

#include "src/base/i18n.h"
static const char *const words[WIZ_N_PAGES] = {
	[WIZ_PAGE_HOME] =
		N_("pve-gpu gives a GPU or another PCI device of this node to a VM. Nothing is "
		"changed before you have seen every line and said yes, and what was changed can "
		"be taken back under History."),
	[WIZ_PAGE_HOST] =
		N_("What was found on this node. About each row it is told what it means and what "
		"decided it. A blocker says what to do; some are mended by the steps that follow."),
	[WIZ_PAGE_DEVICE] =
		N_("Choose what the VM shall have. A card brings its own sound and USB functions "
		"along. Devices of one group always leave the node together. A row marked ! is "
		"needed by the node itself."),
	[WIZ_PAGE_BINDING] =
		N_("When a VM has a device, the driver vfio-pci holds it. It can take it while the "
		"node boots, or Proxmox takes it when the VM starts. Automatic chooses the least "
		"that is enough."),
	[WIZ_PAGE_VM] = N_("Choose the VM that gets the device, or none to prepare the node only. "
			"Settings of the VM that have to change are shown; only what is missing "
			"is changed. What an installed system may not survive is left, unless you "
			"say so below. Below the VM stands what it has already: Space puts the chosen "
			"device in its place, and once more takes it from the VM."),
	[WIZ_PAGE_USB] =
		N_("What is plugged into the node, below the controller that it hangs on. Space gives a "
		"device to the VM: by its ids first, wherever it is plugged in; by its port when "
		"pressed again, or where others have the same ids. What the VM has already is named "
		"in another way, or taken away. A row marked ! is needed by the node itself."),
	[WIZ_PAGE_REVIEW] =
		N_("Everything that will be written or run: first what stands in the way, then each "
		"file as a diff, then commands, and at the end what is good to know. Lines with + "
		"are added, lines with - go. Nothing has been changed yet. With a trial boot the change "
		"is final only when you keep it after the reboot; should you not reach the node any "
		"more, it puts itself back and reboots once. t chooses how long it waits. p keeps the "
		"names of the node's network cards as they are (by .link files of systemd), however "
		"the buses are numbered when a card is added or moved later."),
	[WIZ_PAGE_APPLY] =
		N_("The files are written and the commands run. If something fails, everything is "
		"put back. The VM's commands are run apart, or saved as a script."),
	[WIZ_PAGE_REBOOT] = N_("The node reads the new configuration when it boots. That "
			    "reboot is left to you: later is a good answer. Only a change on trial that "
			    "nobody keeps reboots the node by itself, once."),
	[WIZ_PAGE_VERIFY] =
		N_("The node has come up with the change, which is still on trial. Each device is "
		"shown with the driver it should have and the one it has. Keep the change if all "
		"is well; take it back, and everything becomes as before; or leave it, and the "
		"time goes on: without your word the node puts itself back."),
	[WIZ_PAGE_SRIOV] =
		N_("Devices with SR-IOV can appear as several: each virtual function is a device that a VM can "
		"have, while the card itself stays with the node. Enter on a card asks how many it shall "
		"have; they are made at once, and again whenever the node starts, before its VMs, with "
		"the same MAC addresses. Space changes who takes them: VMs, or the drivers of the host. Enter "
		"on a function that is free gives it to a VM."),
	[WIZ_PAGE_MAPPING] =
		N_("A resource mapping is a name for a device on each node of the cluster, so that a VM "
		"can start on any of them. Below each mapping stand the nodes: ok and wrong are said of "
		"this node; of another it is known only whether it has an entry and what that says. "
		"Enter on this node's line plans what is missing or wrong there; the entries of other "
		"nodes are never changed."),
	[WIZ_PAGE_VGPU] =
		N_("Cards whose driver divides them, so that several VMs have a part each (mediated devices, "
		"vGPUs), and those whose driver does not, with the reason at the right. Below a card stand "
		"its types and how many of each can still be made. Enter on a type leads to the VM that is "
		"to have it. The card stays with its driver: it is never given to vfio-pci."),
	[WIZ_PAGE_STATUS] =
		N_("Devices that a VM has or that vfio-pci holds. pending-reboot: right after the "
		"next reboot of the node. wrong: the VM will not start, or runs without it."),
	[WIZ_PAGE_TROUBLE] =
		N_("Say what you see. Every cause of it that is known is then looked at on this node; where "
		"none is found, that is said too."),
	[WIZ_PAGE_DOCTOR] =
		N_("found: this is so on this node, and what is told about it says by what it is known. ?: only you "
		"can see it; Enter asks, Space says yes. no: it is not so. unknown: what would tell it "
		"could not be read. Enter plans what mends the cause under the cursor, and shows it before "
		"anything is changed. end: where nothing was found, the report is what to take along."),
	[WIZ_PAGE_HISTORY] =
		N_("Changes made by pve-gpu, newest first. Enter takes one back: each file gets its "
		"old bytes, unless it was edited since."),
};

void wiz_help_lines(enum wiz_page page, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", _(words[page]));
}
