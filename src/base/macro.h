/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small things every file needs: ownership by attribute, array length, prototypes'
 * attributes. A variable with a cleanup attribute is always initialised.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define PG_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define PG_CLEANUP(fn) __attribute__((cleanup(fn)))
#define PG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define PG_MUST_CHECK __attribute__((warn_unused_result))

/* Hands a pointer over and forgets it, so that the cleanup attribute frees nothing. */
#define PG_STEAL(p)                         \
	(__extension__({                    \
		__typeof__(p) pg_p_ = (p);  \
		(p) = NULL;                 \
		pg_p_;                      \
	}))

static inline void pg_freep(void *p)
{
	free(*(void **)p);
}

static inline void pg_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define pg_autofree PG_CLEANUP(pg_freep)
#define pg_autoclose PG_CLEANUP(pg_closep)

/*
 * Three-valued facts: what could not be read is unknown, never guessed.
 */
enum pg_tri {
	PG_UNKNOWN = -1,
	PG_NO = 0,
	PG_YES = 1,
};
