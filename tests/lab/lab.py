# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: the image, the program built for it, a guest made ready once, and the scenarios' verdicts."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from machine import HERE, Machine, Trouble

TOP = os.path.dirname(os.path.dirname(HERE))
RELEASES = {'12': 'bookworm', '13': 'trixie'}
WANTED = ['qemu-system-x86_64', 'qemu-img', 'mmdebstrap', 'mke2fs', 'sfdisk', 'ssh', 'ssh-keygen', 'tmux']

# No time limit of systemd's is for a processor that is emulated on a busy machine.
SLOW = b'[Manager]\nDefaultTimeoutStartSec=20min\nDefaultDeviceTimeoutSec=20min\n'


def call(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise Trouble(f'{" ".join(command)}: status {done.returncode}\n{done.stdout.decode(errors="replace")[-3000:]}')
    return done.stdout


def why_not():
    """Why there can be no lab here; None: there can."""
    path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
    missing = [name for name in WANTED if not shutil.which(name, path=path)]
    if os.geteuid() != 0:
        return 'building the guest needs root'
    return f'{", ".join(missing)} not installed' if missing else None


class Lab:
    def __init__(self, debian, times=None):
        os.environ['PATH'] += ':/usr/sbin:/sbin'
        self.release, self.times = RELEASES[debian], times
        cache = os.environ.get('LAB_CACHE') or os.path.join(TOP, 'build', 'lab')
        self.cache = os.path.join(cache, self.release)
        self.key = os.path.join(self.cache, 'key')
        self.folder = tempfile.mkdtemp(prefix='pve-gpu-lab-')
        self.machines = []
        self.disk = self.tar = None
        self.count = self.failed = 0

    # ---- made once ----

    def image(self):
        call('sh', os.path.join(HERE, 'image.sh'), self.release, self.cache)

    def sources(self):
        names = subprocess.run(['git', '-C', TOP, 'ls-files', '-co', '--exclude-standard'], capture_output=True)
        listed = names.stdout.decode().splitlines()
        if names.returncode or not listed:      # a release without git
            listed = [os.path.relpath(os.path.join(d, f), TOP) for d, _, fs in os.walk(TOP) for f in fs
                      if not os.path.relpath(d, TOP).startswith('build')]
        return sorted(n for n in listed if os.path.isfile(os.path.join(TOP, n)) and not n.startswith('tests/lab/'))

    def digest(self):
        """What tells one state of the sources from another."""
        total = hashlib.sha256()
        for name in self.sources():
            with open(os.path.join(TOP, name), 'rb') as f:
                total.update(name.encode() + b'\0' + f.read())
        return total.hexdigest()[:16]

    def unpack(self, folder):
        """The sources, in a fresh folder."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        pack = subprocess.Popen(['tar', '-C', TOP, '-cf', '-', '-T', '-'], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        pack.stdin.write('\n'.join(self.sources()).encode())
        pack.stdin.close()
        call('tar', '-C', folder, '-xf', '-', stdin=pack.stdout)

    def package(self):
        """The bytes of the Debian package, built twice in a tree of the guest's release; the sums of both."""
        build, debs = os.path.join(self.cache, 'build'), []
        resolver = f'{build}/etc/resolv.conf'
        shutil.copy('/etc/resolv.conf', resolver)
        call('chroot', build, 'sh', '-c', 'command -v dh >/dev/null || '
             '{ apt-get update && apt-get install -y --no-install-recommends debhelper; }')
        for folder in ('one', 'two'):
            self.unpack(f'{build}/{folder}/pve-gpu')
            call('chroot', build, 'sh', '-c', f'cd /{folder}/pve-gpu && DEB_BUILD_OPTIONS=nocheck '
                 f'dpkg-buildpackage -d -b -us -uc -j{os.cpu_count()}')
            name = next(n for n in os.listdir(f'{build}/{folder}') if n.startswith('pve-gpu_') and n.endswith('.deb'))
            with open(f'{build}/{folder}/{name}', 'rb') as f:
                debs.append(f.read())
        return debs

    def program(self):
        """A tar of what `make install` puts in place, built in a tree of the guest's release."""
        tar = os.path.join(self.cache, f'program-{self.digest()}.tar')
        if os.path.exists(tar):
            return tar
        build = os.path.join(self.cache, 'build')
        self.unpack(f'{build}/src')
        call('chroot', build, 'sh', '-c', 'cd /src && ./autogen.sh && ./configure --prefix=/usr --sysconfdir=/etc && '
             f'make -j{os.cpu_count()} && rm -rf /stage && make install DESTDIR=/stage')
        call('tar', '-C', f'{build}/stage', '-cf', tar + '.new', '.')
        os.rename(tar + '.new', tar)
        return tar

    def ready(self):
        """A guest booted by its own GRUB, all its devices there; saved while it runs."""
        path = os.path.join(self.cache, 'ready.qcow2')
        if os.path.exists(path):
            return path
        call('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', os.path.join(self.cache, 'base.raw'),
             path + '.new')
        m = Machine(path + '.new', self.key, os.path.join(self.folder, 'ready.log'))
        try:
            m.start().up()
            m.ssh('update-grub && sync')
            m.reboot()
            m.ssh('systemctl is-system-running --wait; sync', check=False)
            m.save('ready')
        finally:
            m.close()
        os.rename(path + '.new', path)
        return path

    def prepare(self):
        self.image()
        self.disk, self.tar = self.ready(), self.program()

    def newer_qemu(self):
        """The words that start a QEMU with igb, a network card with virtual functions: QEMU 8 or later has it. That
        of the guest's own release, where this machine's is older."""
        version = call('qemu-system-x86_64', '--version').decode().split('version ')[1]
        if int(version.split('.')[0]) >= 8:
            return ['qemu-system-x86_64']
        tree = os.path.join(self.cache, 'qemu')
        if not os.path.exists(f'{tree}/done'):
            os.makedirs(tree, exist_ok=True)
            disk = os.path.join(self.cache, 'base.raw') + '?offset=1048576'
            for path in ('/usr/lib/x86_64-linux-gnu', '/usr/share/qemu', '/usr/share/seabios'):
                call('debugfs', '-R', f'rdump {path} {tree}', disk)
            call('debugfs', '-R', f'dump -p /usr/bin/qemu-system-x86_64 {tree}/qemu-system-x86_64', disk)
            open(f'{tree}/done', 'w').close()
        return ['env', f'QEMU_MODULE_DIR={tree}/x86_64-linux-gnu/qemu',
                f'{tree}/x86_64-linux-gnu/ld-linux-x86-64.so.2', '--library-path', f'{tree}/x86_64-linux-gnu',
                f'{tree}/qemu-system-x86_64', '-L', f'{tree}/qemu', '-L', f'{tree}/seabios']

    def mtty(self, kernel):
        """The bytes of the kernel's sample module of mediated devices; built when it is first asked for."""
        call('sh', os.path.join(HERE, 'mtty.sh'), self.release, self.cache, kernel)
        with open(os.path.join(self.cache, f'mtty-{kernel}.ko'), 'rb') as f:
            return f.read()

    # ---- machines for the scenarios ----

    def copy(self, name, origin, resume, cache='unsafe'):
        """A machine of its own, resumed where another was saved."""
        disk = os.path.join(self.folder, f'{name}.qcow2')
        call('cp', '--reflink=auto', '--sparse=always', origin, disk)
        m = Machine(disk, self.key, os.path.join(self.folder, f'{name}.log'), cache=cache)
        self.machines.append(m)
        m.start(resume=resume).up()
        return m

    def guest(self, name, cache='unsafe', **more):
        """A machine of its own, resumed where it was made ready, with the program installed. With more devices, or
        another QEMU, it is booted anew then: what was saved knows nothing of them."""
        m = self.copy(name, self.disk, 'ready', cache)
        with open(self.tar, 'rb') as f:
            m.ssh('tar -C / -xf -', stdin=f.read())
        # the stand-ins as they are now, whenever the image was made
        m.ssh('tar -C / -xf -', stdin=call('tar', '-C', f'{HERE}/guest', '--owner=0', '--group=0', '--mode=0755',
                                           '-cf', '-', 'usr/sbin/qm', 'usr/bin/pvesh'))
        m.ssh('sync')       # as a package manager does it: the power may fail soon
        if more:
            m.ssh('mkdir -p /etc/systemd/system.conf.d; cat >/etc/systemd/system.conf.d/lab.conf', stdin=SLOW)
            for key, value in more.items():
                setattr(m, key, value)
            m.reboot()
        return m

    def done_with(self, m):
        m.close()
        if os.path.exists(m.disk):
            os.unlink(m.disk)
        self.machines.remove(m)

    # ---- verdicts ----

    def ok(self, true, text, more=''):
        self.count += 1
        self.failed += not true
        print(f'{"ok" if true else "not ok"} {self.count} - {text}', flush=True)
        if not true:
            for line in str(more).splitlines()[-60:]:
                print('#   ' + line, flush=True)
        return true

    def same(self, text, got, wanted):
        return self.ok(got == wanted, text, f'got:    {got}\nwanted: {wanted}')

    def has(self, text, where, *words):
        missing = [w for w in words if w not in where]
        return self.ok(not missing, text, f'missing: {missing} in\n{where}')

    def play(self, name, scenario):
        begin = time.monotonic()
        print(f'# {name}: {(scenario.__doc__ or "").strip()}', flush=True)
        try:
            scenario(self)
        except Trouble as trouble:
            self.ok(False, f'{name} came to its end', trouble)
        finally:
            for m in list(self.machines):
                self.done_with(m)
        print(f'# {name}: {time.monotonic() - begin:.0f} s', flush=True)

    def take(self, name, said):
        """What another process said of a scenario that it played."""
        for line in said.splitlines():
            verdict = re.match(r'(ok|not ok) \d+ - (.*)', line)
            if verdict:
                self.count += 1
                self.failed += verdict[1] != 'ok'
                print(f'{verdict[1]} {self.count} - {verdict[2]}', flush=True)
            elif not line.startswith(('1..', '# all:', '# the guest is ready')):
                print(line, flush=True)
        if not re.search(r'^1\.\.[1-9]', said, re.M):
            self.ok(False, f'{name} came to its end', said)

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f'1..{self.count}', flush=True)
        return 1 if self.failed else 0


def skip(why):
    print(f'ok 1 - the lab # SKIP {why}\n1..1', flush=True)
    sys.exit(0)
