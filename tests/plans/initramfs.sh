#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The initramfs hook and boot script against a made-up machine, in every small shell there is.
. "$top_srcdir/tests/lib/tap.sh"

data=$top_srcdir/data/initramfs
devices=sys/bus/pci/devices
cat_or_none() { [ -e "$1" ] && cat "$1" || echo none; }

# device ADDRESS VENDOR DEVICE
device() {
	mkdir -p "$machine/$devices/$1"
	echo "0x$2" >"$machine/$devices/$1/vendor"
	echo "0x$3" >"$machine/$devices/$1/device"
	: >"$machine/$devices/$1/driver_override"
}

# A machine with four devices, one of them with a driver. The script gets its folder.
new_machine() {
	machine=$tmp/machine
	rm -rf "$machine"
	mkdir -p "$machine/etc/pve-gpu" "$machine/proc" "$machine/dev" "$machine/bin" \
		"$machine/sys/bus/pci/drivers/xhci_hcd"
	echo 'BOOT_IMAGE=/vmlinuz root=/dev/x quiet' >"$machine/proc/cmdline"
	: >"$machine/dev/kmsg"
	: >"$machine/sys/bus/pci/drivers_probe"
	device 0000:01:00.0 10de 2684
	device 0000:01:00.2 10de 22ba
	device 0000:02:00.0 10de 2684
	device 10000:e1:00.1 8086 0a54
	: >"$machine/sys/bus/pci/drivers/xhci_hcd/unbind"
	ln -s ../../drivers/xhci_hcd "$machine/$devices/0000:01:00.2/driver"
	cat >"$machine/bin/modprobe" <<-END
		#!/bin/sh
		echo "\$*" >>$machine/modprobe.log
	END
	chmod +x "$machine/bin/modprobe"
	sed "s|^root=\$|root=$machine|" "$data/script" >"$machine/script"
}

override() { cat "$machine/$devices/$1/driver_override"; }

# run SHELL...
run() {
	PATH=$machine/bin:$PATH "$@" "$machine/script" >"$tmp/out" 2>&1
	status=$?
}

try_shell() {
	name=$*
	new_machine
	run "$@"
	is "$name: no table: status 0" "$status" 0
	is "$name: no table: nothing said" "$(cat "$tmp/out" "$machine/dev/kmsg")" ''

	cat >"$machine/etc/pve-gpu/bind.conf" <<-'END'
		# added by pve-gpu

		0000:01:00.0 10de:2684
		  0000:01:00.2	10de:22ba vfio-pci
		10000:e1:00.1 8086:0a54 other_vfio
		0000:02:00.0 10de:ffff vfio-pci
		0000:09:00.0 10de:2684 vfio-pci
		../../../x 10de:2684 vfio-pci
		* 10de:2684 vfio-pci
	END
	printf '0000:02:00.0 10de:2684 ../x' >>"$machine/etc/pve-gpu/bind.conf"
	run "$@"
	is "$name: status 0" "$status" 0
	is "$name: nothing but the kernel's log is written to" "$(cat "$tmp/out")" ''
	is "$name: the device is given to vfio-pci" "$(override 0000:01:00.0)" vfio-pci
	is "$name: and the second one" "$(override 0000:01:00.2)" vfio-pci
	is "$name: a domain of five digits, a driver of its own" \
		"$(override 10000:e1:00.1)" other_vfio
	is "$name: other ids: left alone" "$(override 0000:02:00.0)" ''
	is "$name: a bound driver lets go" \
		"$(cat "$machine/sys/bus/pci/drivers/xhci_hcd/unbind")" 0000:01:00.2
	is "$name: each driver is loaded once" "$(cat "$machine/modprobe.log")" \
		"$(printf 'vfio-pci\nother_vfio')"
	is "$name: messages" "$(wc -l <"$machine/dev/kmsg" | tr -d ' ')" 1
	is "$name: the last message" "$(cat "$machine/dev/kmsg")" \
		'pve-gpu: 0000:02:00.0: "../x" is not a driver; skipped'

	rm "$machine/dev/kmsg"
	run "$@"
	is "$name: messages without a kernel's log" "$(cat "$tmp/out")" "$(
		cat <<-'END'
			pve-gpu: 0000:02:00.0: is 10de:2684 and not 10de:ffff; skipped
			pve-gpu: 0000:09:00.0: there is no such device; skipped
			pve-gpu: bind.conf: "../../../x" is not an address; skipped
			pve-gpu: bind.conf: "*" is not an address; skipped
			pve-gpu: 0000:02:00.0: "../x" is not a driver; skipped
		END
	)"

	new_machine
	echo '0000:01:00.0 10de:2684 vfio-pci' >"$machine/etc/pve-gpu/bind.conf"
	echo 'root=/dev/x pve-gpu.off quiet' >"$machine/proc/cmdline"
	run "$@"
	is "$name: pve-gpu.off: status 0" "$status" 0
	is "$name: pve-gpu.off: nothing is bound" "$(override 0000:01:00.0)" ''
	is "$name: pve-gpu.off: nothing is loaded" "$(cat_or_none "$machine/modprobe.log")" none

	new_machine
	echo '0000:01:00.0 10de:2684' >"$machine/etc/pve-gpu/bind.conf"
	rm -r "$machine/$devices/0000:01:00.0/driver_override"
	mkdir "$machine/$devices/0000:01:00.0/driver_override"
	rm "$machine/proc/cmdline" "$machine/bin/modprobe"
	run "$@"
	is "$name: what cannot be written: status 0" "$status" 0
	is "$name: what cannot be written: said" "$(cat "$machine/dev/kmsg")" \
		'pve-gpu: 0000:01:00.0: the kernel does not let its driver be set; skipped'

	is "$name: no prerequisites" "$("$@" "$data/script" prereqs)" ''
}

for shell in sh dash 'bash --posix' 'busybox sh' /usr/lib/klibc/bin/sh; do
	# shellcheck disable=SC2086 # words
	if command -v ${shell%% *} >/dev/null; then
		try_shell $shell
	else
		skip "$shell" 'is not installed'
	fi
done

# mkinitramfs sorts the scripts of a folder by name and then with tsort.
is 'the script runs before udev' "$(for s in all_generic_ide blacklist keymap pve-gpu udev; do
	echo "$s $s"
done | tsort | grep -xE 'pve-gpu|udev' | tr '\n' ' ')" 'pve-gpu udev '

# ---- the hook ----

mkdir -p "$tmp/host" "$tmp/dest"
# shellcheck disable=SC2016
echo 'manual_add_modules() { echo "$*" >>"$DESTDIR/modules"; }' >"$tmp/host/hook-functions"
sed "s|^table=/|table=$tmp/host/|; s|/usr/share/initramfs-tools/hook-functions|$tmp/host/hook-functions|
	s|\$DESTDIR\$table|\$DESTDIR/etc/pve-gpu/bind.conf|" "$data/hook" >"$tmp/hook"
hook() { DESTDIR=$tmp/dest sh "$tmp/hook" "$@"; }

is 'hook: no prerequisites' "$(hook prereqs)" ''
hook
is 'hook: without a table, status 0' $? 0
is 'hook: without a table, nothing is added' "$(ls "$tmp/dest")" ''
mkdir -p "$tmp/host/etc/pve-gpu"
printf '# x y z\n\n0000:01:00.0 10de:2684 vfio-pci\n0000:01:00.1 10de:22ba\n%s' \
	'0000:02:00.0 8086:0a54 other_vfio' >"$tmp/host/etc/pve-gpu/bind.conf"
hook
is 'hook: status 0' $? 0
check 'hook: the table is in the initramfs' \
	cmp "$tmp/host/etc/pve-gpu/bind.conf" "$tmp/dest/etc/pve-gpu/bind.conf"
is 'hook: the modules as well' "$(cat "$tmp/dest/modules")" "$(printf 'vfio-pci\nother_vfio')"

if command -v shellcheck >/dev/null; then
	check 'shellcheck has nothing to say' shellcheck "$data/hook" "$data/script"
else
	skip 'shellcheck has nothing to say' 'it is not installed'
fi
done_testing
