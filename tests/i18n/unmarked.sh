#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No text for a person escapes translation: every literal with two words in a row is in the catalogue, or
# one of tests/i18n/unmarked.txt, which says why it is none. Single words are for the eyes, and for screens.sh.
. "$top_srcdir/tests/lib/tap.sh"
command -v xgettext >/dev/null || skip_all 'gettext is not installed'

# literals DIR: each literal of its sources as "FILE|literal"
literals() {
	(cd "$1" && find src wizard ui -name '*.[ch]' | LC_ALL=C sort |
		xgettext --extract-all --language=C --from-code=UTF-8 --no-wrap --files-from=- --output=- 2>/dev/null) |
		awk '/^#:/ { place = place " " substr($0, 4) }
			/^msgid / { sub(/^msgid /, ""); n = split(place, at, " "); sub(/:.*/, "", at[1])
				print at[1] "|" $0; place = "" }'
}

# escaped DIR POT: what is neither marked nor an exception
escaped() {
	msgattrib --no-wrap "$2" | sed -n 's/^msgid\(_plural\)* //p' >"$tmp/marked"
	literals "$1" | grep -E '[A-Za-z]{2,}[,.:;]* [A-Za-z]{2,}' |
		awk -v marked="$tmp/marked" -v except="$top_srcdir/tests/i18n/unmarked.txt" '
			BEGIN {
				while ((getline line <marked) > 0)
					known[line] = 1
				while ((getline line <except) > 0)
					if (line !~ /^#/ && line != "") {
						place = text = line
						sub(/ .*/, "", place)
						sub(/^[^ ]* /, "", text)
						files[++n] = place
						texts[n] = text
					}
			}
			{
				file = text = $0
				sub(/\|.*/, "", file)
				sub(/^[^|]*\|/, "", text)
				if (text in known)
					next
				for (i = 1; i <= n; i++)
					if ((files[i] == "*" || files[i] == file) && index(text, texts[i]) == 2)
						next
				print file ": " text
			}'
}

sh "$top_srcdir/po/extract.sh" "$top_srcdir" >"$tmp/all.pot" 2>/dev/null
is 'no text escapes translation' "$(escaped "$top_srcdir" "$tmp/all.pot")" ''

# The proof: one that does.
mkdir -p "$tmp/tree/src" "$tmp/tree/wizard" "$tmp/tree/ui"
printf 'const char *f(int n)\n{\n\tputs("This was forgotten.");\n\treturn n ? _("marked well") : "not marked";\n}\n' >"$tmp/tree/src/bad.c"
is 'a text without a mark is seen' "$(escaped "$tmp/tree" "$tmp/all.pot" | sort | head -n 3)" 'src/bad.c: "This was forgotten."
src/bad.c: "marked well"
src/bad.c: "not marked"'
done_testing
