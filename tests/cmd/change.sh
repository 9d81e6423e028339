#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The commands that change something: asked first, undone byte for byte, what was interrupted
# is ended before anything else is begun.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
node=$tmp/node
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$node"

# Every file with mode, owner, time and content, but for our own records.
state() {
	(cd "$node" && find . -path ./var/lib/pve-gpu -prune -o -printf '%p %y %m %u %g %T@ %l\n' |
		grep -vE '^\./(etc/((modprobe|modules-load|grub|kernel/postinst)\.d|pve-gpu)|var|var/lib) d ' | sort
	find . -path ./var/lib/pve-gpu -prune -o -type f -print0 | sort -z | xargs -0 cksum)
}
run() {
	"$pve_gpu" "$@" --root "$node" >"$tmp/out" 2>"$tmp/diag" </dev/null
}

# Nothing to do, or refused: not even a folder of our own is left behind.
whole() {
	find "$1" -printf '%p %y %m %T@ %s\n' | sort
}
mkdir "$tmp/empty"
for folder in "$tmp/empty" "$node"; do
	whole "$folder" >"$tmp/whole"
	for command in 'passthrough 100 77:00 --apply --yes' 'passthrough 999 01:00 --apply --yes' \
		'passthrough 100 01:00 --apply' undo 'undo 20200101-000000-1' recover history; do
		# shellcheck disable=SC2086
		"$pve_gpu" $command --root "$folder" >"$tmp/out" 2>"$tmp/diag" </dev/null
		is "$command leaves nothing in ${folder##*/}" \
			"$(whole "$folder" | diff - "$tmp/whole")" ''
	done
done

state >"$tmp/before"
run passthrough 100 01:00
is 'a plan changes nothing' "$? $(state | cmp - "$tmp/before" 2>&1)" '0 '
run passthrough 100 01:00 --apply
is 'without a terminal it is refused' "$? $(state | cmp - "$tmp/before" 2>&1)" '1 '
is 'and says so' "$(cat "$tmp/diag")" "pve-gpu: There is no terminal to ask on. \
Nothing was changed. With --yes it is applied without a question."

why=$(no_terminal)
if [ -z "$why" ]; then
	# ask ANSWER
	ask() {
		printf '%s\n' "$1" | script -qec \
			"$pve_gpu passthrough 100 01:00 --apply --root $node" /dev/null >"$tmp/screen"
	}
	ask n
	is 'no is no' "$? $(grep -c 'Apply this? \[y/N\]' "$tmp/screen") $(state |
		cmp - "$tmp/before" 2>&1)" '1 1 '
	ask ''
	is 'no answer is no' "$? $(state | cmp - "$tmp/before" 2>&1)" '1 '
	ask y
	is 'yes is yes' "$? $(grep -c 'ids=10de:2684,10de:22ba' "$node/etc/modprobe.d/vfio.conf")" '0 1'
	run undo
else
	skip 'the question' "$why"
fi

run passthrough 100 01:00 --apply --yes
is 'applied' "$? $(grep -c '^\[' "$tmp/diag")" '0 5'
is 'the commands are listed' "$(sed -n '/were not run, since '"$(echo "$node" | sed 's,/,\\/,g')"'/,$p' "$tmp/out" |
	tail -n +2)" \
'  update-initramfs -u -k all
  update-grub
  qm set 100 --hostpci0 0000:01:00,pcie=1'
run passthrough 100 01:00 --json
is 'a second plan writes nothing' "$("$jsonq" get /files <"$tmp/out")" ''
# with what `qm set` would have made of the VM
conf=$node/etc/pve/nodes/pve1/qemu-server/100.conf
cp -p "$conf" "$tmp/100.conf"
{ echo 'hostpci0: 0000:01:00,pcie=1' && cat "$tmp/100.conf"; } >"$conf"
run passthrough 100 01:00 --apply --yes
is 'a second apply has nothing to do' "$? $(tail -n 1 "$tmp/out")" \
	'0 Nothing is to be changed: everything is set up like this already.'
if strace -o /dev/null true 2>/dev/null; then
	ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS} strace -f -e trace=execve -o "$tmp/trace" \
		"$pve_gpu" passthrough 100 01:00 --apply --yes --root "$node" >/dev/null 2>&1
	is 'and runs no command at all' "$(grep -c execve "$tmp/trace")" 1
else
	skip 'and runs no command at all' 'nothing can be traced here'
fi
cp -p "$tmp/100.conf" "$conf"
run undo
is 'undone, byte for byte' "$? $(state | diff - "$tmp/before" | head -n 5)" '0 '
run undo
is 'nothing more to undo' "$? $(cat "$tmp/out" "$tmp/diag")" '0 There is no change to undo.'

# Without a trial: after the reboot somebody looks, and says that all is well
run passthrough 100 01:00 --no-trial --apply --yes
id=$(ls "$node/var/lib/pve-gpu/transactions" | tail -n 1)
run confirm
is 'nothing to confirm before the reboot' "$? $(cat "$tmp/out" "$tmp/diag")" \
	'0 No change is on trial: there is nothing to confirm.'
run confirm "$id"
is 'nor by its number' "$?" 1
echo 11111111-2222-3333-4444-555555555555 >"$node/proc/sys/kernel/random/boot_id"
run confirm "$id"
is 'confirmed after it' "$? $(cat "$tmp/out" "$tmp/diag")" \
	"0 The change $id is confirmed. \`pve-gpu undo\` takes it back if need be."
run confirm
is 'and only once' "$? $(cat "$tmp/out" "$tmp/diag")" \
	'0 No change is on trial: there is nothing to confirm.'
run history --json
is 'the history knows' "$("$jsonq" get /transactions/0/state <"$tmp/out")" confirmed
run undo
is 'a confirmed change can be undone' "$?" 0
state >"$tmp/before"

# On trial: what is waited for, and for how long
run passthrough 100 01:00 --trial=10 --apply --yes
id=$(ls "$node/var/lib/pve-gpu/transactions" | tail -n 1)
cp "$node/proc/cmdline" "$tmp/cmdline"
# mentions NAME TEXT LEFT
mentions() {
	run list
	is "$1: mentioned" "$(cat "$tmp/diag")" "pve-gpu: The change $id is on trial$2"
	run history --json
	is "$1: in the document" "$("$jsonq" get /transactions/0/left <"$tmp/out") $(cat "$tmp/diag")" "$3 "
}
mentions 'before the reboot' ' after the next reboot.' null
claims=etc/modprobe.d/vfio.conf
cp "$node/$claims" "$tmp/claims"
echo '# theirs' >>"$node/$claims"
run list
is 'edited beside: it goes back' "$(grep -c 'DOES NOT GO BACK' "$tmp/diag")" 0
sed -i '/^options/s/10de/10df/' "$node/$claims"
run list
is 'edited inside: that it does not go back is told at once' "$(sed -n 's/.*\(IT DOES NOT.*since\),.*/\1/p' "$tmp/diag")" \
	"IT DOES NOT GO BACK BY ITSELF: /$claims was edited since"
cat "$tmp/claims" >"$node/$claims"
run status
is 'status says that it was not rebooted' \
	"$(tr -s ' \n' ' ' <"$tmp/out" | grep -c 'which was not rebooted since the change')" 1
echo 22222222-2222-3333-4444-555555555555 >"$node/proc/sys/kernel/random/boot_id"
mentions 'on the demo node, whose clock stands' ': 10 min left. `pve-gpu confirm` keeps it.' 600
mv "$node/etc/pve-gpu/demo" "$tmp/demo"
echo '130.00 1.00' >"$node/proc/uptime"
mentions 'after it' ': 8 min left. `pve-gpu confirm` keeps it.' 470
run history
is 'after it: in the table' "$(grep -c 'trial, 8 min left' "$tmp/out")" 1
echo '700.00 1.00' >"$node/proc/uptime"
mentions 'too late' ': 0 min left. `pve-gpu confirm` keeps it.' 0
echo "$(cat "$tmp/cmdline") pve-gpu.off" >"$node/proc/cmdline"
run list
is 'booted without passthrough' "$(cat "$tmp/diag")" "pve-gpu: The change $id is on trial, and \
the node was booted without passthrough. \`pve-gpu recover\` takes it back."
cp "$tmp/cmdline" "$node/proc/cmdline"
rm "$node/proc/uptime"
mv "$tmp/demo" "$node/etc/pve-gpu/demo"
run undo
is 'on trial: undone' "$?" 0
state >"$tmp/before"

# A power cut before the last record
run passthrough 100 01:00 --apply --yes
id=$(ls "$node/var/lib/pve-gpu/transactions" | tail -n 1)
journal=$node/var/lib/pve-gpu/transactions/$id/journal
sed -i '$d' "$journal"
run history --json
is 'interrupted' "$("$jsonq" get /transactions/0/state <"$tmp/out")" interrupted
for command in list iommu status doctor history 'passthrough 100 01:00'; do
	# shellcheck disable=SC2086
	run $command
	is "$command mentions it" "$(grep interrupted "$tmp/diag")" \
		"pve-gpu: The change $id was interrupted. Run \`pve-gpu recover\`."
done
cp -a "$node" "$tmp/copy"
run recover
is 'recover' "$? $(state | diff - "$tmp/before" | head -n 5)" '0 '
rm -rf "$node" && mv "$tmp/copy" "$node"

# A record that cannot be read is no "nothing on trial"
cp -a "$node" "$tmp/copy"
rm "$journal" && mkdir "$journal"
run confirm
is 'confirm with a record that cannot be read' "$? $(wc -c <"$tmp/out") $(grep -c \
	"/transactions/$id/journal: It cannot be read: it is not valid\." "$tmp/diag")" '4 0 1'
rm -rf "$node" && mv "$tmp/copy" "$node"
run passthrough 100 01:00 --bind at-start --apply --yes
is 'a change recovers first' "$? $(grep -c "The interrupted change $id was taken back" "$tmp/diag")" '0 1'
is 'and comes after it' "$(ls "$node/etc/modprobe.d/vfio.conf" 2>/dev/null)" ''

# An answer file with a mistake: the place, and nothing changed
state >"$tmp/before"
printf "vm = 100\nfrobnicate = true\n" >"$tmp/answers"
run apply --yes --answers "$tmp/answers"
is 'an unknown key in an answer file' "$? $(state | cmp - "$tmp/before" 2>&1)" '2 '
is 'its place is named' "$(grep -c "answers:2: " "$tmp/diag") $(grep -c . "$tmp/diag")" '1 1'
run plan --answers "$tmp/missing"
is 'no answer file' "$? $(grep -c "missing" "$tmp/diag") $(wc -c <"$tmp/out")" '2 1 0'
done_testing
