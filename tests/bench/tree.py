#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a host with so many PCI functions, as a tree file for tests/tools/mktree: tree.py NUMBER >FILE.tree

Made of blocks as a server for virtual machines has them: behind each root port a card: graphics card with its sound, NVMe disk,
network card of two ports, USB controller, and a card of which the virtual functions are with vfio-pci. A longer tree begins with
the shorter one, so that the time of a function can be compared. The ids are real; network cards have interfaces, disks are
block devices, one in fifty of the virtual functions is a VM's."""
import sys

GPUS = ['10de:2684', '10de:2204', '10de:1eb8', '1002:67df', '1002:73bf', '8086:56a0', '10de:1b80', '1002:744c']
SOUND = ['10de:22ba', '10de:1aef', '10de:10f8', '1002:aaf0', '1002:ab28', '8086:4f90', '10de:10f0', '1002:ab38']
DISKS = ['144d:a80a', '144d:a808', '15b7:5006', '1c5c:1327', '8086:0a54', '1344:51c0', '1e0f:0007', '1987:5012']
NICS = ['8086:1521', '8086:1572', '8086:1593', '14e4:1657', '14e4:16d7', '15b3:1015', '10ec:8125', '8086:10fb']
USB = ['1b21:3242', '1912:0014', '1106:3483', '8086:15ec']
WITH_VFS = [('8086:1572', '8086:154c', 'i40e'), ('15b3:1017', '15b3:1018', 'mlx5_core'), ('8086:1592', '8086:1889', 'ice'),
            ('8086:10fb', '8086:10ed', 'ixgbe')]
VFS = 31
BUSES = 255	# of a domain, beside its first


class Host:
    def __init__(self, number):
        self.left, self.lines, self.group, self.disks, self.vfs = number, [], 0, 0, []
        self.nics = []

    def pci(self, address, what, group=None):
        """One function, in a group of its own unless told; False: enough of them."""
        if not self.left:
            return False
        self.left -= 1
        self.group += group is None
        self.lines.append(f'pci {address} {what} group={self.group}')
        self.uevent(address, dict(word.split('=', 1) for word in what.split()))
        return True

    def uevent(self, address, key):
        """The file that a running kernel has of each."""
        kind, sub = key['class'], key.get('sub', '0000:0000').upper()
        vendor, device = key['id'].upper().split(':')
        self.lines += [f'file /sys/bus/pci/devices/{address}/uevent', *(['|DRIVER=' + key['driver']] if 'driver' in key else []),
                       '|PCI_CLASS=' + kind.upper().lstrip('0'), f'|PCI_ID={vendor}:{device}', f'|PCI_SUBSYS_ID={sub}',
                       f'|PCI_SLOT_NAME={address}', f'|MODALIAS=pci:v0000{vendor}d0000{device}sv0000{sub[:4]}sd0000{sub[5:]}'
                       f'bc{kind[:2]}sc{kind[2:4]}i{kind[4:]}']

    def card(self, parent, bus, number):
        kind, n = number % 6, number // 6
        at = f'{bus}:00.'
        if kind == 0:
            self.pci(at + '0', f'class=030000 id={GPUS[n % 8]} rev=a1 sub=1458:40bf driver=vfio-pci parent={parent} boot_vga=0 '
                     'bar0=16M bar1=256M:p64 bar3=32M:p64 rom=512K reset=flr,bus')
            self.pci(at + '1', f'class=040300 id={SOUND[n % 8]} rev=a1 sub=1458:40bf driver=vfio-pci parent={parent} bar0=16K '
                     'reset=bus', self.group)
        elif kind == 1:
            if self.pci(at + '0', f'class=010802 id={DISKS[n % 8]} sub=144d:a801 driver=nvme parent={parent} bar0=16K:64 '
                        'reset=flr,bus'):
                self.disk(parent, at + '0')
        elif kind == 2:
            for fn in '01':
                if self.pci(at + fn, f'class=020000 id={NICS[n % 8]} rev=01 sub=8086:0001 driver=igb parent={parent} bar0=64K:64 '
                            'reset=flr,bus'):
                    self.nic(parent, at + fn)
        elif kind == 3:
            self.pci(at + '0', f'class=0c0330 id={USB[n % 4]} rev=00 sub=1043:8756 driver=xhci_hcd parent={parent} bar0=32K:64 '
                     'reset=bus')
        elif kind == 4:
            self.pci(at + '0', f'class=010700 id=1000:0097 rev=02 sub=1000:3090 driver=mpt3sas parent={parent} bar0=64K:64 '
                     'reset=flr,bus')
        else:
            self.with_vfs(parent, bus, n)

    def with_vfs(self, parent, bus, n):
        pf, vf, driver = WITH_VFS[n % 4]
        n_vfs = max(0, min(VFS, self.left - 1))
        if not self.pci(f'{bus}:00.0', f'class=020000 id={pf} rev=02 sub={pf[:4]}:0002 driver={driver} parent={parent} '
                        f'totalvfs={VFS} numvfs={n_vfs} vf_offset=1 vf_stride=1 vf_device={vf[5:]} vf_probe=1 bar0=16M:p64 '
                        'reset=flr,bus'):
            return
        self.nic(parent, f'{bus}:00.0')
        for i in range(1, n_vfs + 1):
            address = f'{bus}:{i >> 3:02x}.{i & 7}'
            self.pci(address, f'class=020000 id={vf} rev=02 sub={pf[:4]}:0002 driver=vfio-pci parent={parent} '
                     f'physfn={bus}:00.0 bar0=64K:p64 bar3=16K:p64 reset=flr')
            self.vfs.append(address)

    @staticmethod
    def folder(parent, address):
        return f'/sys/devices/pci{parent[:7]}/{parent}/{address}'

    def nic(self, parent, address):
        name = f'enP{int(address[:4], 16)}p{int(address[5:7], 16)}s0f{address[-1]}'
        at = f'{self.folder(parent, address)}/net/{name}'
        n = len(self.nics)
        self.nics.append(name)
        self.lines += [f'value {at}/address 02:00:00:00:{n >> 8:02x}:{n & 0xff:02x}', f'value {at}/operstate up',
                       f'value {at}/type 1', f'link {at}/device ../../../{address}',
                       f'link /sys/class/net/{name} ../..{at[4:]}']
        if n == 0:
            self.lines.append(f'link {at}/master ../../../../../virtual/net/vmbr0')

    def disk(self, parent, address):
        disk = f'nvme{self.disks}n1'
        at = f'{self.folder(parent, address)}/nvme/nvme{self.disks}/{disk}'
        self.lines += [f'value {at}/size 1953525168', f'value {at}/dev 259:{self.disks * 4}', f'dir {at}/slaves',
                       f'value {at}/{disk}p1/dev 259:{self.disks * 4 + 1}', f'value {at}/{disk}p1/partition 1',
                       f'link /sys/class/block/{disk} ../..{at[4:]}', f'link /sys/block/{disk} ..{at[4:]}']
        self.disks += 1

    def make(self):
        domain, bus, card = 0, 0, 0
        while self.left:
            if bus == 0:
                self.pci(f'{domain:04x}:00:00.0', 'class=060000 id=8086:2020 rev=04')
            bus += 1
            port = f'{domain:04x}:00:{bus >> 3:02x}.{bus & 7}'
            if self.pci(port, 'class=060400 id=8086:2030 rev=04 sub=8086:0000 driver=pcieport header=1 reset=pm'):
                self.card(port, f'{domain:04x}:{bus:02x}', card)
            card += 1
            if bus == BUSES:
                domain, bus = domain + 1, 0

    def rest(self):
        """The machine around them, and VMs that have a function each."""
        self.lines += ['value /etc/hostname pve1', 'value /proc/sys/kernel/hostname pve1', 'value /proc/cmdline quiet iommu=pt',
                       'file /proc/cpuinfo', '|vendor_id	: GenuineIntel', '|flags		: fpu vmx', '|',
                       'file /proc/meminfo', '|MemTotal:       65651064 kB', '|MemAvailable:   52118764 kB',
                       'file /proc/mounts', '|/dev/nvme0n1p1 / ext4 rw,relatime 0 0', 'file /proc/swaps', '|Filename',
                       'file /proc/interrupts', '| 16: 0 IR-PCI-MSI 1-edge nvme', 'file /proc/modules', '|vfio_pci 1 0 - Live 0x0',
                       'file /etc/network/interfaces', '|auto vmbr0', '|iface vmbr0 inet static', '|	address 192.0.2.2/24',
                       '|	gateway 192.0.2.1', f'|	bridge-ports {self.nics[0] if self.nics else "none"}',
                       'value /sys/devices/virtual/net/vmbr0/address 02:00:00:00:00:00',
                       'link /sys/class/net/vmbr0 ../../devices/virtual/net/vmbr0',
                       'file /sys/firmware/acpi/tables/DMAR', '|DMAR',
                       'value /sys/devices/virtual/iommu/dmar0/intel-iommu/ecap 29a00f0505e',
                       'value /sys/devices/virtual/iommu/dmar0/intel-iommu/cap 1c0000c40660462',
                       'link /sys/class/iommu/dmar0 ../../devices/virtual/iommu/dmar0', 'dir /etc/pve/nodes/pve1/qemu-server']
        for n, address in enumerate(self.vfs[::50]):
            self.lines += [f'file /etc/pve/nodes/pve1/qemu-server/{100 + n}.conf', f'|name: vm{n}', '|machine: q35', '|memory: 2048',
                           f'|hostpci0: {address},pcie=1']


def tree(number):
    host = Host(number)
    host.make()
    host.rest()
    return '\n'.join(host.lines) + '\n'


if __name__ == '__main__':
    sys.stdout.write(tree(int(sys.argv[1])))
