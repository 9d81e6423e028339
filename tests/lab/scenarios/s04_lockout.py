# SPDX-License-Identifier: GPL-3.0-or-later
from machine import NIC
from state import State

APPLY = f'pve-gpu passthrough 100 {NIC} --accept-loss={NIC} --bind address --trial=1 --apply --yes'


def play(lab):
    """The change takes the network card that the person comes by. Nobody confirms: the node comes back by itself."""
    files = None
    for i in range(lab.times or 1):
        m = lab.guest(f'lockout{i}')
        files = files or State(m)       # all of them are resumed from the same state
        once(lab, m, i, files)
        lab.done_with(m)


def once(lab, m, i, files):
    applied = m.ssh(APPLY, check=False)
    lab.same(f'{i}: applied, on trial', applied.returncode, 0) or lab.ok(False, 'its words', applied.out + applied.err)
    m.ssh('systemctl reboot', check=False)
    m.restarted(up=False)
    m.see('on trial', 180)
    lab.ok(True, f'{i}: the console says that a change is on trial')
    m.see('The node reboots now', 240)
    m.restarted()
    lab.same(f'{i}: back on the network by itself, in two boots', (m.driver(NIC), m.boots), ('e1000', 3))
    lab.same(f'{i}: every file is as before', State(m).differs(files), '')
    lab.has(f'{i}: the history says so', m.ask('pve-gpu history'), 'undone')
