#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The units are well-formed, and the one that can be confined is: 4.0 of 10 at most by systemd's own
# measure. The trial's unit cannot be: it rebuilds the initramfs, mounts EFI partitions and reboots.
. "$top_srcdir/tests/lib/tap.sh"

missing=
command -v systemd-analyze >/dev/null || missing='systemd-analyze is not installed'

for unit in "$top_srcdir"/data/systemd/*.service; do
	name="$(basename "$unit") is well-formed"
	here=$tmp/$(basename "$unit")
	sed 's|@PROGRAM@|/bin/true|' "$unit" >"$here"
	[ -z "$missing" ] || { skip "$name" "$missing"; continue; }
	is "$name" "$(systemd-analyze verify --man=no "$here" 2>&1)" ''
done

name='the unit of virtual functions is confined'
if [ -n "$missing" ]; then
	skip "$name" "$missing"
else
	check "$name" systemd-analyze security --no-pager --offline=yes --threshold=40 \
		"$tmp/pve-gpu-sriov.service"
fi
done_testing
