/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fuzzer is one file with LLVMFuzzerTestOneInput. Built with --enable-fuzzing (clang) it
 * is a libFuzzer program; else it replays the files that it is given (replay.c), which `make
 * check` does with its corpus (tests/fuzz/replay.sh).
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
