#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every fuzzer reads its corpus again: what was once found stays mended.
. "$top_srcdir/tests/lib/tap.sh"

for program in "$top_builddir"/tests/fuzz/fuzz_*; do
	[ -x "$program" ] && [ -f "$program" ] || continue
	name=${program##*/fuzz_}
	for input in "$top_srcdir/tests/fuzz/corpus/$name"/*; do
		check "$name ${input##*/}" "$program" "$input"
	done
done
done_testing
