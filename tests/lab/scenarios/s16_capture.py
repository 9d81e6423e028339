# SPDX-License-Identifier: GPL-3.0-or-later
import json

COMMANDS = ('list --all', 'iommu', 'status', 'doctor', 'usb', 'sriov', 'vgpu', 'mapping',
            'passthrough 100 {gpu} --bind early')
FIND = 'grep -l 0x{id} /sys/bus/pci/devices/*/device | head -1 | xargs dirname | xargs basename'


def said(m, options, command):
    done = m.ssh(f'pve-gpu {options} {command} --json', check=False)
    return done.returncode, json.loads(done.out or 'null')


def same(lab, m, what, archive, gpu):
    for command in (c.format(gpu=gpu) for c in COMMANDS):
        status, live = said(m, '', command)
        lab.ok(live, f'{what}: {command} says something', status)
        lab.same(f'{what}: {command}', said(m, f'--root {archive}', command), (status, live))


def play(lab):
    """What is captured of a running node says what the node says: facts, logs, what commands told of the initramfs."""
    m = lab.guest('capture')
    gpu = m.ask(FIND.format(id='8139'))
    m.ssh('pve-gpu capture /root/a.tar.xz')
    same(lab, m, 'as it is', '/root/a.tar.xz', gpu)
    lab.same('it is for root alone', m.ask('stat -c %a /root/a.tar.xz'), '600')
    # an initramfs that is older than what it should hold, and an option that the kernel does not have
    m.ssh(f'pve-gpu passthrough 100 {gpu} --bind early --no-trial --apply --yes', check=False)
    m.ssh("echo 'options vfio-pci disable_vga=1' >>/etc/modprobe.d/vfio.conf")
    m.ssh('pve-gpu capture /root/b.tar.xz')
    same(lab, m, 'with a stale initramfs', '/root/b.tar.xz', gpu)
    m.ssh('pve-gpu capture --mask /root/m.tar.xz')
    whole, masked = (said(m, options, 'doctor')[1]['findings'] for options in ('', '--root /root/m.tar.xz'))
    lab.same('masked, it has the same findings', sorted(f['id'] for f in masked), sorted(f['id'] for f in whole)) or \
        print('# ' + '\n# '.join(json.dumps(masked, indent=1).splitlines()), flush=True)
    m.ssh('mkdir /root/m && tar -xJf /root/m.tar.xz -C /root/m')
    name = m.ask('hostname')
    lab.same('and the name of the node is not in it', m.ssh(f'grep -rlw {name} /root/m', check=False).out.strip(), '')
    lab.same('nothing stays in /tmp', m.ask('ls -d /tmp/pve-gpu-?????? 2>/dev/null || true'), '')
