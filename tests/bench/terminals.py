#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wizard on terminals of each kind, 80x24: does a way through it work, and how many bytes does it take? In a build
folder: python3 ../../tests/bench/terminals.py [--limits]. The first screen is counted on a terminal, the steps by a
key script on the list of devices: the row moves at once (step), the right pane follows when the keys rest (rested: step
and pane), and at the edge of the window the list turns by half a page (turn); each is the largest, and the mean of
the rested ones. With --limits the status is 1 where a step takes more than 400 bytes or the first screen more than 2500
(xterm, vt220), or a flow fails. A line of 9600 baud takes 960 bytes a second."""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TERMS = ['linux', 'vt100', 'vt220', 'screen', 'tmux', 'tmux-256color', 'xterm', 'xterm-256color']
LIMITS = {'first': 2500, 'step': 400}


class Terminal:
    def __init__(self, term, node, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(env, TERM=term)
            os.execv('./pve-gpu', ['./pve-gpu', '--root', node])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))

    def until(self, word, seconds=20):
        """What comes until the word is there and nothing more follows; None: it never came."""
        data, end = b'', time.monotonic() + seconds
        while time.monotonic() < end:
            ready = select.select([self.fd], [], [], 0.3)[0]
            if not ready:
                if word in text_of(data):
                    return data
                continue
            try:
                more = os.read(self.fd, 65536)
            except OSError:
                more = b''
            if not more:
                return data if word in text_of(data) else None
            data += more
        return None

    def keys(self, keys):
        os.write(self.fd, keys)

    def close(self):
        os.close(self.fd)
        return os.waitpid(self.pid, 0)[1]


def text_of(data):
    """What is to be read in it: without controls, which stand between words."""
    text = re.sub(rb'\x1b[()][0AB]|\x1b\[[0-9;?]*[A-Za-z]|\x1b.|\x0e|\x0f|\x08', b' ', data)
    return re.sub(r'\s+', ' ', text.decode(errors='replace'))


def first_screen(term, node, env):
    t = Terminal(term, node, env)
    first = t.until('What to do')
    t.keys(b'q')
    t.until('', 1)
    t.close()
    return len(first or b'')


def steps(term, node, env, folder):
    """Bytes of the cursor steps down the list of devices: at once, and what follows."""
    keys = os.path.join(folder, 'keys')
    with open(keys, 'w') as f:
        f.write('key Enter\nkey Enter\nrest\nbytes page\n' + 'key Down\nbytes once\nrest\nbytes rested\n' * 17 + 'key q\n')
    env = dict(os.environ, PVE_GPU_SCRIPT=keys, PVE_GPU_TERM=term, PVE_GPU_SIZE='80x24', **env)
    said = subprocess.run(['./pve-gpu', '--root', node], env=env, capture_output=True, text=True, check=True).stdout
    words = [line.split() for line in said.splitlines()]
    once = [int(n) for name, n in words if name == 'once']
    rested = [a + int(n) for a, (name, n) in zip(once, (w for w in words if w[0] == 'rested'))]
    turn = once.index(max(once))
    return once[:turn] + once[turn + 1:], rested[:turn] + rested[turn + 1:], once[turn]


class Pane:
    """A real terminal that understands what comes, for the way through the wizard."""

    def __init__(self, term, node, env, folder):
        self.tmux = ['tmux', '-u', '-S', os.path.join(folder, 'socket'), '-f', '/dev/null']
        words = ' '.join(f'{key}={value}' for key, value in dict(env, TERM=term).items())
        subprocess.run(self.tmux + ['new-session', '-d', '-x', '80', '-y', '24',
                                    f'env {words} ./pve-gpu --root {node}; echo left: $?; read -r line'], check=True)

    def see(self, word, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said = subprocess.run(self.tmux + ['capture-pane', '-p'], capture_output=True, text=True).stdout
            if word in said:
                return True
            time.sleep(0.05)
        print(f'# never seen: {word}\n{said}')
        return False

    def close(self):
        subprocess.run(self.tmux + ['kill-server'], capture_output=True)


WAY = (('Enter', 'What was found'), ('Enter', 'IOMMU groups'), ('/', '/'), ('01:00.0', '01:00.0'), ('Enter', '10de:2684'),
       ('Space', '[x]'), ('Enter', 'When vfio-pci takes'), ('Enter', 'The VM that gets it'), ('Space', '(*) 100'),
       ('Enter', 'What will be done'), ('q', 'left: 0'))


def flow(term, node, env, folder):
    pane = Pane(term, node, env, folder)
    try:
        if not pane.see('What to do'):
            return False
        for key, word in WAY:
            subprocess.run(pane.tmux + ['send-keys', key], check=True)
            if not pane.see(word):
                return False
        return True
    finally:
        pane.close()


def main():
    work = tempfile.mkdtemp()
    node, failed = os.path.join(work, 'node'), False
    subprocess.run(['tests/tools/mktree', os.path.join(TOP, 'data/demo/node.tree'), node], check=True)
    print(f'{"TERM":14} {"":8} {"flow":5} {"first":>5} {"step":>5} {"rested":>6} {"mean":>5} {"turn":>5}   at 9600 baud: first, step, rested')
    for term in TERMS:
        if subprocess.run(['infocmp', term], capture_output=True).returncode:
            print(f'{term:14} {"":8} this machine does not know it')
            continue
        for name, env in (('UTF-8', {'LC_ALL': 'C.UTF-8'}), ('ASCII', {'LC_ALL': 'C'}),
                          ('NO_COLOR', {'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1'})):
            ok = flow(term, node, env, work)
            first = first_screen(term, node, env)
            once, rested, turn = steps(term, node, env, work)
            over = term in ('xterm', 'vt220') and (first > LIMITS['first'] or max(once) > LIMITS['step'])
            failed = failed or not ok or over
            print(f'{term:14} {name:8} {"ok" if ok else "FAILS":5} {first:5} {max(once):5} {max(rested):6} '
                  f'{sum(rested) / len(rested):5.0f} {turn:5}   {first / 960:.2f} s {max(once) / 960:.2f} s '
                  f'{max(rested) / 960:.2f} s{"  over the limit" if over else ""}')
    shutil.rmtree(work)
    return 1 if failed and '--limits' in sys.argv else 0


sys.exit(main())
