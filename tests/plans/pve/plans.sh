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

for file in "$top_srcdir"/tests/plans/cases/*.case; do
	section "$file" plan | sed '/^again:/,$d' | grep '^vm ' >"$tmp/commands" || continue
	vmid=$(sed -n 's/^choices .*vm=\([0-9]*\).*/\1/p' "$file")
	section "$file" tree | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/case.tree"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/case.tree" "$tmp/root" || exit 1
	"$pveplan" "$tmp/root" "$vmid" <"$tmp/commands" >"$tmp/said" 2>&1
	status=$?
	if section "$file" plan | grep -q '^finding [a-z]* romfile-missing '; then
		# The plan says itself that the ROM is still to be put there.
		check "$(basename "$file" .case): the missing ROM" grep -qx \
			'start: failed to find romfile .*' "$tmp/said"
	elif [ $status -eq 0 ]; then
		pass "$(basename "$file" .case)"
	else
		fail "$(basename "$file" .case)" "$(cat "$tmp/said")"
	fi
	last=$vmid
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
