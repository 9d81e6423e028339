#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The hook of kernel packages that says what a new kernel changes: it never fails, and is quiet where there
# is nothing to be said.
set -u
. "$top_srcdir/tests/lib/tap.sh"

dir=$tmp/postinst.d
hook=$dir/zz-pve-gpu-watch
mkdir "$dir" "$tmp/bin"
sed "s|^PATH=.*|PATH=$tmp/bin:/usr/sbin:/usr/bin:/sbin:/bin|" \
	"$top_srcdir/data/boot/kernel-watch" >"$hook"
chmod 755 "$hook"

fake() { # what pve-gpu does
	printf '#!/bin/sh\necho "$@" >"%s/args"\n%s\n' "$tmp" "$1" >"$tmp/bin/pve-gpu"
	chmod 755 "$tmp/bin/pve-gpu"
	rm -f "$tmp/args"
}

play() { # ARGUMENTS: $tmp/out, and its status as the last line
	"$hook" "$@" >"$tmp/out" 2>"$tmp/err"
	echo "status $?" >>"$tmp/out"
	cat "$tmp/err" >>"$tmp/out"
}

fake 'echo "warn   Something."'
play 6.99.1-1-pve /boot/vmlinuz-6.99.1-1-pve
is 'what is found is printed' "$(cat "$tmp/out")" \
	'pve-gpu: kernel 6.99.1-1-pve and the devices of your VMs, before you reboot:
warn   Something.
status 0'
is 'the kernel is named to pve-gpu' "$(cat "$tmp/args")" 'doctor --kernel 6.99.1-1-pve --color=never'

fake 'echo "block  Worse."; exit 1'
play 6.99.1-1-pve
is 'a blocker is printed, and is no failure' "$(sed -n 2,3p "$tmp/out")" 'block  Worse.
status 0'

quiet() { # NAME ARGUMENTS
	name=$1
	shift
	play "$@"
	is "$name" "$(cat "$tmp/out")" 'status 0'
}

fake 'exit 0'
quiet 'nothing is said of nothing' 6.99.1-1-pve
fake 'echo broken >&2; exit 2'
quiet 'nor where pve-gpu fails' 6.99.1-1-pve
fake 'kill -9 $$'
quiet 'nor where it is killed' 6.99.1-1-pve
fake 'exec tail -f /dev/null'
cp "$hook" "$tmp/hook"
sed 's|timeout 120|timeout 0.1|' "$tmp/hook" >"$hook"
quiet 'nor where it hangs: it is ended' 6.99.1-1-pve
cat "$tmp/hook" >"$hook"
fake 'echo "warn   Something."'
quiet 'nor without a version'
quiet 'nor of what is none' ../../etc
quiet 'nor of an option' --help
quiet 'nor of the running kernel' "$(uname -r)"
DPKG_ROOT=/mnt quiet 'nor of another system' 6.99.1-1-pve
"$hook" 6.99.1-1-pve >&- 2>&-
is 'with nowhere to print to it does not fail either' $? 0
rm "$tmp/bin/pve-gpu"
quiet 'without pve-gpu it is nothing' 6.99.1-1-pve

if command -v run-parts >"$tmp/which"; then
	fake 'echo "warn   Something."'
	: >"$dir/zz-proxmox-boot" && chmod 755 "$dir/zz-proxmox-boot"
	is 'run-parts takes it, after the others' "$(run-parts --test "$dir" | tail -n 1)" "$hook"
	printf '#!/bin/sh\n' >"$dir/zz-proxmox-boot"
	check 'and has no complaint' run-parts --exit-on-error --arg=6.99.1-1-pve "$dir"
fi
command -v shellcheck >"$tmp/which" &&
	check 'shellcheck has nothing to say' shellcheck "$top_srcdir/data/boot/kernel-watch"
done_testing
