#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the wizard with keys on a private copy of the demo node and compares its screens
# with those of tests/tui/golden (screens.sh).
set -u
. "$top_srcdir/tests/tui/screens.sh"

new_node() {
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"
}

# screens KEYS SIZE NAME OPTION...
screens() {
	new_node
	screens_here "$@"
}

# The wizard on ordinary lines: NAME.in are the answers.
lines() { # NAME OPTION...
	name=$1
	shift
	n=$((n + 1))
	new_node
	pve_gpu --plain "$@" <"$keys_of/$name.in" >"$tmp/raw"
	compare $? "$name"
}

# A change was interrupted there: its last records are not written.
interrupted_node() {
	new_node
	pve_gpu passthrough 100 01:00 --bind early --apply --yes >"$tmp/raw"
	for journal in "$tmp/node"/var/lib/pve-gpu/transactions/*/journal; do
		head -n -2 "$journal" >"$tmp/journal" && cat "$tmp/journal" >"$journal"
		touch -d '1 hour' "$journal" # so that no seconds are counted, however slow this is
	done
}

# Another is in the middle of it.
busy_node() {
	interrupted_node
	printf '{"doing":"apply","pid":4711,"since":1700000000,"user":"ann","from":"192.0.2.7"}' \
		>"$tmp/note"
}

# The same as screens_here, while it holds the lock. Its name and time are always the same ones.
screens_beside() {
	# shellcheck disable=SC2016 # the other shell's
	beside='cat "$1" >"$2/var/lib/pve-gpu/lock"; shift; exec "$0" --root "$@"'
	pve_gpu() {
		TZ=UTC "$top_builddir/tests/tools/holdlock" "$tmp/node" sh -c "$beside" \
			"$top_builddir/pve-gpu" "$tmp/note" "$tmp/node" "$@" 2>>"$tmp/diag"
	}
	screens_here "$@"
}

# A node that was rebooted on trial, and whose card nothing took.
wrong_node() {
	new_node
	# up to the third yes, which reboots it
	awk '/^dump/ { next } { print } /^key y$/ && ++yes == 3 { print "key q"; exit }' \
		"$keys_of/trial.keys" >"$tmp/keys"
	PVE_GPU_SCRIPT=$tmp/keys PVE_GPU_SIZE=80x24 pve_gpu
	rm "$tmp/node/sys/bus/pci/devices/0000:01:00.0/driver"
}

# The first graphics card of the demo node was on bus 7 when VM 100 got it.
moved_node() {
	new_node
	echo 'hostpci0: 0000:07:00,pcie=1' >>"$tmp/node/etc/pve/nodes/pve1/qemu-server/100.conf"
	cat >"$tmp/node/etc/pve-gpu/devices.conf" <<-END
		0000:07:00.0 10de:2684 1458:40bf 0000:00/01.0/00.0 - vm/100/0
		0000:07:00.1 10de:22ba 1458:40bf 0000:00/01.0/00.1 - vm/100/0
	END
}

# A cluster of three nodes.
cluster_node() {
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/cluster3.tree" "$tmp/node"
}

# A network card with virtual functions, one of which VM 100 has.
sriov_node() {
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/sriov-vfs.tree" "$tmp/node"
}

# Cards that are divided.
vgpu_node() {
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/vgpu.tree" "$tmp/node"
}

# VM 100 has a USB controller.
owned_node() {
	new_node
	echo 'hostpci0: 0000:05:00.0,pcie=1' >>"$tmp/node/etc/pve/nodes/pve1/qemu-server/100.conf"
}

# Whose settings ask for the mouse.
mouse_node() {
	new_node
	echo 'mouse = on' >"$tmp/node/etc/pve-gpu/pve-gpu.conf"
}

# Names of devices come from this machine's lists (hwdb, pci.ids), which grow with the years.
same_names() {
	new_node
	pve_gpu list --all --json | sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' >"$tmp/names"
	[ -z "${UPDATE-}" ] || cp "$tmp/names" "$golden/names.txt"
	[ -s "$tmp/names" ] && cmp -s "$tmp/names" "$golden/names.txt"
}

screens flow 80x24 flow-80x24
screens flow 120x40 flow-120x40
screens flow 80x24 flow-80x24-ascii --ascii --color=never
screens doctor 80x24 doctor-80x24
mouse_node
screens_here mouse 80x24 mouse-80x24
moved_node
screens_here drift 80x24 drift-80x24
interrupted_node
screens_here recovered 80x24 recovered-80x24
screens_here recovered 80x24 recovered-again-80x24
cluster_node
screens_here mapping 80x24 mapping-80x24
cluster_node
screens_here mapping 120x40 mapping-120x40-ascii --ascii --color=never
if same_names; then
	screens device 80x24 device-80x24
	screens device 120x40 device-120x40
	screens device 80x24 device-80x24-ascii --ascii --color=never
	screens usb 80x24 usb-80x24
	screens usb 120x40 usb-120x40
	screens usb 80x24 usb-80x24-ascii --ascii --color=never
	vgpu_node
	screens_here vgpu 80x24 vgpu-80x24
	vgpu_node
	screens_here vgpu 80x24 vgpu-80x24-ascii --ascii --color=never
	owned_node
	screens_here vm 80x24 vm-80x24
	owned_node
	screens_here vm 80x24 vm-80x24-ascii --ascii --color=never
	sriov_node
	screens_here sriov 80x24 sriov-80x24
	sriov_node
	screens_here sriov 80x24 sriov-80x24-ascii --ascii --color=never
	lines plain
	screens trial 80x24 trial-80x24
	screens trial 132x43 trial-132x43
	screens trial 80x24 trial-80x24-ascii --ascii --color=never
	screens loss 80x24 loss-80x24
	screens settings 80x24 settings-80x24
	wrong_node
	screens_here trial-wrong 80x24 trial-wrong-80x24
	busy_node
	screens_beside busy 80x24 busy-80x24
else
	for name in plain busy-80x24 device-80x24 device-120x40 device-80x24-ascii usb-80x24 usb-120x40 \
		usb-80x24-ascii vm-80x24 vm-80x24-ascii trial-80x24 trial-132x43 trial-80x24-ascii loss-80x24 settings-80x24 sriov-80x24 sriov-80x24-ascii \
		trial-wrong-80x24; do
		n=$((n + 1))
		echo "ok $n - $name # SKIP this machine has other names for the demo's devices"
	done
fi
echo "1..$n"
