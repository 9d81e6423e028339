#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs fuzzers until each has had so many executions, one after the other, and prints a table:
# to be started in a build folder configured with --enable-fuzzing --enable-asan --enable-ubsan.
#	fuzz.sh [RUNS [NAME...]]	10 million, all of them, where nothing is said
# What was found interesting stays in fuzz/NAME below that folder, what libFuzzer said in
# fuzz/NAME.log; a run that was cut off goes on where it was. Status 1 where one found something
# (fuzz/NAME-crash-…; it goes into tests/fuzz/corpus/NAME once it is mended).
runs=${1-10000000}
[ $# -eq 0 ] || shift
corpus=$(dirname "$0")/../fuzz/corpus
[ $# -gt 0 ] || set -- $(ls tests/fuzz | sed -n 's/^fuzz_\([a-z]*\)$/\1/p')
# Freed memory is watched for 8 MiB, not 256: most of the time went into touching fresh memory.
export ASAN_OPTIONS=quarantine_size_mb=8:thread_local_quarantine_size_kb=64:malloc_context_size=0
status=0
mkdir -p fuzz

# executed NAME: what its log counts; libFuzzer tells it at the end and, cut off, in its last line.
executed() {
	[ -f "fuzz/$1.log" ] || { echo 0; return; }
	awk '/^=== / { sum += n; n = 0 }
		/^#[0-9]+[\t ]/ { n = substr($1, 2) + 0 }
		/^stat::number_of_executed_units:/ { n = $2 }
		END { print sum + n }' "fuzz/$1.log"
}

for name; do
	had=$(executed "$name")
	if [ "$had" -lt "$runs" ]; then
		mkdir -p "fuzz/$name"
		echo "=== $(date '+%F %T') from $had" >>"fuzz/$name.log"
		nice -n 19 "tests/fuzz/fuzz_$name" -runs=$((runs - had)) -max_len=512 -timeout=10 \
			-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="fuzz/$name-" \
			"fuzz/$name" "$corpus/$name" >>"fuzz/$name.log" 2>&1 || status=1
		echo "=== $(date '+%F %T') ended" >>"fuzz/$name.log"
	fi
	found=$(find fuzz -maxdepth 1 -name "$name-*" | wc -l)
	printf '%-10s %10d executions  %d found\n' "$name" "$(executed "$name")" "$found"
done
exit $status
