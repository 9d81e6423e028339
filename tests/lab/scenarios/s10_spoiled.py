# SPDX-License-Identifier: GPL-3.0-or-later
from machine import GPU, SERIAL
from s01_wizard import OFF


def play(lab):
    """status names the reason: a stale initramfs, a driver in the kernel, an option in the wrong loader's file."""
    m = lab.guest('spoiled')
    m.ssh('cp -p /boot/initrd.img-$(uname -r) /root/old && pve-gpu passthrough 100 01:00 --bind address --no-trial '
          '--apply --yes && cp -p /root/old /boot/initrd.img-$(uname -r) && sync')
    m.ssh("echo 'options vfio-pci ids=1b36:0002' >>/etc/modprobe.d/person.conf; "
          f"echo 'hostpci1: {SERIAL}' >>/etc/pve/qemu-server/100.conf; sync")
    m.reboot()
    status = m.ssh('pve-gpu status', check=False)
    lab.same('status finds it wrong', status.returncode, 1)
    lab.has('a stale initramfs is named', status.out, 'initramfs')
    lab.has('a driver in the kernel is named', status.out, 'built into the kernel')
    lab.ok(GPU in status.out and SERIAL in status.out, 'for the two devices', status.out)
    m.ssh(OFF + " && echo 'root=/dev/vda1 ro quiet intel_iommu=on' >/etc/kernel/cmdline && sync")
    m.reboot()
    status = m.ssh('pve-gpu status', check=False)
    lab.has('an option in the file of the wrong loader is named', status.out, '/etc/kernel/cmdline')
