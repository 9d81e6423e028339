#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# image.sh RELEASE FOLDER: builds the guest of the lab from Debian packages alone.
#
#	FOLDER/base.raw		a disk with Debian RELEASE (bookworm, trixie) that boots by GRUB
#	FOLDER/build		a tree of the same release in which the program is built
#	FOLDER/key, key.pub	for ssh
#
# Needs root, mmdebstrap, mke2fs, sfdisk, grub-mkimage; no loop device and no KVM. What is
# there already is kept; a file `done` says that it is whole, and what it was made of: with other packages it
# is made anew.
set -eu
release=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tree.sh"

guest='linux-image-amd64 grub2-common grub-pc-bin initramfs-tools zstd e2fsprogs dosfstools systemd-sysv udev kmod dbus
	openssh-server iproute2 procps util-linux bsdutils diffutils pciutils tmux less ca-certificates passwd libpam-systemd
	ncurses-base ncurses-term qemu-system-x86 seabios
	libconfuse2 libjson-c5 libkmod2 libncursesw6 libpci3 libsmartcols1 libudev1 xz-utils'
# its name in trixie, where 64-bit time came
[ "$release" = bookworm ] && guest="$guest libarchive13" || guest="$guest libarchive13t64"

# Modules without which an x86 server would not boot the kernel of this lab are left alone; what
# no guest of it can have goes, so that the disk is packed and read sooner.
trim() {
	for sub in drivers/media drivers/infiniband drivers/staging drivers/net/wireless sound/soc \
		drivers/gpu/drm/amd drivers/gpu/drm/xe drivers/gpu/drm/i915; do
		rm -rf "$1"/lib/modules/*/kernel/$sub
	done
	for kernel in "$1"/lib/modules/*; do
		chroot "$1" depmod "$(basename "$kernel")"
	done
}

settings() {
	cp -R "$here/guest/." "$1/"
	chmod 0755 "$1/usr/sbin/qm" "$1/usr/bin/pvesh"
	echo lab >"$1/etc/hostname"
	echo 'root:lab' | chroot "$1" chpasswd
	mkdir -p -m 0700 "$1/root/.ssh"
	cp "$out/key.pub" "$1/root/.ssh/authorized_keys"
	ln -sf /dev/null "$1/etc/systemd/system/systemd-networkd-wait-online.service"
	ln -sf /dev/null "$1/etc/systemd/system/systemd-timesyncd.service"
	for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim; do
		ln -sf /dev/null "$1/etc/systemd/system/$timer.timer"
	done
	chroot "$1" systemctl --quiet enable systemd-networkd ssh
	: >"$1/etc/machine-id"
	echo '/dev/vda1 / ext4 defaults 0 1' >"$1/etc/fstab"
}

grub() {
	mkdir -p "$1/boot/grub/i386-pc"
	cp "$1"/usr/lib/grub/i386-pc/*.mod "$1"/usr/lib/grub/i386-pc/*.lst "$1/boot/grub/i386-pc/"
	chroot "$1" grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o /boot/grub/core.img \
		biosdisk part_msdos ext2
	cat >"$1/boot/grub/grub.cfg" <<-CFG
		serial --unit=0 --speed=115200
		terminal_input serial console
		terminal_output serial console
		set timeout=1
		menuentry 'first boot' {
			linux /vmlinuz root=/dev/vda1 ro console=tty0 console=ttyS0,115200 quiet
			initrd /initrd.img
		}
	CFG
}

disk() {
	rm -f "$out/base.raw"
	truncate -s 3G "$out/base.raw"
	printf 'start=2048, type=83, bootable\n' | sfdisk -q "$out/base.raw"
	mke2fs -q -t ext4 -O ^orphan_file,^metadata_csum_seed -L root -E offset=1048576 \
		-d "$1" "$out/base.raw" $((3 * 1024 * 1024 - 1024))k
	dd if="$1/usr/lib/grub/i386-pc/boot.img" of="$out/base.raw" bs=440 count=1 conv=notrunc status=none
	dd if="$1/boot/grub/core.img" of="$out/base.raw" bs=512 seek=1 conv=notrunc status=none
}

build=$(sed -n '/^\[build\]/,/^\[check\]/{/^\[/d;p;}' "$here/../../build-deps")
made=$(printf '%s\n' $guest $build)
[ "$(cat "$out/done" 2>/dev/null)" != "$made" ] || exit 0
rm -rf "$out/done" "$out/ready.qcow2" "$out/build"
mkdir -p "$out"
[ -e "$out/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$out/key"
rm -rf "$out/tree" "$out/build"
tree "$out/tree" "$guest"
trim "$out/tree"
settings "$out/tree"
grub "$out/tree"
disk "$out/tree"
rm -rf "$out/tree"
tree "$out/build" "$build"
echo "$made" >"$out/done"
