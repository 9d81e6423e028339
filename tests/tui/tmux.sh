#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The wizard in a real terminal: resized in the middle, left with Ctrl-C, stopped, killed, cut
# off while it applies. Afterwards the terminal is as it was found, and no change is half made.
set -u
tmp=$(mktemp -d)
socket=$tmp/socket
tmux_() {
	tmux -u -f /dev/null -S "$socket" "$@" 2>>"$tmp/tmux.log"
}
trap 'tmux_ kill-server; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
n=0

check() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		tmux_ capture-pane -p | sed 's/^/# /'
	fi
}

if ! command -v tmux >/dev/null; then
	echo "ok 1 - in a real terminal # SKIP tmux is not installed"
	echo "1..1"
	exit 0
fi
# In a chroot without /dev/pts there is no terminal for tmux to give.
if ! tmux_ new-session -d "exec sleep 60"; then
	echo "ok 1 - in a real terminal # SKIP tmux has none to give: $(tail -n 1 "$tmp/tmux.log")"
	echo "1..1"
	exit 0
fi

# poll COMMAND...: until it succeeds, at most 20 seconds.
poll() {
	turns=0
	until "$@"; do
		turns=$((turns + 1))
		[ $turns -lt 400 ] || return 1
		sleep 0.05
	done
}

shows() {
	tmux_ capture-pane -p | grep -qF -- "$1"
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

wait_for() {
	poll shows "$1"
}

# press KEY TEXT: presses it and waits until the screen shows the text.
press() {
	tmux_ send-keys "$1"
	wait_for "$2"
}

new_node() {
	rm -rf "$tmp/node"
	"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"
}

# A shell in a terminal of its own, and the wizard in it.
start() {
	new_node
	rm -f "$tmp/pid" "$tmp/before" "$tmp/after"
	tmux_ kill-server
	socket=$socket- # the old server may still be on its way out
	cat >"$tmp/session" <<-EOF
		stty -g >"$tmp/before"
		sh -c 'echo \$\$ >"$tmp/pid"; exec "$top_builddir/pve-gpu" --root "$tmp/node"'
		echo "left with \$?"
		stty -g >"$tmp/after"
		exec sh
	EOF
	tmux_ new-session -d -x 80 -y 24 "PS1='prompt: ' exec sh $tmp/session"
	wait_for 'What to do'
}

# Is the terminal as it was, and the shell's screen back?
is_back() {
	wait_for 'prompt:' && cmp -s "$tmp/before" "$tmp/after" && ! shows 'What to do' &&
		! shows 'IOMMU groups'
}

to_review() {
	press Enter 'What was found' && press Enter 'IOMMU groups' || return 1
	tmux_ send-keys / 01:00.0 Enter
	wait_for 'd details' && press Space '[x] 01:00.0' && press Enter 'vfio-pci takes' &&
		press Enter 'The VM that gets it' && press Space '(*) 100' &&
		press Enter 'What will be done' && press Enter '[ No ]'
}

# Nothing is left to end, and what is written is a whole change or none.
is_whole() {
	"$top_builddir/pve-gpu" --root "$tmp/node" recover >"$tmp/recover" 2>&1 || return 1
	"$top_builddir/pve-gpu" --root "$tmp/node" history --json >"$tmp/history" 2>&1 || return 1
	! grep -q '"interrupted"' "$tmp/history" || return 1
	if grep -q '"applied"' "$tmp/history"; then
		[ -e "$tmp/node/etc/modprobe.d/vfio.conf" ]
	else
		[ ! -e "$tmp/node/etc/modprobe.d/vfio.conf" ]
	fi
}

# ---- resize, and Ctrl-C ----

start
check $? "it opens"
press Enter 'What was found' && press Enter 'IOMMU groups' && press Down '02:00.0'
tmux_ resize-window -x 120 -y 40
poll sh -c "tmux -S '$socket' capture-pane -p | head -n 1 | grep -q '.\{110\}Set up\|^.\{90,\}Set up passthrough'"
check $? "a larger window is used"
tmux_ resize-window -x 30 -y 8
wait_for 'too small'
check $? "a window that is too small says so"
tmux_ resize-window -x 80 -y 24
wait_for 'Space select' && shows 'IOMMU groups'
check $? "the page is there again"
tmux_ send-keys C-c
wait_for 'left with 0' && is_back
check $? "Ctrl-C leaves, and the terminal is as before"

# ---- Esc, Ctrl-Z ----

start
press '?' 'Keys' && tmux_ send-keys Escape
poll sh -c "! tmux -S '$socket' capture-pane -p | grep -q 'draw the screen again'"
check $? "Esc closes the help"
kill -TSTP "$(cat "$tmp/pid")"
poll grep -q '^State:.*T' "/proc/$(cat "$tmp/pid")/status"
check $? "SIGTSTP stops it"
kill -CONT "$(cat "$tmp/pid")"
wait_for 'What to do' && press q 'left with 0' && is_back
check $? "it goes on and ends well"

# ---- killed ----

for signal in TERM HUP; do
	start
	kill -$signal "$(cat "$tmp/pid")"
	wait_for 'left with 1' && is_back
	check $? "SIG$signal ends it, and the terminal is as before"
done
start
kill -SEGV "$(cat "$tmp/pid")"
wait_for 'left with' && is_back
check $? "a crash gives the terminal back"

# ---- applying ----

start && to_review && press y 'recorded as'
check $? "it applies"
press q 'left with 0' && is_back && is_whole && grep -q '"applied"' "$tmp/history"
check $? "the change is made"

start && to_review && press y 'recorded as'
pid=$(cat "$tmp/pid")
tmux_ kill-server
poll gone "$pid" && is_whole
check $? "the terminal is closed on the apply page: the program ends, the change is whole"

for turn in 1 2 3; do
	start && to_review
	pid=$(cat "$tmp/pid")
	tmux_ send-keys y
	tmux_ kill-server
	poll gone "$pid" && is_whole
	check $? "the terminal is closed while it applies ($turn): the change is whole, or none"
done

# ---- where there is no screen ----

new_node
"$top_builddir/pve-gpu" --root "$tmp/node" </dev/null >"$tmp/out" 2>"$tmp/diag"
[ $? = 1 ] && [ ! -s "$tmp/out" ] && grep -q 'pve-gpu --plain' "$tmp/diag"
check $? "without a terminal it says what to use instead"
echo "1..$n"
