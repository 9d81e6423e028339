#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which lines of the readers of foreign bytes the tests and the fuzzers' corpora run: to be
# started in a build folder configured with --enable-coverage, after `make check`. Prints a line
# for each file and the sum; status 1 where one of them is below the limit (95 %).
# coverage.sh [-v]: with -v the lines that are not run too.
# Not counted: lines that do nothing but say that memory ran out.
limit=95
readers='src/base/text.c src/base/json.c
	src/host/bdf.c src/host/efi.c src/host/entries.c src/host/guests_parse.c
	src/host/guests_props.c src/host/hostpci.c src/host/mapping.c src/host/modalias.c
	src/host/modconf.c src/host/pci_attr.c src/host/pci_links.c src/host/rom.c src/host/section.c
	src/host/storage.c src/host/usage_ifaces.c src/host/usb_guest.c src/host/usb_mapping.c
	src/host/usb_spec.c src/host/cluster.c src/host/corosync.c src/host/guests_kept.c src/host/iomem.c
	src/host/pci_msix.c src/host/mdev_parse.c src/host/settings.c src/host/kernels.c
	src/plan/cmdline.c src/plan/edit_cmdline.c src/plan/edit_grub.c src/plan/edit_modprobe.c
	src/plan/grub_file.c src/plan/grub_put.c src/plan/grub_value.c src/plan/kmod_line.c
	src/plan/memory.c src/plan/nic.c src/plan/sriov_conf.c src/plan/sh_command.c src/plan/sh_token.c
	src/exec/archive.c src/exec/esp_look.c src/exec/journal.c src/exec/journal_read.c src/exec/journal_take.c
	src/exec/klog.c src/exec/capture_mask.c src/exec/capture_hide.c src/plan/rule_log.c
	wizard/answers.c wizard/answers_keys.c src/base/conf.c src/plan/rule_file.c src/plan/expr.c src/plan/rule_message.c src/exec/tasklog.c'

for file in $readers; do
	name=${file##*/}
	data=$(find "${file%/*}" -maxdepth 1 -name "*-${name%.c}.gcda" | head -n 1)
	[ -n "$data" ] || {
		echo "$file was not run, or not built with --enable-coverage" >&2
		continue
	}
	# Sources are named from the build folder; what comes of headers is theirs.
	gcov --stdout -o "$data" "${data%.gcda}.o" 2>/dev/null |
		awk -F: -v file="$file" -v verbose="${1-}" '
		$2 + 0 == 0 && $3 == "Source" { ours = index($4, file) > 0 }
		{ count = $1; gsub(/[ *]/, "", count) }
		!ours || count == "-" || $2 + 0 == 0 { next }
		/:[\t ]*(return|r =) -ENOMEM;$/ { next }
		{ n++ }
		count ~ /^[#=]/ { missed++; if (verbose == "-v") print file ":" $2 + 0 ":" $0 | "cat >&2" }
		END { printf "%s %d %d\n", file, n, n - missed }'
done | awk -v limit=$limit -v wanted="$(echo "$readers" | wc -w)" '
	$2 == 0 { bad++; next }
	{ share = 100 * $3 / $2; n += $2; run += $3; bad += share < limit
	  printf "%6.1f %%  %4d of %4d  %s%s\n", share, $3, $2, $1, share < limit ? "  <- below " limit " %" : "" }
	END { printf "%6.1f %%  %4d of %4d  all\n", n ? 100 * run / n : 0, run, n
	      exit bad > 0 || NR < wanted }'
