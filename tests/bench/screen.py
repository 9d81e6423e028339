#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a key costs in the wizard, and how soon it shows its first frame. In a build folder without sanitizers:

    python3 ../../tests/bench/screen.py [--sizes 10,100,1000,10000] [--times 9] [--only keys|frames] [--limits]

Nodes with so many devices are made: graphics cards with their audio function, each card in a group of its own. The first
table has instructions (callgrind: the same on every run), per key, on the list of devices: the difference of two runs of
the same key script, of which one has more keys, by their number. In the last column is the most of the others over the
smallest node. `at rest` is a key with what follows it when the keys rest. The second table has the time from the start
of the program to its first frame (and its end) beside that of `list --all`, in the same run, and to the moment at which all
facts are read behind it, for which the first key waits: medians, with the middle half in brackets. With --limits the status is 1 where a figure is over its limit."""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MORE = 40       # pairs of keys that the second run has more: the start is not quite the same each time
KEYS = (        # name, what leads there, the keys, of which each pair leads back; the limit of the ratio or None; rows
    ('cursor step', ['key Down'], ['key Down', 'key Up'], 1.2),
    ('cursor step, at rest', ['key Down'], ['key Down', 'rest', 'key Up', 'rest'], None),
    # a low window, so that ten devices have pages too
    ('page', ['key Down'], ['key PgDn', 'key PgUp'], 1.2, 14),
    ('fold, open a group', ['key Up'], ['key Left', 'key Right'], 1.2),
    ('search keystroke', ['key /'], ['key 4', 'key Backspace'], 1.2),
    ('search, to the last row', ['key /', 'key LAST'], ['key Backspace', 'key LAST'], None),
    ('select', [], ['key Space', 'key Space'], None),
)


def tree(n):
    """A node as mktree reads it."""
    lines = ['kernel 6.14.8-2-pve', 'value /etc/hostname pve1']
    for i in range(n // 2):
        bus, slot = divmod(i, 31)
        address = f'{bus >> 8:04x}:{bus & 255:02x}:{slot + 1:02x}'
        # one that is not like the others, for the search
        sub = '1043:8888' if i == n // 2 - 1 else '1458:40bf'
        lines.append(f'pci {address}.0 class=030000 id=10de:2684 rev=a1 sub={sub} driver=nouveau group={i} '
                     f'bar0=16M bar1=256M:p64 reset=flr,bus boot_vga={int(i == 0)}')
        lines.append(f'pci {address}.1 class=040300 id=10de:22ba rev=a1 sub={sub} driver=snd_hda_intel group={i} '
                     'bar0=16K reset=bus')
    return '\n'.join(lines) + '\n'


class Node:
    def __init__(self, folder, n):
        self.n, self.path = n, os.path.join(folder, f'node{n}')
        self.keys = os.path.join(folder, 'keys')
        with open(self.path + '.tree', 'w') as f:
            f.write(tree(n))
        subprocess.run(['tests/tools/mktree', self.path + '.tree', self.path], check=True)

    def env(self, script, rows=24):
        with open(self.keys, 'w') as f:
            f.write('\n'.join(script) + '\n')
        return dict(os.environ, PVE_GPU_SCRIPT=self.keys, PVE_GPU_SIZE=f'80x{rows}', PVE_GPU_TERM='xterm', LC_ALL='C.UTF-8')

    def instructions(self, script, rows):
        out = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', './pve-gpu', '--root', self.path],
                             env=self.env(script, rows), capture_output=True, text=True).stderr
        return int(next(line.split()[-1] for line in out.splitlines() if 'Collected' in line))

    def per_key(self, lead, keys, rows=24):
        # the group of the last row tells itself apart from all others
        last = f'group {self.n // 2 - 1}'
        def words(some):
            return [f'type {last}' if w == 'key LAST' else w for w in some]
        begin, end = ['key Enter', 'key Enter', 'rest'] + words(lead), ['key Ctrl-C']
        few, many = (self.instructions(begin + words(keys) * times + end, rows) for times in (2, 2 + MORE))
        return (many - few) / MORE / sum(w.startswith('key') for w in keys)

    def seconds(self, words, script=None):
        env = self.env(script) if script else dict(os.environ, LC_ALL='C.UTF-8')
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(['./pve-gpu', '--root', self.path] + words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(figures):
    """The median, and the middle half."""
    low, middle, high = statistics.quantiles(figures, n=4) if len(figures) > 1 else figures * 3
    return f'{middle * 1000:.1f} [{low * 1000:.1f}-{high * 1000:.1f}]'


def keys_table(nodes):
    over = False
    print(f'{"instructions per key":26}' + ''.join(f'{node.n:>14,}' for node in nodes) + '   ratio')
    for name, lead, keys, limit, *rows in KEYS:
        figures = [node.per_key(lead, keys, *rows) for node in nodes]
        ratio = max(figures) / figures[0]
        bad = limit is not None and ratio > limit
        over = over or bad
        print(f'{name:26}' + ''.join(f'{n:14,.0f}' for n in figures) +
              f'   {ratio:.2f}' + (f' of {limit}' if limit else '') + (' over the limit' if bad else ''), flush=True)
    return over


def frames_table(nodes, times):
    over = False
    print(f'\n{"devices":>8} {"first frame, ms":>24} {"list --all, ms":>24} {"ratio":>6} {"CPU of the frame, ms":>24} '
          f'{"all facts, ms":>24}')
    for node in nodes:
        frame, listed, ready = [], [], []
        for _ in range(times):
            listed.append(node.seconds(['list', '--all']))
            frame.append(node.seconds([], ['key Ctrl-C']))
            ready.append(node.seconds([], ['rest', 'key Ctrl-C']))
        ratio = statistics.median(f[0] for f in frame) / statistics.median(f[0] for f in listed)
        bad = ratio > 1.2 or (node.n == 100 and statistics.median(f[1] for f in frame) > 0.03)
        over = over or bad
        print(f'{node.n:8,} {show([f[0] for f in frame]):>24} {show([f[0] for f in listed]):>24} {ratio:6.2f} '
              f'{show([f[1] for f in frame]):>24} {show([f[0] for f in ready]):>24}{" over the limit" if bad else ""}', flush=True)
    return over


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sizes', default='10,100,1000,10000')
    parser.add_argument('--times', type=int, default=9)
    parser.add_argument('--only', choices=('keys', 'frames'))
    parser.add_argument('--limits', action='store_true')
    args = parser.parse_args()
    folder = tempfile.mkdtemp(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
    try:
        nodes = [Node(folder, int(n)) for n in args.sizes.split(',')]
        over = False
        if args.only != 'frames':
            over = keys_table(nodes) if shutil.which('valgrind') else print('valgrind is not installed: no instructions')
        if args.only != 'keys':
            over = frames_table(nodes, args.times) or over
    finally:
        shutil.rmtree(folder)
    return 1 if over and args.limits else 0


sys.exit(main())
