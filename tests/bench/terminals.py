#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wizard on terminals of each kind, 80x24: does a way through it work, and how many bytes does it take? In a build
folder: python3 ../../tests/bench/terminals.py [--limits]. With --limits the status is 1 where a cursor step takes
more than 400 bytes or the first screen more than 2500 (xterm, vt220), or a flow fails. A line of 9600 baud takes
960 bytes a second."""
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


def count(term, node, env):
    """Bytes of the first screen, and of a cursor step on the list of devices."""
    t = Terminal(term, node, env)
    first = t.until('What to do')
    for keys, word in ((b'\r', 'IOMMU'), (b'\r', 'groups')):
        t.keys(keys)
        t.until(word)
    t.keys(b'j')
    step = t.until('')
    t.keys(b'qy')
    t.until('', 1)
    t.close()
    return len(first or b''), len(step or b'')


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
    print(f'{"TERM":16} {"":10} {"flow":6} {"first screen":>12} {"step":>6}  at 9600 baud: first, step')
    for term in TERMS:
        if subprocess.run(['infocmp', term], capture_output=True).returncode:
            print(f'{term:16} {"":10} this machine does not know it')
            continue
        for name, env in (('UTF-8', {'LC_ALL': 'C.UTF-8'}), ('ASCII', {'LC_ALL': 'C'}),
                          ('NO_COLOR', {'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1'})):
            ok = flow(term, node, env, work)
            first, step = count(term, node, env)
            over = term in ('xterm', 'vt220') and (first > LIMITS['first'] or step > LIMITS['step'])
            failed = failed or not ok or over
            print(f'{term:16} {name:10} {"ok" if ok else "FAILS":6} {first:12} {step:6}  '
                  f'{first / 960:.2f} s {step / 960:.2f} s{"  over the limit" if over else ""}')
    shutil.rmtree(work)
    return 1 if failed and '--limits' in sys.argv else 0


sys.exit(main())
