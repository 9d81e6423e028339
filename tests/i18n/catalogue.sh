#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each catalogue has a translation of each text, with the same holes for values, and nothing besides.
. "$top_srcdir/tests/lib/tap.sh"
command -v msgcmp >/dev/null || skip_all 'gettext is not installed'

sh "$top_srcdir/po/extract.sh" "$top_srcdir" >"$tmp/all.pot" 2>"$tmp/said" || fail 'the texts can be extracted' "$(cat "$tmp/said")"

# texts FILE: each text, on one line
texts() { msgattrib --no-wrap --no-obsolete "$1" | grep -A1 '^msgid "' | grep -v -e '^--$' -e '^msgid ""$' | sort; }

# check PO: prints what is wrong with it
check() {
	msgfmt --check -o /dev/null "$1" 2>&1
	msgcmp "$1" "$tmp/all.pot" 2>&1 | tail -n 20
	msgattrib --only-fuzzy --no-wrap "$1"
	msgattrib --only-obsolete --no-wrap "$1"
	msgattrib --no-wrap --no-location "$1" >"$tmp/there"
	msgcomm --no-wrap --unique "$1" "$tmp/all.pot" 2>/dev/null | grep '^msgid "' | grep -v '^msgid ""$'
	# French: an unbreakable space before : ; ? ! where one would be a breakable one
	sed -n 's/^msgstr\(\[[01]\]\)* //p' "$tmp/there" | grep -E '[^ ] [:;?!»]( |\\n|"$)' | grep -v '`[^`]* [:;?!]'
}

for po in "$top_srcdir"/po/*.po; do
	is "${po##*/} has all texts" "$(check "$po")" ''
done
msgfmt --statistics -o /dev/null "$top_srcdir/po/fr.po" 2>&1 | sed 's/^/# fr: /'

# The proof: a text without its translation, a lost hole, a text that is new.
msgattrib --no-wrap "$top_srcdir/po/fr.po" >"$tmp/fr.po"
sed '/^msgid "the disk is full"/{n;s/.*/msgstr ""/}' "$tmp/fr.po" >"$tmp/bad.po"
[ -n "$(check "$tmp/bad.po")" ] && pass 'a text without its translation is seen' || fail 'a text without its translation is seen'
sed '/^msgid "There is no VM %u."/{n;s/%u/%s/}' "$tmp/fr.po" >"$tmp/bad.po"
[ -n "$(check "$tmp/bad.po")" ] && pass 'another hole is seen' || fail 'another hole is seen'
sed '/^msgid "the disk is full"/s/full/fuller/' "$tmp/fr.po" >"$tmp/bad.po"
[ -n "$(check "$tmp/bad.po")" ] && pass 'a text that is new is seen' || fail 'a text that is new is seen'
done_testing
