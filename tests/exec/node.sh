#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program as people run it, on the demo node: applied and undone, the tree is what it was,
# byte for byte, with modes, owners and times; what stands in the way is told, and changes
# nothing.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
state=var/lib/pve-gpu
node=$tmp/node

# snapshot DIR: all of it but our own state, and the times of folders.
snapshot() {
	(cd "$1" && find . -path "./$state" -prune -o -type d -printf '%p %y %m %U %G\n' \
		-o -printf '%p %y %m %U %G %s %T@ %l\n' | LC_ALL=C sort
	find . -path "./$state" -prune -o -type f -print0 | LC_ALL=C sort -z |
		xargs -0 sha256sum)
}

# The kernel may refuse a path while something is renamed elsewhere: again, then.
for _ in 1 2 3 4 5 6 7 8; do
	rm -rf "$tmp/pristine"
	made=no
	"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/pristine" \
		2>"$tmp/diag" && made=yes && break
done
[ "$made" = yes ] || {
	cat "$tmp/diag" >&2
	exit 1
}
mkdir -p "$tmp/pristine/var/lib"
# some of what undo has to give back
mkdir -p "$tmp/pristine/etc/modules-load.d"
printf '# mine\nvfio' >"$tmp/pristine/etc/modules-load.d/vfio.conf"
chmod 0640 "$tmp/pristine/etc/modules-load.d/vfio.conf"
touch -d '2020-02-02 02:02:02.123456789' "$tmp/pristine/etc/modules-load.d/vfio.conf"

fresh() {
	rm -rf "$node"
	cp -a "$tmp/pristine" "$node"
	snapshot "$node" >"$tmp/old"
}

run() {
	"$pve_gpu" --root "$node" "$@" >"$tmp/out" 2>"$tmp/diag"
	got=$?
}

apply() {
	run passthrough 100 01:00 --bind address --apply --yes
}

# unchanged NAME / told NAME TEXT
unchanged() {
	snapshot "$node" >"$tmp/now"
	if cmp -s "$tmp/old" "$tmp/now"; then
		pass "$1"
	else
		fail "$1" "$(diff "$tmp/old" "$tmp/now" | head -n 20)"
	fi
}

told() {
	if grep -qF -e "$2" "$tmp/out" "$tmp/diag"; then
		pass "$1"
	else
		fail "$1" "$(cat "$tmp/out" "$tmp/diag")"
	fi
}

# ---- there and back ----

fresh
apply
is 'apply: exit status' "$got" 0
told 'apply: the commands are listed' 'update-initramfs -u'
is 'apply: an edited file keeps its mode' "$(stat -c %a "$node/etc/modules-load.d/vfio.conf")" 640
check 'apply: it is edited' grep -qx vfio_pci "$node/etc/modules-load.d/vfio.conf"
is 'state folder: mode' "$(stat -c %a "$node/$state/transactions")" 700
is 'journal: mode' "$(stat -c %a "$node/$state"/transactions/*/journal)" 600
run history
told 'history: applied' ' applied '
told 'history: what it was' 'Pass 01:00.0, 01:00.1 to VM 100'
run undo
is 'undo: exit status' "$got" 0
unchanged 'undo: the tree is what it was, byte for byte'
run history
told 'history: undone' ' undone '
run undo
told 'undo again: nothing to do' 'There is no change to undo.'
run recover
is 'recover: nothing to do' "$got" 0

# ---- one writer at a time ----

fresh
mkdir -p "$node/$state/transactions"
holdlock=$top_builddir/tests/tools/holdlock
"$holdlock" "$node" "$pve_gpu" --root "$node" passthrough 100 01:00 --apply --yes \
	>"$tmp/out" 2>"$tmp/diag"
is 'locked: exit status' "$?" 1
told 'locked: said' 'Another pve-gpu is making a change on this node: process '
unchanged 'locked: nothing is touched'

fresh
for i in 1 2 3 4; do
	"$pve_gpu" --root "$node" passthrough 100 01:00 --apply --yes >"$tmp/out.$i" 2>&1 &
done
wait
is 'four at once: one change' "$(find "$node/$state/transactions" -mindepth 1 -maxdepth 1 | wc -l)" 1
run undo
unchanged 'four at once: undone'

# ---- changed between the look and the answer ----

# It has looked when it shows the plan, and waits for the answer then.
fresh
why=$(no_terminal)
if [ -z "$why" ]; then
	mkfifo "$tmp/keys" "$tmp/screen"
	script -qec "$pve_gpu --root $node passthrough 100 01:00 --apply" /dev/null \
		<"$tmp/keys" >"$tmp/screen" 2>&1 &
	pid=$!
	exec 3>"$tmp/keys" 4<"$tmp/screen"
	grep -q 'qm set 100' <&4
	apply
	is 'changed meanwhile: the other is applied' "$got" 0
	snapshot "$node" >"$tmp/old"
	(echo y >&3)
	cat <&4 >"$tmp/out"
	exec 3>&- 4<&-
	wait "$pid"
	is 'changed meanwhile: exit status' "$?" 1
	told 'changed meanwhile: said' 'This node was changed meanwhile'
	unchanged 'changed meanwhile: nothing is touched'
	is 'changed meanwhile: one change' "$(ls "$node/$state/transactions" | wc -l)" 1
else
	skip 'changed meanwhile' "$why"
fi

# ---- the state folder ----

fresh
mkdir "$tmp/elsewhere"
ln -s "$tmp/elsewhere" "$node/$state"
apply
is 'state is a link: exit status' "$got" 1
told 'state is a link: said' '/var/lib/pve-gpu: It is not a folder'
is 'state is a link: not followed' "$(ls -A "$tmp/elsewhere")" ''
rm "$node/$state"
unchanged 'state is a link: nothing is touched'

fresh
: >"$node/$state"
apply
is 'state is a file: exit status' "$got" 1
told 'state is a file: said' '/var/lib/pve-gpu: It is not a folder'

# ---- an edit in between ----

fresh
apply
conf=$node/etc/modules-load.d/vfio.conf
sed -i 's/^vfio_pci$/vfio_pci # mine/' "$conf"
snapshot "$node" >"$tmp/old"
run undo
is 'edited since: exit status' "$got" 1
told 'edited since: the file is named' '/etc/modules-load.d/vfio.conf was edited since'
told 'edited since: the edit is shown' '+vfio_pci # mine'
unchanged 'edited since: nothing is touched'

# ---- an interrupted change ----

fresh
apply
journal=$(find "$node/$state" -name journal)
head -c -20 "$journal" >"$tmp/cut" && cat "$tmp/cut" >"$journal"
run history
told 'interrupted: seen in the history' ' interrupted '
run recover
is 'interrupted: recover' "$got" 0
unchanged 'interrupted: the tree is what it was'

# ---- a record of which nothing is left ----

fresh
apply
snapshot "$node" >"$tmp/old"
journal=$(find "$node/$state" -name journal)
lost() {
	run recover
	is "$1: recover" "$got" 4
	told "$1: told with its place" "/journal:1: No record can be read in it."
	run passthrough 100 01:00 --bind address --apply --yes
	is "$1: no further change" "$got" 4
	run history
	told "$1: seen in the history" ' unreadable '
	unchanged "$1: nothing is touched"
}
head -c 100000 /dev/urandom >"$journal"
lost 'overwritten'
: >"$journal"
lost 'emptied'

# ---- an older change below a newer one ----

fresh
apply
first=$(ls "$node/$state/transactions")
run passthrough 101 00:02.0 --bind address --apply --yes
second=$(ls "$node/$state/transactions" | tail -n 1)
snapshot "$node" >"$tmp/old"
run undo "$first"
is 'older first: exit status' "$got" 1
told 'older first: told' "The newer change $second stands on it. Undo that first: pve-gpu undo $second."
unchanged 'older first: nothing is touched'

# ---- without the right to write ----

fresh
if [ "$(id -u)" = 0 ]; then
	as='setpriv --reuid 65534 --regid 65534 --clear-groups'
	chmod 755 "$tmp" "$node"
	chmod -R a+rX "$node"
	snapshot "$node" >"$tmp/old"
else
	as=
	chmod -R a-w "$node"
	snapshot "$node" >"$tmp/old"
fi
if $as test -x "$pve_gpu" 2>/dev/null; then
	$as "$pve_gpu" --root "$node" passthrough 100 01:00 --apply --yes >"$tmp/out" 2>"$tmp/diag"
	is 'no right to write: exit status' "$?" 3
	told 'no right to write: said' 'permission was denied'
	unchanged 'no right to write: nothing is touched'
else
	skip 'no right to write' 'another user cannot run the program here'
fi

done_testing
