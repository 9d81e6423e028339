#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the shells are told about a word that is being written, and what bash makes of it.
. "$top_srcdir/tests/lib/tap.sh"

mktree=$top_builddir/tests/tools/mktree
"$mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node" || exit 1
"$mktree" "$top_srcdir/tests/trees/vgpu.tree" "$tmp/vgpu" || exit 1

# One per line: the node, the words (the last one up to the cursor; '_' is an empty one), and behind
# the arrow what must come, in this order, as words with blanks between; '*' stands for more.
while IFS='|' read -r node words wanted; do
	# shellcheck disable=SC2086 # a list of words
	set -- $words
	n=$# list=
	for word; do
		[ "$word" = _ ] && word=
		list="$list $word"
		set -- "$@" "$word"
	done
	shift "$n"
	got=$("$top_builddir/pve-gpu" complete -- --root "$tmp/$node" "$@" 2>"$tmp/err" | cut -f 1 | tr '\n' ' ')
	case $wanted in
	*'*') case "$got" in ${wanted%\*}*) got=$wanted ;; esac ;;
	esac
	is "$words" "${got% }" "$wanted"
	[ ! -s "$tmp/err" ] || fail "$words: nothing is complained about" "$(cat "$tmp/err")"
done <<'WORDS'
node|_|list iommu status passthrough *
node|hi|history
node|li|list
node|nonsense|
node|list --a|--all --ascii
node|list --al|--all
node|--color al|always
node|--color=n|--color=never
node|passthrough 1|100 101 *
node|passthrough 100 01|01:00.0 01:00.1
node|passthrough 100 0000:01|0000:01:00.0 0000:01:00.1
node|passthrough 100 01:00.0 01:00.1|01:00.1
node|passthrough 100 --bind _|early address at-start
node|passthrough 100 --bind=e|--bind=early
node|passthrough --bind early 100 02|02:00.0 02:00.1
node|passthrough 100 --romfile _|
node|passthrough 100 --accept-loss=0000:03|--accept-loss=0000:03:00.0
node|--root /nowhere passthrough _|
node|doctor --symptom b|black-screen
node|doctor --log _|:files
node|undo _|
node|status --rep|--repair
node|recover _|
node|usb 100 1-|1-*
node|usb 100 0|00:14.0 05:00.0
node|mapping gpu1 01|01:00.0 01:00.1
vgpu|vgpu 100 0000:00:02|0000:00:02.0
vgpu|vgpu 100 0000:00:02.0 _|i915-GVTg_V5_4 *
WORDS

tab=$(printf '\t')
check 'a VM comes with its name' eval "'$top_builddir/pve-gpu' complete -- --root '$tmp/node' passthrough 100 |
	grep -qE '^100$tab[A-Za-z]'"
check 'a device comes with its name' eval "'$top_builddir/pve-gpu' complete -- --root '$tmp/node' passthrough 100 01:00.0 |
	grep -q '^01:00.0$tab.*\\[.*\\]'"

# What can be taken back, and what waits to be kept.
cp -R "$tmp/node" "$tmp/changed"
"$top_builddir/pve-gpu" --root "$tmp/changed" passthrough 100 01:00 --no-trial --apply --yes >/dev/null
offered() { "$top_builddir/pve-gpu" complete -- --root "$tmp/changed" "$1" '' | wc -l; }
is 'undo: a change that was made' "$(offered undo)" 1
is 'confirm: nothing is on trial' "$(offered confirm)" 0
"$top_builddir/pve-gpu" --root "$tmp/changed" undo >/dev/null
is 'undo: not one that is undone' "$(offered undo)" 0
"$top_builddir/pve-gpu" --root "$tmp/changed" passthrough 100 01:00 --trial --apply --yes >/dev/null
is 'confirm: what is on trial' "$(offered confirm)" 1

# ---- bash, as it calls the function ----

if ! command -v bash >/dev/null; then
	skip 'bash' 'bash is not installed'
	done_testing
	exit
fi
mkdir "$tmp/bin"
printf '#!/bin/sh\nshift 2\nexec "%s/pve-gpu" complete -- --root "%s/node" "$@"\n' \
	"$(cd "$top_builddir" && pwd)" "$tmp" >"$tmp/bin/pve-gpu"
chmod +x "$tmp/bin/pve-gpu"

in_bash() { # LINE: what bash would offer, a line each
	PATH=$tmp/bin:$PATH bash --norc -c '
		. "$1/data/completions/pve-gpu.bash"
		COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
		_pve_gpu
		printf "%s\n" "${COMPREPLY[@]}"' bash "$top_srcdir" "$1"
}

is 'bash: a command' "$(in_bash 'pve-gpu hist')" history
is 'bash: behind a colon, what is missing' "$(in_bash 'pve-gpu passthrough 100 01:00.1')" 00.1
check 'bash: where there is a choice, with names' eval \
	"in_bash 'pve-gpu passthrough 100 01:00' | grep -q '^00\\.0  (.*)\$'"
is 'bash: behind an equals sign' "$(in_bash 'pve-gpu --color=al')" always
touch "$tmp/some.log"
is 'bash: a file' "$(cd "$tmp" && in_bash 'pve-gpu doctor --log some')" some.log
is 'bash: nothing that fits' "$(in_bash 'pve-gpu nonsense')" ''
if command -v zsh >/dev/null; then
	check 'zsh can read its file' zsh -n "$top_srcdir/data/completions/_pve-gpu"
else
	skip 'zsh can read its file' 'zsh is not installed'
fi
done_testing
