# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a guest a change may touch: every file of /etc, GRUB's menu, and what the initramfs holds of either."""

FILES = '''find /etc /usr/lib/modprobe.d -xdev \\( -type f -exec sha256sum {} + -o -type l -printf '%l %p\\n' \\) |
	grep -vE ' /etc/(machine-id|[.]updated|adjtime)$' | sort -k 2'''
MENU = 'sed "s/^/grub.cfg: /" /boot/grub/grub.cfg'
# That it is whole, which modules of vfio are in it, and the content of what configures them; the rest of it
# depends on where it was built.
INITRAMFS = '''d=$(mktemp -d); for i in /boot/initrd.img-*; do
	mkdir "$d/$(basename "$i")"; unmkinitramfs "$i" "$d/$(basename "$i")" >"$d/said" 2>&1 || echo "$i: broken"
	grep -i -E 'error|trunc|premature' "$d/said" | sed "s|^|$i: |"; done
cd "$d"; find initrd* -type f \\( -path '*/etc/modprobe.d/*' -o -path '*/etc/pve-gpu/*' -o -path '*/scripts/*' \\) \\
	-exec sha256sum {} + | sort -k 2; find initrd* -name '*vfio*' | sort; ls /boot; rm -rf "$d"'''


class State:
    def __init__(self, machine):
        self.lines = [line for ask in (FILES, MENU, INITRAMFS) for line in machine.ask(ask).splitlines()]

    def differs(self, other):
        """What is here and not there, and the reverse; '' where they are the same."""
        here, there = set(self.lines), set(other.lines)
        return '\n'.join([f'+{line}' for line in self.lines if line not in there] +
                         [f'-{line}' for line in other.lines if line not in here])
