/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main of a fuzzer that is built without libFuzzer: replays the files that it is given. */
#include "tests/fuzz/fuzz.h"

#ifndef PG_FUZZING
int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rbe");
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
