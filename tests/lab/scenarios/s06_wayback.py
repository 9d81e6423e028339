# SPDX-License-Identifier: GPL-3.0-or-later
from machine import GPU
from s01_wizard import OFF


def play(lab):
    """An option keeps the guest from coming up: the entry without passthrough, chosen on the console, and recover."""
    m = lab.guest('wayback')
    m.ssh(OFF)
    m.reboot()
    before = m.ask('sha256sum /etc/default/grub')
    m.ssh('pve-gpu passthrough 100 01:00 --bind address --trial --apply --yes')
    lab.has('GRUB has the entry', m.ask('cat /boot/grub/grub.cfg'), 'pve-gpu.off', 'vfio-pci.ids=')
    m.ssh("sed -i 's/intel_iommu=on/intel_iommu=on init=\\/nowhere rootdelay=1/' /boot/grub/grub.cfg && sync")
    m.ssh('systemctl reboot', check=False)
    m.restarted(up=False)
    m.see('initramfs\\)|not syncing|No init found|run-init', 180)
    lab.ok(True, 'with the broken option it does not come up')
    m.cut()
    m.start()
    m.choose_last_entry()
    m.up()
    lab.has('the entry without passthrough brings it up', m.ask('cat /proc/cmdline'), 'pve-gpu.off')
    lab.ok(m.driver(GPU) != 'vfio-pci', 'and nothing is bound', m.driver(GPU))
    lab.same('no watch runs', m.ask('systemctl is-active pve-gpu-trial', check=False), 'inactive')
    recovered = m.ssh('pve-gpu recover', check=False)
    lab.same('recover takes the change back', recovered.returncode, 0) or \
        lab.ok(False, 'its words', recovered.out + recovered.err)
    m.reboot()
    lab.same('and the node starts as before', (m.ask('sha256sum /etc/default/grub'), m.driver(GPU)), (before, 'bochs-drm'))
