#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages are well-formed, and tell of every command, option and setting that there is.
. "$top_srcdir/tests/lib/tap.sh"

page8=$top_builddir/data/man/pve-gpu.8
page5=$top_srcdir/data/man/pve-gpu.conf.5
conf=$top_srcdir/data/pve-gpu.conf

# well_formed TOOL PAGE COMMAND...: nothing is said on either output.
well_formed() {
	tool=$1 page=$2
	shift 2
	name="$tool finds nothing wrong with $(basename "$page")"
	command -v "$tool" >/dev/null || { skip "$name" "$tool is not installed"; return; }
	is "$name" "$("$@" "$page" 2>&1 >/dev/null | head -n 5)" ''
}

lint() {
	mandoc -T lint -W warning "$1" >&2
}

for page in "$page8" "$page5"; do
	well_formed groff "$page" env LC_ALL=C.UTF-8 groff -Kutf8 -mandoc -Tutf8 -ww -z
	well_formed mandoc "$page" lint
done

# What is not in the page, of the names that come in.
missing() {
	while read -r name; do
		grep -qE -- "(Cm|Fl|Ic|Op Fl|Nm pve-gpu) $name\b" "$1" || echo "$name"
	done
}

commands=$("$top_builddir/pve-gpu" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
check 'there are commands to look for' test "$(echo "$commands" | wc -l)" -gt 10
is 'pve-gpu(8) tells of every command' "$(echo "$commands" | missing "$page8")" ''
helps=$("$top_builddir/pve-gpu" --help; for command in $commands; do "$top_builddir/pve-gpu" "$command" --help; done)
options=$(echo "$helps" | grep -oE -- '--[a-z][a-z-]*[a-z]' | sed 's/^-//' | sort -u)
check 'there are options to look for' test "$(echo "$options" | wc -l)" -gt 20
is 'pve-gpu(8) tells of every option' "$(echo "$options" | missing "$page8")" ''

# in_section TITLE: what stands below it
in_section() {
	sed -n "/^\.Sh $1\$/,/^\.Sh /p" "$page8"
}

# wordless TEXT: which of the words that come in are not in it
wordless() {
	while read -r word; do
		printf '%s\n' "$1" | grep -qwF -- "$word" || echo "$word"
	done
}

# literals FUNCTION FILE...: the names that are given to it, sorted
literals() {
	function=$1
	shift
	grep -hoE "$function"'\([^"]*"[a-z_]+"' "$@" | sed 's/.*"\(.*\)"/\1/' | sort -u
}

is 'pve-gpu(8) names no option that is not there' "$(grep -oE '(^\.(Fl|It Fl|Op Fl)|Fl) -[a-z][a-z-]*' "$page8" |
	sed 's/.*Fl -//' | sort -u | while read -r name; do
		echo "$helps" | grep -qwF -- "--$name" || echo "$name"
	done)" ''
is 'each command has an example' "$(echo "$commands" | sed 's/^/pve-gpu /' | wordless "$(in_section EXAMPLES)")" ''
# Each is understood: on the demo node it may be refused, but is no wrong usage.
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/demo" || exit 1
printf 'vm = 100\ndevices = {%s}\n' "'0000:01:00.0'" >"$tmp/node.answers"
: >"$tmp/kern.log"
in_section EXAMPLES | sed -n 's/^pve-gpu \([a-z]\)/\1/p' | sed "s|node\.[at]|$tmp/&|; s|/var/log|$tmp|" >"$tmp/examples"
check 'there are examples' test "$(wc -l <"$tmp/examples")" -gt 18
# shellcheck disable=SC2086 # words
is 'no example is wrong usage' "$(while read -r words; do
		"$top_builddir/pve-gpu" $words --root "$tmp/demo" >"$tmp/said" 2>&1 </dev/null
		[ $? -ne 2 ] || echo "$words: $(head -n 1 "$tmp/said")"
	done <"$tmp/examples")" ''
json=$(literals 'pg_json_set[a-z_]*' "$top_srcdir"/src/cmd/*.c "$top_srcdir"/src/plan/*.c)
check 'there are keys of documents to look for' test "$(echo "$json" | wc -l)" -gt 100
is 'pve-gpu(8) tells of every key of a document' "$(echo "$json" | wordless "$(in_section JSON)")" ''
rules=$(literals 'CFG_[A-Z_]*' "$top_srcdir/src/plan/rule_file.c")
check 'there are keys of rules to look for' test "$(echo "$rules" | wc -l)" -gt 12
is 'pve-gpu(8) tells of every key of a rule' "$(echo "$rules" | wordless "$(in_section RULES)")" ''
answers=$(sed -n 's/^\t{ "\([a-z_]*\)", CFGT_.*/\1/p' "$top_srcdir/wizard/answers_keys.c")
check 'there are keys of answers to look for' test "$(echo "$answers" | wc -l)" -gt 30
is 'pve-gpu(8) tells of every key of an answer file' "$(echo "$answers" | wordless "$(in_section 'ANSWER FILE')")" ''

settings=$(sed -n 's/^[[:space:]]*CFG_[A-Z_]*("\([a-z]*\)".*/\1/p' "$top_srcdir/src/host/settings.c")
check 'there are settings to look for' test "$(echo "$settings" | wc -l)" -ge 4
is 'pve-gpu.conf(5) tells of every setting' "$(echo "$settings" | missing "$page5")" ''
is 'so does the file itself' "$(for name in $settings; do grep -q "^#$name = " "$conf" || echo "$name"; done)" ''

# Taken at its word, the file changes nothing.
mkdir -p "$tmp/root"
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/root/node" || exit 1
mkdir -p "$tmp/root/node/etc/pve-gpu"
sed 's/^#\([a-z]* = \)/\1/' "$conf" >"$tmp/root/node/etc/pve-gpu/pve-gpu.conf"
check 'uncommented, all of it is right' eval \
	"! '$top_builddir/pve-gpu' --root '$tmp/root/node' doctor | grep -q 'settings of pve-gpu are not right'"
sed -i 's/^trial = .*/trial = never/' "$tmp/root/node/etc/pve-gpu/pve-gpu.conf"
check 'a line that is not right is told' eval \
	"'$top_builddir/pve-gpu' --root '$tmp/root/node' doctor | grep -q 'settings of pve-gpu are not right'"
done_testing
