# SPDX-License-Identifier: GPL-3.0-or-later
from machine import GPU, until


def play(lab):
    """Confirmed in time: no rollback, then or after later boots."""
    m = lab.guest('confirmed')
    m.ssh('pve-gpu passthrough 100 01:00 --bind address --trial=2 --apply --yes')
    m.reboot()
    login = at_login(m)
    lab.has('the login says what waits, and how to keep it', login, 'on trial', 'pve-gpu confirm')
    confirmed = m.ssh('pve-gpu confirm', check=False)
    lab.same('it is confirmed', confirmed.returncode, 0) or lab.ok(False, 'its words', confirmed.out + confirmed.err)
    lab.same('no unit of the trial is left', m.ask('ls /etc/systemd/system | grep pve-gpu; ls -d '
                                                   '/etc/systemd/system/sysinit.target.d'
                                                   ' 2>/dev/null', check=False), '')
    until('the time of the trial to be over', 240, lambda: float(m.ask('cut -d" " -f1 /proc/uptime')) > 150, 5)
    lab.same('when the time is over nothing happens', m.driver(GPU), 'vfio-pci')
    boot = m.boots
    m.reboot()
    until('the time to pass again', 240, lambda: float(m.ask('cut -d" " -f1 /proc/uptime')) > 150, 5)
    lab.same('nor after the next boot', (m.driver(GPU), m.boots), ('vfio-pci', boot + 1))


def at_login(m):
    """What a person sees who logs in over ssh."""
    return m.ssh('true', check=False).out + m.ask('cat /run/motd.d/* 2>/dev/null', check=False)
