# SPDX-License-Identifier: GPL-3.0-or-later
import json

TYPES = '/sys/class/mdev_bus/mtty/mdev_supported_types'
# PVE::QemuServer::PCI::Mdev, generate_mdev_uuid: hostpci0 of VM 100
OWN = '%08d-0000-0000-0000-%012d' % (0, 100)
OTHER = 'c2177883-f1bb-47f0-914d-32a22e3a8804'
KERNEL = f'cd {TYPES} && for t in *; do cat $t/name $t/device_api $t/available_instances | ' \
         'tr "\\n" "|"; echo "$t"; done'


def look(m):
    """What pve-gpu reads: the parent's types by id, and the whole document."""
    doc = json.loads(m.ask('pve-gpu vgpu --json'))
    parent = [d for d in doc['devices'] if d['parent'] == 'mtty']
    return {t['type']: t for t in parent[0]['types']} if parent else None, doc


def kernel(m):
    """The same, read from sysfs by a shell."""
    rows = (line.split('|') for line in m.ask(KERNEL).splitlines())
    return {row[3]: (row[0], row[1], int(row[2])) for row in rows}


def brief(types):
    return {i: (t['name'], t['device_api'], t['available']) for i, t in types.items()}


def users(types, wanted):
    return [(u['vmid'], u['key'], u['uuid']) for u in types[wanted]['users']]


def ids(doc):
    return [f['id'] for f in doc['findings']]


def play(lab):
    """The kernel's sample of mediated devices: types and counts as the real interface has them, an instance made and
    removed as Proxmox does it, and a parent that is no PCI device."""
    m = lab.guest('mdev')
    none, doc = look(m)
    lab.ok(none is None and not doc['instances'], 'without the module there is nothing', doc)
    module = lab.mtty(m.ask('uname -r').strip())
    m.ssh('cat >/root/mtty.ko', stdin=module)
    m.ssh('modprobe -a vfio mdev && insmod /root/mtty.ko')
    types, doc = look(m)
    lab.same('types, names, device_api and what is free are those of the kernel', brief(types), kernel(m))
    lab.ok(len(types) > 1, 'there are several types', types)
    one = sorted(types)[0]
    free = types[one]['available']
    m.ssh(f'echo {OWN} >{TYPES}/{one}/create')
    types, doc = look(m)
    lab.same('an instance made as Proxmox does is counted', brief(types), kernel(m))
    lab.ok(types[one]['available'] < free, 'so fewer are free', types)
    lab.same('it is that of the VM', users(types, one), [(100, 'hostpci0', OWN)])
    lab.ok(m.ask(f'readlink /sys/bus/mdev/devices/{OWN}/iommu_group') != '', 'it has an IOMMU group')
    lab.has('of a VM that does not run it was left over', ids(doc), 'mdev-left-over')
    m.ssh(f'echo {OTHER} >{TYPES}/{one}/create')
    types, doc = look(m)
    lab.same('one with another id counts as well', brief(types), kernel(m))
    lab.has("and is told of as somebody else's", ids(doc), 'mdev-foreign')
    for uuid in (OWN, OTHER):
        m.ssh(f'echo 1 >/sys/bus/mdev/devices/{uuid}/remove')
    types, doc = look(m)
    lab.same('removed, as many are free as before', (types[one]['available'], doc['instances']), (free, []))
    lab.same('and the kernel says so', brief(types), kernel(m))
    lab.has('the parent is no PCI device: that is said', ids(doc), 'mdev-not-pci')
    refused = m.ssh(f'pve-gpu vgpu 100 mtty {one}', check=False)
    lab.same('no VM can be given a part of it', (refused.returncode, refused.out), (2, ''))
    lab.has('the table has it as what it is', m.ask('pve-gpu vgpu'), 'no PCI device', one)
