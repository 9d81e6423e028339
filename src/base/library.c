/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int pg_library_load(const char *file, const char *const *names, size_t n, void *ret,
		    struct pg_err *err)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	char *to = ret;

	for (size_t i = 0; i < n; i++) {
		void *function = library ? dlsym(library, names[i]) : NULL;

		if (!function)
			return pg_err_set(err, -ELIBACC, file, 0,
					  "This library cannot be used: its package is not installed, or damaged.");
		memcpy(to + i * sizeof(function), &function, sizeof(function));
	}
	return 0;
}
