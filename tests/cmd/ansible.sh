#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The example of doc/ansible, on three nodes in folders: a check changes nothing, the second run neither.
. "$top_srcdir/tests/lib/tap.sh"

command -v ansible-playbook >/dev/null || skip_all 'ansible-playbook is not installed'
play=$(cd "$top_srcdir/doc/ansible" && pwd)/playbook.yml
bin=$(cd "$top_builddir" && pwd)
for node in pve1 pve2 pve3; do
	"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/$node" || exit 1
	printf '%s ansible_connection=local gpu_vm="" gpu_devices="['"'0000:01:00.0', '0000:01:00.1'"']" %s\n' "$node" \
		"gpu_become=false gpu_answers=$tmp/$node.conf gpu_options=\"['--root', '$tmp/$node']\""
done >"$tmp/hosts"
sed -i '1i [gpu_nodes]' "$tmp/hosts"

state() {
	find "$tmp"/pve? -path '*/var/lib/pve-gpu' -prune -o -type f -print0 | sort -z | xargs -0 cksum
}

ansible() {
	PATH=$bin:$PATH HOME=$tmp ANSIBLE_LOCAL_TEMP=$tmp/at ANSIBLE_REMOTE_TEMP=$tmp/ar ANSIBLE_NOCOLOR=1 \
		ansible-playbook -i "$tmp/hosts" "$play" "$@" >"$tmp/out" 2>&1
}

# Three lines "pve1 : ok=… changed=N …": the sums of a word.
sum() {
	sed -n "s/^pve[123] .*$1=\([0-9]*\).*/\1/p" "$tmp/out" | awk '{ n += $1 } END { print n + 0 }'
}

state >"$tmp/before"
ansible --check
is 'a check runs to its end' "$? $(sum failed)" '0 0' || cat "$tmp/out"
is 'and changes nothing' "$(state | diff - "$tmp/before")" ''
is 'but says what would be' "$(sum changed)" 3
ansible
is 'applied on all three' "$? $(sum failed) $(sum changed)" '0 0 6'
check 'their files are written' test -f "$tmp/pve3/etc/modprobe.d/vfio.conf"
state >"$tmp/after"
ansible
is 'a second run changes nothing' "$? $(sum failed) $(sum changed)" '0 0 0'
is 'not one file' "$(state | diff - "$tmp/after")" ''
sed -i "s/'0000:01:00.0', '0000:01:00.1'/'0000:03:00.0'/" "$tmp/hosts"
ansible
is 'a refusal ends it at the first node' "$(test $? -ne 0 && echo refused) $(sum failed) $(grep -c '^pve[23] .*ok=' "$tmp/out")" \
	'refused 1 0'
done_testing
