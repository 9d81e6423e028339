# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import shutil
import subprocess
import threading
import time

from machine import Trouble, until
from state import State

APPLY = 'pve-gpu passthrough 100 01:00 --bind address --apply --yes --no-trial'
UNDO = 'pve-gpu undo'


class Changing:
    """A command at work over ssh, and when its steps began."""

    def __init__(self, m, command):
        self.process = subprocess.Popen(m.ssh_command() + [command], stdin=subprocess.DEVNULL,
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

    def times(self, lab, what):
        """Uncut: how long its files take, and all of it."""
        self.process.wait(600)
        end = time.monotonic()
        lab.same(f'{what}, uncut, goes through', self.process.returncode, 0) or \
            lab.ok(False, 'its words', '\n'.join(line for _, line in self.lines))
        begin = self.wait_for('[1/')
        files, whole = self.wait_for('update-initramfs') - begin, end - begin
        print(f'#   {what}: files {files:.1f} s, the whole {whole:.0f} s', flush=True)
        return files, whole


class Reference:
    """The states before and after, whole; a machine that is saved with the change applied; times."""

    def __init__(self, lab):
        m = lab.guest('uncut', cache='writeback')
        self.old = State(m)
        self.apply = Changing(m, APPLY).times(lab, 'the change')
        self.new = State(m)
        m.save('applied')
        self.disk = os.path.join(lab.folder, 'applied.qcow2')
        shutil.move(m.disk, self.disk)
        lab.done_with(m)
        m = lab.copy('undone', self.disk, 'applied', 'writeback')
        self.undo = Changing(m, UNDO).times(lab, 'undo')
        lab.done_with(m)


def cut_and_boot(m, command, moment):
    changing = Changing(m, command)
    begin = changing.wait_for('[1/')
    until('the moment', moment + 1, lambda: time.monotonic() >= begin + moment, 0.005)
    m.cut()
    step = next((line for _, line in reversed(changing.lines) if line.startswith('[')), '')
    m.start().up()
    return step


def verdict(lab, m, where, ref):
    recovered = m.ssh('pve-gpu recover', check=False)
    words = (recovered.out + recovered.err).strip()
    lab.same(f'{where}: recover ends', recovered.returncode, 0)
    state = State(m)
    to_old, to_new = state.differs(ref.old), state.differs(ref.new)
    print(f'#   {"old" if not to_old else "new" if not to_new else "neither"} state; '
          + (words.splitlines() or ['(no words)'])[-1][:160], flush=True)
    if lab.ok(not to_old or not to_new, f'{where}: the state is the old or the new one, whole',
              f'from the old:\n{to_old}\nfrom the new:\n{to_new}\n{words}'):
        says = ['No change was interrupted'] if not to_new else ['is as before it', 'nothing to put back']
        if not to_old:      # an undo that had ended
            says += ['No change was interrupted']
        lab.ok(any(s in words for s in says), f'{where}: it says which', words)


def play(lab):
    """The power fails between the first write and the end of the rebuild, of a change or of its undo;
    LAB_SEED plays the same cuts again."""
    seed = int(os.environ.get('LAB_SEED') or random.randrange(1 << 32))
    chance = random.Random(seed)
    print(f'# LAB_SEED={seed}', flush=True)
    ref = Reference(lab)
    for i in range(lab.times or 3):
        undo = i % 3 == 2
        files, whole = ref.undo if undo else ref.apply
        # every other while the files are written, which is soon over
        moment = chance.uniform(0, files if i % 2 == 0 else whole)
        where = f'cut {i + 1} at {moment:.2f} s of {"undo" if undo else "the change"}'
        try:
            one(lab, ref, f'cut{i}', undo, moment, where)
        except Trouble as trouble:
            lab.ok(False, f'{where}: the node comes up', trouble)


def one(lab, ref, name, undo, moment, where):
    m = lab.copy(name, ref.disk, 'applied', 'writeback') if undo else lab.guest(name, 'writeback')
    try:
        step = cut_and_boot(m, UNDO if undo else APPLY, moment)
        verdict(lab, m, f'{where}, in {step or "the beginning"}', ref)
    finally:
        lab.done_with(m)
