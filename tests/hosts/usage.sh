#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What hangs on the devices of captured hosts, as `list` shows it.
. "$top_srcdir/tests/lib/tap.sh"

# uses HOST: address and use of every device that has one.
uses() {
	mkdir "$tmp/$1"
	tar -xf "$hosts/$1.tar.xz" -C "$tmp/$1"
	"$top_builddir/pve-gpu" --root "$tmp/$1" list --all 2>&1 | awk '
		match($0, /(network|storage|usb-storage|display|input): /) {
			print $1, substr($0, RSTART)
		}' | sed 's/ *$//'
}

hosts=$top_srcdir/../shared/hosts
[ -d "$hosts" ] || skip_all 'the captured hosts are not here'

is 'a cluster node with its system on SATA' "$(uses hwloc-32em64t-mic)" \
'0000:00:1f.2 storage: root file system (sda1); storage: /var (sda2); storage: /tacc (sda3); storage: /tmp (sda5)
0000:02:00.0 network: eth0.1015
0000:05:00.0 display: the only display
0000:82:00.0 network: ib0, link is up'
is 'a laptop with an encrypted root on NVMe' "$(uses ghw-i7-1270p-thinkpad)" \
'0000:00:02.0 display: the only display
0000:04:00.0 storage: /boot (nvme0n1p2); storage: /boot/efi (nvme0n1p1)'
is 'a workstation' "$(uses checkbox-NVIDIA_DGX_STATION)" \
	'0000:07:00.0 display: boot display'
done_testing
