#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A function fits on a screen, a file has one subject, state is not global.
. "$top_srcdir/tests/lib/tap.sh"

cd "$top_srcdir" || exit 1
files=$(find src wizard ui -name '*.c')

# shellcheck disable=SC2086 # a list of names without spaces
long=$(awk '
	FNR == 1 { inside = 0 }
	/^[a-zA-Z_].*[^;]$/ && !/[;=]/ { head = FNR; name = $0 }
	/^\{/ { start = FNR; inside = 1 }
	/^\}/ && inside { if (FNR - start > 60) print FILENAME ": " name; inside = 0 }
' $files)
is 'no function is longer than 60 lines' "$long" ''

# shellcheck disable=SC2086
is 'no file is longer than 450 lines' \
	"$(wc -l $files | awk '$2 != "total" && $1 > 450')" ''

# Writable data of the objects: the log mask and the signal flags, and nothing else.
globals=$(find "$top_builddir" -path '*/tests' -prune -o -name '*.o' -print | while read -r o; do
	objdump -t "$o" | awk -v o="${o#"$top_builddir"/}" '
		NF > 2 && $(NF - 2) ~ /^\.(data|bss)(\.|$)/ && $(NF - 2) !~ /^\.data\.rel\.ro/ &&
		$2 ~ /^[gl]/ && / O / { print o ": " $NF }'
done | grep -vE '__(asan|gcov|llvm|ubsan|odr)|\.L|: (__)?(.*_)?[Ll](asan|ubsan)|Lubsan' |
	grep -vE ': mask$|^ui/.*signals\.o: sig$')
is 'no global state but the log mask and the signal flags' "$globals" ''
done_testing
