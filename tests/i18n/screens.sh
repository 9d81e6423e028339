#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every golden flow and each way from a symptom, in French on 80x24: the same screens come in the same
# order, what frames them is not cut, and no English is left on them.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/i18n/french.sh"
skip_without_french

# The keys, where a text is typed that is translated.
mkdir "$tmp/keys" "$tmp/french"
cp -R "$top_srcdir/tests/tui/symptoms" "$top_srcdir"/tests/tui/*.keys "$top_srcdir"/tests/tui/*.in "$tmp/keys"
sed -i 's/^type lose /type perdre /; s/^type more$/type autres/; s/^type resource$/type mappage/' "$tmp"/keys/*.keys
for flows in golden trouble; do
	in_french UPDATE=1 PVE_GPU_KEYS="$tmp/keys" PVE_GPU_GOLDEN="$tmp/french" \
		sh "$top_srcdir/tests/tui/$flows.sh" >"$tmp/said" 2>&1
	is "the flows of $flows.sh end well" "$(grep '^not ok' "$tmp/said" | grep -v 'the report is written')" ''
done

# order FILE: names of its screens; of the wizard on lines they are titles, and translated
order() { sed -n 's/^== .*(.*) ==$/== page ==/; /^== /p' "$1"; }

# cut FILE ENGLISH: titles, steps and lists' heads that are cut where they are not in English; keys that lack
cut_off() {
	awk -v english="$2" '
		function name() { return FILENAME ": " screen ": " }
		/^== / { screen = $0; row = 0; next }
		screen ~ /narrow|flat/ { next } # smaller windows
		/^-- cursor/ { next }
		{ row++ }
		FILENAME == english {
			if (row == 1 && /…/) cut_head[screen] = 1
			if (/[┌+][─-] [^─]*…/) cut_title[screen] = 1
			if (row == 2 && /^ Step /) one_step[screen] = 1
			if (row == 24 && / q quit/) quits[screen] = 1
			next
		}
		row == 1 && /…/ && !(screen in cut_head) { print name() $0 }
		/[┌+][─-] [^─]*…/ && !(screen in cut_title) { print name() $0 }
		row == 2 && (/…/ || /^ (É|E)tape /) && !(screen in one_step) { print name() $0 }
		row == 24 && (screen in quits) && !/ \? aide.* q fin/ { print name() $0 }
	' "$2" "$1"
}

# english FILE: lines with English words, files and commands that are shown apart
english() {
	awk '
		/^== / { screen = $0; next }
		{ line = $0; gsub(/[│|]/, " ", line) }
		line ~ /^ *[-+@#]/ || line ~ /^  ? ?[a-z]*( |$)*[{}$"]/ { next }
		{
			gsub(/\([^()]*\)/, "", line)
			padded = " " line " "
			if (match(padded, /[ ,.:(](the|The|is|are|of|and|with|that|it|It|this|be|has|was|when|from|its|which|not|by|to|for|nothing|Nothing|device|devices|node) /))
				print FILENAME ": " screen ": " $0
		}' "$1" | grep -vF -f "$top_srcdir/tests/i18n/english.txt"
}

n=0
for screens in "$top_srcdir"/tests/tui/golden/*-80x24*.txt "$top_srcdir/tests/tui/golden/plain.txt"; do
	name=${screens##*/}
	if [ ! -e "$tmp/french/$name" ]; then
		skip "$name" 'not played here (other names of devices)'
		continue
	fi
	n=$((n + 1))
	is "$name: the same screens in the same order" "$(order "$tmp/french/$name")" "$(order "$screens")"
	is "$name: nothing is cut" "$(cut_off "$tmp/french/$name" "$screens")" ''
	is "$name: no English is left" "$(english "$tmp/french/$name" | sed "s|^$tmp/french/||")" ''
done
[ "$n" -ge 9 ] && pass 'flows were looked at' || fail 'flows were looked at' "$n"

# The proof: the English screens themselves, and one that is cut.
for screens in flow-80x24.txt doctor-80x24.txt; do
	[ -n "$(english "$top_srcdir/tests/tui/golden/$screens")" ] && pass "English is seen in $screens" ||
		fail "English is seen in $screens"
done
sed 's/^\( pve-gpu .*\)....$/\1…/' "$top_srcdir/tests/tui/golden/flow-80x24.txt" >"$tmp/cut.txt"
[ -n "$(cut_off "$tmp/cut.txt" "$top_srcdir/tests/tui/golden/flow-80x24.txt")" ] &&
	pass 'a title that is cut is seen' || fail 'a title that is cut is seen'
done_testing
