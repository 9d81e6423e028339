# SPDX-License-Identifier: GPL-3.0-or-later
from machine import AUDIO, GPU, NIC
from screen import Screen

OFF = "sed -i 's/=\"quiet\"/=\"quiet intel_iommu=off\"/' /etc/default/grub && update-grub"


def set_up(s):
    """From the first page to the end of Apply."""
    s.type('pve-gpu\r')
    s.see('Set up passthrough', seconds=90)
    s.keys('Enter')
    s.see('Host', 'IOMMU')
    s.keys('Enter')
    for address in ('01:00.0', '01:00.1'):
        s.keys('/')
        s.type(address)
        s.keys('Enter')
        if f'[x] {address}' not in s.text():
            s.keys('Space')
        s.see(f'[x] {address}')
    s.keys('Enter')
    s.see('Binding')
    s.keys('Enter')
    s.see('guest')
    s.keys('Space')
    s.keys('Enter')
    s.see('Review', 'intel_iommu')


def play_on(lab, m, s, how):
    set_up(s)
    s.keys('t')
    s.see('Trial')
    s.keys('Enter')
    s.keys('Enter')
    s.see('[y')
    s.keys('y')
    s.see('r runs it now', seconds=300)
    s.keys('r')
    s.see('[y')
    s.keys('y')
    s.keys('Enter')
    s.see('Reboot the node')
    s.keys('Down')
    s.keys('Enter')
    s.see('Reboot this node now?')
    s.keys('y')
    s.close()
    m.restarted()
    lab.same(f'{how}: the display and its audio are bound', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))


def play(lab):
    """A person at 80x24 over ssh, from a guest without IOMMU to the verify step and the confirmation."""
    m = lab.guest('wizard')
    m.ssh(OFF)
    m.reboot()
    s = Screen.over_ssh(m)
    play_on(lab, m, s, 'over ssh')
    s = Screen.over_ssh(m)
    s.type('pve-gpu\r')
    text = s.see('After the reboot', '01:00.0', '01:00.1', seconds=90)
    lab.ok(text.count(' ok') >= 2, 'the wizard opens on the verify step: both are well', text)
    s.keys('Enter')
    s.see('[y')
    s.keys('y')
    s.see('confirmed')
    s.close()
    lab.has('the change is confirmed', m.ask('pve-gpu history'), 'confirmed')
    m.reboot()
    lab.same('and stays over the next boot', (m.driver(GPU), m.ask('ls /run/motd.d')), ('vfio-pci', ''))
    lab.has('the network was never gone', m.driver(NIC), 'e1000')
