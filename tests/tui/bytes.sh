#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How many bytes the wizard sends, which is time on a serial line: the first screen, and on every page the steps of the
# cursor: at once, and with what follows when the keys rest. A row that stands outside of the window turns half a
# page, which is more; that comes once in as many steps.
. "$top_srcdir/tests/lib/tap.sh"

first_most=2500 step_most=400 rested_most=1000
node=$tmp/node
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$node" || exit 1

keys() {
	for key; do
		echo "key $key"
	done
}

# steps KEY...: eight steps on the page that the keys lead to
steps() {
	keys "$@"
	echo rest
	echo 'bytes page'
	for key in Down Down Down Down Down Up Up Up; do
		printf 'key %s\nbytes once\nrest\nbytes rested\n' "$key"
	done
	keys q q
}

play() { # NAME, the script in $tmp/keys: the largest numbers into once, rested, page
	PVE_GPU_TERM=$term PVE_GPU_SCRIPT=$tmp/keys PVE_GPU_SIZE=80x24 \
		"$top_builddir/pve-gpu" --root "$node" >"$tmp/bytes" 2>"$tmp/diag" || fail "$1" "$(cat "$tmp/diag")"
	once=$(awk '$1 == "once" && $2 > most { most = $2 } END { print most + 0 }' "$tmp/bytes")
	rested=$(awk '$1 == "once" { n = $2 } $1 == "rested" && n + $2 > most { most = n + $2 }
		END { print most + 0 }' "$tmp/bytes")
	page=$(awk '$1 == "page" { print $2 + 0 }' "$tmp/bytes")
}

at_most() { # NAME NUMBER LIMIT
	if [ -n "$2" ] && [ "$2" -gt 0 ] && [ "$2" -le "$3" ]; then
		pass "$1: $2"
	else
		fail "$1: $2" "at most $3"
	fi
}

page_steps() { # NAME KEY...
	name=$1
	shift
	steps "$@" >"$tmp/keys"
	play "$name"
	at_most "$term: a step on the page $name" "$once" "$step_most"
	at_most "$term: the same when the keys rest" "$rested" "$rested_most"
}

for term in xterm vt220; do
	printf 'rest\nbytes page\nkey q\n' >"$tmp/keys"
	play first
	at_most "$term: the first screen" "$page" "$first_most"
	page_steps home
	page_steps host Enter
	page_steps device Enter Enter
	page_steps binding Enter Enter Space Enter
	page_steps vm Enter Enter Space Enter Enter
	page_steps review Enter Enter Space Enter Enter Space Enter
	page_steps usb Down Enter Space Enter
	page_steps trouble Down Down Enter
	page_steps help '?'
	page_steps details Enter Enter d
done
done_testing
