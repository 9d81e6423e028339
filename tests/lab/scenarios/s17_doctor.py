# SPDX-License-Identifier: GPL-3.0-or-later
import json

from machine import AUDIO, GPU, SCREEN
from s01_wizard import OFF

KEEP = 'cp -p /boot/initrd.img-$(uname -r) /root/old'


def findings(m):
    return json.loads(m.ssh('pve-gpu doctor --json', check=False).out)['findings']


def named(lab, m, rule, what):
    """The doctor's finding by this rule, and no worse one stands before it."""
    said = findings(m)
    found = [f for f in said if f.get('rule') == rule]
    if not lab.ok(found, f'{what}: the doctor names it', json.dumps(said, indent=1)):
        return None
    lab.same(f'{what}: nothing stands before it', said[0].get('rule'), rule)
    lab.ok(found[0]['evidence'], f'{what}: with its evidence', found[0])
    return found[0]


def mend(lab, m, found, what):
    """What the finding calls its fix is done as it stands."""
    command = (found or {}).get('fix') or ''
    if lab.ok(command.startswith('pve-gpu '), f'{what}: it has a fix', found):
        done = m.ssh(f'{command} --apply --yes' + ('' if '--no-trial' in command else ' --no-trial'), check=False)
        lab.same(f'{what}: `{command}` is done', done.returncode, 0) or lab.ok(False, 'its words', done.out + done.err)


def gone(lab, m, rule, what):
    m.reboot()
    lab.same(f'{what}: it is gone', [f for f in findings(m) if f.get('rule') == rule], [])
    lab.same(f'{what}: the VM gets what it shall', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))


def off(lab, m):
    what = 'IOMMU off in the kernel'
    m.ssh(OFF + ' && sync')
    m.reboot()
    mend(lab, m, named(lab, m, 'iommu-not-present', what), what)
    gone(lab, m, 'iommu-not-present', what)


def wrong_file(lab, m):
    what = 'option in the file of the other loader'
    m.ssh("sed -i 's/intel_iommu=on/intel_iommu=off/' /etc/default/grub && update-grub && "
          "echo 'root=/dev/vda1 ro quiet intel_iommu=on' >/etc/kernel/cmdline && sync")
    m.reboot()
    found = [f for f in findings(m) if '/etc/kernel/cmdline' in json.dumps(f)]
    lab.ok(found, f'{what}: the doctor names the file', json.dumps(findings(m), indent=1))
    mend(lab, m, named(lab, m, 'iommu-not-present', what), what)
    m.ssh('rm /etc/kernel/cmdline')
    gone(lab, m, 'iommu-not-present', what)


def stale(lab, m):
    what = 'stale initramfs'
    m.ssh('cp -p /root/old /boot/initrd.img-$(uname -r) && sync')
    m.reboot()
    mend(lab, m, named(lab, m, 'vfio-lost-race', what), what)
    gone(lab, m, 'vfio-lost-race', what)


def twins(lab, m):
    what = 'both of two identical cards taken'
    screen = m.driver(SCREEN)
    m.ssh("rm -f /etc/pve-gpu/bind.conf && echo 'options vfio-pci ids=1234:1111,8086:2668' >>/etc/modprobe.d/vfio.conf && "
          "echo 'softdep bochs_drm pre: vfio-pci' >>/etc/modprobe.d/vfio.conf && update-initramfs -u && sync")
    m.reboot()
    lab.same(f'{what}: so it is', (m.driver(GPU), m.driver(SCREEN)), ('vfio-pci', 'vfio-pci'))
    named(lab, m, 'both-twins-taken', what)
    # the line is the person's own: they take the id out, as they are told
    m.ssh("sed -i '/1234:1111/d' /etc/modprobe.d/vfio.conf")
    m.ssh('pve-gpu passthrough 100 01:00 --bind address --no-trial --apply --yes && update-initramfs -u')
    gone(lab, m, 'both-twins-taken', what)
    lab.same(f'{what}: the node has its own again', m.driver(SCREEN), screen)


def remapping(lab, m):
    what = 'interrupt remapping off'
    m.ssh("sed -i 's/=\"quiet/=\"quiet intremap=off/' /etc/default/grub && update-grub && sync")
    m.reboot()
    found = named(lab, m, 'no-interrupt-remapping', what)
    lab.has(f'{what}: it says which option', json.dumps(found), 'intremap=off')
    m.ssh("sed -i 's/ intremap=off//' /etc/default/grub && update-grub && sync")
    gone(lab, m, 'no-interrupt-remapping', what)


def play(lab):
    """Five spoiled nodes, one after the other: the doctor names what is wrong, its fix and a reboot mend it."""
    m = lab.guest('doctor')
    m.ssh(KEEP)
    m.ssh('pve-gpu passthrough 100 01:00 --bind address --no-trial --apply --yes && sync')
    m.reboot()
    lab.same('at first all is well', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))
    for spoil in (off, wrong_file, stale, remapping, twins):
        spoil(lab, m)
