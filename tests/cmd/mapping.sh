#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Resource mappings of a cluster of three nodes: the table, its JSON, this node's entries.
. "$top_srcdir/tests/lib/tap.sh"

jsonq=$top_builddir/tests/hosts/jsonq
node=$tmp/node
pve_gpu() {
	"$top_builddir/pve-gpu" --ascii --root "$node" "$@" 2>"$tmp/diag" </dev/null
}
"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/cluster3.tree" "$node"

pve_gpu mapping >"$tmp/out"
is 'something of this node is wrong' $? 1
is 'the table' "$(sed '/^$/,$d; s/ *$//' "$tmp/out")" \
'MAPPING, NODE      STATE      DEVICE       ID        VM
gpu1               PCI                               200
|-pve1 (this node) ok         0000:01:00   10de:2684
|-pve2             listed     0000:0a:00   10de:2684
`-pve3 (offline)   missing    -            -
gpu2               PCI                               -
|-pve1 (this node) missing    -            -
|-pve2             listed     0000:0b:00   10de:2684
`-pve3 (offline)   listed     0000:01:00   10de:2684
sound              PCI                               -
|-pve1 (this node) wrong      0000:02:00.1 10de:22ba
|-pve2             missing    -            -
`-pve3 (offline)   missing    -            -
moved              PCI                               -
|-pve1 (this node) moved      0000:09:00.0 1e36:0001
|-pve2             missing    -            -
`-pve3 (offline)   listed     0000:05:00.0 1e36:0001
amd                PCI                               -
|-pve1 (this node) ok         0000:05:00.0 1002:67df
|-pve2             differs    0000:03:00.0 1002:73bf
`-pve3 (offline)   missing    -            -
short              PCI                               -
|-pve1 (this node) ok         0000:05:00.0 1002:67df
|-pve2             incomplete 0000:04:00.0 1002:67df
`-pve3 (offline)   missing    -            -
gone               PCI                               -
|-pve1 (this node) absent     0000:81:00.0 15b3:1017
|-pve2             missing    -            -
`-pve3 (offline)   missing    -            -
stranger           PCI                               -
|-pve1 (this node) missing    -            -
|-pve2             missing    -            -
|-pve3 (offline)   missing    -            -
`-old (no node)    listed     0000:01:00   10de:2684
key                USB                               200
|-pve1 (this node) ok         1-6          10c4:ea60
|-pve2             listed     1-4          10c4:ea60
`-pve3 (offline)   missing    -            -
stick              USB                               -
|-pve1 (this node) moved      1-9          0951:1666
|-pve2             missing    -            -
`-pve3 (offline)   listed     any port     0951:1666'
is 'what mends it' "$(grep '^  pve-gpu ' "$tmp/out")" \
'  pve-gpu mapping gpu2 0000:02:00
  pve-gpu status --repair
  pve-gpu status --repair
  pve-gpu mapping stranger 0000:02:00
  pve-gpu mapping stick 1-2'

pve_gpu mapping --json >"$tmp/doc"
is 'the same as JSON' "$? $("$jsonq" get '' <"$tmp/doc" >/dev/null && echo valid)" '1 valid'
is 'nodes' "$("$jsonq" rows /nodes name here member online <"$tmp/doc")" \
'old false false null
pve1 true true true
pve2 false true true
pve3 false true false'
is 'mappings' "$("$jsonq" rows /mappings id kind vms <"$tmp/doc" | sed 's/ *$//')" \
'gpu1 pci 200
gpu2 pci
sound pci
moved pci
amd pci
short pci
gone pci
stranger pci
key usb 200
stick usb'
is 'the nodes of one' "$("$jsonq" rows /mappings/1/nodes node here state starts device ids fix <"$tmp/doc")" \
'pve1 true missing false null null pve-gpu mapping gpu2 0000:02:00
pve2 false listed true 0000:0b:00 10de:2684 null
pve3 false listed true 0000:01:00 10de:2684 null'

# Each fix that is named plans just that.
pve_gpu mapping gpu2 0000:02:00 --json >"$tmp/doc"
is 'this node is added' "$("$jsonq" get /vm_commands/0 <"$tmp/doc")" \
'pvesh,set,/cluster/mapping/pci/gpu2,--map,id=10de:2684,iommugroup=32,node=pve2,path=0000:0b:00,subsystem-id=1458:40bf,--map,id=10de:2684,iommugroup=20,node=pve3,path=0000:01:00,subsystem-id=1458:40bf,--map,node=pve1,path=0000:02:00,id=10de:2684,iommugroup=15,subsystem-id=1458:40bf'
pve_gpu mapping stick 1-2 --json >"$tmp/doc"
is 'the stick is followed' "$("$jsonq" get /vm_commands/0 <"$tmp/doc")" \
'pvesh,set,/cluster/mapping/usb/stick,--map,node=pve1,id=0951:1666,path=1-2,--map,id=0951:1666,node=pve3'
pve_gpu status --repair --json >"$tmp/doc"
is 'what drifted is repaired' "$("$jsonq" get /vm_commands <"$tmp/doc" | grep -c iommugroup=40)" 0

pve_gpu mapping gpu2 02:00 --apply --yes >"$tmp/out"
is 'applied below a folder: the command is listed' \
	"$? $(grep -m1 -c 'pvesh set /cluster/mapping/pci/gpu2' "$tmp/out")" '0 1'
pve_gpu mapping gpu2 --remove --usb >"$tmp/out"
is 'the USB mapping of the name is asked for' "$(grep -c 'no mapping of that name' "$tmp/out")" 1

# How it is called
for wrong in 'gpu2' '--remove' 'gpu2 nonsense' 'gpu2 02:00 --remove' 'gpu2 02:00 1-2' \
	'gpu2 02:00 --add --replace' 'gpu2 02:00 --usb' 'gpu2 02:00 --yes' 'gpu2 mapping=x' 'gpu2 spice'; do
	# shellcheck disable=SC2086
	pve_gpu mapping $wrong >"$tmp/out"
	is "wrong usage: $wrong" "$? $(wc -l <"$tmp/out")" '2 0'
done

# Without quorum
sed -i 's/"quorate": 1/"quorate": 0/' "$node/etc/pve/.members"
pve_gpu mapping >"$tmp/out"
is 'the table says it' "$(grep -c "^This node is without the cluster's quorum" "$tmp/out")" 1
pve_gpu mapping gpu2 02:00 --apply --yes >"$tmp/out"
is 'and nothing is done' "$? $(grep -c "without the cluster's quorum" "$tmp/diag")" '1 1'

# A node by itself
rm "$node/etc/pve/corosync.conf" "$node/etc/pve/.members"
rm -r "$node/etc/pve/nodes/pve2" "$node/etc/pve/nodes/pve3" "$node/etc/pve/nodes/old" "$node/etc/pve/mapping"
is 'no mapping' "$(pve_gpu mapping)" \
'There is no resource mapping. `pve-gpu mapping NAME ADDRESS` plans one.'
pve_gpu mapping new 02:00 --json >"$tmp/doc"
is 'one is made' "$("$jsonq" get /vm_commands/0 <"$tmp/doc")" \
'pvesh,create,/cluster/mapping/pci,--id,new,--map,node=pve1,path=0000:02:00,id=10de:2684,iommugroup=15,subsystem-id=1458:40bf'

# What others wrote: names, nodes and devices that are none
esc=$(printf '\033')
evil="x${esc}[2J${esc}]0;title$(printf '\a\r\177\302\233')31m$(printf '\342\200\256')y"
mkdir -p "$node/etc/pve/mapping"
printf 'nodelist {\n node {\n  name: %s\n }\n node {\n  name: pve1\n }\n}\n}\n}\nnode {\n name: a\n' "$evil" \
	>"$node/etc/pve/corosync.conf"
printf '{"nodelist":{"pve1":{"online":"%s"}},"cluster":[0]}' "$evil" >"$node/etc/pve/.members"
printf '%s\n\tmap node=%s,path=%s,id=%s\n\tdescription %s\n\nok1\n\tmap node=pve1,path=0000:02:00,id=%s\n' \
	"x$evil" "$evil" "$evil" "$evil" "$evil" "$evil" | tee "$node/etc/pve/mapping/pci.cfg" \
	>"$node/etc/pve/mapping/usb.cfg"
for command in mapping 'mapping --json' 'mapping ok1 02:00' 'mapping ok1 --remove'; do
	# shellcheck disable=SC2086
	pve_gpu $command >"$tmp/out"
	is "safe: $command" "$(cat "$tmp/out" "$tmp/diag" |
		LC_ALL=C grep -caP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]')" 0
done
done_testing
