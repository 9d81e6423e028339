#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two at one node: the second says who is at work, reads on, and changes nothing.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
jsonq=$top_builddir/tests/hosts/jsonq
holdlock=$top_builddir/tests/tools/holdlock
node=$tmp/node
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$node"
unset SUDO_USER SSH_CONNECTION
export LOGNAME=ann

# Words of now become those of always.
mask() {
	sed -E 's/process [0-9]+/process PID/; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}/NOW/'
}

# beside COMMAND...: runs it while another holds the lock.
beside() {
	"$holdlock" "$node" "$pve_gpu" --root "$node" "$@" >"$tmp/out" 2>"$tmp/diag" </dev/null
	got=$?
	mask <"$tmp/diag" >"$tmp/said"
}

who='Another pve-gpu is making a change on this node: process PID of ann, since NOW.'
"$pve_gpu" --root "$node" passthrough 100 01:00 --apply --yes >"$tmp/out" 2>&1
journal=$(find "$node/var/lib/pve-gpu" -name journal)
cp "$journal" "$tmp/whole"

for command in list iommu status doctor history 'passthrough 100 01:00'; do
	# shellcheck disable=SC2086
	beside $command
	is "$command: who is at work" "$(cat "$tmp/said")" \
		"pve-gpu: $who What is shown here may change under way."
	check "$command: it is shown all the same" test -s "$tmp/out"
done
beside undo
is 'undo: refused' "$got" 1
is 'undo: by whom' "$(mask <"$tmp/said")" "$who Nothing was changed."
beside confirm
is 'confirm: refused' "$got $(cat "$tmp/said")" "1 $who Nothing was changed."

# In the middle of it: not interrupted, but being applied
sed -i '$d' "$journal"
beside history --json
is 'history: it is being applied' "$("$jsonq" get /transactions/0/state <"$tmp/out")" applying
beside history
is 'history: as a table too' "$(grep -c ' applying ' "$tmp/out")" 1
is 'history: what it is at' "$(sed -n 's/^applying: //p' "$tmp/out")" 'writing /etc/pve-gpu/devices.conf.'
beside list
is 'list: nobody is told to recover' "$(grep -c recover "$tmp/said")" 0
beside passthrough 100 01:00 --bind at-start --apply --yes
is 'a change: refused' "$got" 1
is 'a change: by whom' "$(cat "$tmp/said")" "$who Nothing was changed."
beside recover --json
is 'recover: refused' "$got $("$jsonq" get /outcome <"$tmp/out")" '1 refused'
is 'nothing was written down' "$(sed '$d' "$tmp/whole" | cmp - "$journal" 2>&1)" ''

# It is gone, and left its name: that is no lock
check 'the lock is there still' grep -q '"pid"' "$node/var/lib/pve-gpu/lock"
"$pve_gpu" --root "$node" history --json >"$tmp/out" 2>"$tmp/diag"
is 'afterwards it was interrupted' "$("$jsonq" get /transactions/0/state <"$tmp/out")" interrupted
"$pve_gpu" --root "$node" recover >"$tmp/out" 2>&1
is 'and is recovered' "$? $(grep -c 'was taken back' "$tmp/out")" '0 1'

# Somebody takes the lock for stale and removes it, while its holder is at work
"$pve_gpu" --root "$node" passthrough 100 01:00 --apply --yes >"$tmp/out" 2>&1
journal=$(find "$node/var/lib/pve-gpu" -name journal | sort | tail -n 1)
sed -i '$d' "$journal"
cp "$journal" "$tmp/whole"
for command in history undo recover confirm 'passthrough 100 01:00 --bind at-start --apply --yes'; do
	# shellcheck disable=SC2016 # the other shell's
	"$holdlock" "$node" sh -c 'rm "$1/var/lib/pve-gpu/lock"; exec $2' sh "$node" \
		"$pve_gpu --root $node $command" >"$tmp/out" 2>"$tmp/diag" </dev/null
	got=$?
	mask <"$tmp/diag" >"$tmp/said"
	check "the lock is removed: $command: who is at work" grep -qF "$who" "$tmp/said"
	[ "$command" = history ] ||
		is "the lock is removed: $command" "$got $(cat "$tmp/said")" "1 $who Nothing was changed."
	is "the lock is removed: $command: nothing was written down" "$(cmp "$tmp/whole" "$journal" 2>&1)" ''
done
"$pve_gpu" --root "$node" recover >"$tmp/out" 2>&1
is 'the lock was removed: then it is recovered' "$? $(grep -c 'was taken back' "$tmp/out")" '0 1'
check 'the lock was removed: it is there again' test -e "$node/var/lib/pve-gpu/lock"

# Hostile words in the lock reach no terminal
printf '{"doing":"apply","pid":4,"user":"\\u001b[31m\\u202ex"}' >"$tmp/note"
cp "$tmp/note" "$node/var/lib/pve-gpu/lock"
"$pve_gpu" --root "$node" list >"$tmp/out" 2>"$tmp/diag"
is 'a file alone is no lock' "$(cat "$tmp/diag")" ''
# shellcheck disable=SC2016 # the other shell's
"$holdlock" "$node" sh -c 'cat "$1" >"$2/var/lib/pve-gpu/lock"; exec "$3" --root "$2" list' sh \
	"$tmp/note" "$node" "$pve_gpu" >"$tmp/out" 2>"$tmp/diag"
is 'hostile words are made harmless' "$(sed 's/node: .* of/node: of/' "$tmp/diag")" \
	'pve-gpu: Another pve-gpu is making a change on this node: of ?[31m?x. What is shown here may change under way.'
done_testing
