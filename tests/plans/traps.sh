#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the guard says of a choice: the cases of traps.table, whose head tells the format. Each
# finding of level warn or block must be expected, each expected one must come, with its words; and
# exactly the expected devices leave.
set -u
. "$top_srcdir/tests/lib/tap.sh"

table=$top_srcdir/tests/plans/traps.table
mktree=$top_builddir/tests/tools/mktree
plancase=$top_builddir/tests/plans/plancase

# One folder for each case: about, choices, wanted, takes, tree.
awk -v tmp="$tmp" '
	/^#/ || /^$/ { next }
	/^trap / { n++; dir = sprintf("%s/%03d", tmp, n); system("mkdir " dir)
		   print substr($0, 6) >(dir "/about")
		   printf "" >(dir "/wanted"); printf "" >(dir "/takes")
		   print "include @top@/tests/trees/trap.tree" >(dir "/tree"); next }
	$1 == "choose" { $1 = ""; print >(dir "/choices"); next }
	$1 == "block" || $1 == "warn" || $1 == "note" { print >(dir "/wanted"); next }
	$1 == "takes" { for (i = 2; i <= NF; i++) print $i >(dir "/takes"); next }
	{ sub(/^\t/, ""); print >(dir "/tree") }
' "$table"

# What comes of the case: got (level id scope: text), taken.
play() { # DIR
	sed "s|@top@|../../../../../../../..$top_srcdir|g" "$1/tree" >"$1/case.tree"
	"$mktree" "$1/case.tree" "$1/root" || return
	# choices are words without blanks
	# shellcheck disable=SC2046
	"$plancase" "$1/root" "$top_srcdir/data" texts $(cat "$1/choices") >"$1/out" || return
	sed -n '/^again/q; s/^finding \(block\|warn\|note\) /\1 /p' "$1/out" >"$1/got"
	sed -n '/^again/q; s/^effect \([^ ]*\) .*/\1/p' "$1/out" >"$1/taken"
	rm -rf "$1/root"
}

# Every line of wanted has one of got, and no other but notes is left. Words are set apart by " + ".
compare() { # DIR
	awk '
		NR == FNR { got[NR] = $0; n = NR; next }
		{	at = index($0, ": ")
			head = at ? substr($0, 1, at - 1) : $0
			m = at ? split(substr($0, at + 2), word, / \+ /) : 0
			hit = 0
			for (i = 1; i <= n && !hit; i++) {
				if (!(i in got) || index(got[i], head ":") != 1) continue
				hit = i
				for (k = 1; k <= m; k++)
					if (!index(got[i], word[k])) hit = 0
			}
			if (hit) delete got[hit]
			else print "missing: " $0 }
		END { for (i = 1; i <= n; i++) if (i in got && got[i] !~ /^note /) print "unexpected: " got[i] }
	' "$1/got" "$1/wanted"
	diff -u "$1/takes" "$1/taken" | sed -n '3,$p'
}

for dir in "$tmp"/[0-9][0-9][0-9]; do
	name=$(cat "$dir/about")
	if ! play "$dir" 2>"$dir/err"; then
		fail "$name" "$(cat "$dir/err")"
		continue
	fi
	wrong=$(compare "$dir")
	if [ -z "$wrong" ]; then
		pass "$name"
	else
		fail "$name" "$wrong"
	fi
done
done_testing
