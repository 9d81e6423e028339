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
options=$(for command in $commands; do "$top_builddir/pve-gpu" "$command" --help; done |
	sed -n 's/^  \(-., \)\{0,1\}--\([a-z][a-z-]*\).*/-\2/p' | sort -u)
check 'there are options to look for' test "$(echo "$options" | wc -l)" -gt 20
is 'pve-gpu(8) tells of every option' "$(echo "$options" | missing "$page8")" ''

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
