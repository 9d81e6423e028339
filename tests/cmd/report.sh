#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pve-gpu report: what is asked for is in it, and nothing that is nobody's business.
set -u
. "$top_srcdir/tests/lib/tap.sh"

"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"
conf=$tmp/node/etc/pve/nodes/pve1/qemu-server/100.conf
cat >>"$conf" <<'E2'
hostpci0: 0000:01:00,pcie=1
name: bank-of-secrets
smbios1: uuid=7a8f1c1e-53b4-4a8f-9d1b-0d3f54e3a001
net0: virtio=BC:24:11:AA:BB:CC,bridge=vmbr0
cipassword: $5$verysecret
sshkeys: ssh-rsa%20AAAAB3Nz
description: call me at 0123
args: -vnc :1,password=hunter2 -device x
E2
sed -i 's/$/ root=UUID=0f2d6bc1-7f0e-4d0b-b5c7-3a1f0d7e1234 ip=10.20.30.40 api_token=hunter3/' "$tmp/node/proc/cmdline"
echo 'options wg private_key=hunter4' >"$tmp/node/etc/modprobe.d/wg.conf"
"$top_builddir/pve-gpu" --root "$tmp/node" report >"$tmp/report" 2>"$tmp/diag"
is 'it ends well' "$?" 0

for word in '## pve-gpu' 'Kernel command line' 'IOMMU groups' 'What was found' '### VM 100' \
	'hostpci0: 0000:01:00,pcie=1' '10de:2684' 'group ' '192.0.2.1'; do
	grep -qF -- "$word" "$tmp/report" && pass "$word is in it" || fail "$word is in it"
done
for word in bank-of-secrets BC:24:11 verysecret AAAAB3Nz 'call me' 7a8f1c1e 0f2d6bc1 10.20.30.40 pve1 hunter; do
	if grep -qiF -- "$word" "$tmp/report"; then
		fail "$word is not in it" "$(grep -iF -- "$word" "$tmp/report")"
	else
		pass "$word is not in it"
	fi
done
"$top_builddir/pve-gpu" --root "$tmp/node" report --json >"$tmp/doc" 2>"$tmp/diag"
is 'as a document it is the same text' "$("$top_builddir/tests/hosts/jsonq" get /report <"$tmp/doc")" \
	"$(cat "$tmp/report")"
done_testing
