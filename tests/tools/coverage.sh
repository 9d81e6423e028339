#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which lines of the readers of foreign bytes the tests and the fuzzers' corpora run: to be
# started in a build folder configured with --enable-coverage, after `make check`. Prints a line
# for each file and the sum; status 1 where that is below the limit (95 %).
# coverage.sh [-v]: with -v the lines that are not run too.
limit=95
readers='src/base/text.c src/base/json.c src/host/bdf.c src/host/pci_attr.c src/host/pci_links.c
	src/host/guests_parse.c src/host/guests_props.c src/host/hostpci.c src/host/section.c
	src/host/mapping.c src/host/storage.c src/host/usage_ifaces.c src/host/entries.c
	src/host/modalias.c src/host/modconf.c src/host/efi.c src/plan/grub_file.c
	src/plan/grub_value.c src/plan/grub_put.c src/plan/edit_grub.c src/plan/sh_token.c
	src/plan/sh_command.c src/plan/cmdline.c src/plan/edit_cmdline.c src/plan/edit_modprobe.c
	src/plan/kmod_line.c src/exec/journal.c src/exec/journal_take.c src/exec/journal_read.c
	src/exec/klog.c wizard/answers.c'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
build=$PWD
for file in $readers; do
	name=${file##*/}
	data=$(find "$build/${file%/*}" -maxdepth 1 -name "*-${name%.c}.gcda" -o -maxdepth 1 -name "${name%.c}.gcda" | head -n 1)
	[ -n "$data" ] || {
		echo "$file was not run, or not built with --enable-coverage" >&2
		exit 2
	}
	(cd "$tmp" && gcov -o "$data" "${data%.gcda}.o" >/dev/null 2>&1)
	awk -F: -v file="$file" -v verbose="${1-}" '
		{ count = $1; gsub(/[ *]/, "", count) }
		count == "-" || $2 + 0 == 0 { next }
		{ n++ }
		count ~ /^[#=]/ { missed++; if (verbose == "-v") print file ":" $2 + 0 ":" $0 | "cat >&2" }
		END { printf "%s %d %d\n", file, n, n - missed }' "$tmp/$name.gcov"
done | awk -v limit=$limit '
	{ printf "%6.1f %%  %4d of %4d  %s\n", 100 * $3 / $2, $3, $2, $1; n += $2; run += $3 }
	END { printf "%6.1f %%  %4d of %4d  all\n", 100 * run / n, run, n; exit 100 * run / n < limit }'
