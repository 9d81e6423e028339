#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The binary is hardened as configure asks for: asked of the binary itself.
. "$top_srcdir/tests/lib/tap.sh"

program=$top_builddir/pve-gpu
command -v readelf >/dev/null || skip_all 'readelf is not installed'
export LC_ALL=C
readelf -hW "$program" >"$tmp/head"
readelf -lW "$program" >"$tmp/segments"
readelf -dW "$program" >"$tmp/dynamic"
readelf --dyn-syms -W "$program" >"$tmp/symbols"

# has NAME FILE PATTERN
has() {
	check "$1" grep -qE "$3" "$tmp/$2"
}

has 'position independent (PIE)' head 'Type: +DYN'
has 'marked as PIE' dynamic 'FLAGS_1.*\bPIE\b'
has 'relocations are read-only afterwards (RELRO)' segments '^ +GNU_RELRO '
has 'all of them at the start (BIND_NOW)' dynamic 'BIND_NOW|FLAGS_1.*\bNOW\b'
is 'the stack is not executable' "$(awk '$1 == "GNU_STACK" { print $(NF - 1) }' "$tmp/segments")" RW
is 'nothing is writable and executable' "$(awk '$1 == "LOAD" && / RWE / ' "$tmp/segments")" ''
has 'stack protector' symbols '__stack_chk_fail'
is 'no search path of libraries' "$(grep -cE 'RPATH|RUNPATH' "$tmp/dynamic")" 0
if grep -qE '__asan_init' "$tmp/symbols"; then
	skip 'fortified' 'AddressSanitizer has its own, so that it is built without'
else
	has 'fortified' symbols '__(printf|fprintf|snprintf|vsnprintf|memcpy|read)_chk'
fi
done_testing
