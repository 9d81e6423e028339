# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import subprocess
import threading
import time

from machine import until
from state import State

APPLY = 'pve-gpu passthrough 100 01:00 --bind address --apply --yes --no-trial'


class Applying:
    """The change at work over ssh, and when its steps began."""

    def __init__(self, m):
        self.process = subprocess.Popen(m.ssh_command() + [APPLY], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.decode(errors='replace').rstrip()))

    def began(self, step):
        return next((t for t, line in list(self.lines) if line.startswith('[') and step in line), None)

    def wait_for(self, step):
        return until(f'the step "{step}"', 60, lambda: self.began(step), 0.01)


def reference(lab):
    """The old and the new state whole, and how long the change takes: its files, and all of it."""
    m = lab.guest('uncut', cache='writeback')
    old, applying = State(m), Applying(m)
    applying.process.wait(600)
    end = time.monotonic()
    lab.same('without a cut it goes through', applying.process.returncode, 0) or \
        lab.ok(False, 'its words', '\n'.join(line for _, line in applying.lines))
    new, begin = State(m), applying.wait_for('[1/')
    files = applying.wait_for('update-initramfs') - begin
    lab.done_with(m)
    return old, new, files, end - begin


def cut_and_boot(lab, name, moment):
    m = lab.guest(name, cache='writeback')
    applying = Applying(m)
    begin = applying.wait_for('[1/')
    until('the moment', moment + 1, lambda: time.monotonic() >= begin + moment, 0.005)
    m.cut()
    step = next((line for _, line in reversed(applying.lines) if line.startswith('[')), '')
    m.start().up()
    return m, step


def verdict(lab, m, where, old, new):
    recovered = m.ssh('pve-gpu recover', check=False)
    words = (recovered.out + recovered.err).strip()
    lab.same(f'{where}: recover ends', recovered.returncode, 0)
    state = State(m)
    to_old, to_new = state.differs(old), state.differs(new)
    print(f'#   {"old" if not to_old else "new" if not to_new else "neither"} state; '
          + words.splitlines()[-1][:160], flush=True)
    if lab.ok(not to_old or not to_new, f'{where}: the state is the old or the new one, whole',
              f'from the old:\n{to_old}\nfrom the new:\n{to_new}\n{words}'):
        says = 'No change was interrupted' if not to_new else ('is as before it', 'nothing to put back')
        lab.ok(any(s in words for s in ([says] if isinstance(says, str) else says)), f'{where}: it says which', words)


def play(lab):
    """The power fails between the first write and the end of the rebuild; LAB_SEED plays the same cuts again."""
    seed = int(os.environ.get('LAB_SEED') or random.randrange(1 << 32))
    chance = random.Random(seed)
    print(f'# LAB_SEED={seed}', flush=True)
    old, new, files, whole = reference(lab)
    print(f'#   files {files:.1f} s, the whole {whole:.0f} s', flush=True)
    for i in range(20 if lab.full else 3):
        # every third while the files are written, which is soon over
        moment = chance.uniform(0, files if i % 3 == 0 else whole)
        m, step = cut_and_boot(lab, f'cut{i}', moment)
        verdict(lab, m, f'cut {i + 1} at {moment:.2f} s, in {step or "the beginning"}', old, new)
        lab.done_with(m)
