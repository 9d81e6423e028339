#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What reaches the terminal is safe; ASCII is ASCII; colour is where it was asked for; output
# that got lost is a failure with a sentence.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"

# Names as an attacker in a VM's configuration or a damaged capture would have them.
esc=$(printf '\033')
evil="x${esc}[2J${esc}]0;title$(printf '\a\r\177\302\233')31m$(printf '\342\200\256')y"
gpu=$tmp/node/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0
rm "$gpu/driver" && ln -s "../../../../bus/pci/drivers/$evil" "$gpu/driver"
printf 'flr %s\n' "$evil" >"$gpu/reset_method"
printf 'BOOT_IMAGE=/x iommu=%s\n' "$evil" >"$tmp/node/proc/cmdline"
conf=$tmp/node/etc/pve/nodes/pve1/qemu-server/100.conf
[ -f "$conf" ] || conf=$(find "$tmp/node/etc/pve" -name 100.conf | head -n 1)
sed -i "s/^name:.*/name: $evil/" "$conf"
printf 'lock: %s\nhostpci3: 0000:01:00,%s\n' "$evil" "$evil" >>"$conf"
mkdir "$tmp/node/sys/bus/pci/devices/$evil" "$tmp/node/sys/bus/usb/devices/$evil"
usb=$tmp/node/sys/devices/pci0000:00/0000:00:14.0/usb1/1-3
for string in manufacturer product serial speed; do
	printf '%s\n' "$evil" >"$usb/$string"
done
rm "$usb/1-3:1.0/driver" && ln -s "../../../../../../../bus/usb/drivers/$evil" "$usb/1-3:1.0/driver"
printf '%s\n\tmap node=pve1,id=046d:c31c,path=%s\n' "x$evil" "$evil" >"$tmp/node/etc/pve/mapping/usb.cfg"

# unsafe FILE: control characters but line feeds, C1 controls, bidirectional overrides
unsafe() {
	LC_ALL=C grep -caP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$1"
}

for command in 'list' 'list --all' iommu status doctor 'passthrough 100 01:00' \
	'passthrough 100 01:00 --apply --yes' usb 'usb 101 046d:c31c' history 'undo nothing' "undo $evil" mapping; do
	for json in '' --json; do
		# shellcheck disable=SC2086
		"$pve_gpu" $command $json --root "$tmp/node" >"$tmp/out" 2>"$tmp/diag" </dev/null
		is "safe: $(printf %s "$command" | tr -cd ' -~') $json" \
			"$(unsafe "$tmp/out") $(unsafe "$tmp/diag")" '0 0'
		[ -z "$json" ] || "$jsonq" get '' <"$tmp/out" >/dev/null ||
			fail "valid: $command" "$(head "$tmp/out")"
	done
done
is 'the name was there to be shown' \
	"$("$pve_gpu" list --root "$tmp/node" | grep -cF 'x?[2J?]0;title????31m?y')" 1

# ASCII: asked for, or in a locale without UTF-8
plain() {
	LC_ALL=C grep -cP '[\x80-\xff]'
}
is 'branches' "$("$pve_gpu" iommu --root "$tmp/node" | plain | sed 's/[1-9][0-9]*/many/')" many
is '--ascii' "$("$pve_gpu" --ascii iommu --root "$tmp/node" | plain)" 0
is 'a locale without UTF-8' "$(LC_ALL=C "$pve_gpu" iommu --root "$tmp/node" | plain)" 0

# Colour
coloured() {
	grep -c "$esc\[" | sed 's/[1-9][0-9]*/yes/; s/^0$/no/'
}
is 'no colour into a pipe' "$("$pve_gpu" iommu --root "$tmp/node" | coloured)" no
is '--color=always' "$("$pve_gpu" iommu --color=always --root "$tmp/node" | coloured)" yes
is '--color always' "$(NO_COLOR=1 "$pve_gpu" --color always iommu --root "$tmp/node" | coloured)" yes
is '--color=never' "$("$pve_gpu" iommu --color=never --root "$tmp/node" | coloured)" no
why=$(no_terminal)
if [ -z "$why" ]; then
	on_terminal() {
		TERM=xterm script -qec "$1" /dev/null </dev/null | coloured
	}
	is 'colour on a terminal' "$(on_terminal "$pve_gpu iommu --root $tmp/node")" yes
	is 'NO_COLOR' "$(on_terminal "env NO_COLOR=1 $pve_gpu iommu --root $tmp/node")" no
	is 'a dumb terminal' "$(on_terminal "env TERM=dumb $pve_gpu iommu --root $tmp/node")" no
	narrow=$(script -qec "stty cols 80; env NO_COLOR=1 $pve_gpu list --all --root $tmp/node" \
		/dev/null </dev/null | tr -d '\r')
	is '80 columns are enough' "$(echo "$narrow" | awk 'length > 80' | head -n 3)" ''
	is 'and the name is told' "$(echo "$narrow" | grep -c 'GeForce RTX 4090 ')" 1
	is 'JSON stays JSON' "$(on_terminal "$pve_gpu iommu --json --root $tmp/node")" no
else
	skip 'colour on a terminal' "$why"
fi

# Lost output
for command in '--help' '--version' 'list --help' list 'list --all --json' iommu doctor \
	history 'passthrough 100 02:00.0 --json'; do
	# shellcheck disable=SC2086
	"$pve_gpu" $command --root "$tmp/node" >/dev/full 2>"$tmp/diag"
	is "$command on a full disk" "$? $(tail -n 1 "$tmp/diag")" \
		'1 pve-gpu: The output could not be written: the disk is full.'
	# shellcheck disable=SC2086
	{ "$pve_gpu" $command --root "$tmp/node" 2>"$tmp/diag"; echo $? >"$tmp/status"; } | true
	# A pipe is closed when its reader has gone, which may be later than a short answer.
	if [ "$(cat "$tmp/status")" -le 1 ]; then
		pass "$command into a closed pipe: no signal ends it"
	else
		fail "$command into a closed pipe: no signal ends it" "$(cat "$tmp/status")"
	fi
	# shellcheck disable=SC2086
	"$pve_gpu" $command --root "$tmp/node" >&- 2>"$tmp/diag"
	is "$command without a stdout" "$? $(grep -c 'The output could not be written' "$tmp/diag")" '1 1'
done

# A change that was made is no refusal, though nobody was told of it.
for to in '>/dev/full' '>&-'; do
	rm -rf "$tmp/made"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/made"
	eval "\"$pve_gpu\" passthrough 100 01:00 --no-trial --apply --yes --root \"$tmp/made\" $to" 2>"$tmp/diag"
	is "a change that was made, $to" "$? $(grep -c 'The change was made; the report of it could not be written' "$tmp/diag")" '0 1'
	is '  and it was' "$("$pve_gpu" history --root "$tmp/made" --json | grep -c '"state": *"\(applied\|trial\)"')" 1
	eval "\"$pve_gpu\" undo --json --root \"$tmp/made\" $to" 2>"$tmp/diag"
	is '  taken back' "$? $(grep -c 'The change was made; the report of it could not be written' "$tmp/diag")" '0 1'
	eval "\"$pve_gpu\" undo --root \"$tmp/made\" $to" 2>"$tmp/diag"
	is '  refused, it stays refused' "$?" 1
done

# The reader has gone for certain: a FIFO whose only reader opened it, and left.
mkfifo "$tmp/fifo"
: <"$tmp/fifo" &
exec 3>"$tmp/fifo"
wait $!
"$pve_gpu" list --root "$tmp/node" >&3 2>"$tmp/diag"
is 'nobody reads' "$? $(cat "$tmp/diag")" \
	'1 pve-gpu: The output could not be written: nobody reads it.'
exec 3>&-

# ---- the wizard on ordinary lines ----

printf '3\n' | "$pve_gpu" --root "$tmp/node" --plain >"$tmp/out" 2>"$tmp/diag"
is 'a question has no colon behind it' "$(grep -c '^What do you see?$' "$tmp/out")" 1
done_testing
