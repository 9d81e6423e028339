#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# iommu --svg: one well-formed picture with every group and device, whatever a device is called.
. "$top_srcdir/tests/lib/tap.sh"

cat >"$tmp/odd.tree" <<TREE
include ../../../../../../../..$top_srcdir/tests/trees/p_host.tree
file /proc/sys/kernel/hostname
|<b>&"node"
TREE
"$top_builddir/tests/tools/mktree" "$tmp/odd.tree" "$tmp/odd" || exit 1
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/demo" || exit 1
mkdir -p "$tmp/none"
for node in demo odd; do
	"$top_builddir/pve-gpu" --root "$tmp/$node" iommu --svg >"$tmp/svg" 2>"$tmp/err"
	is "$node: it is drawn" "$?" 0
	"$top_builddir/pve-gpu" --root "$tmp/$node" iommu --json >"$tmp/json"
	is "$node: a box for each group" "$(grep -c '<rect ' "$tmp/svg")" "$(grep -c '"verdict"' "$tmp/json")"
	if command -v xmllint >/dev/null; then
		check "$node: it is well-formed" xmllint --noout "$tmp/svg"
	elif command -v python3 >/dev/null; then
		check "$node: it is well-formed" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$tmp/svg"
	else
		skip "$node: it is well-formed" 'neither xmllint nor python3 is installed'
	fi
	check "$node: nothing is drawn below its edge" awk -F'"' '
		/viewBox/ { split($4, box, " ") }
		/<rect / { if ($4 + $8 > box[4]) bad = 1 }
		END { exit bad || !box[4] }' "$tmp/svg"
done
check 'a name stays text' grep -q '&lt;b>&amp;"node"' "$tmp/svg"
"$top_builddir/pve-gpu" --root "$tmp/none" iommu --svg >"$tmp/svg" 2>"$tmp/err"
is 'without a node there is no picture' "$?:$(wc -c <"$tmp/svg" | tr -d ' ')" 1:0
done_testing
