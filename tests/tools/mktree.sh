#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mktree makes what the tree file says, and refuses what it does not understand.
. "$top_srcdir/tests/lib/tap.sh"

mktree=$top_builddir/tests/tools/mktree
d=$tmp/tree
pci=$d/sys/bus/pci/devices

"$mktree" "$top_srcdir/tests/tools/all.tree" "$d"
is 'the tree is made' $? 0
is 'file and mode' "$(cat "$d/a/b/text"; stat -c %a "$d/a/b" "$d/a/b/text")" 'one

# three
700
600'
is 'crlf without a last line end' "$(od -An -c "$d/a/crlf" | tr -d ' ')" 'x\r\ny'
is 'hex' "$(od -An -tx1 "$d/a/bytes" | tr -d ' ')" '00ff0a42'
is 'value' "$(cat "$d/a/value")" 'two  words'
is 'an absolute link stays in the tree' "$(readlink "$d/abs") $(cat "$d/a/through")" '/a 1'
is 'a link to what is made later' "$(cat "$d/sys/devices/disk/sda/dev")" '8:0'
is 'an empty file' "$(stat -c %s "$d/a/empty")" 0
is 'remove' "$(ls -d "$d/a/gone" "$d/gone" 2>/dev/null)" ''
is 'the later line counts' "$(cat "$d/a/twice" "$d/a/was")" 'second
a file'
is 'kernel' "$(cat "$d/proc/sys/kernel/osrelease"; ls "$d/boot")" '6.14.8-2-pve
vmlinuz-6.14.8-2-pve'
is 'aliases' "$(cat "$d/lib/modules/6.14.8-2-pve/modules.alias")" \
'alias pci:v00008086d*sv*sd*bc03sc*i* i915
alias pci:v000010DEd00002684sv*sd*bc*sc*i* nouveau
alias pci:v000010DEd00002684sv*sd*bc*sc*i* nvidiafb'

gpu=$d/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0
is 'the device lies below its bridge' "$(readlink -f "$pci/0000:01:00.0")" \
	"$(readlink -f "$gpu")"
is 'attributes' "$(cd "$gpu" && cat vendor device class revision subsystem_vendor modalias \
	boot_vga reset_method driver_override ../0000:01:00.1/driver_override)" \
'0x10de
0x2684
0x030000
0xa1
0x1458
pci:v000010DEd00002684sv00001458sd000040BFbc03sc00i00
1
flr bus
(null)
vfio-pci'
is 'resource' "$(sed -n '1,3p;7p;$=' "$gpu/resource")" \
'0x0000000080000000 0x0000000080ffffff 0x0000000000040200
0x0000006000000000 0x00000067ffffffff 0x000000000014220c
0x0000000000000000 0x0000000000000000 0x0000000000000000
0x0000000081000000 0x000000008107ffff 0x0000000000040200
13'
is 'driver, both ways' "$(cd "$gpu" && readlink driver &&
	readlink -f "$d/sys/bus/pci/drivers/nouveau/0000:01:00.0")" \
"../../../../bus/pci/drivers/nouveau
$(readlink -f "$gpu")"
is 'its module' "$(readlink "$d/sys/bus/pci/drivers/vfio-pci/module")" \
	'../../../../module/vfio_pci'
is 'group, both ways' "$(readlink "$gpu/iommu_group" && cd "$d/sys/kernel/iommu_groups" &&
	ls -d */devices/*)" \
'../../../../kernel/iommu_groups/14
1/devices/0000:00:01.0
14/devices/0000:01:00.0
14/devices/0000:01:00.1
4/devices/0000:00:03.0'
is 'a device defined again' "$(ls "$d/sys/bus/pci/drivers/nvme/")$(cd "$pci/0000:00:03.0" &&
	ls driver reset 2>/dev/null; readlink iommu_group)" \
'bind
module
new_id
remove_id
unbind../../../kernel/iommu_groups/4'
is 'virtual functions' "$(cd "$pci/0000:00:02.0/" && cat sriov_totalvfs sriov_numvfs &&
	readlink virtfn0 ../0000:00:02.1/physfn)" \
'8
1
../0000:00:02.1
../0000:00:02.0'
is 'config' "$(stat -c %s "$pci"/0000:01:00.0/config "$pci"/0000:00:02.0/config
	ls "$pci"/0000:00:02.1/config 2>/dev/null)" \
'64
256'

is 'mediated devices' "$(cd "$pci/0000:00:02.0/mdev_supported_types/net-a" && cat name device_api \
	available_instances && ls "$d/sys/class/mdev_bus")" 'A kind of NIC
vfio-pci
3
0000:00:02.0
mtty'
uuid=00000001-0000-0000-0000-000000000100
is 'an instance' "$(readlink -f "$d/sys/bus/mdev/devices/$uuid" "$d/sys/bus/mdev/devices/$uuid/mdev_type" |
	sed "s|^$(readlink -f "$d")||"
	ls "$d/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/devices")" \
	"/sys/devices/virtual/mtty/mtty/$uuid
/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1
$uuid"
# A reader that is not ours: what lspci says of the same tree.
if command -v lspci >/dev/null 2>&1; then
	lspci -Dnv -O sysfs.path="$d/sys/bus/pci" >"$tmp/lspci" 2>/dev/null
	is 'lspci reads the ids' "$(lspci -Dn -O sysfs.path="$d/sys/bus/pci" 2>/dev/null)" \
'0000:00:01.0 0604: 8086:a70d (rev 01)
0000:00:02.0 0200: 8086:1572 (rev 02)
0000:00:02.1 0200: 8086:154c (rev 02)
0000:00:03.0 0108: 144d:a808
0000:01:00.0 0300: 10de:2684 (rev a1)
0000:01:00.1 0403: 10de:22ba (rev a1)'
	is 'lspci reads the rest' "$(sed -n '/^0000:01:00.0/,/^$/p' "$tmp/lspci" |
		sed -n 's/^\t//p')" \
'Subsystem: 1458:40bf
Flags: bus master, fast devsel, latency 0, IRQ 16, IOMMU group 14
Memory at 80000000 (32-bit, non-prefetchable) [size=16M]
Memory at 6000000000 (64-bit, prefetchable) [size=32G]
Memory at 6800000000 (64-bit, prefetchable) [size=32M]
I/O ports at 3000 [size=128]
Expansion ROM at 81000000 [disabled] [size=512K]
Kernel driver in use: nouveau'
	is 'lspci reads the bridge' "$(sed -n 's/^\t\(Bus:\)/\1/p' "$tmp/lspci")" \
		'Bus: primary=00, secondary=01, subordinate=01, sec-latency=0'
else
	skip 'lspci reads the tree' 'no lspci'
fi

# Each mistake in a line of its own, with the message it must give.
n=0
while IFS='	' read -r line message; do
	n=$((n + 1))
	printf 'dir /x/y\n%s\n' "$line" >"$tmp/bad.tree"
	out=$("$mktree" "$tmp/bad.tree" "$tmp/bad$n" 2>&1)
	is "refused: $line" "$? $out" "1 $tmp/bad.tree:2: $message"
done <<'EOF'
frobnicate /a	unknown word 'frobnicate'
dir	dir: something must follow
dir x	'x': a path begins with / and names something
dir /x/../y	'/x/../y': no '//', '.', '..' or final '/' in a path
dir /a 9	'9' is no mode
dir /a 0700 x	dir takes a path and perhaps a mode
file /x	/x: is a folder; remove it first
file /a nl	'nl' is no mode
link /a	link takes a path and a target
link /x y	/x: is a folder; remove it first
remove /z	/z: No such file or directory
value /a/	'/a/': no '//', '.', '..' or final '/' in a path
|text	content without a file before it
alias a b	alias comes after a kernel line
kernel a/b	kernel takes one release
pci 01:00.0 class=030000 id=1:2	'01:00.0' is no PCI address with its domain
pci 0000:01:00.0 class=030000	class= and id= are needed
pci 0000:01:00.0 class=030000 id=1	id=1: two numbers with a colon are wanted
pci 0000:01:00.0 class=030000 id=1:2 colour=red	unknown word 'colour='
pci 0000:01:00.0 class=030000 id=1:2 driver	'driver': KEY=VALUE is wanted
pci 0000:01:00.0 class=030000 id=1:2 bar0=3M	bar0=3M: a power of two is wanted
pci 0000:01:00.0 class=030000 id=1:2 bar0=1M:64 bar1=1M	bar1: taken by the upper half of the BAR before it
pci 0000:01:00.0 class=030000 id=1:2 bar9=1M	bar9: there are bar0 to bar5
pci 0000:01:00.0 class=020000 id=1:2 boot_vga=1	boot_vga= is for class 0300
pci 0000:01:00.0 class=020000 id=1:2 parent=0000:00:01.0	parent=0000:00:01.0: there is no such device yet
pci 0000:01:00.0 class=020000 id=1:2 config=8	config=8: is one of none, short, 64, 256, ff
EOF
printf 'include bad.tree\n' >"$tmp/loop.tree"
printf 'include loop.tree\n' >"$tmp/bad.tree"
is 'files that include one another end' \
	"$("$mktree" "$tmp/bad.tree" "$tmp/loop" 2>&1 | sed 's/.*:1: //')" \
	'more than 8 files include one another'
done_testing
