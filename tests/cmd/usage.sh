#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Help for every command; wrong usage is status 2, a sentence on stderr, nothing on stdout.
. "$top_srcdir/tests/lib/tap.sh"

pve_gpu=$top_builddir/pve-gpu
mkdir -p "$tmp/empty/sys/bus/pci/devices"

"$pve_gpu" --help >"$tmp/help" 2>"$tmp/diag"
is 'help' "$? $(wc -c <"$tmp/diag")" '0 0'
is 'help, as a word' "$("$pve_gpu" help 2>&1)" "$(cat "$tmp/help")"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$tmp/help")
is 'it lists the commands' "$(echo $commands)" \
	'list iommu status passthrough usb sriov vgpu mapping doctor capture report plan apply history undo confirm recover'
for command in $commands; do
	for form in "$command --help" "--help $command" "help $command" "$command -h --json"; do
		# shellcheck disable=SC2086
		out=$("$pve_gpu" $form 2>&1)
		is "$form" "$? $(echo "$out" | head -n 1 | cut -d ' ' -f 1-3)" \
			"0 Usage: pve-gpu $command"
	done
	case $out in
	*--root*--json*--ascii*--color*) pass "$command: the common options are there" ;;
	*) fail "$command: the common options are there" "$out" ;;
	esac
done
is 'version' "$("$pve_gpu" --version)" "$("$pve_gpu" list --version)"
is 'version, its form' "$("$pve_gpu" --version | sed 's/[0-9]/N/g')" 'pve-gpu N.N.N'

# wrong SENTENCE ARGUMENT...
wrong() {
	sentence=$1
	shift
	"$pve_gpu" "$@" >"$tmp/out" 2>"$tmp/diag" </dev/null
	is "wrong: $*" "$? $(wc -c <"$tmp/out") $(head -n 1 "$tmp/diag")" "2 0 pve-gpu$sentence"
}

root="--root=$tmp/empty"
wrong ': There is no command teleport.' teleport
is 'and the commands are listed' "$(grep -c '^  [a-z]' "$tmp/diag")" "$(echo "$commands" | wc -l)"
wrong ': There is no command teleport.' "$root" teleport
wrong ': The name of the command is empty.' ""
wrong ": There is no command ?[31m." "$(printf '\033[31m')"
wrong ': The option --root needs a value.' list --root
wrong ': --root needs the name of a folder.' list --root=
wrong ': --color is auto, always or never.' --color=blue list
wrong ': --color is auto, always or never.' list --color blue
wrong ': --json goes with a command; the wizard is a screen.' --json
wrong ': There is no option --frobnicate.' --frobnicate
wrong ' list: There is no option --frobnicate.' list --frobnicate
wrong ' list: There is no option --frobnicate.' list --json --frobnicate
wrong ' list: now is one argument too many.' list now
wrong ' iommu: --all is one argument too many.' iommu -- --all
wrong ' status: There is no option --all.' status --all
wrong ' doctor: x is one argument too many.' doctor x
wrong ' history: x is one argument too many.' history x
wrong ' recover: x is one argument too many.' recover x
wrong ' confirm: y is one argument too many.' confirm x y
wrong ' undo: b is one argument too many.' undo a b
wrong ' passthrough: It needs the number of a VM and at least one address.' passthrough
for minutes in 0 x -1 1441 99999999999999999999; do
	wrong " passthrough: --trial takes minutes, from 1 to 1440, not $minutes." passthrough 100 01:00 "--trial=$minutes"
done
wrong ' passthrough: Of --trial and --no-trial it takes one.' passthrough 100 01:00 --trial --no-trial
wrong ' status: Of --trial and --no-trial it takes one.' status --repair --no-trial --trial=5
for address in 03:00 x 03:00.8 ''; do
	wrong " passthrough: --accept-loss takes the whole address of one function, like 0000:03:00.0, not $address." \
		passthrough 100 01:00 "--accept-loss=$address"
done
wrong ' passthrough: It needs the number of a VM and at least one address.' passthrough 100
for vmid in x 99 0 -1 1x 0x64 1000000000 99999999999999999999; do
	case $vmid in -*) continue ;; esac
	wrong " passthrough: $vmid is no VM number. They go from 100 to 999999999." passthrough "$vmid" 01:00.0
done
looks='Addresses look like 0000:01:00.0, 01:00.0, or 01:00 for a whole slot.'
for addr in gpu 1:0.0 01:00.8 01:20.0 0000:01:00.0x ''; do
	wrong " passthrough: $addr is no PCI address. $looks" passthrough 100 "$addr"
done
for key in hostpci16 hostpci usb0 0; do
	wrong " passthrough: --remove takes hostpci0 to hostpci15, not $key." passthrough 100 --remove "$key"
	wrong " passthrough: --replace takes hostpci0 to hostpci15, not $key." \
		passthrough 100 01:00 --replace "$key"
done
for option in pcie rombar legacy-igd keep-driver; do
	wrong " passthrough: --$option is on or off, not 1." passthrough 100 01:00 "--$option" 1
done
wrong ' passthrough: --vendor-id takes four hexadecimal digits, like 10de, not 10deg.' \
	passthrough 100 01:00 --vendor-id 10deg
wrong ' passthrough: --replace needs the address of the device that takes the entry'"'"'s place.' \
	passthrough 100 --replace hostpci0 --remove hostpci1
wrong " passthrough: 01:00.0;x is no PCI address. $looks" passthrough 100 '01:00.0;x'
wrong ' passthrough: --bind is early, address or at-start, not late.' \
	passthrough 100 01:00.0 --bind late
wrong ' passthrough: The option --bind needs a value.' passthrough 100 01:00.0 --bind
wrong ' passthrough: The option --mapping needs a value.' passthrough 100 01:00.0 --mapping
wrong ' passthrough: --yes goes with --apply.' passthrough 100 01:00.0 --yes
named='It is named by its ids (046d:c31c), by its port (1-2.3), as mapping=NAME, as spice; or a whole'
for device in x 046d:c31 1- usb1 mapping= 1-2:1.0 ''; do
	wrong " usb: $device is no USB device. $named controller by its PCI address (0000:00:14.0)." \
		usb 100 "$device"
done
wrong ' usb: x is no VM number. They go from 100 to 999999999.' usb x 1-3
wrong ' usb: 1-3 is no VM number. They go from 100 to 999999999.' usb 1-3
wrong ' usb: It needs a device behind the number of the VM, or --remove.' usb 100
wrong ' usb: It needs the number of a VM.' usb --remove usb0
for key in usb14 usb usb01 hostpci0 0; do
	wrong " usb: --remove takes usb0 to usb13, not $key." usb 100 --remove "$key"
done
wrong ' usb: --accept-loss takes the port of a device, like 1-3, or the address of a controller, not 046d:c31c.' \
	usb 100 1-3 --accept-loss=046d:c31c
wrong ' usb: The option --mapping needs a value.' usb 100 1-3 --mapping
wrong ' usb: --yes goes with --apply.' usb 100 1-3 --yes
wrong ' usb: There is no option --primary.' usb 100 1-3 --primary
wrong ' plan: It needs --answers FILE.' plan
wrong ' apply: It needs --answers FILE.' apply --yes
wrong ' plan: --yes goes with apply.' plan --answers x --yes
wrong ' plan: x is one argument too many.' plan --answers y x
PVE_GPU_DEBUG=nonsense "$pve_gpu" list $root >"$tmp/out" 2>"$tmp/diag"
is 'an unknown trace' "$? $(cat "$tmp/diag" | head -n 1)" \
	'2 pve-gpu: PVE_GPU_DEBUG names no subject: nonsense.'

# Without a terminal there is no wizard, and it says what to use instead.
TERM=xterm setsid "$pve_gpu" "$root" </dev/null >"$tmp/out" 2>"$tmp/diag"
is 'the wizard without a terminal' "$? $(wc -c <"$tmp/out") $(grep -c . "$tmp/diag")" '1 0 1'
done_testing
