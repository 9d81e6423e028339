#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile surroundings: what somebody planted, what another changed meanwhile, a state folder
# that cannot be used, a clock that goes backwards, names that are no names. Each is a case of
# the table below: what is done to a node, and what a person then sees.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
node=$tmp/node
state=$node/var/lib/pve-gpu
vfio=$node/etc/modprobe.d/vfio.conf
modules=$node/etc/modules-load.d/vfio.conf
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/pristine"
mkdir -p "$tmp/pristine/var/lib" "$tmp/pristine/etc/modules-load.d"
printf '# mine\nvfio\n' >"$tmp/pristine/etc/modules-load.d/vfio.conf"
printf 'precious\n' >"$tmp/outside"

fresh() {
	rm -rf "$node"
	cp -a "$tmp/pristine" "$node"
	printf 'precious\n' >"$tmp/outside"
}
run() {
	"$pve_gpu" --root "$node" "$@" >"$tmp/out" 2>"$tmp/diag" </dev/null
	got=$?
}
apply() {
	run passthrough 100 01:00 --bind address --apply --yes
}
tree() {
	(cd "$node" && find . -path ./var/lib/pve-gpu -prune -o -type f -print0 | sort -z |
		xargs -0 cksum
	find . -path ./var/lib/pve-gpu -prune -o -type l -printf '%p %l\n' | sort)
}

# refused NAME STATUS WORDS: the last run ended so and said so; the tree and what lies outside
# are as they were after `before`.
before() {
	tree >"$tmp/before"
}
refused() {
	is "$1: exit status" "$got" "$2"
	if grep -qF -e "$3" "$tmp/out" "$tmp/diag"; then
		pass "$1: told"
	else
		fail "$1: told" "$(cat "$tmp/out" "$tmp/diag")"
	fi
	is "$1: nothing is touched" "$(tree | diff - "$tmp/before" | head -n 5)" ''
	is "$1: nor what lies outside" "$(cat "$tmp/outside")" precious
}
# done_well NAME: it was done, and can be undone.
done_well() {
	is "$1: done" "$got" 0
	run undo
	is "$1: undone" "$got $(tree | diff - "$tmp/before" | head -n 5)" '0 '
	is "$1: nothing outside is touched" "$(cat "$tmp/outside")" precious
}

# ---- planted ----

fresh
rm -f "$modules" && ln -s "$tmp/outside" "$modules"
before && apply
refused 'a link at a target' 1 'modules-load.d/vfio.conf'

fresh
rm -f "$modules" && ln "$tmp/outside" "$modules"
before && apply
is 'a hard link at a target: the other name keeps its bytes' "$(cat "$tmp/outside")" precious
done_well 'a hard link at a target'

fresh
rm -f "$modules" && mkfifo "$modules"
before && apply
refused 'a FIFO at a target' 1 'modules-load.d/vfio.conf'

fresh
mkdir -p "$node/etc/pve-gpu" && ln -s "$tmp/outside" "$node/etc/pve-gpu/bind.conf"
before && apply
refused 'a link where a file is to be made' 1 '/etc/pve-gpu/bind.conf'

fresh
rm -rf "$node/etc/modprobe.d" && mkdir "$tmp/elsewhere" && ln -s "$tmp/elsewhere" "$node/etc/modprobe.d"
before
run passthrough 100 01:00 --bind early --apply --yes
is 'a folder that leads out of the tree: nothing is written there' "$(ls "$tmp/elsewhere")" ''
is 'a folder that leads out of the tree: not done' "$([ "$got" -ne 0 ] && echo no)" no

for name in .vfio.conf.pve-gpu-0123456789abcdef .vfio.conf.pve-gpu-ffffffffffffffff; do
	fresh
	ln -s "$tmp/outside" "$node/etc/modules-load.d/$name"
	before && apply
	done_well "a link of the kind of name that temporary files have ($name)"
done

fresh
apply
ln -sf "$tmp/outside" "$state/transactions/20990101-000000-1"
before
run history
is 'a link among the records: the history is shown' "$got" 0
rm -f "$state/transactions/20990101-000000-1"
copy=$(find "$state" -name '*.before' | head -n 1)
rm "$copy" && ln -s "$tmp/outside" "$copy"
run undo
is 'a link at a saved copy: not followed' "$([ "$got" -ne 0 ] && cat "$tmp/outside")" precious
check 'a link at a saved copy: it is named' grep -qF "${copy##*/}" "$tmp/diag"

# ---- the state folder ----

for where in var/lib/pve-gpu var/lib/pve-gpu/transactions var/lib/pve-gpu/lock; do
	fresh
	mkdir -p "$node/${where%/*}" "$tmp/elsewhere"
	ln -s "$tmp/elsewhere" "$node/$where"
	before && apply
	is "$where is a link: exit status" "$([ "$got" -ne 0 ] && echo refused)" refused
	check "$where is a link: told" grep -qF "/$where" "$tmp/diag"
	is "$where is a link: nothing is touched" "$(tree | diff - "$tmp/before" | head -n 3)" ''
	is "$where is a link: nothing behind it" "$(ls "$tmp/elsewhere")" ''
done

fresh
rm -rf "$node/var"
before && apply
done_well 'there is no /var at all'

# A file in its place: what was changed is not known, which is not the same as nothing.
fresh
: >"$state"
before
for words in history undo recover; do
	run $words
	refused "a state folder that is a file: $words" 1 'is not a folder'
done

# writable MODE OWNER WHERE: where others can write, what is recorded may be theirs
writable() {
	fresh
	apply
	sed -i '$d' "$(find "$state" -name journal)"
	chmod "$1" "$node/$3" && chown "$2" "$node/$3"
	before
	for command in undo recover confirm 'passthrough 100 01:00 --bind early --apply --yes'; do
		# shellcheck disable=SC2086
		run $command
		[ "$command" = confirm ] ||
			refused "$3 is $1 $2: $command" 1 "/$3: Others than root can write there"
	done
}
for where in var/lib/pve-gpu var/lib/pve-gpu/transactions; do
	writable 777 "$(id -u)" $where
	[ "$(id -u)" != 0 ] || writable 755 12345 $where
	[ "$(id -u)" != 0 ] || writable 775 0:12345 $where
	run history
	is "$where: what was done is shown all the same" "$got" 0
	chmod 755 "$node/$where"
	[ "$(id -u)" != 0 ] || chown 0:0 "$node/$where"
	run recover
	is "$where: put right, it is recovered" "$got" 0
done

if [ "$(id -u)" != 0 ]; then
	fresh
	mkdir -p "$state/transactions" && chmod 500 "$state/transactions"
	before && apply
	refused 'a read-only state folder' 3 '/var/lib/pve-gpu/transactions'
	chmod 700 "$state/transactions"
elif unshare -m true 2>/dev/null; then
	# mounted OPTIONS: a state folder on a file system of its own, in a place of its own
	mounted() {
		# shellcheck disable=SC2016 # the other shell's
		unshare -m sh -c 'mount -t tmpfs -o "mode=755,$1" none "$2" && mkdir -m 700 "$2/transactions" &&
			{ [ "$3" = rw ] || mount -o remount,ro "$2"; } &&
			exec "$4" --root "$5" passthrough 100 01:00 --bind address --apply --yes' sh \
			"$1" "$state" "$2" "$pve_gpu" "$node" >"$tmp/out" 2>"$tmp/diag" </dev/null
		got=$?
	}
	fresh && mkdir -p "$state" && before
	mounted size=64k ro
	refused 'a read-only state folder' 3 '/var/lib/pve-gpu'
	check 'a read-only state folder: why' grep -q 'read-only' "$tmp/diag"
	for inodes in 3 4 5 6 7 8; do
		fresh && mkdir -p "$state" && before
		mounted "nr_inodes=$inodes" rw
		refused "a full state folder ($inodes names)" 3 '/var/lib/pve-gpu'
		check "a full state folder ($inodes names): why" grep -q 'disk is full' "$tmp/diag"
	done
	# full from the first byte on, and recovered before and after there is room
	fresh && mkdir -p "$state" && before
	# shellcheck disable=SC2016 # the other shell's
	got=$(unshare -m sh -c 'mount -t tmpfs -o mode=755,size=4k none "$1" && mkdir -m 700 "$1/transactions" || exit
		"$2" --root "$3" passthrough 100 01:00 --bind address --apply --yes; printf "%s " $? >&3
		"$2" --root "$3" recover; printf "%s " $? >&3
		mount -o remount,size=1m "$1" && "$2" --root "$3" recover; printf "%s\n" $? >&3' sh \
		"$state" "$pve_gpu" "$node" 3>&1 >"$tmp/out" 2>"$tmp/diag" </dev/null)
	is 'a state folder without a free byte: nothing done, nothing to put back, then closed' "$got" '3 3 0'
	check 'a state folder without a free byte: what to do' grep -q 'Make room for it' "$tmp/diag"
	is 'a state folder without a free byte: nothing is said to be broken' "$(grep -c 'put back whole' "$tmp/diag")" 0
else
	skip 'a full and a read-only state folder' 'needs a mount of its own'
fi

# ---- records that one may not read ----

fresh
apply
if [ "$(id -u)" = 0 ] && setpriv --bounding-set -dac_override,-dac_read_search true 2>/dev/null; then
	chown 1 "$state/transactions"
	setpriv --bounding-set -dac_override,-dac_read_search "$pve_gpu" --root "$node" recover \
		>"$tmp/out" 2>"$tmp/diag" </dev/null
	is 'recover without the right to see: refused' "$? $(cat "$tmp/out" "$tmp/diag" | grep -c 'Run it as root')" '1 1'
	chown 0 "$state/transactions"
	fresh
	chown 1 "$node/etc/pve" && chmod 700 "$node/etc/pve"
	for command in status mapping usb; do
		setpriv --bounding-set -dac_override,-dac_read_search "$pve_gpu" --root "$node" $command \
			>"$tmp/out" 2>"$tmp/diag" </dev/null
		is "$command without the right to see VMs: said, and nothing denied" \
			"$(grep -c 'may be missing here' "$tmp/diag") $(grep -cE 'No device is|There is no' "$tmp/out")" '1 0'
	done
	setpriv --bounding-set -dac_override,-dac_read_search "$pve_gpu" --root "$node" passthrough 100 01:00 \
		>"$tmp/out" 2>"$tmp/diag" </dev/null
	is 'a VM that may not be seen: refused as that' "$? $(grep -c 'No VM 100 can be seen' "$tmp/out")" '1 1'
	chown 0 "$node/etc/pve"
else
	skip 'recover without the right to see: refused' 'needs root, to give a right away'
fi

# ---- modes, whatever the umask ----

for mask in 000 077; do
	fresh
	(umask $mask && apply)
	is "umask $mask: records and saved copies are private" "$(find "$state/transactions" -perm /077)" ''
	is "umask $mask: the lock too" "$(stat -c %a "$state/lock")" 600
	is "umask $mask: what is written is as ever" \
		"$(stat -c %a "$node/etc/pve-gpu/bind.conf") $(stat -c %a "$node/etc/pve-gpu")" '644 755'
done

# ---- changed by another ----

fresh
apply
printf 'vhost_net\n' >>"$modules"
run undo
is 'edited after apply: only our lines go' "$got $(tail -n 1 "$modules")" '0 vhost_net'
check 'edited after apply: told' grep -q 'was edited since' "$tmp/out"

fresh
apply
rm "$modules" && mkdir "$modules"
before
run undo
refused 'a folder in the place of a file, before undo' 1 'modules-load.d/vfio.conf'

# ---- the clock ----

fresh
apply
last=$(find "$state/transactions" -mindepth 1 -maxdepth 1)
mv "$last" "$state/transactions/20990101-000000-1"
run passthrough 100 01:00 --bind at-start --apply --yes
run undo 20990101-000000-1
is 'the clock went backwards: the change before it is undone' "$got" 0
apply
is 'the clock went backwards: another is made' "$got" 0
run history --json
is 'the clock went backwards: it comes after the other' \
	"$("$jsonq" get /transactions/0/id <"$tmp/out") $("$jsonq" get /transactions/0/state <"$tmp/out")" \
	'20990101-000000-3 applied'

# ---- words that are none ----

bad=$(printf '\033]0;x\007\033[2J\342\200\256\342\201\246\302\205\377\300\200')
# No escape, no control character, no bidirectional one, nothing that is no UTF-8
seen() {
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]' "$@" &&
		iconv -f UTF-8 -t UTF-8 "$@" >/dev/null 2>&1
}
printf 'a\033[1m\n' >"$tmp/probe"
is 'the test itself sees an escape' "$(seen "$tmp/probe" && echo blind)" ''
fresh
printf 'name: %s\nhostpci0: %s\n[%s]\n' "$bad" "$bad" "$bad" >"$node/etc/pve/nodes/pve1/qemu-server/666.conf"
printf 'dir: %s\n\tcontent images\n' "$bad" >"$node/etc/pve/storage.cfg"
printf 'gpu%s\n\tmap node=pve1,path=%s\n' "$bad" "$bad" >"$node/etc/pve/mapping/pci.cfg" 2>/dev/null
printf 'quiet %s\n' "$bad" >"$node/proc/cmdline"
printf 'options %s %s\nblacklist %s\n' "$bad" "$bad" "$bad" >"$node/etc/modprobe.d/$bad.conf" 2>/dev/null
printf '%s' "$bad" >"$node/etc/hostname"
rm -f "$node/sys/bus/pci/devices/0000:01:00.1/driver"
ln -s "../drivers/$bad" "$node/sys/bus/pci/devices/0000:01:00.1/driver"
for command in 'list --all' iommu status doctor history 'passthrough 666 01:00'; do
	for json in '' --json; do
		# shellcheck disable=SC2086
		run $command $json
		check "hostile words: $command $json: nothing reaches the terminal" seen "$tmp/out" "$tmp/diag"
	done
	is "hostile words: $command: the document is one" \
		"$("$jsonq" keys '' <"$tmp/out" | grep -c .)" "$(grep -cE '^  "' "$tmp/out")"
done
printf 'dump home\nkey Down\nkey Enter\ndump status\nkey Esc\nkey Home\nkey Enter\nkey Enter\ndump device\nkey End\ndump end\nkey q\nkey Esc\nkey q\n' >"$tmp/keys"
PVE_GPU_SCRIPT=$tmp/keys PVE_GPU_SIZE=100x40 "$pve_gpu" --root "$node" >"$tmp/out" 2>"$tmp/diag"
check 'hostile words: nor the wizard' seen "$tmp/out" "$tmp/diag"
done_testing
