# SPDX-License-Identifier: GPL-3.0-or-later
import json

from machine import until
from screen import Screen
from s12_effects import BIND, FIND
from state import FILES

PORTS = '''
-device pcie-root-port,id=rp7,bus=pcie.0,chassis=7,addr=0xc
-device pcie-root-port,id=rp8,bus=pcie.0,chassis=8,addr=0xd
-device igb,bus={slot},addr=0,mac=52:54:00:00:00:07,romfile=
'''
# What Proxmox starts its VMs with: here it notes what is there when its turn comes.
GUESTS = '''[Unit]
Description=stand-in for the start of all VMs
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat /sys/bus/pci/devices/{pf}/sriov_numvfs >/run/lab-guests; ip -j link >/run/lab-links'
[Install]
WantedBy=multi-user.target
'''
MACS = "sed -n 's/^vf .*mac=\\([^ ]*\\).*/\\1/p' /etc/pve-gpu/sriov.conf"
UNIT = 'systemctl show -P ActiveState pve-gpu-sriov.service'


def count(m, pf):
    return int(m.ask(f'cat /sys/bus/pci/devices/{pf}/sriov_numvfs'))


def functions(m, pf):
    return m.ask(f'for v in /sys/bus/pci/devices/{pf}/virtfn*; do basename $(readlink $v); done').split()


def groups(m, devices):
    return [m.ask(f'ls /sys/bus/pci/devices/{d}/iommu_group/devices').split() for d in devices]


def macs(text):
    """Of the functions, as their card has them."""
    return [vf['address'] for link in json.loads(text) for vf in link.get('vfinfo_list', [])]


def run(lab, m, what, command, status=0):
    done = m.ssh('pve-gpu ' + command, check=False)
    lab.same(what, done.returncode, status) or lab.ok(False, 'its words', done.out + done.err)
    return done.out + done.err


def through_the_wizard(m, pf, words):
    """From the first page to the end of Apply, the commands for the VM too."""
    s = Screen.over_ssh(m)
    s.type('pve-gpu\r')
    s.see('Set up passthrough', seconds=90)
    for _ in range(4):
        s.keys('Down')
    s.see('Devices that can appear')
    s.keys('Enter')
    s.see('Virtual functions', '0 of 7')
    s.keys('/')
    s.type(pf[5:])
    s.keys('Enter')
    s.see(f'- {pf} -')
    s.keys('Enter')
    s.see('How many shall')
    s.keys('C-u')
    s.type(words)
    s.keys('Enter')
    s.see('What will be done')
    s.apply()
    # no reboot is due: the VM's part is a change of its own
    until('the VM to have it', 200, lambda: s.text().count('The change is made and recorded') == 2)
    text = s.text()
    s.close()
    return text


def made(lab, m, pf):
    text = through_the_wizard(m, pf, '3 100')
    lab.same('they are there', count(m, pf), 3) or print(text)
    vfs, wanted = functions(m, pf), m.ask(MACS).split()
    lab.same('each in a group of its own', groups(m, vfs), [[v] for v in vfs])
    lab.same('no driver of the host has one', [m.driver(v) for v in vfs], ['none'] * 3)
    lab.same('their addresses are those of the file', macs(m.ask('ip -j link')), wanted)
    lab.has('the VM has the first', m.ask('cat /etc/pve/qemu-server/100.conf'), f'hostpci0: {vfs[0]}')
    m.ssh(BIND.format(address=vfs[0]))
    lab.same('Proxmox can take it', m.driver(vfs[0]), 'vfio-pci')
    return wanted


def stays(lab, m, pf, wanted):
    m.reboot()
    lab.same('after a reboot they are there before the VMs are started', m.ask('cat /run/lab-guests'), '3')
    lab.same('with the same addresses', macs(m.ask('cat /run/lab-links')), wanted)
    vfs = functions(m, pf)
    lab.same('each in a group of its own again', groups(m, vfs), [[v] for v in vfs])
    lab.same('the unit is well', m.ask(UNIT, check=False), 'active')
    run(lab, m, 'status finds it right', 'status')
    lab.has('a second run changes nothing', run(lab, m, 'the same again', f'sriov {pf} 3 --vm 100'), 'Nothing is to be')
    lab.same('what the unit runs changes nothing either', m.ask('pve-gpu sriov --at-boot'),
             f'{pf} has its 3 virtual functions.')


def changed(lab, m, pf, wanted):
    run(lab, m, 'five of them', f'sriov {pf} 5 --vf 1,vlan=20,spoofchk=off --apply --yes')
    lab.same('there are five', count(m, pf), 5)
    lab.same('the first three have their addresses still', macs(m.ask('ip -j link'))[:3], wanted)
    run(lab, m, 'the change is taken back', 'undo')
    lab.same('there are three again', (count(m, pf), macs(m.ask('ip -j link'))), (3, wanted))
    lab.has('none is refused while a VM has one', run(lab, m, 'none of them', f'sriov {pf} 0 --apply --yes', 1), 'VM 100')


def removed(lab, m, pf, wanted, start):
    run(lab, m, 'it is taken from the VM', 'passthrough 100 --remove hostpci0 --apply --yes')
    run(lab, m, 'none of them', f'sriov {pf} 0 --apply --yes')
    lab.same('they are gone, and the unit', (count(m, pf), m.ask(f'ls /etc/systemd/system/pve-gpu-sriov.service',
                                                                  check=False)), (0, ''))
    for _ in range(4):
        run(lab, m, 'taken back', 'undo')
        print(f'#   {count(m, pf)} virtual functions', flush=True)
    lab.same('the start is back on the running node', count(m, pf), 0)
    m.reboot()
    lab.same('and after a reboot', m.ask('cat /run/lab-guests'), '0')
    lab.same('every file is as at the start', m.ask(FILES), start)


def moved(lab, m, pf):
    """The card in another slot, and back."""
    run(lab, m, 'two of them', f'sriov {pf} 2 --apply --yes')
    wanted = m.ask(MACS).split()
    m.more = PORTS.format(slot='rp8')
    m.reboot()
    new = m.ask(FIND.format(id='10c9'))
    lab.ok(new != pf, 'the card has another address', new)
    lab.same('the unit declines', (m.ask(UNIT, check=False), count(m, new)), ('failed', 0))
    lab.has('status says why', run(lab, m, 'status', 'status', 1), f'There is no device at {pf}.', f'moved to {new}',
            f'pve-gpu sriov {new} 2')
    run(lab, m, 'its settings are taken over', f'sriov {new} 2 --apply --yes')
    lab.same('two of them at the new place, with their addresses', (count(m, new), macs(m.ask('ip -j link'))), (2, wanted))
    run(lab, m, 'status is well again', 'status')


def play(lab):
    """Virtual functions of an emulated network card: made through the wizard, given to a VM, there after a reboot before the VMs, changed,
    removed, taken back; and the card in another slot."""
    m = lab.guest('sriov', more=PORTS.format(slot='rp7'), qemu=lab.newer_qemu())
    pf = m.ask(FIND.format(id='10c9'))
    print(f'#   the card is at {pf}', flush=True)
    m.ssh('cat >/etc/systemd/system/pve-guests.service', stdin=GUESTS.format(pf=pf).encode())
    m.ssh('systemctl enable --now pve-guests.service')
    start = m.ask(FILES)
    wanted = made(lab, m, pf)
    stays(lab, m, pf, wanted)
    changed(lab, m, pf, wanted)
    removed(lab, m, pf, wanted, start)
    moved(lab, m, pf)
