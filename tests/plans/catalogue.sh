#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Rows of the catalogue of failures on the VM's side and of mediated devices: each has a case that covers it, named by a line
# "# row N" of that case. What Proxmox itself says of a user who is not root (69) is in the rows of the
# stand-in.
set -u
. "$top_srcdir/tests/lib/tap.sh"

rows='28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 52 53 54 55 56 57 58 61 63 64 65 66 67 68 69 70 71 74'

covering() { # ROW: the files that say so
	grep -lE "^# (.* )?row $1( |\$)" "$top_srcdir"/tests/plans/cases/*.case \
		"$top_srcdir"/tests/plans/pve/rows/*.case | sed 's|.*/||'
}

# A case that expects nothing covers nothing.
says_something() { # FILE
	[ "$(dirname "$1")" = "$top_srcdir/tests/plans/pve/rows" ] && return
	sed '1,/^=== plan$/d' "$1" | grep -qE '^(finding (note|warn|block)|vm) '
}

for row in $rows; do
	files=$(covering "$row")
	if [ -n "$files" ]; then
		pass "row $row: $(echo "$files" | tr '\n' ' ')"
	else
		fail "row $row" 'no case covers it'
	fi
	for name in $files; do
		file=$top_srcdir/tests/plans/cases/$name
		[ -e "$file" ] || continue
		says_something "$file" || fail "row $row, $name" 'it expects no finding and no command'
	done
done

is 'a row that nobody knows has no case' "$(covering 9999)" ''
done_testing
