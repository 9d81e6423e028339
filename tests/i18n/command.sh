#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command in French: its texts are, its JSON is not, and --ascii takes the accents off.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/i18n/french.sh"
skip_without_french
"$top_builddir/tests/tools/mktree" "$top_srcdir/data/demo/node.tree" "$tmp/node"

pve_gpu() { "$top_builddir/pve-gpu" --root "$tmp/node" "$@" 2>&1; }
french() { in_french "$top_builddir/pve-gpu" --root "$tmp/node" "$@" 2>&1; }

is 'the help is in French' "$(french --help | sed -n 2p)" 'Passthrough GPU et PCI sur Proxmox VE. Sans commande, l'\''assistant s'\''ouvre.'
is 'so is a table' "$(french list | sed -n '1s/ .*//p')" 'ADRESSE'
is 'and a complaint' "$(french nothing | head -n 1)" 'pve-gpu: Il n'\''y a pas de commande nothing.'
is 'in another language all is English' "$(LC_ALL=C pve_gpu --help | sed -n 2p)" \
	'GPU and PCI passthrough on Proxmox VE. Without a command, the wizard opens.'
for words in 'list' 'iommu' 'status' 'doctor' 'usb' 'passthrough 100 01:00' 'passthrough 100 03:00.0'; do
	# shellcheck disable=SC2086 # words
	is "$words --json is the same in every language" "$(french $words --json)" "$(pve_gpu $words --json)"
done
for words in '--help' 'doctor' 'passthrough 100 03:00.0' 'passthrough --help'; do
	# shellcheck disable=SC2086
	is "$words --ascii is ASCII" "$(french $words --ascii | LC_ALL=C grep -c '[^ -~	]')" 0
done
is 'accents fall off letters' "$(french --ascii doctor --symptom vm-start | grep -c '^La VM ne demarre pas : ')" 1
done_testing
