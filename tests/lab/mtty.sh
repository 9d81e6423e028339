#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mtty.sh RELEASE FOLDER KERNEL: builds FOLDER/mtty-KERNEL.ko for the guest's kernel: the kernel's own
# sample of mediated devices (samples/vfio-mdev), from Debian's linux-source against its headers, in a
# tree of its own. What is there already is kept. Needs what image.sh needs.
set -eu
release=$1 out=$2 kernel=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tree.sh"

[ ! -e "$out/mtty-$kernel.ko" ] || exit 0
rm -rf "$out/headers"
tree "$out/headers" "linux-headers-$kernel linux-source gcc make xz-utils"
mkdir "$out/headers/mtty"
source=$(chroot "$out/headers" sh -c 'ls /usr/src/linux-source-*.tar.xz' | tail -n 1)
chroot "$out/headers" tar -xOf "$source" --wildcards '*/samples/vfio-mdev/mtty.c' >"$out/headers/mtty/mtty.c"
echo 'obj-m := mtty.o' >"$out/headers/mtty/Makefile"
chroot "$out/headers" make -s -C "/usr/src/linux-headers-$kernel" M=/mtty modules
mv "$out/headers/mtty/mtty.ko" "$out/mtty-$kernel.ko"
rm -rf "$out/headers"
