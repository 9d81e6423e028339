#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A capture of a node says what the node says: every tree, JSON against JSON, unpacked by tar and by --root;
# and under a mask the same findings.
set -u
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu

# said DIR-OR-ARCHIVE COMMAND...: its document and its exit status
said() {
	root=$1
	shift
	"$pve_gpu" --root "$root" "$@" --json 2>/dev/null
	echo "status $?"
}

# same NAME NODE ARCHIVE COMMAND...
same() {
	name=$1 node=$2 archive=$3
	shift 3
	said "$node" "$@" >"$tmp/node.json"
	said "$archive" "$@" >"$tmp/archive.json"
	if cmp -s "$tmp/node.json" "$tmp/archive.json" && [ "$(wc -l <"$tmp/node.json")" -gt 3 ]; then
		pass "$name: $*"
	else
		fail "$name: $*" "$(diff "$tmp/node.json" "$tmp/archive.json" | head -n 20)"
	fi
}

findings() {
	"$pve_gpu" --root "$1" doctor --json 2>/dev/null |
		"$top_builddir/tests/hosts/jsonq" rows /findings id level scope
}

# each NAME NODE COMMAND...
each() {
	name=$1 node=$2
	shift 2
	rm -f "$tmp/x.tar.xz" "$tmp/m.tar.xz"
	"$pve_gpu" --root "$node" capture "$tmp/x.tar.xz" >"$tmp/log" 2>&1 || fail "$name: capture" "$(cat "$tmp/log")"
	mkdir "$tmp/x" && tar -xJf "$tmp/x.tar.xz" -C "$tmp/x"
	for command; do
		# shellcheck disable=SC2086 # a command with its options
		same "$name" "$node" "$tmp/x" $command
	done
	rm -rf "$tmp/x"
}

masked() {
	"$pve_gpu" --root "$2" capture --mask "$tmp/m.tar.xz" >"$tmp/log" 2>&1
	is "$1: the same findings under a mask" "$(findings "$tmp/m.tar.xz")" "$(findings "$2")"
}

for tree in "$top_srcdir"/tests/trees/*.tree "$top_srcdir/data/demo/node.tree"; do
	name=$(basename "$tree" .tree)
	"$top_builddir/tests/tools/mktree" "$tree" "$tmp/node" || fail "$name: mktree"
	case $name in
	node | vgpu | sriov-vfs | cluster3 | use-usb)
		each "$name" "$tmp/node" 'list --all' iommu status doctor usb sriov vgpu mapping \
			'passthrough 100 01:00'
		same "$name, the archive itself" "$tmp/node" "$tmp/x.tar.xz" doctor
		masked "$name" "$tmp/node" ;;
	drift | nic | rules | sriov | use-bond | use-conf | use-usb)
		each "$name" "$tmp/node" 'list --all' iommu status doctor
		masked "$name" "$tmp/node" ;;
	*)
		each "$name" "$tmp/node" 'list --all' iommu status doctor ;;
	esac
	chmod -R u+rwX "$tmp/node" && rm -rf "$tmp/node"
done

# That it can fail: a capture that lacks a file.
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"
rm -f "$tmp/x.tar.xz"
"$pve_gpu" --root "$tmp/node" capture "$tmp/x.tar.xz" >/dev/null
mkdir "$tmp/less" && tar -xJf "$tmp/x.tar.xz" -C "$tmp/less"
said "$tmp/node" list >"$tmp/node.json"
said "$tmp/less" list >"$tmp/archive.json"
is 'unpacked by tar it is the same' "$(diff "$tmp/node.json" "$tmp/archive.json")" ''
rm "$tmp/less/sys/bus/pci/devices/0000:01:00.0"
said "$tmp/less" list >"$tmp/archive.json"
cmp -s "$tmp/node.json" "$tmp/archive.json" && fail 'and without a file it is not' || pass 'and without a file it is not'

# A node that is one, and a capture of what was captured.
if [ -d /sys/bus/pci/devices ]; then
	"$pve_gpu" capture "$tmp/live.tar.xz" >"$tmp/log" 2>&1
	is 'this machine: capture' "$?" 0
	for command in 'list --all' iommu vgpu; do
		# shellcheck disable=SC2086
		same 'this machine' / "$tmp/live.tar.xz" $command
	done
	"$pve_gpu" --root "$tmp/live.tar.xz" capture "$tmp/again.tar.xz" >"$tmp/log" 2>&1
	same 'captured twice' "$tmp/live.tar.xz" "$tmp/again.tar.xz" doctor
else
	skip 'this machine' 'it has no /sys/bus/pci'
fi
done_testing
