# SPDX-License-Identifier: GPL-3.0-or-later
# A stand-in for proxmox-boot-tool with GRUB on a legacy machine: `refresh` mounts each partition of its list and
# has GRUB's menu made there, as zz-proxmox-boot does.
TOOL = r'''#!/bin/sh
[ "$1" = refresh ] || exit 0
[ -e /root/broken ] && { echo "nothing to refresh"; exit 0; }
[ -n "$UNSHARED" ] || exec env UNSHARED=1 unshare --mount --propagation private "$0" "$@"
while read -r uuid; do
	mount "/dev/disk/by-uuid/$uuid" /mnt && mkdir -p /mnt/grub && grub-mkconfig -o /mnt/grub/grub.cfg && umount /mnt
done </etc/kernel/proxmox-boot-uuids
'''
MAKE = '''truncate -s 64M /esp.img && mkfs.vfat -i 1234ABCD /esp.img >/dev/null && losetup -f /esp.img && udevadm settle &&
mkdir -p /etc/kernel && echo 1234-ABCD >/etc/kernel/proxmox-boot-uuids && chmod 755 /usr/sbin/proxmox-boot-tool &&
ls /dev/disk/by-uuid/1234-ABCD'''
APPLY = 'pve-gpu passthrough 100 01:00 --bind early --no-trial --apply --yes'


def play(lab):
    """The loader's menu on an EFI system partition that nobody has mounted is compared with the plan."""
    m = lab.guest('esp')
    m.ssh('cat >/usr/sbin/proxmox-boot-tool', stdin=TOOL.encode())
    m.ssh("sed -i 's/=\"quiet\"/=\"quiet intel_iommu=off\"/' /etc/default/grub")
    m.ssh(MAKE + ' && proxmox-boot-tool refresh')
    m.ssh('touch /root/broken')
    done = m.ssh(APPLY, check=False)
    words = ' '.join((done.out + done.err).split())
    lab.has('a refresh that did nothing is found out', words, 'do not reboot', 'EFI system partition 1234-ABCD')
    lab.same('nothing stays mounted', m.ask('findmnt -t vfat; ls -d /tmp/tmp.* 2>/dev/null', check=False), '')
    m.ssh('pve-gpu undo')
    m.ssh('rm /root/broken')
    done = m.ssh(APPLY, check=False)
    words = ' '.join((done.out + done.err).split())
    lab.same('with one that works it goes through', done.returncode, 0) or lab.ok(False, 'its words', words)
    lab.ok('do not reboot' not in words and 'looked at' not in words, 'and nothing is in doubt', words)
    menu = m.ask('mount -o ro /dev/disk/by-uuid/1234-ABCD /mnt && cat /mnt/grub/grub.cfg && umount /mnt')
    lab.has('the menu has the option and the way back', menu, 'intel_iommu=on', 'pve-gpu.off')
