#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The running system, which tells class, ids and driver of a function in one file: the same is shown as of its attributes, also where
# that file is missing or tells less. A tree from elsewhere is never asked so: there it may be older than the attributes.
. "$top_srcdir/tests/lib/tap.sh"

"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/sriov-vfs.tree" "$tmp/node" || exit 1
pve_gpu=$top_builddir/pve-gpu
devices=$tmp/node/sys/bus/pci/devices

# told FOLDER: what the kernel's uevent says of the device
told() {
	class=$(sed 's/^0x0*//' "$1/class" | tr a-f A-F)
	vendor=$(sed 's/^0x//' "$1/vendor" | tr a-f A-F)
	[ ! -L "$1/driver" ] || printf 'DRIVER=%s\n' "$(basename "$(readlink "$1/driver")")"
	printf 'PCI_CLASS=%s\nPCI_ID=%s:%s\nPCI_SLOT_NAME=%s\n' "$class" "$vendor" \
		"$(sed 's/^0x//' "$1/device" | tr a-f A-F)" "${1##*/}"
}

# is_what COMMAND...: what each function is, of a document
is_what() {
	"$@" "$pve_gpu" list --all --json $root 2>/dev/null | grep -E '"(address|class|vendor_id|device_id|driver)"'
}

root="--root $tmp/node"
wanted=$(is_what env)
for dir in "$devices"/*; do
	echo 'PCI_CLASS=30000
PCI_ID=10DE:2684' >"$dir/uevent"
done
is 'a tree: its attributes count' "$(is_what env)" "$wanted"

n=0
for dir in "$devices"/*; do
	n=$((n + 1))
	case $n in
	1) rm "$dir/uevent" ;;
	2) : >"$dir/uevent" ;;
	3) told "$dir" | sed '/^PCI_ID/d' >"$dir/uevent" ;;
	4) told "$dir" | sed 's/^PCI_ID=.*/PCI_ID=10DE/' >"$dir/uevent" ;;
	5) told "$dir" | sed 's/^PCI_CLASS=.*/PCI_CLASS=1030000/' >"$dir/uevent" ;;
	*) told "$dir" >"$dir/uevent" ;;
	esac
done
if unshare -m mount --bind "$tmp/node/sys" /sys 2>/dev/null; then
	root=
	here() { unshare -m sh -c 'mount --bind "$0/sys" /sys && exec "$@"' "$tmp/node" "$@"; }
	is 'the running system: the same is shown' "$(is_what here)" "$wanted"
	for dir in "$devices"/*; do
		rm -f "$dir/vendor" "$dir/driver"
	done
	is 'ids and driver of all others come from the one file' "$(is_what here | tail -n +26)" \
		"$(printf '%s\n' "$wanted" | tail -n +26)"
else
	skip 'the running system: the same is shown' 'nothing can be mounted here'
	skip 'ids and driver of all others come from the one file' 'nothing can be mounted here'
fi
done_testing
