#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The arrows of the house run one way, and each door and each library has its keeper.
# Proves that it can fail: a copy with a reversed arrow must be refused.
. "$top_srcdir/tests/lib/tap.sh"

# What each layer may include, besides itself.
allowed() {
	case $1 in
	src/base) echo '' ;;
	src/host) echo 'src/base' ;;
	src/plan) echo 'src/base src/host' ;;
	src/exec) echo 'src/base src/host src/plan' ;;
	src/cmd) echo 'src/base src/host src/plan src/exec' ;;
	wizard) echo 'src/base src/host src/plan src/exec' ;;
	ui) echo 'src/base wizard' ;;
	esac
}

# arrows DIR: prints every include that runs the wrong way.
arrows() {
	for layer in src/base src/host src/plan src/exec src/cmd wizard ui; do
		may="$layer $(allowed "$layer")"
		grep -Hn '^#[[:space:]]*include "' "$1/$layer"/*.[ch] 2>/dev/null |
			while IFS= read -r hit; do
				file=${hit#*\"}
				file=${file%\"*}
				room=${file%/*}
				case " $may " in
				*" $room "*) ;;
				*) printf '%s\n' "${hit#"$1"/}" ;;
				esac
			done
	done
}

# keepers DIR: prints every use of a door or library outside the files that keep it.
keepers() {
	(cd "$1" && {
		keep '[<"](ncurses[a-z]*/)?(ncurses|curses|panel|menu|form|term)\.h[>"]' 'ui/(term|input)\.[ch]'
		keep '<json-c/' 'src/base/json\.c'
		keep '<libkmod\.h>' 'src/host/modules[a-z_]*\.c'
		keep '<(pci/pci|libudev)\.h>' 'src/host/names\.c'
		keep '<archive(_entry)?\.h>' 'src/exec/archive\.c'
		keep '<libsmartcols(/libsmartcols)?\.h>' 'src/cmd/out\.c'
		keep '\bdlopen[[:space:]]*\(' 'src/base/library\.c'
		keep '<confuse\.h>' 'wizard/answers(|_keys)\.[ch]|src/plan/rule_file\.c|src/host/settings\.c'
		keep '\b(open|openat|openat2|fopen|opendir|creat)[[:space:]]*\(' 'src/base/(root|root_inplace|root_read|root_walk|root_write|proc_start)\.c|ui/(input|term|dump)\.c|src/main\.c'
		keep '\b(system|popen|posix_spawnp?|fork|vfork|exec[lv][ep]?|execvpe)[[:space:]]*\(' 'src/base/proc_start\.c'
		keep '\b(exit|_exit|abort|errx?|assert)[[:space:]]*\(' 'src/main\.c|src/base/proc_start\.c|ui/term\.c'
		keep '\b(strcpy|strcat|sprintf|gets|alloca|strtok)[[:space:]]*\(' 'none'
	})
}

# keep PATTERN FILES: prints uses of PATTERN outside FILES; comments do not count.
keep() {
	grep -rnE "$1" src wizard ui --include='*.[ch]' |
		grep -vE "^($2):" | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)' || true
}

is 'no include runs against the arrows' "$(arrows "$top_srcdir")" ''
is 'each door and each library has its keeper' "$(keepers "$top_srcdir")" ''

# plan/ is pure
is 'the planner neither opens nor runs anything' \
	"$(grep -nE '#[[:space:]]*include ("src/base/proc.h"|<(unistd|fcntl|dirent)\.h>)|pg_root_[a-z_]*\(|pg_proc_run|\b(fopen|v?f?printf|fputs|puts|perror)\(' \
		"$top_srcdir"/src/plan/*.[ch] | sed "s|^$top_srcdir/||")" ''

# The proof: an arrow reversed on purpose must be seen.
mkdir -p "$tmp/src/host" "$tmp/wizard"
printf '#include "src/plan/plan.h"\n' >"$tmp/src/host/pci.c"
printf '#include "ui/ui.h"\n#include "src/exec/exec.h"\n' >"$tmp/wizard/engine.c"
is 'a reversed arrow is refused' "$(arrows "$tmp")" 'src/host/pci.c:1:#include "src/plan/plan.h"
wizard/engine.c:1:#include "ui/ui.h"'
mkdir -p "$tmp/ui"
printf 'int r = system("x");\n' >"$tmp/ui/bad.c"
is 'a command outside its door is refused' "$(keepers "$tmp")" 'ui/bad.c:1:int r = system("x");'
done_testing
