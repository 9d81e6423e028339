#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# extract.sh SRCDIR: prints the catalogue of all texts for persons (a .pot), sorted by file.
# Texts stand in _(), N_(), P_(), in the rules of the doctor, and in what `sinks` names: functions
# that translate the texts given to them, NAME:ARGUMENT. xgettext takes one argument of a function
# at a time: those with two texts are in both lists.
set -eu
cd "$1"

sinks='pg_err_set:5 pg_findings_add:5 pg_finding_evidence:2 pg_finding_advice:2 pg_cmd_usage:3
	pg_out_line:3 pg_out_labelled:4 pg_outcome_set:4 pg_vm_finding:4 pg_lint_add:4 pg_why_set:4
	pg_why_evidence:2 pg_why_fix:2 wiz_answers_complain:2 wiz_ask:6 wiz_note:3 pg_planner_refuse:4
	pg_planner_put:5 pg_planner_install:5 pg_planner_remove:3 pg_table_column:2 pg_vm_set:4
	pg_vm_command:4 pg_sriov_finding:4 pg_sh_fail:3 ui_say:2 pg_guest_note:3 pg_run_step:2 wiz_view_set:3
	wiz_lines_add:4 wiz_lines_add_cut:4 wiz_text:1'
more_sinks='wiz_ask:5 wiz_note:2 pg_planner_refuse:5 wiz_lines_add:3 wiz_lines_add_cut:3 pg_out_labelled:3'

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
find src wizard ui -name '*.[ch]' | LC_ALL=C sort >"$tmp/files"

# The texts of rules as C: xgettext reads no language like theirs.
LC_ALL=C awk -f po/rules.awk data/rules.d/*.conf >"$tmp/rules.c"

# take FILE-LIST KEYWORD...: adds to $tmp/all.pot
take() {
	list=$1
	shift
	for keyword; do
		set -- "$@" "--keyword=$keyword"
		shift
	done
	[ -e "$tmp/all.pot" ] && set -- --join-existing "$@"
	xgettext --language=C --from-code=UTF-8 --keyword "$@" --no-location --width=100 \
		--add-comments=TRANSLATORS --package-name=pve-gpu --copyright-holder='the authors of pve-gpu' \
		--flag=pg_translated:1:pass-c-format --files-from="$list" --output="$tmp/all.pot"
}

printf '%s\n' "$tmp/rules.c" >"$tmp/rules"
# shellcheck disable=SC2086 # lists of words
take "$tmp/files" _ N_ P_:1,2 $sinks
# shellcheck disable=SC2086
take "$tmp/files" $more_sinks
take "$tmp/rules" N_

# What holds no word (formats of numbers, addresses) needs no translation.
msgattrib --no-wrap --no-location "$tmp/all.pot" | LC_ALL=C awk -f po/words.awk |
	sed 's/^"POT-Creation-Date:.*/"POT-Creation-Date: \\n"/; s/CHARSET/UTF-8/' |
	msgattrib --width=100
