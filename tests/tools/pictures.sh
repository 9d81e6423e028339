#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the pictures of README.md from a real run on the demo node, in a real terminal (tmux).
# In a build folder:
#
#	make && sh ../../tests/tools/pictures.sh
#
# They are written to doc/pictures beside the sources, or to the folder that is named.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
socket=$tmp/socket
trap 'tmux -S "$socket" kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
to=${1:-$src/doc/pictures}
mkdir -p "$to"

tm() {
	tmux -u -f /dev/null -S "$socket" "$@"
}

# wait_for TEXT: until the screen shows it, at most twenty seconds.
wait_for() {
	for _ in $(seq 400); do
		! tm capture-pane -p | grep -qF -- "$1" || return 0
		sleep 0.05
	done
	echo "The screen never showed: $1" >&2
	tm capture-pane -p >&2
	exit 1
}

# press KEY TEXT
press() {
	tm send-keys "$1"
	wait_for "$2"
}

# picture NAME: the screen as it is
picture() {
	tm capture-pane -e -p | tests/tools/screen2svg >"$to/$1.svg"
}

tests/tools/mktree "$src/data/demo/node.tree" "$tmp/node"
./pve-gpu --root "$tmp/node" iommu --svg >"$to/topology.svg"
LC_ALL=C.UTF-8 tm new-session -d -x 80 -y 24 "./pve-gpu --root '$tmp/node'"
wait_for 'What to do'
press Enter 'What was found'
press Enter 'IOMMU groups'
press / '/'
tm send-keys 01:00.0 Enter
wait_for '10de:2684'
press Space '[x]'
picture device
press Enter 'When vfio-pci takes'
press Enter 'The VM that gets it'
press Space '(*) 100'
press Enter 'What will be done'
press t 'you have 10 minutes'
picture review
press Enter '[ No ]'
press y 'recorded as'
press Enter '[ No ]'
press y 'What it means'
press Down 'What it means'
press Enter '[ No ]'
press y 'Keep the change'
picture verify
press Enter 'is confirmed'
press Enter 'What to do'
press End 'has changed'
press Up 'driver now'
press Enter '01:00.0'
picture status
