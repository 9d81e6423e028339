#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What doctor calls a fix is one: `pve-gpu passthrough …` plans it, the stand-in for Proxmox takes the
# commands, and the finding is gone then. Every fix of every lint_*.case.
set -u
. "$top_srcdir/tests/lib/tap.sh"

mktree=$top_builddir/tests/tools/mktree
pveplan=$top_builddir/tests/plans/pve/pveplan
plancase=$top_builddir/tests/plans/plancase
jsonq=$top_builddir/tests/hosts/jsonq

section() { # FILE NAME
	sed -n "/^=== $2\$/,/^=== /{/^=== /d;p;}" "$1"
}

make_tree() { # CASE
	section "$1" tree | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/case.tree"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/case.tree" "$tmp/root"
}

# plan FIX: its VM commands, as plancase prints them
plan() {
	eval "set -- $1" # the quotes around several addresses
	shift
	"$top_builddir/pve-gpu" --root "$tmp/root" --json "$@" >"$tmp/plan.json" 2>"$tmp/err" || return
	for i in 0 1 2 3 4 5 6 7; do
		words=$("$jsonq" get "/vm_commands/$i/0" <"$tmp/plan.json" 2>"$tmp/null") || break
		n=1
		while word=$("$jsonq" get "/vm_commands/$i/$n" <"$tmp/plan.json" 2>"$tmp/null"); do
			words="$words $word"
			n=$((n + 1))
		done
		echo "vm $words"
	done >"$tmp/commands"
	[ -s "$tmp/commands" ]
}

one() { # NAME CASE FINDING FIX
	vmid=${3##*/}
	make_tree "$2" || exit 1
	if ! plan "$4"; then
		fail "$1: $4" "$(cat "$tmp/err" "$tmp/plan.json")"
		return
	fi
	if ! "$pveplan" "$tmp/root" "$vmid" write <"$tmp/commands" >"$tmp/said" 2>&1; then
		fail "$1: $4" "$(cat "$tmp/said" "$tmp/commands")"
		return
	fi
	"$plancase" "$tmp/root" "$top_srcdir/data" doctor >"$tmp/doctor"
	is "$1: $4" "$(grep -E "^$3( |\$)" "$tmp/doctor")" ''
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
"$pveplan" "$tmp/root" 301 write <"$tmp/commands" >"$tmp/said" 2>&1
"$plancase" "$tmp/root" "$top_srcdir/data" doctor >"$tmp/doctor"
check 'what is no fix leaves the finding' grep -q '^finding note memory-pinned vm/301' "$tmp/doctor"
done_testing
