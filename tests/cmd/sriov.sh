#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Virtual functions: the list, what is refused, and what the unit runs, over a tree in which the files of
# sysfs are plain ones.
. "$top_srcdir/tests/lib/tap.sh"

jsonq=$top_builddir/tests/hosts/jsonq
node=$tmp/node
pf=$node/sys/bus/pci/devices/0000:07:00.1
conf=$node/etc/pve-gpu/sriov.conf
pve_gpu() {
	"$top_builddir/pve-gpu" --ascii --root "$node" "$@" 2>"$tmp/diag" </dev/null
}
new_node() {
	rm -rf "$node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/sriov-vfs.tree" "$node"
}
names_out() { # without the names of devices, which differ from machine to machine
	awk '{ print $1 }' "$tmp/out" | sed '/^$/,$d'
}
wrong() { # WORDS ARGUMENT...
	words=$1
	shift
	pve_gpu sriov "$@" >"$tmp/out"
	is "status of: $*" $? 2
	check "words of: $*" grep -qF -- "$words" "$tmp/diag"
}

new_node
pve_gpu sriov >"$tmp/out"
is 'the list' "$?$(names_out)" '0ADDRESS
0000:04:00.0
|-0000:04:02.0
`-0000:04:02.1
0000:07:00.0
0000:07:00.1
|-0000:07:10.1
`-0000:07:10.3'
check 'numbers now and at boot' grep -qE '^0000:07:00.1 .* 2 of 7 +2 ' "$tmp/out"
check 'who has one' grep -qE '0000:07:10.1 02:00:00:00:00:10 .*VM 100' "$tmp/out"
pve_gpu sriov --json >"$tmp/out"
is 'the same as JSON' "$("$jsonq" rows /devices address total count at_boot made_by vf_driver <"$tmp/out" | tail -n 1)
$("$jsonq" rows /devices/2/vfs number address mac vms <"$tmp/out")" "$("$jsonq" rows /devices address <"$tmp/out" | tail -n 1) 7 2 2 pve-gpu none
0 0000:07:10.1 02:00:00:00:00:10 100
1 0000:07:10.3 02:00:00:00:00:11 "

wrong 'It takes the address of a device' 07:00.1
wrong 'is not the address of one function' 07:00 2
wrong 'is no number of virtual functions' 07:00.1 many
wrong '--vf-driver is host or none' 07:00.1 2 --vf-driver=some
wrong '--vf takes the number of a virtual function' 07:00.1 2 --vf 0,mac=01:00:00:00:00:01
wrong '--vf takes the number of a virtual function' 07:00.1 2 --vf 0,vlan=4095
wrong 'go with an address and a number' --vm 100
wrong '--at-boot goes without other options' --at-boot --vf-driver=none
wrong '--at-boot takes the address of one card' --at-boot 07:00.1 2
wrong '--now takes an address and a number' --now 07:00.1 2 --vm 100
wrong 'has no --json' --at-boot --json

# ---- what the unit runs ----

pve_gpu sriov --at-boot >"$tmp/out"
is 'what is so already' "$?$(cat "$tmp/out")" '00000:07:00.1 has its 2 virtual functions.
  ip link set dev enp7s0f1 vf 0 mac 02:00:00:00:00:10 vlan 20
  ip link set dev enp7s0f1 vf 1 mac 02:00:00:00:00:11 spoofchk off trust on'
is 'the functions are left for VMs' "$(cat "$pf/virtfn0/driver_override")" vfio-pci

echo 0 >"$pf/sriov_numvfs"
echo 1 >"$pf/sriov_drivers_autoprobe"
pve_gpu sriov --at-boot 07:00.1 >"$tmp/out"
is 'none were there' "$?$(head -n 1 "$tmp/out")" '00000:07:00.1 has 2 virtual functions.'
is 'made without drivers of the host' "$(cat "$pf/sriov_numvfs") $(cat "$pf/sriov_drivers_autoprobe")" '2 0'

sed -i 's/ 2 none$/ 2 host/' "$conf"
: >"$node/sys/bus/pci/drivers_probe"
pve_gpu sriov --at-boot >"$tmp/out"
is 'drivers of the host are asked' "$? $(cat "$pf/sriov_drivers_autoprobe") $(cat "$node/sys/bus/pci/drivers_probe")" '0 1 0000:07:10.3'

declined() { # NAME WORDS
	pve_gpu sriov --at-boot >"$tmp/out"
	is "$1: refused" $? 1
	check "$1: why" grep -qF -- "$2" "$tmp/diag"
	is "$1: nothing was made" "$(cat "$pf/sriov_numvfs")" 0
}
new_node
echo 0 >"$pf/sriov_numvfs"
sed -i 's/e7:32 2 none/e7:33 2 none/' "$conf"
declined 'another card of the same make' 'another card of the same make: mac=04:42:1a:0d:e7:32, not mac=04:42:1a:0d:e7:33'
sed -i 's/8086:10c9/8086:10c8/' "$conf"
declined 'another device' 'there is another device: 8086:10c9, not 8086:10c8'
sed -i 's/^card 0000:07:00.1/card 0000:17:00.1/' "$conf"
declined 'no device' 'There is no device at 0000:17:00.1.'
echo 'card nonsense' >"$conf"
declined 'a line that cannot be read' 'sriov.conf:1: this is no card'
: >"$conf"
pve_gpu sriov --at-boot >"$tmp/out"
is 'no card is no failure' "$?$(cat "$tmp/out")" 0

new_node
sed -i 's/ 2 none$/ 3 none/' "$conf"
printf '0000:07:10.1 100 pid:1\n' >"$node/run/qemu-server/pci-id-reservations"
echo 1 >"$node/run/qemu-server/100.pid"
mkdir -p "$node/proc/1"
pve_gpu sriov --at-boot >"$tmp/out"
is 'never under a VM that runs' "$?$(cat "$pf/sriov_numvfs")" 12
check 'and it says so' grep -qF 'VM 100 runs with 0000:07:10.1' "$tmp/diag"
pve_gpu sriov --now 07:00.1 0 >"$tmp/out"
is 'nor when a change is taken back' "$?$(cat "$pf/sriov_numvfs")" 12

new_node
: >"$node/sys/bus/pci/drivers_probe"
pve_gpu sriov --now 07:00.1 5 --vf-driver=host >"$tmp/out"
is 'another number, now' "$? $(cat "$pf/sriov_numvfs") $(cat "$pf/sriov_drivers_autoprobe")" '0 5 1'
pve_gpu status >"$tmp/out"
is 'status sees that they differ' $? 1
check 'in words' grep -qF 'It has 5 virtual functions and should have 2.' "$tmp/out"

# ---- a plan, applied and taken back ----

new_node
cp -R "$node/etc" "$tmp/etc"
pve_gpu sriov 07:00.0 2 --vm 101 --apply --yes >"$tmp/out"
is 'applied' $? 0
check 'the command is only listed here' grep -qF 'pve-gpu sriov --at-boot 0000:07:00.0' "$tmp/out"
is 'a second card in the file' "$(grep -c '^card' "$conf")" 2
check 'the history names it' sh -c "'$top_builddir/pve-gpu' --root '$node' history | grep -qF '2 virtual functions of 07:00.0, one for VM 101'"
pve_gpu undo >"$tmp/out"
is 'undone' "$?$(diff -r "$tmp/etc" "$node/etc")" 0
done_testing
