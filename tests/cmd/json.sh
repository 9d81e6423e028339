#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command's document: valid, alone on stdout, with the keys that were promised, also
# where the host cannot be read.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"
printf 'vm = 100\ndevices = {'\''0000:01:00.0'\'', '\''0000:01:00.1'\''}\n' >"$tmp/answers"

# ask ROOT STATUS COMMAND...: the document is left in $tmp/doc
ask() {
	root=$1 wanted=$2
	shift 2
	"$pve_gpu" "$@" --json --root "$root" >"$tmp/doc" 2>"$tmp/diag" </dev/null
	is "$* below ${root##*/}" "$?" "$wanted"
	"$jsonq" get '' <"$tmp/doc" >/dev/null
	is "$* below ${root##*/}: one document" "$?" 0
}

# keys POINTER KEY...: exactly these or more of them
keys() {
	pointer=$1
	shift
	missing=
	for key in "$@"; do
		"$jsonq" keys "$pointer" <"$tmp/doc" | grep -qx "$key" || missing="$missing $key"
	done
	is "keys of ${pointer:-the document}" "$missing" ''
}

value() {
	is "$1" "$("$jsonq" get "$1" <"$tmp/doc")" "$2"
}

finding='id level scope text evidence advice fix'
plan='findings effects files commands vm_commands reboot expect'

ask "$tmp/node" 0 list
keys '' devices
keys /devices/0 address class vendor_id device_id revision subsystem name driver iommu_group \
	boot_vga kind vf_of vfs reset used_by vms
is 'three GPUs' "$("$jsonq" rows /devices address kind boot_vga iommu_group driver <"$tmp/doc")" \
'0000:00:02.0 gpu true 2 i915
0000:01:00.0 gpu false 14 nouveau
0000:02:00.0 gpu false 15 amdgpu'
value /devices/1/class 0300
value /devices/1/vendor_id 10de
value /devices/1/device_id 2684
value /devices/1/revision a1
value /devices/1/subsystem 1458:40bf
value /devices/1/reset flr,bus
value /devices/1/vfs 0,0
value /devices/1/vf_of null

ask "$tmp/node" 0 list --all
is 'users of the network card' "$("$jsonq" rows /devices address used_by <"$tmp/doc" |
	grep -F 03:00.0)" \
'0000:03:00.0 {"what":"network","detail":"vmbr0 192.168.1.10\/24, default route"}'
is 'a bridge is no boot display' "$("$jsonq" get /devices/0/boot_vga <"$tmp/doc")" false

ask "$tmp/node" 0 iommu
keys '' iommu groups
keys /iommu active firmware interrupt_remapping kernel_option
value /iommu '{"active":true,"firmware":"DMAR","interrupt_remapping":true,"kernel_option":null}'
is 'verdicts' "$("$jsonq" rows /groups id verdict <"$tmp/doc" | grep -E '^(1|14|15) ')" \
'1 empty
14 clean
15 shared'

ask "$tmp/node" 0 doctor
keys /findings/0 $finding

"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/vgpu.tree" "$tmp/vgpu"
ask "$tmp/vgpu" 0 vgpu
keys '' devices instances findings
keys /devices/0 address parent name driver interface functions types
keys /devices/0/types/0 type name description device_api framebuffer_mib available users
keys /devices/0/types/0/users/0 vmid key uuid configured
is 'cards' "$("$jsonq" rows /devices address parent interface <"$tmp/doc")" \
'0000:00:02.0 0000:00:02.0 types
0000:01:00.0 0000:01:00.0 none
0000:02:00.0 0000:02:00.0 types
0000:05:00.0 0000:05:00.0 none
0000:41:00.0 0000:41:00.0 nvidia
null mtty types'
is 'types before Linux 6.8' "$("$jsonq" rows /devices/2/types type name framebuffer_mib available <"$tmp/doc")" \
'nvidia-222 GRID T4-1B 1024 16
nvidia-231 GRID T4-4Q 4096 4
nvidia-232 GRID T4-8Q 8192 0'
is 'types from Linux 6.8 on' "$("$jsonq" rows /devices/4/types type name framebuffer_mib available <"$tmp/doc")" \
'nvidia-1148 NVIDIA L40-1Q 1024 2
nvidia-1150 NVIDIA L40-4Q 4096 2'
is 'its functions' "$("$jsonq" rows /devices/4/functions address current_type <"$tmp/doc")" \
'0000:41:00.4 1150
0000:41:00.5 0
0000:41:00.6 0'
is 'instances' "$("$jsonq" rows /instances parent type vmid <"$tmp/doc")" \
'0000:00:02.0 i915-GVTg_V5_4 103
0000:00:02.0 i915-GVTg_V5_8 null'
ask "$tmp/vgpu" 0 vgpu 101 41:00.0 nvidia-1148
keys '' $plan
value /vm_commands/0 qm,set,101,--hostpci0,0000:41:00.5,mdev=nvidia-1148
ask "$tmp/vgpu" 1 vgpu 101 41:00.0 nvidia-9
ask "$tmp/vgpu" 0 status
is 'a card that is divided is right with its driver' \
	"$("$jsonq" rows /devices address verdict <"$tmp/doc" | grep -F 00:02.0)" '0000:00:02.0 ok'

ask "$tmp/node" 0 usb
keys '' devices mappings
keys /devices/0 port parent controller vendor_id product_id kind speed manufacturer product \
	serial hub same_ids drivers nodes used_by vms
is 'what is plugged in' "$("$jsonq" rows /devices port parent vendor_id product_id kind same_ids \
	<"$tmp/doc" | grep -v '^usb')" \
'1-3 usb1 046d c31c keyboard 1
1-5 usb1 051d 0002 ups 1
3-2 usb3 05e3 0610 hub 1
3-2.1 3-2 10c4 ea60 serial 1
3-2.4 3-2 046d 085e video 1
4-1 usb4 0781 5583 disk 2
4-2 usb4 0781 5583 disk 2'
is 'its users' "$("$jsonq" rows /devices port used_by vms nodes <"$tmp/doc" | grep -F 3-2.1)" \
'3-2.1  {"vmid":101,"key":"usb0","value":"host=10c4:ea60"} ttyUSB0'
is 'what the node uses' "$("$jsonq" rows /devices port used_by <"$tmp/doc" | grep '^1-[35]')" \
'1-3 {"what":"input","detail":"keyboard USB Keyboard","vital":false}
1-5 {"what":"ups","detail":"UPS, watched by NUT","vital":false}'
value /devices/0/controller 0000:00:14.0
value /devices/0/parent null
value /mappings ''

ask "$tmp/node" 0 usb 100 4-1
keys '' $plan
value /vm_commands/0 qm,set,100,--usb0,host=4-1
value /reboot false
value /files ''
ask "$tmp/node" 1 usb 100 0781:5583
value /findings/0/id usb-twins
value /findings/0/advice 'Name it by its port: 4-1, 4-2.'
value /vm_commands ''
ask "$tmp/node" 0 usb 101 --remove usb0
value /vm_commands/0 qm,set,101,--delete,usb0
ask "$tmp/node" 1 usb 100 --mapping zigbee
value /findings/0/id usb-mapping-wrong
ask "$tmp/node" 0 usb 100 3-2.1 --mapping zigbee
value /vm_commands/0 'pvesh,create,/cluster/mapping/usb,--id,zigbee,--map,node=pve1,id=10c4:ea60,path=3-2.1'
value /vm_commands/1 qm,set,100,--usb0,mapping=zigbee
ask "$tmp/node" 0 usb 100 05:00.0
value /vm_commands/0 qm,set,100,--hostpci0,0000:05:00.0,pcie=1
printf 'vm = 100\nusb = {'\''4-1'\''}\n' >"$tmp/usb-answers"
ask "$tmp/node" 0 usb 100 4-1
cp "$tmp/doc" "$tmp/by-hand"
ask "$tmp/node" 0 plan --answers "$tmp/usb-answers"
is 'the same by an answer file' "$(cmp "$tmp/doc" "$tmp/by-hand" 2>&1)" ''

ask "$tmp/node" 0 passthrough 100 01:00
keys '' $plan
keys /findings/0 $finding
keys /effects/0 address now after why lost
keys /files/0 path change diff
keys /expect/0 address driver
value /reboot true
value /effects/0/after vfio-pci
cp "$tmp/doc" "$tmp/by-hand"
ask "$tmp/node" 0 plan --answers "$tmp/answers"
keys '' $plan
is 'the same choices, the same plan' "$(cmp "$tmp/doc" "$tmp/by-hand" 2>&1)" ''

ask "$tmp/node" 1 passthrough 100 09:00.0
value /findings/0/level block
value /findings/0/scope 0000:09:00.0
value /files ''
is 'and one line for people' "$(cat "$tmp/diag")" \
	'pve-gpu: There is no device 0000:09:00.0 on this node.'
ask "$tmp/node" 1 passthrough 4711 01:00.0
is 'an unknown VM' "$(cat "$tmp/diag")" 'pve-gpu: There is no VM 4711.'

ask "$tmp/node" 0 history
value /transactions ''
ask "$tmp/node" 0 passthrough 100 01:00 --apply --yes
keys '' $plan
ask "$tmp/node" 0 history
keys /transactions/0 id state files time
value /transactions/0/state applied
value /transactions/0/files /etc/grub.d/42_pve-gpu,/etc/kernel/postinst.d/zz-pve-gpu-watch,/etc/modprobe.d/vfio.conf,/etc/modules-load.d/vfio.conf,/etc/pve-gpu/devices.conf
ask "$tmp/node" 0 status
keys /devices/0 address driver expected verdict vms
is 'what is to become of it' "$("$jsonq" rows /devices address driver expected verdict <"$tmp/doc")" \
'0000:01:00.0 nouveau vfio-pci pending-reboot
0000:01:00.1 snd_hda_intel vfio-pci pending-reboot'
keys '' devices usb_mappings
value /usb_mappings ''
mkdir -p "$tmp/node/etc/pve/mapping"
printf 'stick\n\tmap id=10c4:ea60,node=%s,path=1-9\n' "$(cat "$tmp/node/proc/sys/kernel/hostname")" \
	>"$tmp/node/etc/pve/mapping/usb.cfg"
ask "$tmp/node" 1 status
is 'a USB device that has moved' \
	"$("$jsonq" rows /usb_mappings mapping port now verdict reason <"$tmp/doc")" \
	'stick 1-9 3-2.1 wrong usb-mapping-moved'
rm "$tmp/node/etc/pve/mapping/usb.cfg"
ask "$tmp/node" 0 undo
value /outcome done
ask "$tmp/node" 0 history
value /transactions/0/state undone
ask "$tmp/node" 1 undo no-such-change
value /outcome refused
ask "$tmp/node" 0 recover
value /outcome nothing

# A folder that is no host, and one that does not exist.
mkdir "$tmp/nothing"
no_sysfs='This folder has no /sys/bus/pci: it is not a host'\''s root, or sysfs is not mounted.'
for command in 'list' 'list --all' iommu status usb; do
	# shellcheck disable=SC2086
	ask "$tmp/nothing" 1 $command
	value /error "$tmp/nothing: $no_sysfs"
	is "$command: said" "$(cat "$tmp/diag")" "pve-gpu: $tmp/nothing: $no_sysfs"
done
for command in doctor 'passthrough 100 01:00.0' "plan --answers $tmp/answers" \
	"apply --yes --answers $tmp/answers"; do
	# shellcheck disable=SC2086
	ask "$tmp/nothing" 1 $command
	value /findings/0/level block
	value /findings/0/text "$tmp/nothing: $no_sysfs"
	is "$command: said" "$(cat "$tmp/diag")" "pve-gpu: $tmp/nothing: $no_sysfs"
done
is 'nothing was made there' "$(ls -A "$tmp/nothing")" ''
for command in list iommu status doctor 'passthrough 100 01:00.0' history undo recover; do
	# shellcheck disable=SC2086
	ask "$tmp/missing" 1 $command
	is "$command: said" "$(cat "$tmp/diag")" \
		"pve-gpu: $tmp/missing: The folder cannot be opened: it does not exist."
done
done_testing
