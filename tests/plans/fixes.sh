#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What doctor calls a fix is one: `pve-gpu passthrough …` plans it, the stand-in for Proxmox takes the
# commands, and the finding is gone then. Every fix of every lint_*.case.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fix.sh"

mktree=$top_builddir/tests/tools/mktree
plancase=$top_builddir/tests/plans/plancase

section() { # FILE NAME
	sed -n "/^=== $2\$/,/^=== /{/^=== /d;p;}" "$1"
}

make_tree() { # CASE
	section "$1" tree | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/case.tree"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/case.tree" "$tmp/root"
}

one() { # NAME CASE FINDING FIX
	case $3 in *' vm/'*) vmid=${3##*/} ;; *) vmid=$(echo "$4" | cut -d ' ' -f 3) ;; esac
	make_tree "$2" || exit 1
	if ! fix_plan "$tmp/root" "$4"; then
		fail "$1: $4" "$(cat "$tmp/err" "$tmp/plan.json")"
		return
	fi
	if ! fix_play "$tmp/root" "$vmid"; then
		fail "$1: $4" "$(cat "$tmp/said" "$tmp/commands")"
		return
	fi
	"$plancase" "$tmp/root" "$top_srcdir/data" doctor >"$tmp/doctor"
	# two entries of a VM can have the same fault: one of them is gone
	is "$1: $4" "$(grep -cE "^$3( |\$)" "$tmp/doctor")" \
		$(($(section "$2" plan | grep -cE "^$3( |\$)") - 1))
}

for case in "$top_srcdir"/tests/plans/cases/lint_*.case; do
	grep -q '^choices doctor$' "$case" || continue
	section "$case" plan | sed -n 's/^\(finding .*\) | \(pve-gpu .*\)$/\1|\2/p' >"$tmp/fixes"
	while IFS='|' read -r finding fix; do
		one "$(basename "$case" .case)" "$case" "$finding" "$fix"
	done <"$tmp/fixes"
done

# It can fail: what is no fix leaves the finding.
make_tree "$top_srcdir/tests/plans/cases/lint_memory.case"
echo 'vm qm set 301 --onboot 1' >"$tmp/commands"
fix_play "$tmp/root" 301
"$plancase" "$tmp/root" "$top_srcdir/data" doctor >"$tmp/doctor"
check 'what is no fix leaves the finding' grep -q '^finding note memory-pinned vm/301' "$tmp/doctor"
done_testing
