/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that few commands need, loaded by those: with what it needs itself it would take each start of the
 * program as long as a scan of a hundred devices.
 *
 *	#define FUNCTIONS(X) X(foo_new) X(foo_free)
 *	struct foo_lib { FUNCTIONS(PG_LIBRARY_MEMBER) };
 *	static const char *const names[] = { FUNCTIONS(PG_LIBRARY_NAME) };
 *
 *	r = pg_library_load("libfoo.so.1", names, PG_ARRAY_SIZE(names), &lib, err);
 *	foo = lib.foo_new();
 */
#pragma once

#include "src/base/err.h"

#define PG_LIBRARY_MEMBER(function) __typeof__(&function) function;
#define PG_LIBRARY_NAME(function) #function,

/* Fills *ret, a struct of as many pointers to functions. The library stays until the program ends. -ELIBACC: it is
 * not there, or not the right one; err names it. */
int pg_library_load(const char *file, const char *const *names, size_t n, void *ret,
		    struct pg_err *err);
