/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Debug traces, by subject: PVE_GPU_DEBUG=root,proc,… or =all. They go to stderr, and
 * nothing but a trace ever does from below the faces. The mask is one of the program's two
 * global states (the other are the signal flags).
 */
#pragma once

#include "src/base/macro.h"

enum pg_log_subject {
	PG_LOG_ROOT = 1 << 0,
	PG_LOG_PROC = 1 << 1,
	PG_LOG_HOST = 1 << 2,
	PG_LOG_PLAN = 1 << 3,
	PG_LOG_EXEC = 1 << 4,
	PG_LOG_WIZARD = 1 << 5,
	PG_LOG_UI = 1 << 6,
};

/* Sets the mask from a comma list of names ("root,plan", "all"). Returns 0 or -EINVAL with
 * the mask unchanged. */
int pg_log_set(const char *subjects);
bool pg_log_on(enum pg_log_subject subject);
void pg_log(enum pg_log_subject subject, const char *fmt, ...) PG_PRINTF(2, 3);
