# SPDX-License-Identifier: GPL-3.0-or-later
from machine import AUDIO, GPU, SCREEN, TWIN_A, TWIN_B
from state import State


def drivers(m):
    return {a: m.driver(a) for a in (SCREEN, GPU, AUDIO, TWIN_A, TWIN_B)}


def play(lab):
    """Of two identical displays and two identical network cards only the chosen go; undo gives all back."""
    m = lab.guest('identical')
    before, files = drivers(m), State(m)
    applied = m.ssh('pve-gpu passthrough 100 01:00 02:00.0 --bind address --apply --yes --no-trial', check=False)
    lab.same('the change is applied', applied.returncode, 0) or lab.ok(False, 'its words', applied.out + applied.err)
    lab.has('the VM gets the devices', m.ask('cat /etc/pve/qemu-server/100.conf'), 'hostpci0: 0000:01:00')
    m.reboot()
    after = drivers(m)
    lab.same('the chosen display and its audio are bound', (after[GPU], after[AUDIO]), ('vfio-pci', 'vfio-pci'))
    lab.same('the boot display keeps its driver', after[SCREEN], before[SCREEN])
    lab.same('of two identical network cards only the chosen one is bound', (after[TWIN_A], after[TWIN_B]),
             ('vfio-pci', before[TWIN_B]))
    lab.ok(m.ask('cat /proc/fb') != '', 'the console has its framebuffer')
    status = m.ssh('pve-gpu status', check=False)
    lab.same('status finds all of it right', status.returncode, 0) or lab.ok(False, 'its words', status.out)
    undone = m.ssh('pve-gpu undo', check=False)
    lab.same('it is undone', undone.returncode, 0) or lab.ok(False, 'its words', undone.out + undone.err)
    m.reboot()
    lab.same('every driver is as at the start', drivers(m), before)
    lab.same('every file is as at the start', State(m).differs(files), '')
