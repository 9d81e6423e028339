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


def flow(term, node, env):
    """From the first page to the review and out, and bytes of the first screen and of a step."""
    t = Terminal(term, node, env)
    first = t.until('What to do')
    if first is None:
        t.close()
        return None
    t.keys(b'\r')
    host = t.until('IOMMU')
    t.keys(b'j')
    step = t.until('')
    ok = host is not None
    for keys, word in ((b'\r', 'IOMMU groups'), (b'/01:00.0\r', '01:00.0'), (b' ', 'x'), (b'\r', 'vfio-pci'),
                       (b'\r', 'VM'), (b' ', '*'), (b'\r', 'done')):
        t.keys(keys)
        ok = ok and t.until(word) is not None
    t.keys(b'qy')
    t.until('', 2)
    status = t.close()
    return ok and status == 0, len(first), len(step or b'')


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
            came = flow(term, node, env)
            ok, first, step = came or (False, 0, 0)
            over = term in ('xterm', 'vt220') and (first > LIMITS['first'] or step > LIMITS['step'])
            failed = failed or not ok or over
            print(f'{term:16} {name:10} {"ok" if ok else "FAILS":6} {first:12} {step:6}  '
                  f'{first / 960:.2f} s {step / 960:.2f} s{"  over the limit" if over else ""}')
    shutil.rmtree(work)
    return 1 if failed and '--limits' in sys.argv else 0


sys.exit(main())
