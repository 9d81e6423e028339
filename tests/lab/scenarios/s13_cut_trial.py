# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import shutil
import time

from machine import GPU, Trouble, until
from state import State

APPLY = 'pve-gpu passthrough 100 01:00 --bind address --trial=1 --apply --yes'
UNITS = 'find /etc/systemd/system -name "pve-gpu*"'


class Reference:
    """The state before, whole; machines that are saved before the reboot and while the trial waits; times."""

    def __init__(self, lab):
        self.lab = lab
        m = lab.guest('uncut', cache='writeback')
        self.old, self.free = State(m), m.driver(GPU)
        m.ssh(APPLY)
        self.applied = self.keep(m, 'applied')
        m = lab.copy('trial', self.applied, 'applied', 'writeback')
        begin = time.monotonic()
        m.ssh('systemctl reboot', check=False)
        m.restarted(up=False).see('on trial', 240)
        self.reboot = time.monotonic() - begin
        m.up()
        self.waiting = self.keep(m, 'waiting')
        m = lab.copy('back', self.waiting, 'waiting', 'writeback')
        begin = time.monotonic()
        m.gone(600)
        self.back = time.monotonic() - begin
        lab.done_with(m)
        print(f'#   the reboot {self.reboot:.0f} s, the wait and the way back {self.back:.0f} s', flush=True)

    def keep(self, m, name):
        m.save(name)
        disk = os.path.join(self.lab.folder, f'{name}.qcow2')
        shutil.move(m.disk, disk)
        self.lab.done_with(m)
        return disk


def lives(m, end):
    """Until then, also over a reboot of its own."""
    while time.monotonic() < end:
        if m.process.poll() is not None:
            m.gone(1)
            m.start()
        time.sleep(0.05)


def is_over(m):
    """Nothing waits any more, and the node does not run with the change."""
    if m.process.poll() is not None:
        m.gone(1)
        m.start()
    try:
        return m.answers() and m.ask(UNITS) == '' and 'undone' in m.ask('pve-gpu history') and \
            m.driver(GPU) != 'vfio-pci'
    except Trouble:         # it reboots
        return False


def cut(lab, ref, name, reboots, moment):
    disk, tag = (ref.applied, 'applied') if reboots else (ref.waiting, 'waiting')
    m = lab.copy(name, disk, tag, 'writeback')
    begin = time.monotonic()
    if reboots:
        m.ssh('systemctl reboot', check=False)
    lives(m, begin + moment)
    m.cut()
    m.start()
    return m


def verdict(lab, m, where, ref):
    boots = m.boots - 1
    until('the node to take the change back', 900, lambda: is_over(m), 2)
    lab.ok(m.boots - boots <= 2, f'{where}: it reboots once at most', m.boots - boots)
    recovered = m.ssh('pve-gpu recover', check=False)
    lab.same(f'{where}: recover ends', recovered.returncode, 0) or lab.ok(False, 'its words', recovered.out)
    lab.same(f'{where}: every file is as before', State(m).differs(ref.old), '')
    lab.same(f'{where}: so is the driver', m.driver(GPU), ref.free)


def play(lab):
    """The power fails while the node reboots into a trial, while that waits, or while it is taken back: nobody
    confirms, and the node takes the change back by itself, once. LAB_SEED plays the same cuts again, LAB_CUTS
    (7,12) some of them."""
    seed = int(os.environ.get('LAB_SEED') or random.randrange(1 << 32))
    chance = random.Random(seed)
    print(f'# LAB_SEED={seed}', flush=True)
    wanted = [int(n) for n in os.environ.get('LAB_CUTS', '').split(',') if n]
    ref = Reference(lab)
    for i in range(lab.times or 3):
        reboots = i % 3 == 0
        moment = chance.uniform(0, ref.reboot if reboots else ref.back)
        if wanted and i + 1 not in wanted:
            continue
        where = f'cut {i + 1} at {moment:.1f} s of {"the reboot" if reboots else "the wait and the way back"}'
        try:
            m = cut(lab, ref, f'cut{i}', reboots, moment)
            verdict(lab, m, where, ref)
            lab.done_with(m)
        except Trouble as trouble:
            lab.ok(False, f'{where}: the node comes to its end', trouble)
