#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The guided path, from each thing that a person can see to its end: the cause with its evidence and what
# mends it, or that none was found and the report. tests/tui/symptoms has a node and keys for each; those
# that are walked to the end show a last screen `gone`, in which the cause is not found any more.
set -u
. "$top_srcdir/tests/tui/screens.sh"

symptoms=$(LC_ALL=C.UTF-8 "$top_builddir/pve-gpu" doctor --symptom '?' 2>&1 | tr '\n' ' ' | sed 's/.*There are: //; s/\..*//; s/,//g')
walked=0
for symptom in $symptoms; do
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$here/symptoms/$symptom.tree" "$tmp/node"
	screens_here "symptoms/$symptom" 80x24 "trouble-$symptom-80x24"
	! grep -q '^== gone ==' "$tmp/screens" || walked=$((walked + 1))
	[ "$symptom" != black-screen ] || cp "$tmp/node/pve-gpu-report.md" "$tmp/report"
done

result() { # STATUS TEXT
	n=$((n + 1))
	[ "$1" -eq 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}
[ "$(echo "$symptoms" | wc -w)" -ge 9 ]
result $? 'there are nine things to be seen, at the least'
[ "$walked" -ge 3 ]
result $? 'three are walked until the cause is gone, at the least'
grep -q '^### What was found$' "$tmp/report" && ! grep -q 'pve1' "$tmp/report"
result $? 'the report is written, and masked'
echo "1..$n"
