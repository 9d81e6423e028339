# SPDX-License-Identifier: GPL-3.0-or-later
from machine import AUDIO, GPU
from screen import Screen
from state import FILES

SET = "cat >/etc/pve-gpu/pve-gpu.conf"
# What the guest has for the lab alone.
HERE = "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/lib/dpkg -o -path /var/cache " \
       "-o -path /var/log -o -path /var/lib/apt -o -path /var/lib/systemd -o -path /boot -o -path /root \\) -prune -o -print | sort"
UNITS = 'systemd-analyze verify --man=no /etc/systemd/system/pve-gpu-*.service 2>&1'


def paths(m):
    return set(m.ask(HERE).splitlines())


def look(lab, m):
    """The wizard as a person opens it, and the way out."""
    s = Screen.over_ssh(m)
    s.type('pve-gpu\r')
    s.see('Set up passthrough', seconds=90)
    s.keys('Enter')
    s.see('What was found')
    s.keys('q')
    s.close()
    lab.ok(True, 'the wizard opens')


def play(lab):
    """The package: installed by apt from the file, used, removed while a change waits, removed, purged."""
    one, two = lab.package()
    lab.ok(one == two, 'built twice it is the same, byte for byte', f'{len(one)} and {len(two)} bytes')
    m = lab.copy('package', lab.disk, 'ready')
    before = paths(m)
    m.ssh('cat >/root/pve-gpu.deb', stdin=one)
    said = m.ask('apt-get install -y /root/pve-gpu.deb 2>&1')
    lab.has('apt installs it, and nothing besides', said, '0 upgraded, 1 newly installed')
    # the guest is made without documentation and languages
    lab.same('nothing is missing of it', m.ask("dpkg --verify pve-gpu | grep -vE '/usr/share/(doc|man|locale)' || true"), '')
    look(lab, m)
    m.ssh(SET, stdin=b'trial = 20\n')
    done = m.ssh('pve-gpu passthrough 100 01:00 --bind address --trial --apply --yes', check=False)
    lab.has('it works, by the settings of the node', done.out + done.err, '20 minutes')
    lab.same('its units are right', m.ask(UNITS, check=False), '')
    lab.same('it is not removed while a change waits', m.ssh('apt-get remove -y pve-gpu', check=False).returncode, 100)
    m.reboot()
    m.ssh('pve-gpu confirm')
    etc = m.ask(FILES)
    said = m.ask('apt-get remove -y pve-gpu 2>&1')
    lab.same('removed, the node is as it was set up', (m.ask(FILES), m.driver(GPU)), (etc, 'vfio-pci'))
    lab.same('the program is gone', m.ask('command -v pve-gpu', check=False), '')
    m.reboot()
    lab.same('and comes up with it', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))
    said = m.ask('apt-get purge -y pve-gpu 2>&1')
    lab.has('purged, it says what goes and what stays', said, 'Removing /var/lib/pve-gpu', '/etc/pve-gpu/bind.conf')
    left = paths(m) - before
    lab.same('nothing is left but what it says', sorted(p for p in left if p not in said and
                                                        not any(q.startswith(p + '/') for q in left)), [])
