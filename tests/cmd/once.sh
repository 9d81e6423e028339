#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What list and iommu read of devices and groups: each attribute once, and none that they do not show. The configuration
# space, which wakes a sleeping device, is not among them.
. "$top_srcdir/tests/lib/tap.sh"

command -v strace >/dev/null || skip_all 'strace is not installed'
"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/sriov-vfs.tree" "$tmp/vfs"
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/demo"
node=$tmp/vfs
pve_gpu=$top_builddir/pve-gpu
# the sanitizer of leaks traces too
ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
strace -o "$tmp/trace" true 2>/dev/null || skip_all 'nothing can be traced here'

# read_by COMMAND...: files that were opened to be read and links that were asked for, by their place in the node. As
# a mount of the program's own, which it makes where it may, its root is "/".
read_by() {
	strace -y -e trace=open,openat,openat2,readlink,readlinkat -o "$tmp/trace" \
		"$pve_gpu" "$@" --root "$node" >/dev/null 2>"$tmp/diag"
	awk -v node="$node" '
		function below(path) {
			if (index(path, node "/") == 1)
				path = substr(path, length(node) + 1)
			print path
		}
		/AT_FDCWD|^(open|readlink)\(/ { next }
		/^readlinkat/ && match($0, /<[^>]*>/) {
			folder = substr($0, RSTART + 1, RLENGTH - 2)
			split($0, part, "\"")
			below(part[2] == "" ? folder : folder "/" part[2])
		}
		/^open/ && /O_RDONLY/ && !/O_PATH|O_DIRECTORY/ && match($0, /= [0-9]+<.*>$/) {
			path = substr($0, RSTART, RLENGTH - 1)
			sub(/^= [0-9]+</, "", path)
			below(path)
		}' "$tmp/trace"
}

# twice COMMAND...: what was read more than once
twice() {
	read_by "$@" | sort | uniq -d
}

# attributes COMMAND...: the names of what was read of devices
attributes() {
	read_by "$@" | sed -n 's|^/sys/devices/pci[^/]*/.*[0-9a-f:]*\.[0-7]/\([a-z_]*\)$|\1|p' | sort -u | paste -sd' '
}

for command in list 'list --all' iommu; do
	for node in "$tmp/demo" "$tmp/vfs"; do
		# shellcheck disable=SC2086
		is "$command, ${node##*/}: nothing is read twice" "$(twice $command)" ''
	done
done
is 'list --all' "$(attributes list --all)" 'boot_vga class device driver iommu_group physfn vendor'
is 'iommu' "$(attributes iommu)" 'boot_vga class device driver iommu_group physfn vendor'
is 'list --all --json' "$(attributes list --all --json)" \
	'boot_vga class device driver iommu_group physfn reset_method revision sriov_numvfs sriov_totalvfs subsystem_device subsystem_vendor vendor'
is 'list: of what is no GPU the class alone' "$(read_by list | grep -c '/class$') $(read_by list | grep -c '/vendor$')" \
	"$(find "$node/sys/bus/pci/devices/" -type l | wc -l) $(cat "$node"/sys/bus/pci/devices/*/class | grep -c '^0x03')"
is 'iommu --json: no uses, no VMs, no memory that firmware keeps' \
	"$(read_by iommu --json | grep -cE '^/sys/class/net|^/sys/block|^/etc/pve/|reserved_regions')" 0
mkdir -p "$tmp/vfs/proc/net"
for kind in tcp tcp6; do
	echo '  sl  local_address rem_address   st' >"$tmp/vfs/proc/net/$kind"
done
printf 'sockets: used 9\nTCP: inuse 5 orphan 0 tw 0 alloc 5 mem 0\nUDP: inuse 0 mem 0\n' >"$tmp/vfs/proc/net/sockstat"
for n in 0 2; do
	printf 'TCP6: inuse %s\nUDP6: inuse 0\n' "$n" >"$tmp/vfs/proc/net/sockstat6"
	is "$n sockets of a kind: their table is read if there are any" \
		"$(read_by list --all | grep -x '/proc/net/tcp6*' | paste -sd' ')" "/proc/net/tcp$([ $n = 0 ] || echo ' /proc/net/tcp6')"
done
done_testing
