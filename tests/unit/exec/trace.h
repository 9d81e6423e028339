/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a function in a child and interferes with its Nth system call: the child is killed
 * before it, the call fails, or something else happens meanwhile. Calls of the processes that it starts do not count; they are
 * waited for. The function may become another program (execve). Linux on x86-64 only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum trace_mode {
	TRACE_KILL,	/* of those that change something */
	TRACE_FAIL,	/* of all that can fail in practice */
	TRACE_DISK,	/* fails: open, write, fsync, rename, link, chmod, … and starting a process */
	TRACE_SHORT,	/* a write takes one byte of what it was given */
	TRACE_MEANWHILE, /* another does something before it; calls as in TRACE_KILL */
};

struct trace {
	enum trace_mode mode;
	size_t at;		/* from 1, of the calls that count */
	int error;		/* of the call that fails */
	bool from_change;	/* count from the first file or folder on that is made; and what
				 * is written to the standard files never */
	void (*meanwhile)(void *ctx);	/* called in the parent while the child stands still */
	void *ctx;
	/* out */
	bool hit;		/* there was such a call */
	int status;		/* exit status of the child; -1: killed */
	long call;		/* number of the system call that was hit */
	bool begun;		/* the counting */
};

/* Why children cannot be traced here, or NULL. */
const char *trace_why_not(void);
/* fn's result is the child's exit status. Returns 0 or -1. */
int trace_run(struct trace *t, int (*fn)(void *ctx), void *ctx);
