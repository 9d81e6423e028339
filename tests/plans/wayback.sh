#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The entries "without passthrough": GRUB's from a stand-in for 10_linux and from the real one,
# systemd-boot's on a made-up EFI system partition; and what kmod makes of an empty ids=.
. "$top_srcdir/tests/lib/tap.sh"

data=$top_srcdir/data
mkdir "$tmp/bin" "$tmp/grub.d"
printf '#!/bin/sh\necho 6.8.12-4-pve\n' >"$tmp/bin/uname"
chmod +x "$tmp/bin/uname"

# ---- GRUB ----

sed "s|^cmdline=.*|cmdline=$tmp/cmdline|" "$data/grub.d/pve-gpu" >"$tmp/grub.d/42_pve-gpu"
chmod +x "$tmp/grub.d/42_pve-gpu"

stand_in() {
	cat >"$tmp/grub.d/10_linux" <<-'END'
		#!/bin/sh
		echo 'set linux_gfx_mode='
		[ -n "$GRUB_DISABLE_SUBMENU$GRUB_SAVEDEFAULT" ] && echo savedefault
		printf "menuentry 'Proxmox'\\\\''s VE' --class os \$menuentry_id_option 'gnulinux-simple-x' {\n"
		printf '\tlinux /newest root=x ro %s %s\n}\n' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"
		echo "submenu 'Advanced' \$menuentry_id_option 'gnulinux-advanced-x' {"
		for v in 6.14.8-2-pve $KERNEL; do
			printf "\tmenuentry 'VE, with Linux $v' \$menuentry_id_option 'gnulinux-$v-advanced-x' {\n"
			printf '\t\tlinux /vmlinuz-%s root=x ro %s %s\n\t}\n' "$v" "$GRUB_CMDLINE_LINUX" \
				"$GRUB_CMDLINE_LINUX_DEFAULT"
		done
		echo '}'
	END
	chmod +x "$tmp/grub.d/10_linux"
}

# grub LINUX DEFAULT: the entry in $tmp/out, what was said in $tmp/err
grub() {
	PATH=$tmp/bin:$PATH GRUB_CMDLINE_LINUX=$1 GRUB_CMDLINE_LINUX_DEFAULT=$2 \
		KERNEL=${kernel-6.8.12-4-pve} GRUB_SAVEDEFAULT=true GRUB_DISABLE_SUBMENU=y \
		"$tmp/grub.d/42_pve-gpu" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

options() {
	sed -n 's/^\tlinux .* ro \(pve-gpu.off.*[^ ]\) *$/\1/p' "$tmp/out"
}

stand_in
ours='pve-gpu.off vfio-pci.ids='
echo 'BOOT_IMAGE=/x root=x ro quiet "a=b c" nomodeset' >"$tmp/cmdline"
grub 'console=ttyS0 vfio_pci.ids=1:2' 'quiet intel_iommu=on iommu=pt a=b\ c broken'
is 'GRUB: status 0' "$status" 0
is 'GRUB: nothing is said' "$(cat "$tmp/err")" ''
is 'GRUB: one entry, its title and id' "$(grep menuentry "$tmp/out")" \
	"menuentry 'Proxmox'\\''s VE without passthrough (pve-gpu)' --class os \$menuentry_id_option 'pve-gpu-off' {"
is 'GRUB: three lines' "$(wc -l <"$tmp/out" | tr -d ' ')" 3
is 'GRUB: the running kernel' "$(sed -n 's/^\tlinux \([^ ]*\) .*/\1/p' "$tmp/out")" \
	/vmlinuz-6.8.12-4-pve
is 'GRUB: what the running kernel has, nothing for passthrough' "$(options)" \
	"$ours console=ttyS0 quiet a=b\\ c"
kernel='' grub '' ''
is 'GRUB: the running kernel is gone: the newest' \
	"$(sed -n 's/^\tlinux \([^ ]*\) .*/\1/p' "$tmp/out")" /newest
for word in amd_iommu=on iommu.passthrough=1 pcie_acs_override=downstream,multifunction \
	vfio-pci.disable_vga=1 vfio_iommu_type1.allow_unsafe_interrupts=1 video=efifb:off \
	initcall_blacklist=sysfb_init pci-stub.ids=1:2; do
	echo "$word quiet" >"$tmp/cmdline"
	grub "$word" "$word quiet"
	is "GRUB: without $word" "$(options)" "$ours quiet"
done
echo 'intel_iommu=off quiet' >"$tmp/cmdline"
grub '' 'quiet intel_iommu=on'
is 'GRUB: the IOMMU stays off where it was' "$(options)" "$ours intel_iommu=off quiet"
echo 'quiet x -- single' >"$tmp/cmdline"
grub 'y -- z' 'quiet -- single "open'
is 'GRUB: words for init, and an open quote' "$(options)" "$ours y -- z quiet -- single"
rm "$tmp/cmdline"
grub 'y' 'quiet'
is 'GRUB: running options unknown: only GRUB_CMDLINE_LINUX' "$(options)" "$ours y"

for spoil in 'chmod -x' rm; do
	stand_in
	$spoil "$tmp/grub.d/10_linux"
	grub '' ''
	is "GRUB: $spoil 10_linux: status 0, no entry, said" \
		"$status $(wc -c <"$tmp/out" | tr -d ' ') $(grep -c 'no entry' "$tmp/err")" '0 0 1'
done
printf '#!/bin/sh\nexit 1\n' >"$tmp/grub.d/10_linux"
chmod +x "$tmp/grub.d/10_linux"
grub '' ''
is 'GRUB: 10_linux fails: status 0, no entry, said' \
	"$status $(wc -c <"$tmp/out" | tr -d ' ') $(grep -c 'no entry' "$tmp/err")" '0 0 1'

if [ -r /etc/grub.d/10_linux ] && [ -r /usr/share/grub/grub-mkconfig_lib ] &&
	command -v grub-script-check >/dev/null; then
	mkdir "$tmp/boot"
	for v in 6.14.8-2-pve 6.8.12-4-pve; do
		echo x >"$tmp/boot/vmlinuz-$v"
		echo x >"$tmp/boot/initrd.img-$v"
	done
	sed "s|/boot/|$tmp/boot/|g" /etc/grub.d/10_linux >"$tmp/grub.d/10_linux"
	echo 'quiet' >"$tmp/cmdline"
	printf '#!/bin/sh\ncase $1 in -r) echo 6.8.12-4-pve;; *) echo x86_64;; esac\n' >"$tmp/bin/uname"
	for fs in ext4 btrfs zfs; do
		pkgdatadir=/usr/share/grub GRUB_DEVICE=/dev/sda1 GRUB_FS=$fs \
			GRUB_DISTRIBUTOR='Proxmox VE' grub 'console=ttyS0' 'quiet iommu=pt'
		check "real 10_linux, $fs: GRUB can read it" grub-script-check "$tmp/out"
		is "real 10_linux, $fs: kernel and options" \
			"$(grep -c "^	linux	.*/vmlinuz-6.8.12-4-pve .* ro .*$ours console=ttyS0 quiet *\$" \
				"$tmp/out")" 1
		is "real 10_linux, $fs: one entry" "$(grep -c "'pve-gpu-off' {" "$tmp/out")" 1
	done
else
	skip 'real 10_linux' 'GRUB is not installed'
fi

# ---- systemd-boot ----

sed "s|^cmdline=.*|cmdline=$tmp/cmdline|; s|^uuids=.*|uuids=$tmp/uuids|" \
	"$data/boot/loader-entry" >"$tmp/zz-pve-gpu"
printf '#!/bin/sh\necho 6.8.12-4-pve\n' >"$tmp/bin/uname"
entry=$tmp/esp/loader/entries/pve-gpu-off.conf

new_esp() {
	rm -rf "$tmp/esp"
	mkdir -p "$tmp/esp/loader/entries" "$tmp/esp/EFI/proxmox"
	printf 'timeout 3\ndefault %s\n' "${1-proxmox-*}" >"$tmp/esp/loader/loader.conf"
	for v in 6.8.12-4-pve 6.8.4-2-pve 6.14.8-2-pve; do
		cat >"$tmp/esp/loader/entries/proxmox-$v.conf" <<-END
			title    Proxmox Virtual Environment
			version  $v
			options  root=ZFS=rpool/ROOT/pve-1 boot=zfs quiet intel_iommu=on iommu=pt broken
			linux    /EFI/proxmox/$v/vmlinuz-$v
			initrd   /EFI/proxmox/$v/initrd.img-$v
		END
	done
}
esp() { PATH=$tmp/bin:$PATH sh "$tmp/zz-pve-gpu" --esp "$tmp/esp" 2>"$tmp/err"; }
is_there() { [ -e "$entry" ] && echo yes || echo no; }

echo 'initrd=\x root=ZFS=rpool/ROOT/pve-1 quiet' >"$tmp/cmdline"
new_esp
esp
is 'systemd-boot: status 0' $? 0
is 'systemd-boot: the entry' "$(cat "$entry")" "$(
	cat <<-END
		title    Proxmox Virtual Environment without passthrough (pve-gpu)
		version  6.8.12-4-pve
		linux    /EFI/proxmox/6.8.12-4-pve/vmlinuz-6.8.12-4-pve
		initrd   /EFI/proxmox/6.8.12-4-pve/initrd.img-6.8.12-4-pve
		options  $ours root=ZFS=rpool/ROOT/pve-1 boot=zfs quiet
	END
)"
touch -d @1 "$entry"
esp
is 'systemd-boot: a second run writes nothing' "$(stat -c %Y "$entry")" 1
rm "$tmp/esp/loader/entries/proxmox-6.8.12-4-pve.conf"
esp
is 'systemd-boot: the running kernel is gone: the newest' \
	"$(sed -n 's/^version  //p' "$entry")" 6.14.8-2-pve
rm "$tmp"/esp/loader/entries/proxmox-*
esp
is 'systemd-boot: nothing to go by: no entry' "$(is_there)" no
for pattern in '*' 'p*' '@saved' '' 'pve-gpu-off.conf'; do
	new_esp "$pattern"
	esp
	is "systemd-boot: never the default: \"$pattern\"" "$(is_there) $(grep -c default "$tmp/err")" 'no 1'
done
new_esp proxmox-6.8.4-2-pve.conf
esp
is 'systemd-boot: a pinned kernel' "$(is_there)" yes
: >"$tmp/esp/EFI/proxmox/grubx64.efi"
esp
is 'systemd-boot: GRUB is on the partition: no entry' "$(is_there)" no
new_esp
rm "$tmp/cmdline"
esp
is 'systemd-boot: running options unknown: all but passthrough' \
	"$(sed -n 's/^options  //p' "$entry")" "$ours root=ZFS=rpool/ROOT/pve-1 boot=zfs quiet broken"
sh "$tmp/zz-pve-gpu" 6.8.12-4-pve /boot/vmlinuz-6.8.12-4-pve >"$tmp/out" 2>&1
is 'systemd-boot: no proxmox-boot-tool: status 0, nothing said' "$? $(cat "$tmp/out")" '0 '
is 'it runs after zz-proxmox-boot' "$(printf 'zz-pve-gpu\nzz-proxmox-boot\n' | LC_ALL=C sort | tail -n 1)" \
	zz-pve-gpu

# ---- both ----

# kmod reads /proc/cmdline itself: another one is put over it, in a mount namespace.
mkdir "$tmp/modprobe.d"
echo 'options vfio-pci ids=10de:2684' >"$tmp/modprobe.d/vfio.conf"
echo 'quiet pve-gpu.off vfio-pci.ids= -- x' >"$tmp/cmdline"
over='mount --bind "$1/cmdline" /proc/cmdline'
if command -v modprobe >/dev/null && unshare --mount sh -c "$over" - "$tmp" 2>/dev/null; then
	is 'kmod: the empty ids= comes last' \
		"$(unshare --mount sh -c "$over && modprobe -C \"\$1/modprobe.d\" -c" - "$tmp" |
			grep '^options vfio_pci ' | tail -n 1)" 'options vfio_pci ids='
else
	skip 'kmod: the empty ids= comes last' 'no root, no mount namespace or no modprobe'
fi
part() { sed -n '/^# ---- words/,/^# ---- end/p' "$1"; }
part "$data/grub.d/pve-gpu" >"$tmp/words1"
part "$data/boot/loader-entry" >"$tmp/words2"
check 'both treat options alike' cmp "$tmp/words1" "$tmp/words2"
if command -v shellcheck >/dev/null; then
	check 'shellcheck has nothing to say' shellcheck "$data/grub.d/pve-gpu" "$data/boot/loader-entry"
else
	skip 'shellcheck has nothing to say' 'it is not installed'
fi
done_testing
