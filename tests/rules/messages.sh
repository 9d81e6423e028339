#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Published messages are known, and what is nearly one is not: messages.table, whose head tells the
# format. And rules of the person's own.
set -u
. "$top_srcdir/tests/lib/tap.sh"

jsonq=$top_builddir/tests/hosts/jsonq
rules=$top_srcdir/data/rules.d

grep -v '^#' "$top_srcdir/tests/rules/messages.table" | grep . >"$tmp/table"
cut -f 2- "$tmp/table" >"$tmp/log"
"$top_builddir/pve-gpu" --json doctor --log "$tmp/log" >"$tmp/doctor.json" 2>"$tmp/err"
"$jsonq" rows /findings rule log <"$tmp/doctor.json" >"$tmp/found"

# What row each rule is of: "RULE ROW".
awk -v q="'" '/^rule / { split($0, part, q) } /^\trow = / { print part[2], $3 }' "$rules"/*.conf >"$tmp/rows"

# named LINE: the rows of the rules that were recognised in it
named() {
	grep -F "$tmp/log:$1: " "$tmp/found" | while read -r rule _; do
		sed -n "s/^$rule //p" "$tmp/rows"
	done
}

n=0
while IFS='	' read -r row text; do
	n=$((n + 1))
	got=$(named "$n" | sort -un | tr '\n' ' ')
	case " $row $got" in
	" - ") pass "none: $text" ;;
	" - "*) fail "none: $text" "got: $got" ;;
	" $row "*" $row "* | " $row $row "*) pass "$row: $text" ;;
	*) fail "$row: $text" "got: $got" ;;
	esac
done <"$tmp/table"
check 'at least 30 messages' test "$(grep -cv '^-' "$tmp/table")" -ge 30
check 'at least 15 that are none' test "$(grep -c '^-' "$tmp/table")" -ge 15

# ---- the same one by one, in words ----

echo "TASK ERROR: no PCI device found for '0000:01:00'" |
	"$top_builddir/pve-gpu" doctor --log - >"$tmp/out" 2>&1
check 'a log on standard input' grep -q 'line 1\|line :1' "$tmp/out"
echo 'all is well' | "$top_builddir/pve-gpu" doctor --log - >"$tmp/out" 2>&1
check 'nothing known' grep -q 'No message that is known' "$tmp/out"

head -c 67108864 /dev/zero | "$top_builddir/pve-gpu" doctor --log - >"$tmp/out" 2>&1
is 'of a log that is too large not the beginning alone' "$? $(cat "$tmp/out")" \
	'1 block  The log cannot be read: it is too large.'
echo 'TASK ERROR: no PCI device found for 1' | gzip >"$tmp/log.gz"
"$top_builddir/pve-gpu" doctor --log "$tmp/log.gz" >"$tmp/out" 2>&1
is 'a compressed log is not one without messages' "$? $(grep -c 'compressed.*zcat' "$tmp/out")" '1 1'
"$top_builddir/pve-gpu" doctor --log - <"$tmp/log.gz" >"$tmp/out" 2>&1
is 'nor on standard input' "$? $(grep -c 'compressed.*zcat' "$tmp/out")" '1 1'

# ---- a kernel that is not there ----

"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/kernels.tree" "$tmp/kernels"
"$top_builddir/pve-gpu" --root "$tmp/kernels" doctor --kernel 6 >"$tmp/out" 2>&1
is 'those that are there are named' "$? $(tail -n 1 "$tmp/out" | sed 's/^ *//')" \
	'1 Name one that is installed: 6.14.8-2-pve, 6.17.4-1-pve.'

# ---- rules of the person's own, without a compiler ----

cat >"$tmp/own.tree" <<'TREE'
include @top@/tests/trees/rules.tree
file /etc/pve-gpu/rules.d/own.conf
|rule 'our-card' {
|	level = note
|	scope = device
|	when = 'device.ids = "1002:67df"'
|	text = 'The card {device.address} is the one from the attic.'
|	advice = 'Listen to its fan.'
|}
|rule 'amd-iommu-unknown-option' {
|	level = warn
|	message = { 'AMD-Vi: Unknown option' }
|	text = 'Ours says so.'
|}
file /etc/pve-gpu/rules.d/broken.conf
|# The level is not one.
|rule 'broken' {
|	level = high
|	when = 'iommu.active = yes'
|	text = 'This is not said.'
|}
file /etc/pve-gpu/pve-gpu.conf
|rules = { '/etc/pve-gpu/rules.d', '/srv/rules/' }
file /srv/rules/more.conf
|rule 'more' {
|	level = note
|	when = 'iommu.active = yes'
|	text = 'This folder counts too.'
|}
file /srv/rulesnot/more.conf
|rule 'not' {
|	level = note
|	when = 'iommu.active = yes'
|	text = 'This one does not.'
|}
file /etc/pve-gpu/rules.d/notes.txt
|this is no file of rules
file /var/lib/pve-gpu/capture/kernel.log
|[    0.066201] AMD-Vi: Unknown option - 'on'
TREE
sed -i "s|@top@|../../../../../../../..$top_srcdir|" "$tmp/own.tree"
"$top_builddir/tests/tools/mktree" "$tmp/own.tree" "$tmp/own" || exit 1
"$top_builddir/pve-gpu" --root "$tmp/own" doctor >"$tmp/out" 2>&1
tr -s '\n ' '  ' <"$tmp/out" >"$tmp/words"
check 'a rule of their own holds' grep -q 'The card 0000:05:00.0 is the one from the attic\.' "$tmp/words"
check 'one with the id of ours takes its place' grep -q 'warn Ours says so\.' "$tmp/words"
check 'ours is not said then' eval "! grep -q 'IOMMU of AMD is on by itself' '$tmp/words'"
check 'a broken file is told with its line' \
	grep -q "/etc/pve-gpu/rules.d/broken.conf:2: The rule 'broken' needs a level" "$tmp/words"
check 'none of its rules count' eval "! grep -q 'This is not said' '$tmp/words'"
check 'other files there are left alone' eval "! grep -q 'notes.txt' '$tmp/words'"
check 'a folder that the settings name' grep -q 'This folder counts too' "$tmp/words"
check 'and none else' eval "! grep -q 'This one does not' '$tmp/words'"
done_testing
