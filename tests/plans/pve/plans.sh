#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The VM commands of every plan in tests/plans/cases: Proxmox takes them, and the VM starts.
set -u
. "$top_srcdir/tests/lib/tap.sh"

mktree=$top_builddir/tests/tools/mktree
pveplan=$top_builddir/tests/plans/pve/pveplan

section() { # FILE NAME
	sed -n "/^=== $2\$/,/^=== /{/^=== /d;p;}" "$1"
}

# machines: the VMs that the commands are for, 0 for mappings
machines() {
	sed -n -e 's/^vm qm set \([0-9]*\) .*/\1/p' -e 's/^vm pvesh .*/0/p' "$tmp/all" | sort -u
}

play() { # CASE VMID
	file=$1 vmid=$2
	grep -E "^vm (qm set $vmid |pvesh )" "$tmp/all" >"$tmp/commands"
	section "$file" tree | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/case.tree"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/case.tree" "$tmp/root" || exit 1
	"$pveplan" "$tmp/root" "$vmid" <"$tmp/commands" >"$tmp/said" 2>&1
	status=$?
	name=$(basename "$file" .case)
	if section "$file" plan | grep -q '^finding [a-z]* romfile-missing '; then
		# The plan says itself that the ROM is still to be put there.
		check "$name: the missing ROM" grep -qx \
			'start: failed to find romfile .*' "$tmp/said"
	elif section "$file" plan | grep -q '^command .*sriov --at-boot ' &&
		grep -q '^start: no PCI device found' "$tmp/said"; then
		# The function is made by the plan itself: the tree has none yet.
		is "$name, VM $vmid: but for the function that the plan makes" \
			"$(grep '^start: ' "$tmp/said" | grep -v '^start: no PCI device found')" ''
	elif [ $status -eq 0 ]; then
		pass "$name, VM $vmid"
	else
		fail "$name, VM $vmid" "$(cat "$tmp/said")"
	fi
}

for case in "$top_srcdir"/tests/plans/cases/*.case; do
	section "$case" plan | sed '/^again:/,$d' | grep '^vm ' >"$tmp/all" || continue
	for machine in $(machines); do
		play "$case" "$machine"
		[ "$machine" = 0 ] || last=$machine
	done
done

# It can fail: a device that no tree has.
echo 'vm qm set '"$last"' --hostpci0 0000:7f:1f.7' >"$tmp/commands"
if "$pveplan" "$tmp/root" "$last" <"$tmp/commands" >"$tmp/said" 2>&1; then
	fail 'a device that is not there is complained of'
else
	is 'a device that is not there is complained of' "$(grep '^start' "$tmp/said")" \
		"start: no PCI device found for '0000:7f:1f.7'"
fi
done_testing
