#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pve-gpu capture: no secret is in it, nothing is that was not read, and an archive as --root is looked at
# and not changed.
set -u
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
export TMPDIR="$tmp/scratch"
mkdir "$TMPDIR"
node=$tmp/node
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$node"

# ---- planted secrets: each has the word hunter in it ----

vm=$node/etc/pve/nodes/pve1/qemu-server/100.conf
sed -i '1i #The Administrator password%3A hunter-note and more' "$vm"
cat >>"$vm" <<'X'
name: bank-of-hunters
cipassword: $6$salt$hunter-hash
sshkeys: ssh-rsa%20hunter-sshkey
args: -vnc :1,password=hunter-vnc -object secret,id=s0,data=hunter-object
smbios1: uuid=7a8f1c1e-53b4-4a8f-9d1b-0d3f54e3a001
net0: virtio=BC:24:11:AA:BB:CC,bridge=vmbr0
[snap]
cipassword: hunter-snapshot
X
cat >>"$node/etc/network/interfaces" <<'X'
iface wlan0 inet dhcp
	wpa-ssid home
	wpa-psk hunter-psk
	wireless-key s:hunter-wep
	post-up iwconfig wlan0 key hunter-iw
	post-up curl https://me:hunter-url@example.org/
X
mkdir -p "$node/boot/grub" "$node/etc/pve/priv" "$node/etc/pve-gpu/rules.d" "$node/var/log/pve/tasks/0"
cat >>"$node/boot/grub/grub.cfg" <<'X'
set superusers="root"
password_pbkdf2 root grub.pbkdf2.sha512.10000.hunter-grub
password admin hunter-plain
X
echo 'GRUB_PASSWORD="hunter-default"' >>"$node/etc/default/grub"
sed -i 's/$/ systemd.setenv=API_TOKEN=hunter-cmdline/' "$node/proc/cmdline"
printf 'cifs: nas\n\tpath /mnt\n\tusername u\n\tpassword hunter-storage\n' >>"$node/etc/pve/storage.cfg"
echo '//nas/x /mnt/nas cifs username=u,password=hunter-fstab 0 0' >>"$node/etc/fstab"
echo '//nas/x /mnt/nas cifs rw,password=hunter-mounts 0 0' >>"$node/proc/mounts"
echo 'options nic secret=hunter-option' >"$node/etc/modprobe.d/nic.conf"
echo '# token: hunter-rule' >"$node/etc/pve-gpu/rules.d/own.conf"
# a private key where a file is read, and links to what is secret
printf '%s\n' '-----BEGIN PRIVATE KEY-----' hunter-key '-----END PRIVATE KEY-----' >"$node/etc/modprobe.d/key.conf"
echo 'root:hunter-shadow:1:2:3' >"$node/etc/shadow"
echo hunter-priv >"$node/etc/pve/priv/x"
ln -s /etc/shadow "$node/etc/modprobe.d/shadow.conf"
ln -s ../pve/priv/x "$node/etc/modprobe.d/priv.conf"
upid=UPID:pve1:00001111:00002222:66000000:qmstart:100:root@pam:
echo "$upid 66000001 mount failed" >"$node/var/log/pve/tasks/index"
echo 'mount error: user=u,password=hunter-task' >"$node/var/log/pve/tasks/0/$upid"
mkdir -p "$node/var/lib/pve-gpu/capture"
echo '[ 1.0] pve1 kernel: cifs: mount password=hunter-kernel' >"$node/var/lib/pve-gpu/capture/kernel.log"
# never read
mkdir -p "$node/root" && echo unread-file >"$node/root/notes" && echo unread-file >"$node/etc/passwd"

"$pve_gpu" --root "$node" capture --json "$tmp/x.tar.xz" >"$tmp/json" 2>"$tmp/diag"
is 'it ends well' "$? $(cat "$tmp/diag")" '0 '
mkdir "$tmp/x" && tar -xJf "$tmp/x.tar.xz" -C "$tmp/x"

# Each of them was read: else nothing is proven.
is 'no secret is in it' "$(grep -rl hunter "$tmp/x" | xargs -r grep -h hunter | grep -v 'name: bank')" ''
for file in etc/pve/nodes/pve1/qemu-server/100.conf etc/network/interfaces boot/grub/grub.cfg etc/default/grub \
	proc/cmdline etc/pve/storage.cfg proc/mounts etc/modprobe.d/nic.conf etc/modprobe.d/key.conf \
	etc/pve-gpu/rules.d/own.conf "var/log/pve/tasks/0/$upid" var/lib/pve-gpu/capture/kernel.log; do
	grep -q REMOVED "$tmp/x/$file" 2>/dev/null && pass "$file is in it, with holes" ||
		fail "$file is in it, with holes" "$(cat "$tmp/x/$file" 2>&1 | head -n 5)"
	"$jsonq" get /hidden <"$tmp/json" | grep -qF "/$file: " && pass "$file is named" || fail "$file is named"
done
is 'their lines keep their form' "$(grep -E '^(cipassword|sshkeys)|wpa-|^options|^GRUB_PASS' \
	"$tmp/x/etc/pve/nodes/pve1/qemu-server/100.conf" "$tmp/x/etc/network/interfaces" \
	"$tmp/x/etc/default/grub" "$tmp/x/etc/modprobe.d/nic.conf" -h)" \
	"cipassword: REMOVED
sshkeys: REMOVED
cipassword: REMOVED
	wpa-ssid home
	wpa-psk REMOVED
GRUB_PASSWORD=\"REMOVED\"
options nic secret=REMOVED"
for file in etc/shadow etc/pve/priv/x; do
	is "$file is empty" "$(wc -c <"$tmp/x/$file")" 0
	"$jsonq" get /left_out <"$tmp/json" | grep -qF "/$file: " && pass "$file is named" || fail "$file is named"
done
is 'what nobody reads is not in it' "$(grep -rl unread-file "$tmp/x")$(ls "$tmp/x/root" 2>/dev/null)" ''
is 'it is for its owner alone' "$(stat -c %a "$tmp/x.tar.xz")" 600
is 'the document' "$("$jsonq" keys '' <"$tmp/json" | sort | tr '\n' ' ')" \
	'archive bytes empty files hidden left_out live masked '

# ---- a mask ----

"$pve_gpu" --root "$node" capture --mask "$tmp/m.tar.xz" >"$tmp/out" 2>&1
mkdir "$tmp/m" && tar -xJf "$tmp/m.tar.xz" -C "$tmp/m"
for word in pve1 bank-of BC:24:11 7a8f1c1e hunter 4C530001180226118405 192.168.1.10; do
	is "no $word under a mask" "$(grep -rliF -- "$word" "$tmp/m"; find "$tmp/m" -iname "*$word*")" ''
	grep -qriF -- "$word" "$node" && pass "$word was there" || fail "$word was there"
done
is 'the node has its own folder still' "$(readlink "$tmp/m/etc/pve/local")" "$(ls "$tmp/m/etc/pve/nodes" | sed 's,^,nodes/,')"

# A name that is a word like another stays, and is told.
sed -i 's/pve1/pve/' "$node/etc/hostname" "$node/proc/sys/kernel/hostname" 2>/dev/null
mv "$node/etc/pve/nodes/pve1" "$node/etc/pve/nodes/pve" && ln -sfn nodes/pve "$node/etc/pve/local"
rm -f "$node/etc/pve/.members"
"$pve_gpu" --root "$node" capture --mask "$tmp/w.tar.xz" >"$tmp/out" 2>&1
grep -q 'left out.*the name pve of a node' "$tmp/out" && pass 'a node that is named pve' ||
	fail 'a node that is named pve' "$(cat "$tmp/out")"
is 'and it can be read' "$("$pve_gpu" --root "$tmp/w.tar.xz" list >/dev/null 2>&1; echo $?)" 0

# ---- the file ----

"$pve_gpu" --root "$node" capture "$tmp/x.tar.xz" >"$tmp/out" 2>"$tmp/diag"
is 'nothing is overwritten' "$? $(sed "s,$tmp/,," "$tmp/diag")" \
	'1 pve-gpu: x.tar.xz: There is something of that name already. Give another one.'
long=$(printf '%0300d' 0).tar.xz
"$pve_gpu" --root "$node" capture "$tmp/$long" >"$tmp/out" 2>"$tmp/diag"
is 'what cannot be written is named as it was given' "$? $(sed "s,$tmp/$long,LONG," "$tmp/diag")" \
	'1 pve-gpu: LONG: The archive cannot be written: its name is too long.'
(cd "$tmp" && "$pve_gpu" --root "$node" capture here.tar.xz >/dev/null 2>&1)
is 'a name is one of the current folder' "$(ls "$tmp/here.tar.xz")" "$tmp/here.tar.xz"
"$pve_gpu" --root "$node" capture "$tmp/none/x.tar.xz" >"$tmp/out" 2>"$tmp/diag"
is 'no folder' "$? $(wc -l <"$tmp/diag")" '1 1'
"$pve_gpu" --root "$node" capture >"$tmp/out" 2>"$tmp/diag"
is 'no name' "$? $(head -n 1 "$tmp/diag")" '2 pve-gpu capture: It needs the name of the archive that it is to make.'
"$pve_gpu" --root "$node" capture "$tmp/" >"$tmp/out" 2>"$tmp/diag"
is 'no file' "$?" 2
"$pve_gpu" --root "$tmp/scratch" capture "$tmp/e.tar.xz" >"$tmp/out" 2>"$tmp/diag"
is 'no node' "$? $(ls "$tmp/e.tar.xz" 2>/dev/null)" '1 '

# ---- an archive as root ----

for words in 'passthrough 100 01:00 --apply --yes' undo recover confirm 'apply --answers x'; do
	# shellcheck disable=SC2086
	"$pve_gpu" --root "$tmp/m.tar.xz" $words >"$tmp/out" 2>"$tmp/diag"
	is "an archive is not changed: $words" "$? $(head -n 1 "$tmp/diag")" \
		'2 pve-gpu: An archive cannot be changed. Unpack it (tar -xJf), and give that folder as --root.'
done
# heading ROOT: what the wizard says first
heading() {
	echo q | "$pve_gpu" --plain --root "$1" 2>/dev/null | sed -n 2p
}
"$top_builddir/tests/tools/mktree" "$top_srcdir/tests/trees/sriov-vfs.tree" "$tmp/other"
"$pve_gpu" --root "$tmp/other" capture "$tmp/o.tar.xz" >"$tmp/out" 2>&1
is 'the wizard says that it is an archive' "$(heading "$tmp/o.tar.xz")" '== Home (ARCHIVE) =='
is 'or which folder' "$(heading "$tmp/other/")" '== Home (FOLDER: other) =='
is 'the demo is the demo' "$(heading "$node")" '== Home (demo node) =='
echo 'no archive' >"$tmp/text"
"$pve_gpu" --root "$tmp/text" list --json >"$tmp/out" 2>"$tmp/diag"
is 'what is none' "$? $("$jsonq" get /error <"$tmp/out" | cut -d : -f 1-2)" \
	"1 $tmp/text: The archive is damaged, or is none of \`pve-gpu capture\`"
mkdir "$tmp/etc" && : >"$tmp/etc/hostname" && tar -C "$tmp" -cJf "$tmp/no-node.tar.xz" etc
"$pve_gpu" --root "$tmp/no-node.tar.xz" list >"$tmp/out" 2>"$tmp/diag"
is 'no node is in it' "$? $(cat "$tmp/diag")" \
	"1 pve-gpu: $tmp/no-node.tar.xz: No node is in this archive: it has no /sys/bus/pci."
"$pve_gpu" --root "$node" capture - >"$tmp/out" 2>"$tmp/diag"
is 'no file is made that is called -' "$? $(head -n 1 "$tmp/diag")" '2 pve-gpu capture: - is not the name of a file.'
head -c 2000 "$tmp/x.tar.xz" >"$tmp/cut.tar.xz"
"$pve_gpu" --root "$tmp/cut.tar.xz" list >"$tmp/out" 2>"$tmp/diag"
is 'one that was cut' "$? $(wc -c <"$tmp/out")" '1 0'
is 'nothing stays in the temporary folder' "$(ls -A "$TMPDIR")" ''
done_testing
