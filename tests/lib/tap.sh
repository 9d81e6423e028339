# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Sourced by shell tests: TAP, and a folder of their own in $tmp that is removed at the end.

tap_n=0
tmp=$(mktemp -d)
trap 'chmod -R u+rwX "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# pass NAME / fail NAME [WHY...]
pass() {
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s\n' "$tap_n" "$1"
}

fail() {
	tap_n=$((tap_n + 1))
	printf 'not ok %d - %s\n' "$tap_n" "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# skip NAME WHY
skip() {
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_n" "$1" "$2"
}

# skip_all WHY: the whole test, before any other result.
skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

# no_terminal: prints why script(1) cannot give a terminal here, or nothing where it can. In a
# chroot without /dev/pts there is none.
no_terminal() {
	if ! command -v script >/dev/null; then
		echo 'script is not installed'
	elif ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
		echo 'no terminal (pty) can be had here'
	fi
}

# check NAME COMMAND...: passes if the command succeeds; its output is shown if not.
check() {
	check_name=$1
	shift
	if "$@" >"$tmp/.check" 2>&1; then
		pass "$check_name"
	else
		fail "$check_name" "$(tail -n 20 "$tmp/.check")"
	fi
}

# done_testing: the plan, at the end.
done_testing() {
	printf '1..%d\n' "$tap_n"
}
