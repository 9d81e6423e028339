#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every *.case: a tree, choices, and the plan that must come of them. A case is
#	# why it is there
#	choices devices=01:00 vm=100 …		(see plancase.c)
#	=== tree
#	include @top@/data/demo/node.tree	(mktree's format)
#	=== plan
#	finding … file … command …		(as plancase prints it)
# `cases.sh --update` writes what comes now into the cases: read the diff before you commit.
# CASES="hostpci_* igd" takes those only.
set -u
. "$top_srcdir/tests/lib/tap.sh"

cases=$top_srcdir/tests/plans/cases
mktree=$top_builddir/tests/tools/mktree
plancase=$top_builddir/tests/plans/plancase

section() { # FILE NAME
	sed -n "/^=== $2\$/,/^=== /{/^=== /d;p;}" "$1"
}

run_case() { # FILE: what comes of it, on stdout
	section "$1" tree | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/case.tree"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/case.tree" "$tmp/root" || return
	# choices are words without blanks
	# shellcheck disable=SC2046
	"$plancase" "$tmp/root" "$top_srcdir/data" $(sed -n 's/^choices //p' "$1")
}

update() { # FILE
	sed '/^=== plan$/q' "$1" >"$tmp/new"
	cat "$tmp/got" >>"$tmp/new"
	cp "$tmp/new" "$1"
}

wanted() { # NAME
	[ -z "${CASES-}" ] && return
	for pattern in $CASES; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
}

for file in "$cases"/*.case; do
	name=$(basename "$file" .case)
	wanted "$name" || continue
	if ! run_case "$file" >"$tmp/got" 2>"$tmp/err"; then
		fail "$name" "$(cat "$tmp/err")"
		continue
	fi
	[ "${1-}" = --update ] && update "$file"
	section "$file" plan >"$tmp/wanted"
	if diff -u "$tmp/wanted" "$tmp/got" >"$tmp/diff"; then
		pass "$name"
	else
		fail "$name" "$(cat "$tmp/diff")"
	fi
done
done_testing
