# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest machine of the lab: QEMU without KVM, an emulated IOMMU, two graphics cards of the same ids,
identical network cards, a shared group. Driven over ssh, over its serial console and over QMP. Every wait is
bounded, and no machine outlives the program that started it."""
import atexit
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
running = set()
beside = set()      # other processes of the lab, each with machines of its own


class Trouble(Exception):
    """The lab itself cannot go on."""


def stop_all():
    for machine in list(running):
        machine.kill()


def on_signal(number, _frame):
    # without waiting: the signal may have come in the middle of a wait for the same process
    for machine in list(running):
        machine.process.kill()
        machine.close_screens()
    for process in list(beside):
        process.terminate()
    os._exit(128 + number)


atexit.register(stop_all)
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, on_signal)


# Where the machine has much else to do every wait may be longer: LAB_PATIENCE=4.
PATIENCE = float(os.environ.get('LAB_PATIENCE') or 1)


def until(what, seconds, ask, pause=0.2):
    """Asks until the answer is true; Trouble when the time is over."""
    seconds *= PATIENCE
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Trouble(f'waited {seconds} s for {what}')
        time.sleep(pause)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def lines_of(sock, sink):
    data = b''
    while True:
        try:
            more = sock.recv(65536)
        except OSError:
            more = b''
        if not more:
            sink(None)
            return
        data += more
        *whole, data = data.split(b'\n')
        for line in whole:
            sink(line)


DEVICES = '''
-device VGA,bus=pcie.0,addr=2
-device virtio-blk-pci,drive=d0,bus=pcie.0,addr=3
-device e1000,netdev=n0,mac=52:54:00:4c:41:42,bus=pcie.0,addr=4,romfile=
-device virtio-rng-pci,bus=pcie.0,addr=5
-device pcie-root-port,id=rp1,bus=pcie.0,chassis=1,addr=6
-device pcie-root-port,id=rp2,bus=pcie.0,chassis=2,addr=7
-device pcie-root-port,id=rp3,bus=pcie.0,chassis=3,addr=8
-device pcie-root-port,id=rp4,bus=pcie.0,chassis=4,addr=9
-device secondary-vga,bus=rp1,addr=0.0,multifunction=on
-device intel-hda,id=hda,bus=rp1,addr=0.1
-audiodev none,id=snd
-device hda-output,bus=hda.0,audiodev=snd
-device e1000e,bus=rp2,addr=0,mac=52:54:00:00:00:02
-device e1000e,bus=rp3,addr=0,mac=52:54:00:00:00:03
-device pcie-pci-bridge,id=pb,bus=rp4,addr=0
-device rtl8139,bus=pb,addr=1,mac=52:54:00:00:00:04
-device pci-testdev,bus=pb,addr=2
-device qemu-xhci,id=xhci,bus=pcie.0,addr=0xa
-device usb-kbd,bus=xhci.0
-device pci-serial,bus=pcie.0,addr=0xb
'''

# 1234:1111 stays with the host at 00:02.0; its twin sits at 01:00.0 with its audio at 01:00.1.
GPU = '0000:01:00.0'
AUDIO = '0000:01:00.1'
SCREEN = '0000:00:02.0'
NIC = '0000:00:04.0'
TWIN_A = '0000:02:00.0'
TWIN_B = '0000:03:00.0'
# Its driver is built into Debian's kernels.
SERIAL = '0000:00:0b.0'


LOST_RACES = ('Oops: int3', "timer doesn't work through Interrupt-remapped IO-APIC")


class Machine:
    def __init__(self, disk, key, log, cache='unsafe', iommu=True, more='', qemu=('qemu-system-x86_64',)):
        self.disk, self.key, self.log, self.cache, self.iommu = disk, key, log, cache, iommu
        self.more, self.qemu = more, qemu       # devices beside the usual ones; the words that start QEMU
        self.dir = tempfile.mkdtemp(prefix='pve-gpu-lab-')
        self.process = self.qmp = self.serial = None
        self.screens = []
        self.boots = 0

    # ---- power ----

    def command(self, resume):
        command = list(self.qemu)
        command += ['-machine', 'q35,kernel-irqchip=split' if self.iommu else 'q35']
        if self.iommu:
            command += ['-device', 'intel-iommu,intremap=on,caching-mode=on']
        command += '-accel tcg,thread=multi -cpu max,la57=off -smp 2 -m 1536 -nodefaults -display none'.split()
        command += ['-drive', f'file={self.disk},if=none,id=d0,format=qcow2,cache={self.cache}']
        command += ['-netdev', f'user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-10.0.2.15:22']
        command += (DEVICES + self.more).split()
        command += ['-serial', f'unix:{self.dir}/serial,server=on,wait=off']
        command += ['-qmp', f'unix:{self.dir}/qmp,server=on,wait=off', '-no-reboot']
        return command + (['-loadvm', resume] if resume else [])

    def start(self, resume=None):
        for name in ('serial', 'qmp'):
            if os.path.exists(f'{self.dir}/{name}'):
                os.unlink(f'{self.dir}/{name}')
        self.port = free_port()
        self.text = ''
        self.console_up = threading.Event()
        self.events = queue.Queue()
        with open(f'{self.dir}/qemu.log', 'ab') as log:
            self.process = subprocess.Popen(self.command(resume), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        running.add(self)
        self.attach()
        self.qmp = self.connect('qmp')
        threading.Thread(target=lines_of, args=(self.qmp, self.events.put), daemon=True).start()
        self.tell('qmp_capabilities')
        self.boots += 1
        return self

    def connect(self, name):
        def attempt():
            if self.process.poll() is not None:
                raise Trouble('QEMU ended: ' + open(f'{self.dir}/qemu.log').read()[-600:])
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(f'{self.dir}/{name}')
            except OSError:
                sock.close()
                return None
            return sock
        return until(f"QEMU's {name} socket", 30, attempt, 0.05)

    def tell(self, execute, seconds=120, **arguments):
        self.qmp.sendall(json.dumps({'execute': execute, 'arguments': arguments}).encode() + b'\n')
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.events.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Trouble(f'QEMU did not answer {execute}') from None
            if line is None:
                raise Trouble(f'QEMU ended at {execute}')
            answer = json.loads(line)
            if 'return' in answer or 'error' in answer:
                return answer

    def monitor(self, line):
        return self.tell('human-monitor-command', **{'command-line': line}).get('return', '')

    def save(self, name):
        """Its state is saved in its disk under this name; it is switched off."""
        said = self.monitor(f'savevm {name}').strip()
        if said:
            raise Trouble(f'savevm: {said}')
        self.tell('quit')
        self.gone(60)

    def cut(self):
        """The power fails."""
        self.process.kill()
        self.gone(10)

    def gone(self, seconds):
        try:
            self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            raise Trouble(f'the machine still ran after {seconds} s: {self.text[-1500:]}') from None
        running.discard(self)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        running.discard(self)

    def close_screens(self):
        while self.screens:
            self.screens.pop().close()

    def close(self):
        self.close_screens()
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def restarted(self, seconds=240, up=True):
        """Waits until the guest reboots by itself, and is the next start of it."""
        self.gone(seconds)
        self.start()
        if up:
            self.up()
        return self

    def reboot(self):
        self.ssh('systemctl reboot', check=False)
        return self.restarted()

    # ---- serial console ----

    def attach(self):
        """From here on what the console says is kept in self.text."""
        self.serial = self.connect('serial')
        threading.Thread(target=self.listen, args=(self.serial,), daemon=True).start()

    def listen(self, sock):
        with open(self.log, 'ab') as log:
            while True:
                try:
                    data = sock.recv(65536)
                except OSError:
                    data = b''
                if not data:
                    return
                log.write(data)
                log.flush()
                self.text += data.decode('utf-8', 'replace')

    def detach(self):
        """Leaves the console to somebody else (serialport.py)."""
        self.serial.shutdown(socket.SHUT_RDWR)
        self.serial.close()

    def type(self, keys):
        self.serial.sendall(keys.encode())

    def see(self, pattern, seconds=120):
        return until(f'"{pattern}" on the console', seconds,
                     lambda: not self.tripped() and re.search(pattern, self.text), 0.05)

    def choose_last_entry(self):
        """In GRUB's menu: End, Enter."""
        self.see('Debian GNU/Linux', 60)
        self.type('\x1b[B')         # any key stops the countdown
        self.type('\x05')
        time.sleep(1)               # GRUB redraws at 115200 baud
        self.type('\r')

    # ---- ssh ----

    def ssh_command(self, tty=False):
        options = ['-i', self.key, '-p', str(self.port), '-o', 'StrictHostKeyChecking=no',
                   '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', f'ConnectTimeout={int(5 * PATIENCE)}',
                   '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=6']
        return ['ssh'] + (['-tt'] if tty else []) + options + ['root@127.0.0.1']

    def ssh(self, command, seconds=900, check=True, stdin=None):
        try:
            done = subprocess.run(self.ssh_command() + [command], input=stdin, capture_output=True, timeout=seconds,
                                  stdin=None if stdin is not None else subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Trouble(f'{command}: no end after {seconds} s') from None
        done.out = done.stdout.decode('utf-8', 'replace')
        done.err = done.stderr.decode('utf-8', 'replace')
        if check and done.returncode:
            raise Trouble(f'{command}: status {done.returncode}: {done.out[-800:]}{done.err[-1500:]}')
        return done

    def ask(self, command, **more):
        return self.ssh(command, **more).out.strip()

    def tripped(self):
        """QEMU without KVM now and then loses a race: when the kernel patches itself, or when it looks whether the
        timer ticks while the host is busy. The guest is started again, and it is told."""
        lost = next((words for words in LOST_RACES if words in self.text), None)
        if not lost:
            return False
        print(f'# QEMU lost a race ({lost}): started again', flush=True)
        self.cut()
        self.start()
        self.boots -= 1
        return True

    def answers(self):
        if self.tripped():
            return False
        if self.process.poll() is not None:
            raise Trouble('the machine ended: ' + self.text[-1500:])
        try:
            return self.ssh('true', seconds=15 * PATIENCE, check=False).returncode == 0
        except Trouble:
            return False

    def up(self, seconds=400):
        try:
            until('an answer over ssh', seconds, self.answers, 1)
        except Trouble as trouble:
            raise Trouble(f'{trouble}; the console:\n{self.text[-1500:]}') from None
        return self

    # ---- what a person would look at ----

    def driver(self, address):
        return self.ask(f'basename $(readlink /sys/bus/pci/devices/{address}/driver) 2>/dev/null || echo none')

    def boot_id(self):
        return self.ask('cat /proc/sys/kernel/random/boot_id')
