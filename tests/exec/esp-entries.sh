#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What our script prints of an EFI system partition: systemd-boot's entries, or GRUB's menu.
. "$top_srcdir/tests/lib/tap.sh"

mkdir -p "$tmp/efi" "$tmp/esp/loader/entries" "$tmp/esp/grub" "$tmp/esp/EFI/proxmox"
script=$top_srcdir/data/boot/esp-entries
entry='title Proxmox
options root=ZFS=rpool quiet'
printf '%s' "$entry" >"$tmp/esp/loader/entries/proxmox-6.1.conf"
echo other >"$tmp/esp/loader/entries/note.txt"

# look: the real script, where the machine has started by UEFI or not
look() {
	sed "s|^firmware=.*|firmware=$1|" "$script" >"$tmp/script"
	sh "$tmp/script" --esp 1234-ABCD "$tmp/esp"
}

wanted="1234-ABCD /loader/entries/proxmox-6.1.conf $(printf '%s' "$entry" | wc -c)
$entry"
is 'systemd-boot: each entry, with its length' "$(look "$tmp/efi")" "$wanted"
is 'legacy BIOS without a menu: nothing' "$(look "$tmp/none")" ''
echo 'menuentry x' >"$tmp/esp/grub/grub.cfg"
wanted='1234-ABCD /grub/grub.cfg 12
menuentry x'
is "legacy BIOS: GRUB's menu" "$(look "$tmp/none")" "$wanted"
: >"$tmp/esp/EFI/proxmox/grubx64.efi"
is 'GRUB by UEFI' "$(look "$tmp/efi")" "$wanted"

sed "s|^uuids=.*|uuids=$tmp/uuids|" "$script" >"$tmp/script"
printf '# a comment\n0000-DEAD\n$(touch %s/bad)\n' "$tmp" >"$tmp/uuids"
is 'a partition that is not there' "$(sh "$tmp/script")" '0000-DEAD - 0'
check 'nothing of the list is run' test ! -e "$tmp/bad"
done_testing
