# SPDX-License-Identifier: GPL-3.0-or-later
"""A person before a screen: a terminal of 80x24 (tmux) with a command in it, keys, and what is to be seen."""
import os
import subprocess
import sys

from machine import HERE, until


class Screen:
    def __init__(self, command, folder, size=(80, 24)):
        self.tmux = ['tmux', '-S', os.path.join(folder, 'tmux'), '-f', '/dev/null']
        env = {k: v for k, v in os.environ.items() if not k.startswith('TMUX')}
        env['TERM'] = 'xterm-256color'
        subprocess.run(self.tmux + ['new-session', '-d', '-x', str(size[0]), '-y', str(size[1])] + command,
                       check=True, env=env)
        subprocess.run(self.tmux + ['set', '-g', 'remain-on-exit', 'on'], check=True, env=env)

    @classmethod
    def before(cls, machine, command):
        """Closed with the machine, if not before."""
        screen = cls(command, machine.dir)
        machine.screens.append(screen)
        return screen

    @classmethod
    def over_ssh(cls, machine):
        return cls.before(machine, machine.ssh_command(tty=True))

    @classmethod
    def on_serial(cls, machine):
        machine.detach()
        screen = cls.before(machine, [sys.executable, os.path.join(HERE, 'serialport.py'), f'{machine.dir}/serial'])
        screen.see('(at the serial port)')      # what is typed before is lost
        return screen

    def text(self):
        """With lines as they are in ASCII, which a console may not get beyond."""
        said = subprocess.run(self.tmux + ['capture-pane', '-p'], capture_output=True)
        return said.stdout.decode().replace('\u2500', '-')

    def keys(self, *keys):
        subprocess.run(self.tmux + ['send-keys', *keys], check=True)

    def type(self, text):
        subprocess.run(self.tmux + ['send-keys', '-l', text], check=True)

    def see(self, *words, seconds=60):
        """Waits until all the words are on the screen; returns it."""
        try:
            until('', seconds, lambda: all(word in self.text() for word in words), 0.2)
        except Exception:
            from machine import Trouble
            raise Trouble(f'waited {seconds} s for {words} on the screen:\n{self.text()}') from None
        return self.text()

    def apply(self):
        """From the wizard's review: the change is made, and its commands for the VM are run."""
        self.keys('Enter')
        self.see('y yes')
        self.keys('y')
        self.see('The change is made', 'r run', seconds=400)
        self.keys('r')
        self.see('y yes')
        self.keys('y')

    def close(self):
        subprocess.run(self.tmux + ['kill-server'], capture_output=True)
