# SPDX-License-Identifier: GPL-3.0-or-later
import json

# What Proxmox does before it starts QEMU (PVE::SysFSTools, pci_dev_group_bind_to_vfio and
# pci_dev_bind_to_vfio): every device of the group that is no bridge, by hand.
BIND = '''set -e
modprobe vfio-pci
for d in /sys/bus/pci/devices/{address}/iommu_group/devices/*; do
	[ -e $d/pci_bus ] && continue
	name=$(basename $d)
	echo "$(cat $d/vendor) $(cat $d/device)" >/sys/bus/pci/drivers/vfio-pci/new_id || true
	[ -e $d/driver ] && [ "$(basename $(readlink $d/driver))" != vfio-pci ] && echo $name >$d/driver/unbind
	[ -e /sys/bus/pci/drivers/vfio-pci/$name ] || echo $name >/sys/bus/pci/drivers/vfio-pci/bind
done'''
DRIVERS = '''for d in /sys/bus/pci/devices/*; do
	echo "$(basename $d) $(basename "$(readlink $d/driver)")"; done'''
FIND = 'grep -l 0x{id} /sys/bus/pci/devices/*/device | head -1 | xargs dirname | xargs basename'


def drivers(m):
    rows = (line.split() for line in m.ask(DRIVERS).splitlines())
    return {row[0]: row[1] if len(row) > 1 else None for row in rows}


def play(lab):
    """A device of the shared group below the PCI bridge: the effects that are told are those that the kernel shows
    when Proxmox's procedure is done by hand."""
    m = lab.guest('effects')
    chosen = m.ask(FIND.format(id='8139'))
    plan = m.ssh(f'pve-gpu passthrough 100 {chosen} --bind at-start --json', check=False)
    effects = {e['address']: (e['now'], e['after']) for e in json.loads(plan.out)['effects']}
    print(f'#   told for {chosen}: {effects}', flush=True)
    before = drivers(m)
    m.ssh(BIND.format(address=chosen))
    after = drivers(m)
    seen = {a: (before[a], after.get(a)) for a in before if before[a] != after.get(a)}
    lab.ok(len(seen) > 1, 'more than the chosen device leaves its driver', seen)
    lab.same('what is told is what happens', effects, seen)
    lab.same('no device came or went', sorted(after), sorted(before))
