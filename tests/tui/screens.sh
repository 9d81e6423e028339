# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Plays keys to the wizard and compares the screens with those of tests/tui/golden. Sourced; the node is
# $tmp/node. UPDATE=1 writes the screens anew: look at the difference before you commit it.
# PVE_GPU_KEYS, PVE_GPU_GOLDEN: other folders with the keys and for the screens (tests/i18n).
here=$top_srcdir/tests/tui
keys_of=${PVE_GPU_KEYS-$here} golden=${PVE_GPU_GOLDEN-$here/golden}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
n=0

# Transactions and times are of now; all else must be the same on every machine.
mask() {
	sed -E -e 's/[0-9]{8}-[0-9]{6}-[0-9]/YYYYMMDD-HHMMSS-N/g' \
	       -e 's/[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/MM-DD HH:MM/g' \
	       -e 's/[0-9]{4}-MM-DD/YYYY-MM-DD/g' -e 's/until [0-9]{2}:[0-9]{2}/until HH:MM/g'
}

pve_gpu() {
	"$top_builddir/pve-gpu" --root "$tmp/node" "$@" 2>>"$tmp/diag"
}

# screens_here KEYS SIZE NAME OPTION...: on the node as it stands
screens_here() {
	keys=$1 size=$2 name=$3
	shift 3
	n=$((n + 1))
	PVE_GPU_SCRIPT=$keys_of/$keys.keys PVE_GPU_SIZE=$size pve_gpu "$@" >"$tmp/raw"
	compare $? "$name"
}

compare() { # STATUS NAME: what is in raw with what it must be
	status=$1 name=$2
	mask <"$tmp/raw" >"$tmp/screens"
	if [ $status -ne 0 ]; then
		echo "not ok $n - $name: exit status $status"
		sed 's/^/# /' "$tmp/diag"
	elif [ -n "${UPDATE-}" ]; then
		cp "$tmp/screens" "$golden/$name.txt"
		echo "ok $n - $name is written anew"
	elif diff -u "$golden/$name.txt" "$tmp/screens" >"$tmp/diff"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$tmp/diff"
	fi
}
