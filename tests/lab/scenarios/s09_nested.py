# SPDX-License-Identifier: GPL-3.0-or-later
import json

from machine import AUDIO, GPU

# A machine inside the guest, started as Proxmox starts one; it says what it has and ends.
ASK = r'{"execute":"qmp_capabilities"}\n{"execute":"query-pci"}\n{"execute":"query-status"}\n{"execute":"quit"}\n'
NESTED = ('qemu-system-x86_64 -machine q35 -accel tcg -m 128 -nodefaults -display none -qmp stdio '
          f'-device vfio-pci,host={GPU},id=hostpci0.0,bus=pcie.0,addr=0x10.0,multifunction=on '
          f'-device vfio-pci,host={AUDIO},id=hostpci0.1,bus=pcie.0,addr=0x10.1')


def answers(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith('{')]


def play(lab):
    """A machine in the guest starts with the bound GPU: the passthrough itself works."""
    m = lab.guest('nested')
    m.ssh('pve-gpu passthrough 100 01:00 --bind address --apply --yes --no-trial')
    m.reboot()
    nested = m.ssh(f"printf '{ASK}' | timeout 120 {NESTED}", check=False)
    lab.same('it starts, and ends when it is told', nested.returncode, 0) or \
        lab.ok(False, 'its words', nested.out + nested.err)
    told = [a['return'] for a in answers(nested.out) if 'return' in a]
    running = [t['running'] for t in told if isinstance(t, dict) and 'running' in t]
    lab.same('its processor ran', running, [True])
    devices = {d['qdev_id']: (d['id']['vendor'], d['id']['device'])
               for t in told if isinstance(t, list) for bus in t for d in bus['devices']}
    lab.same('it has the display', devices.get('hostpci0.0'), (0x1234, 0x1111))
    lab.same('it has the audio', devices.get('hostpci0.1'), (0x8086, 0x2668))
    lab.same('the host has them back afterwards', (m.driver(GPU), m.driver(AUDIO)), ('vfio-pci', 'vfio-pci'))
