#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `list` and `iommu` say of a host is what lspci and the links of its sysfs say: on every
# captured host, on the machine that runs the test, and on one with 10,000 devices.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq

command -v lspci >/dev/null || skip_all 'lspci is not installed'

# same NAME GOT WANTED: files, shown where they differ.
same() {
	if cmp -s "$2" "$3"; then
		pass "$1 ($(wc -l <"$2"))"
	else
		fail "$1" "$(diff "$3" "$2" | head -n 10)"
	fi
}

# 0000:00:02.0 0300: 8086:46a6 (rev 0c)
by_lspci() {
	lspci -Dn -O sysfs.path="$1/sys/bus/pci" 2>/dev/null | tr -d ':' |
		sed -nE 's/^([0-9a-f]+)([0-9a-f]{2})([0-9a-f]{2}\.[0-7]) ([0-9a-f]{4}) ([0-9a-f]{4})([0-9a-f]{4})( \(rev (..)\))?.*/\1:\2:\3 \4 \5 \6 \8/p' |
		sed 's/ $/ 00/' | LC_ALL=C sort
}

# Group and device, from the folder of groups or, without it, from the devices' own links.
by_links() {
	if [ -n "$(ls "$1/sys/kernel/iommu_groups" 2>/dev/null)" ]; then
		find "$1"/sys/kernel/iommu_groups -path '*/devices/*' | awk -F/ '{ print $(NF - 2), $NF }'
	else
		find "$1"/sys/bus/pci/devices/*/iommu_group 2>/dev/null | while read -r link; do
			target=$(readlink "$link")
			link=${link%/*}
			printf '%s %s\n' "${target##*/}" "${link##*/}"
		done
	fi | LC_ALL=C sort
}

# host NAME DIR
host() {
	by_lspci "$2" >"$tmp/wanted"
	"$pve_gpu" list --all --json --root "$2" >"$tmp/list" 2>"$tmp/diag"
	is "$1: list" "$? $(cat "$tmp/diag")" '0 '
	"$jsonq" rows /devices address class vendor_id device_id revision <"$tmp/list" |
		LC_ALL=C sort >"$tmp/got"
	same "$1: what lspci prints" "$tmp/got" "$tmp/wanted"

	by_links "$2" >"$tmp/wanted"
	"$pve_gpu" iommu --json --root "$2" >"$tmp/iommu" 2>"$tmp/diag"
	is "$1: iommu" "$? $(cat "$tmp/diag")" '0 '
	"$jsonq" rows /groups id devices <"$tmp/iommu" |
		awk '{ n = split($2, dev, ","); for (i = 1; i <= n; i++) print $1, dev[i] }' |
		LC_ALL=C sort >"$tmp/got"
	same "$1: the groups' links" "$tmp/got" "$tmp/wanted"
	"$jsonq" rows /devices iommu_group address <"$tmp/list" | grep -v '^null' |
		LC_ALL=C sort >"$tmp/got"
	same "$1: each device's group" "$tmp/got" "$tmp/wanted"
}

found=no
for archive in "$top_srcdir"/../shared/hosts/*.tar.xz; do
	[ -f "$archive" ] || continue
	found=yes
	name=$(basename "$archive" .tar.xz)
	mkdir "$tmp/host" && tar -xJf "$archive" -C "$tmp/host"
	[ -d "$tmp/host/sys" ] || mv "$tmp"/host/*/* "$tmp/host"
	host "$name" "$tmp/host"
	chmod -R u+rwX "$tmp/host"
	rm -rf "$tmp/host"
done
[ $found = yes ] || skip 'captured hosts' 'there are none beside the source'

if [ -d /sys/bus/pci/devices ]; then
	host 'this machine' /
else
	skip 'this machine' 'it has no /sys/bus/pci'
fi

"$top_builddir/tests/hosts/many" "$tmp/many" 10000
host '10,000 devices' "$tmp/many"
is 'all of them, in three domains' "$("$jsonq" rows /devices address <"$tmp/list" |
	awk -F: '{ n[$1]++ } END { print NR, n["0000"], n["0001"], n["10000"] }')" \
	'10000 4096 4096 1808'
done_testing
