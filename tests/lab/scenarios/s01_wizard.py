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
        if f'[x] {address}' not in s.see(f'- 0000:{address} -'):
            s.keys('Space')
        s.see(f'[x] {address}')
    s.keys('Enter')
    s.see('When vfio-pci takes the device')
    s.keys('Down', 'Down', 'Space')
    s.see('(*) early, by address')
    s.keys('Enter')
    s.see('guest')
    s.keys('Space')
    s.keys('Enter')
    s.see('Review', 'intel_iommu')


def play_on(lab, m, s, how):
    """A change from the shell's prompt on the screen to the reboot into it."""
    set_up(s)
    s.keys('t')
    s.see('Trial boot')
    s.apply()
    s.see('It joins the change', seconds=120)
    s.keys('Enter')
    s.see('Reboot the node')
    s.keys('Down')
    s.keys('Enter')
    s.see('Reboot this node now?')
    s.keys('y')
    m.gone(240)
    s.close()
    m.start().up()
    lab.same(f'{how}: the display and its audio are bound', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))


def keep(lab, m, s, how):
    """The wizard, opened after the reboot, shows what came of it; the change is kept."""
    s.type('pve-gpu\r')
    text = s.see('After the reboot', '01:00.0', '01:00.1', seconds=90)
    lab.ok(text.count(' ok') >= 2, f'{how}: the wizard opens on the verify step: both are well', text)
    s.keys('Enter')
    s.see('`pve-gpu undo` takes', seconds=120)
    s.close()
    lab.has(f'{how}: the change is confirmed', m.ask('pve-gpu history'), 'confirmed')


def without_iommu(lab, name):
    m = lab.guest(name)
    m.ssh(OFF)
    m.reboot()
    return m


def play(lab):
    """A person at 80x24, over ssh and on the serial console, from a guest without IOMMU to the confirmation."""
    m = without_iommu(lab, 'wizard')
    play_on(lab, m, Screen.over_ssh(m), 'over ssh')
    keep(lab, m, Screen.over_ssh(m), 'over ssh')
    m.reboot()
    lab.same('and stays over the next boot', (m.driver(GPU), m.ask('ls /run/motd.d 2>/dev/null', check=False)), ('vfio-pci', ''))
    lab.has('the network was never gone', m.driver(NIC), 'e1000')
    lab.done_with(m)
    m = without_iommu(lab, 'console')
    play_on(lab, m, on_console(m), 'on the serial console, vt220')
    keep(lab, m, on_console(m), 'on the serial console, vt220')


def on_console(m):
    """The shell that getty logs in to, before the screen of a person."""
    m.see('root@lab', 120)
    s = Screen.on_serial(m)
    s.type('echo $TERM; stty rows 24 columns 80\r')
    s.see('vt220')
    return s
