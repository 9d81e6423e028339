#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The pictures of README.md show what the program shows today. Where they do not, make them anew:
# tests/tools/pictures.sh.
. "$top_srcdir/tests/lib/tap.sh"

command -v tmux >/dev/null || skip_all 'tmux is not installed'
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node" || exit 1
"$top_builddir/pve-gpu" --root "$tmp/node" list | grep -q 'GeForce RTX 4090' ||
	skip_all "this machine has other names for the demo's devices"

# The time of day is another one.
masked() {
	sed -E 's/[0-9]{2}:[0-9]{2}([ ,])/HH:MM\1/g' "$1"
}

src=$(cd "$top_srcdir" && pwd)
(cd "$top_builddir" && sh "$src/tests/tools/pictures.sh" "$tmp/pictures") >"$tmp/log" 2>&1 ||
	fail 'the pictures can be made' "$(cat "$tmp/log")"
for picture in "$src"/doc/pictures/*.svg; do
	name=$(basename "$picture")
	masked "$picture" >"$tmp/was"
	masked "$tmp/pictures/$name" >"$tmp/is" 2>/dev/null
	if diff -u "$tmp/was" "$tmp/is" >"$tmp/diff"; then
		pass "$name is as the program shows it"
	else
		fail "$name is as the program shows it" "$(head -n 20 "$tmp/diff")"
	fi
	check "README.md shows $name" grep -qF "doc/pictures/$name" "$src/README.md"
done
is 'no picture is missing' "$(ls "$tmp/pictures")" "$(ls "$src/doc/pictures")"
done_testing
