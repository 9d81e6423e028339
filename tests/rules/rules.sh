#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every rule of data/rules.d has a node for which it holds, and one that is nearly that and leaves it
# silent: rules.table, whose head tells the format. For a node without faults none holds. Where a finding
# names a fix, that is carried out, and the rule is silent then. RULE=code-43 plays that one alone.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fix.sh"

mktree=$top_builddir/tests/tools/mktree
jsonq=$top_builddir/tests/hosts/jsonq
rules=$top_srcdir/data/rules.d
here=$top_srcdir/tests/rules
cases=$tmp/cases
mkdir "$cases"

# A folder for each rule: what stands under `rule` in a.*, under `but` in b.*; asks, fix, case.
awk -v to="$cases" '
	/^#/ || /^$/ { next }
	/^rule / { dir = to "/" $2; system("mkdir " dir); part = "a"; print $2 >(to "/order"); next }
	/^but$/ { part = "b"; next }
	{ sub(/^\t/, "") }
	$1 ~ /^(vm|pending|log|task|asks|case|fix)$/ {
		word = $1; sub(/^[a-z]+ ?/, ""); print >(dir "/" part "." word); next }
	{ print >(dir "/" part ".tree") }
' "$here/rules.table"

# merge FILE…: `KEY: VALUE` lines, of which the last of a key counts; "-KEY" takes one out.
merge() {
	cat "$@" 2>"$tmp/null" | awk '
		{ key = $0; sub(/:.*/, "", key) }
		sub(/^-/, "", key) { delete line[key]; next }
		!(key in line) { order[++n] = key }
		{ line[key] = $0 }
		END { for (i = 1; i <= n; i++) if (order[i] in line) { print line[order[i]]; delete line[order[i]] } }'
}

# In the format of mktree.
as_file() { # PATH, the content on standard input
	echo "file $1"
	sed 's/^/|/'
}

base_vm() {
	printf '%s\n' 'balloon: 0' 'bios: ovmf' 'cpu: host' \
		'efidisk0: local-lvm:vm-100-disk-0,efitype=4m,size=4M' 'hostpci0: 0000:05:00.0,pcie=1' \
		'machine: q35' 'memory: 8192' 'ostype: l26' 'scsi0: local-lvm:vm-100-disk-1,size=64G'
}
base_vm >"$tmp/base.vm"
upid=UPID:pve1:0000ABCD:00AB1234:692C1230:qmstart:100:root@pam:

# vm_of FILE-WITH-VM-LINES... -- FILE-WITH-PENDING...
vm_of() {
	merge "$tmp/base.vm" "$1/a.vm" $2 >"$tmp/100.conf"
	merge "$1/a.pending" $3 >"$tmp/pending"
	[ ! -s "$tmp/pending" ] || { echo; echo '[PENDING]'; cat "$tmp/pending"; } >>"$tmp/100.conf"
	cat "$tmp/100.conf"
}

# logs_of FOLDER PART
logs_of() {
	[ ! -e "$1/$2.log" ] ||
		sed 's/^/[   12.345678] pve1 kernel: /' "$1/$2.log" | as_file /var/lib/pve-gpu/capture/kernel.log
	[ -e "$1/$2.task" ] || return 0
	echo "$upid 692C1240 start failed: QEMU exited with code 1" | as_file /var/log/pve/tasks/index
	as_file "/var/log/pve/tasks/0/$upid" <"$1/$2.task"
}

# tree_of FOLDER PART: the whole tree, for mktree.
tree_of() {
	if [ -e "$1/a.case" ]; then
		sed '1,/^=== tree$/d; /^=== plan$/,$d' "$top_srcdir/tests/plans/cases/$(cat "$1/a.case").case"
	else
		echo 'include @top@/tests/trees/rules.tree'
		[ "$2" = b ] && more=1 || more=
		vm_of "$1" "${more:+$1/b.vm}" "${more:+$1/b.pending}" |
			as_file /etc/pve/nodes/pve1/qemu-server/100.conf
	fi
	[ ! -e "$1/a.tree" ] || cat "$1/a.tree"
	[ "$2" != b ] || [ ! -e "$1/b.tree" ] || cat "$1/b.tree"
	logs_of "$1" "$2"
}

# make FOLDER PART: it, as $tmp/root
make() {
	tree_of "$1" "$2" | sed "s|@top@|../../../../../../../..$top_srcdir|g" >"$tmp/rules.tree"
	chmod -R u+rwX "$tmp/root" 2>"$tmp/null"
	rm -rf "$tmp/root"
	"$mktree" "$tmp/rules.tree" "$tmp/root"
}

# doctor: a line of "RULE<tab>FIX" for each finding that a rule has made or explains
doctor() {
	"$top_builddir/pve-gpu" --root "$tmp/root" --json doctor >"$tmp/doctor.json" 2>"$tmp/err"
	awk '
		function value(s) { sub(/^[^:]*: *"/, "", s); sub(/",?$/, "", s); return s }
		/^    \{/ { fix = "" }
		/^ *"fix": *"/ { fix = value($0) }
		/^ *"rule": *"/ { print value($0) "\t" fix }' "$tmp/doctor.json"
}

has() { # RULE: among what doctor printed to $tmp/found
	cut -f 1 "$tmp/found" | grep -qx -- "$1"
}

# ---- a node without faults ----

mkdir "$tmp/none"
make "$tmp/none" a
doctor >"$tmp/found"
is 'no rule holds for a node without faults' "$(cat "$tmp/found")" ''
check 'it was looked at' grep -q '"iommu-active"' "$tmp/doctor.json"

# ---- each rule ----

asked() { # RULE PART: is its question asked for that symptom?
	question=$(awk -v rule="rule '$1' {" "\$0 == rule { on = 1 } on && sub(/^\task = '/, \"\") { sub(/'\$/, \"\"); print; exit }" \
		"$rules"/*.conf)
	"$top_builddir/pve-gpu" --root "$tmp/base" doctor --symptom "$(cat "$cases/$1/$2.asks")" >"$tmp/out" 2>&1
	[ -n "$question" ] && tr -s '\n ' '  ' <"$tmp/out" | grep -qF -- "$question"
}

fix() { # RULE
	words=$(awk -F '\t' -v rule="$1" '$1 == rule && $2 { print $2; exit }' "$tmp/found")
	if [ -z "$words" ] || ! fix_plan "$tmp/root" "$words" || ! fix_play "$tmp/root" 100; then
		fail "$1: its fix is carried out" "fix: $words" "$(cat "$tmp/err" "$tmp/commands" "$tmp/said")"
		return
	fi
	doctor >"$tmp/found"
	if has "$1"; then
		fail "$1: $words" "$(grep -B 4 -A 4 "\"$1\"" "$tmp/doctor.json")"
	else
		pass "$1: $words"
	fi
}

# What only a message tells: all of them in one node, each with its own line.
is_heard() { # RULE
	[ ! -e "$cases/$1/a.tree" ] && [ ! -e "$cases/$1/a.vm" ] && { [ -e "$cases/$1/a.log" ] || [ -e "$cases/$1/a.task" ]; }
}

one() { # RULE
	make "$cases/$1" a || exit 1
	doctor >"$tmp/found"
	if has "$1"; then
		pass "$1 holds"
	else
		fail "$1 holds" "$(cat "$tmp/found")"
	fi
	[ ! -e "$cases/$1/a.fix" ] || fix "$1"
	make "$cases/$1" b || exit 1
	doctor >"$tmp/found"
	if has "$1"; then
		fail "$1 is silent where it is nearly so" "$(grep -B 8 -A 4 "\"$1\"" "$tmp/doctor.json")"
	else
		pass "$1 is silent where it is nearly so"
	fi
}

mkdir "$tmp/heard"
cp -R "$tmp/root" "$tmp/base"
while read -r rule; do
	case " ${RULE-$rule} " in *" $rule "*) ;; *) continue ;; esac
	if [ -e "$cases/$rule/a.asks" ]; then
		check "$rule asks" asked "$rule" a
		check "$rule does not ask everywhere" eval "! asked $rule b"
	elif is_heard "$rule"; then
		for part in a b; do
			for kind in log task; do
				[ ! -e "$cases/$rule/$part.$kind" ] || cat "$cases/$rule/$part.$kind" >>"$tmp/heard/$part.$kind"
			done
		done
	else
		one "$rule"
	fi
done <"$cases/order"

make "$tmp/heard" b
doctor >"$tmp/nearly"
make "$tmp/heard" a
doctor >"$tmp/found"
"$jsonq" rows /findings rule log <"$tmp/doctor.json" >"$tmp/lines"
while read -r rule; do
	case " ${RULE-$rule} " in *" $rule "*) ;; *) continue ;; esac
	is_heard "$rule" || continue
	text=$(cat "$cases/$rule/a.log" "$cases/$rule/a.task" 2>"$tmp/null")
	if grep "^$rule[[:blank:]]" "$tmp/lines" | grep -qF -- "$text"; then
		pass "$rule is heard"
	else
		fail "$rule is heard" "$(cat "$tmp/lines")"
	fi
	if cut -f 1 "$tmp/nearly" | grep -qx -- "$rule"; then
		fail "$rule is not heard in what is nearly it"
	else
		pass "$rule is not heard in what is nearly it"
	fi
done <"$cases/order"

# ---- the table and the rules ----

sed -n "s/^rule '\(.*\)' {\$/\1/p" "$rules"/*.conf | sort >"$tmp/all"
sort "$cases/order" >"$tmp/tested"
is 'every rule is in the table, once' "$(diff "$tmp/all" "$tmp/tested")" ''
check 'at least 75 rules' test "$(wc -l <"$tmp/all")" -ge 75
check 'at least 10 fixes' test "$(ls "$cases"/*/a.fix | wc -l)" -ge 10
missing=
for row in $(seq 75); do
	grep -qx "	row = $row" "$rules"/*.conf || missing="$missing $row"
done
is 'every row of the catalogue has a rule' "$missing" ''
for symptom in vm-start black-screen network-gone host-hangs code-43 guest-driver vfs-gone vgpu-empty after-update; do
	n=$(grep -c "symptom = .*'$symptom'" "$rules"/*.conf | awk -F : '{ n += $NF } END { print n }')
	check "$symptom has at least three causes ($n)" test "$n" -ge 3
done
is 'every rule says what to do and where it is from' \
	"$(grep -c '^	advice = \|^	source = ' "$rules"/*.conf | awk -F : '{ n += $NF } END { print n }')" \
	"$(($(wc -l <"$tmp/all") * 2))"
done_testing
