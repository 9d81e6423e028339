# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Sourced, behind tests/lib/tap.sh, by tests that carry out what a finding calls its fix.

# fix_plan ROOT FIX: the VM commands of `pve-gpu FIX`, as plancase prints them, in $tmp/commands.
fix_plan() {
	fix_root=$1
	eval "set -- $2" # the quotes around several addresses
	[ "$1" != pve-gpu ] || shift
	"$top_builddir/pve-gpu" --root "$fix_root" --json "$@" >"$tmp/plan.json" 2>"$tmp/err" || return
	for i in 0 1 2 3 4 5 6 7; do
		words=$("$top_builddir/tests/hosts/jsonq" get "/vm_commands/$i/0" <"$tmp/plan.json" 2>"$tmp/null") || break
		n=1
		while word=$("$top_builddir/tests/hosts/jsonq" get "/vm_commands/$i/$n" <"$tmp/plan.json" 2>"$tmp/null"); do
			words="$words $word"
			n=$((n + 1))
		done
		echo "vm $words"
	done >"$tmp/commands"
	[ -s "$tmp/commands" ]
}

# fix_play ROOT VMID: the stand-in for Proxmox carries them out.
fix_play() {
	"$top_builddir/tests/plans/pve/pveplan" "$1" "$2" write <"$tmp/commands" >"$tmp/said" 2>&1
}
