/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fuzzer is one file with LLVMFuzzerTestOneInput. Built with --enable-fuzzing (clang) it
 * is a libFuzzer program; else it replays the files that it is given, which `make check`
 * does with its corpus (tests/fuzz/replay.sh).
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise of the code under test: the input is then a finding. */
#define FUZZ_ASSERT(condition)                                                     \
	do {                                                                       \
		if (!(condition)) {                                                \
			(void)fprintf(stderr, "broken promise: %s\n", #condition); \
			abort();                                                   \
		}                                                                  \
	} while (0)

#ifndef PG_FUZZING
int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n;

		if (!f) {
			perror(argv[i]);
			return 1;
		}
		n = fread(data, 1, sizeof(data), f);
		(void)fclose(f);
		(void)LLVMFuzzerTestOneInput(data, n);
	}
	return 0;
}
#endif
