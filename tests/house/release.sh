#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a release is made of: every header and every tree, key file and script of the tests stands in a makefile part
# (what is compiled is missed sooner), itself or by its folder.
. "$top_srcdir/tests/lib/tap.sh"

cd "$top_srcdir" || exit 1
cat Makefile.am ./*/Makemodule.am ./*/*/Makemodule.am tests/*.am tests/*/*.am tests/*/*/*.am >"$tmp/parts" 2>/dev/null

# Those of the names on the input that no part has, nor one of the folders above.
missing() {
	while read -r name; do
		at=$name
		while :; do
			# a whole word
			grep -qE "(^|[[:space:]])$at([[:space:]]|\$)" "$tmp/parts" && break
			case $at in
			*/*) at=${at%/*} ;;
			*) echo "$name"; break ;;
			esac
		done
	done
}

names() {
	find src wizard ui tests data po debian doc \( -name '*.h' -o -name '*.tree' -o -name '*.keys' -o -name '*.in' -o -name '*.sh' \
		-o -name '*.conf' -o -name '*.py' -o -name '*.svg' -o -name '*.awk' -o -name '*.po' \) -type f |
		grep -vE '^tests/(plans/(edit|cases|cmdline)|fuzz/corpus)/'
}

check 'there are names to look for' test "$(names | wc -l)" -gt 150
is 'every file is in a release' "$(names | missing)" ''
is 'one that is not would be seen' "$(echo src/host/nobody.h | missing)" src/host/nobody.h
# make has a rule of its own that makes NAME of NAME.sh, and a release would have that in the folder's place.
is 'no folder has the name of a script beside it' "$(find tests src data po -name '*.sh' | while read -r script; do
	[ ! -d "${script%.sh}" ] || grep -q "^FOLDERS = .*${script%.sh}\>" "$tmp/parts" || echo "$script"; done)" ''
done_testing
