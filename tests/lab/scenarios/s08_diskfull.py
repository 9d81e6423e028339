# SPDX-License-Identifier: GPL-3.0-or-later
from state import State

# What is left, root's reserve included (16 MiB of it ext4 keeps to itself), is enough for the files and their
# saved copies, not for an initramfs.
FILL = "fallocate -l $(($(stat -f -c '%f * %S' /) - (24 << 20))) /var/tmp/fill"


def play(lab):
    """The disk is full when the initramfs is rebuilt: everything is put back, and the cause is named."""
    m = lab.guest('diskfull')
    old, vm = State(m), m.ask('cat /etc/pve/local/qemu-server/100.conf')
    m.ssh(f'{FILL} && sync')
    failed = m.ssh('pve-gpu passthrough 100 01:00 --bind address --apply --yes --no-trial', check=False)
    words = failed.err
    lab.same('exit status', failed.returncode, 3) or lab.ok(False, 'its words', words)
    lab.has('the command and the cause are named', words, 'update-initramfs',
            'No space left on device')
    lab.has('it says that all is back', failed.err, 'Everything was put back')
    lab.same('the VM is as it was', m.ask('cat /etc/pve/local/qemu-server/100.conf'), vm)
    m.ssh('rm /var/tmp/fill')
    lab.same('every file, GRUB and the initramfs are as at the start', State(m).differs(old), '')
    lab.has('the history knows it', m.ask('pve-gpu history'), 'undone')
    again = m.ssh('pve-gpu passthrough 100 01:00 --bind address --apply --yes --no-trial', check=False)
    lab.same('with room on the disk it goes through', again.returncode, 0) or \
        lab.ok(False, 'its words', again.out + again.err)
